"""A message on WhatsApp."""

from pydantic import ValidationError

from medicalcor.core.errors import InvalidInput
from medicalcor.domain.identity.phones import international
from medicalcor.operations.arrivals.base import Arrival, clean
from medicalcor.operations.inbox import Item
from medicalcor.operations.ledger import Ledger
from medicalcor.operations.places import Address, Party, address
from medicalcor.schemas.events.conversations import Media, MessageKind
from medicalcor.schemas.wire.whatsapp import InboundMessage

KINDS = frozenset(MessageKind.__args__)  # type: ignore[attr-defined]  # a Literal's members
MEDIA = set(Media.model_fields)
"""What is kept of a file; its caption is the message's text."""


def read(ledger: Ledger, item: Item) -> Arrival:
    try:
        message = InboundMessage.model_validate_json(item.body)
    except ValidationError:
        raise InvalidInput("The message does not have the shape WhatsApp documents.") from None
    addresses = _addresses(ledger, message)
    party = Party(
        channel="whatsapp",
        clinic_address=message.phone_number_id,
        partition_key=item.partition_key,
        addresses=addresses,
        reply_to=addresses[0] if addresses else None,
        name=message.profile_name,
        source="advertisement" if message.referral else "whatsapp",
        at=item.received_at,
    )
    media = message.media.model_dump(include=MEDIA, exclude_none=True) if message.media else None
    return Arrival(
        item=item,
        party=party,
        kind=message.type if message.type in KINDS else "unsupported",  # type: ignore[arg-type]  # looked up
        raw_kind=message.type[:40],
        provider_id=message.provider_id,
        text=clean(message.text),
        media=Media.model_validate(media) if media else None,
        choice=clean(message.choice),
        in_reply_to=message.in_reply_to,
        sent_at=message.sent_at,
    )


def _addresses(ledger: Ledger, message: InboundMessage) -> tuple[Address, ...]:
    """How the sender is found again and written to. A number that is none is no address: the lead is kept without."""
    phone = international(message.sender_phone, country=ledger.settings.clinic_country)
    user = message.sender_user_id
    found = (
        address(ledger, "phone", phone) if phone else None,
        address(ledger, "whatsapp_user", user) if user else None,
    )
    return tuple(one for one in found if one is not None)
