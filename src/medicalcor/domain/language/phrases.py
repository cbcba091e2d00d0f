"""What the clinic says to patients in its own fixed words, in each of the seven languages.

The texts are in `texts/<language>.toml`: formal in Romanian and German, no advice, no numbers.
"""

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any, Final

from medicalcor.core.errors import NotFound
from medicalcor.schemas.appointments import Relation
from medicalcor.schemas.common import LANGUAGES, Language, Procedure

KEYS: Final = (
    "answer_hot",
    "answer_procedure",
    "answer_vague",
    "answer_price",
    "answer_logistics",
    "answer_complaint",
    "answer_media",
    "answer_unsupported",
    "emergency",
    "opt_out_confirmed",
    "call_notice",
    "call_notice_unrecorded",
    "voicemail_prompt",
    "voicemail_thanks",
    "payment_receipt",
    "payment_receipt_subject",
    "payment_refund",
    "payment_refund_subject",
    "payment_link",
    "payment_link_subject",
    "deposit_appointment",
    "deposit_services",
    "deposit_balance",
    "answer_form",
    "mail_subject",
    "visit_reminder_subject",
    "visit_reminder_reply",
    "visit_confirmed",
    "visit_cancelled",
    "visit_move_asked",
    "visit_time_asked",
    "visit_moved_since",
    "visit_off",
    "visit_over",
    "visit_which",
    "offer_subject",
    "offer_reply",
    "offer_booked",
    "offer_gone",
    "offer_declined",
    "offer_left",
    "answer_unknown",
    "answer_price_listed",
)
PLACES: Final = ("clinic", "number", "amount", "link", "purposes", "visits")
"""What a template may leave open; its parameters fill those that it has, in this order."""


class UnknownPhrase(NotFound):
    """There is no such fixed text; the keys are listed in `phrases.KEYS`."""

    code = "unknown_phrase"


def phrase(key: str, language: Language, **values: str) -> str:
    """The text with its places filled: all need `clinic`, `answer_procedure` and `answer_price_listed` also `procedure`
    (from `procedure_name`), `emergency` and `voicemail_prompt` also `number`, those of payments also `amount` and
    `link`, those of visits also `visit`."""
    if key not in KEYS:
        raise UnknownPhrase(f"There is no fixed text {key!r}. Choose one of: {', '.join(KEYS)}.")
    text: str = _texts(language)[key]
    try:
        return text.format(**values)
    except KeyError as missing:
        raise ValueError(f"The text {key!r} needs a value for {missing}.") from missing


def procedure_name(code: Procedure, language: Language) -> str:
    """As it reads within `answer_procedure` in that language."""
    name: str = _texts(language)["procedure"][code.value]
    return name


def mail_words(language: Language) -> Mapping[str, str]:
    """What stands below advertising, and on the page that ends it."""
    words: Mapping[str, str] = _texts(language)["mail"]
    return words


def form_words(language: Language) -> Mapping[str, str]:
    """What the web form says back: thanks, and what is wrong by its code."""
    words: Mapping[str, str] = _texts(language)["form"]
    return words


def offer_words(language: Language) -> Mapping[str, str]:
    """The offer of an earlier time in a mail, and on the page behind its link."""
    words: Mapping[str, str] = _texts(language)["offer"]
    return words


def button(key: str, language: Language) -> str:
    """What stands on a button; short enough for WhatsApp."""
    words: str = _texts(language)["button"][key]
    return words


def kin(relation: Relation, language: Language) -> str:
    """Somebody of the patient's, as one says it to the patient."""
    words: str = _texts(language)["kin"][relation]
    return words


def booking_words(language: Language) -> Mapping[str, str]:
    """What is said while a visit is arranged, with its places open."""
    words: Mapping[str, str] = _texts(language)["booking"]
    return words


@cache
def _texts(language: Language) -> Mapping[str, Any]:
    file = resources.files("medicalcor.domain.language").joinpath(f"texts/{language}.toml")
    return tomllib.loads(file.read_text("utf-8"))


def _templates() -> dict[str, dict[Language, str]]:
    bodies: dict[str, dict[Language, str]] = {}
    for language in LANGUAGES:
        for name, body in _texts(language)["template"].items():
            bodies.setdefault(name, {})[language] = body
    return bodies


TEMPLATES: Final[dict[str, dict[Language, str]]] = _templates()
"""What each approved WhatsApp template says, by name and language, with its `PLACES` open."""


_VISIT: Final = ("confirm", "move", "cancel")
TEMPLATE_BUTTONS: Final[dict[str, tuple[str, ...]]] = {
    "visit_reminder_day": _VISIT,
    "visit_reminder_hours": _VISIT,
    "visit_reminder_family": _VISIT,
    "earlier_time": ("yes", "no", "stop"),
}
"""The quick replies that a template has, in order, as keys of `button`."""


STAFF_TEMPLATES: Final = ("staff_continue", "staff_call", "staff_visit")
"""Those that a colleague may choose when WhatsApp takes no free text; their only place is the clinic."""


def template_places(body: str) -> list[str]:
    """The places that a template has, in the order of its parameters."""
    return [place for place in PLACES if f"{{{place}}}" in body]


def filled(body: str, parameters: Sequence[str]) -> str:
    """A template's text with its places filled."""
    for place, value in zip(template_places(body), parameters, strict=False):
        body = body.replace(f"{{{place}}}", value)
    return body


"""What each approved WhatsApp template says, by name and language. Its places are its parameters in this order: `{clinic}`, `{number}`."""
