"""What a colleague can write when WhatsApp takes no free text."""

from dataclasses import dataclass
from datetime import datetime

from medicalcor.core.database.pool import Connection, Row
from medicalcor.domain.language.phrases import STAFF_TEMPLATES, TEMPLATES, filled
from medicalcor.readmodels.templates import queries as templates
from medicalcor.schemas.common import Language


@dataclass(frozen=True)
class Offered:
    """A template as the patient would read it. `state`: why WhatsApp would not take it now, as far as we know."""

    name: str
    text: str
    language: Language
    state: str | None


async def templates_for(connection: Connection, lead: Row, *, clinic: str, now: datetime) -> list[Offered]:
    """All that may be chosen, in the language in which they would go."""
    language: Language = lead["kept_language"] or "ro"
    troubled = await templates.troubled(connection, STAFF_TEMPLATES, language=language, now=now)
    return [
        Offered(name, filled(TEMPLATES[name][language], [clinic]), language, troubled.get(name))
        for name in STAFF_TEMPLATES
    ]
