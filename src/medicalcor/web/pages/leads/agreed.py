"""Consent as a lead's page shows it: how each purpose stands, and in which words it was asked."""

from typing import Any
from uuid import UUID

from medicalcor.core.errors import NotFound
from medicalcor.domain.consent import texts
from medicalcor.readmodels.consents import queries as consents
from medicalcor.readmodels.consents.queries import Consent, Doubt
from medicalcor.schemas.events.consents import PURPOSES
from medicalcor.web.site import Visit

_NOTED: tuple[str, ...] = ("paper", "phone", "in_person")


async def consent_data(seen: Visit, person_id: UUID) -> dict[str, Any]:
    """What the part about consent shows."""
    found = await consents.of_person(seen.connection, person_id=person_id)
    return {
        "consents": [
            (purpose, [(one, words_of(one)) for one in found if one.purpose == purpose])
            for purpose in PURPOSES
        ],
        "doubts": [
            (one, words_of(one)) for one in await consents.doubts(seen.connection, person_id=person_id)
        ],
        "consent_steps": await consents.history(seen.connection, person_id=person_id),
        "consent_lines": await consents.lines(seen.connection, person_id=person_id),
        "consent_ways": _NOTED,
        "consent_purposes": PURPOSES,
    }


def words_of(one: Consent | Doubt) -> str | None:
    """Word for word what was asked; None for words that are not ours, such as a web page's own."""
    asked = one.purposes if isinstance(one, Doubt) else one.asked_for or (one.purpose,)
    if one.text_version is None or one.occasion is None or one.language is None or one.clinic is None:
        return None
    try:
        return texts.wording(
            one.occasion,  # type: ignore[arg-type]  # as it was recorded
            asked,  # type: ignore[arg-type]  # as above
            one.language,  # type: ignore[arg-type]  # as above
            clinic=one.clinic,
            version=one.text_version,
        ).body
    except NotFound:
        return None
