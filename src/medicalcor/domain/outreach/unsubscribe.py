"""What the link in advertising stands for: whose it is, and the language that they read."""

from typing import Final
from uuid import UUID

from medicalcor.core.errors import InvalidInput
from medicalcor.schemas.common import LANGUAGES, Language

PURPOSE: Final = "unsubscribe"


def packed(person_id: UUID, language: Language) -> bytes:
    """To be sealed: even an id says when somebody became known."""
    return person_id.bytes + language.encode()


def unpacked(content: bytes) -> tuple[UUID, Language]:
    """Raises InvalidInput for what `packed` never made."""
    written = content[16:].decode("ascii", "replace")
    language = next((one for one in LANGUAGES if one == written), None)
    if language is None:
        raise InvalidInput("The link is damaged.")
    return UUID(bytes=content[:16]), language
