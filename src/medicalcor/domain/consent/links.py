"""What the link in a mail that asks for consent stands for: which question, in which words."""

from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from medicalcor.core.errors import InvalidInput
from medicalcor.schemas.common import LANGUAGES, Language
from medicalcor.schemas.events.consents import PURPOSES, ConsentPurpose, Occasion

PURPOSE: Final = "consent"
_OCCASIONS: Final[tuple[Occasion, ...]] = ("question", "confirmation", "renewal", "statement")


@dataclass(frozen=True, slots=True)
class Link:
    """A question, and all that is needed to show it again word for word."""

    question_id: UUID
    version: str
    language: Language
    occasion: Occasion
    purposes: tuple[ConsentPurpose, ...]
    asked_on: date


def packed(link: Link) -> bytes:
    """To be sealed."""
    places = bytes(PURPOSES.index(purpose) for purpose in link.purposes)
    day, occasion = link.asked_on.isoformat(), _OCCASIONS.index(link.occasion)
    words = f"{link.language}|{occasion}|{day}|{link.version}".encode()
    return link.question_id.bytes + bytes([len(places)]) + places + words


def unpacked(content: bytes) -> Link:
    """Raises InvalidInput for what `packed` never made."""
    try:
        end = 17 + content[16]
        language, occasion, day, version = content[end:].decode("ascii").split("|")
        purposes = tuple(PURPOSES[place] for place in content[17:end])
        spoken = next(one for one in LANGUAGES if one == language)
        return Link(
            UUID(bytes=content[:16]),
            version,
            spoken,
            _OCCASIONS[int(occasion)],
            purposes,
            date.fromisoformat(day),
        )
    except (IndexError, ValueError, StopIteration):
        raise InvalidInput("The link is damaged.") from None
