"""What the link in a mail that offers an earlier time stands for: which offer, to whom, in which language."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from medicalcor.core.errors import InvalidInput
from medicalcor.schemas.common import LANGUAGES, Language

PURPOSE: Final = "waitlist-offer"
_IDS: Final = 32


@dataclass(frozen=True, slots=True)
class OfferLink:
    """Ids only. It answers this one offer: whether it still stands is seen when it is opened."""

    offer_id: UUID
    person_id: UUID
    language: Language


def packed(link: OfferLink) -> bytes:
    """To be sealed."""
    return link.offer_id.bytes + link.person_id.bytes + link.language.encode()


def unpacked(content: bytes) -> OfferLink:
    """Raises InvalidInput for what `packed` never made."""
    written = content[_IDS:].decode("ascii", "replace")
    language = next((one for one in LANGUAGES if one == written), None)
    if language is None:
        raise InvalidInput("The link is damaged.")
    return OfferLink(UUID(bytes=content[:16]), UUID(bytes=content[16:_IDS]), language)
