"""A mail to the clinic."""

from dataclasses import replace

from pydantic import ValidationError

from medicalcor.core.errors import InvalidInput
from medicalcor.domain.correspondence.addresses import normalised
from medicalcor.domain.correspondence.machines import machine
from medicalcor.domain.correspondence.markup import to_text
from medicalcor.domain.correspondence.quoted import own_words
from medicalcor.domain.correspondence.reports import report
from medicalcor.domain.correspondence.threads import canonical_ids
from medicalcor.operations.arrivals.base import Arrival, clean
from medicalcor.operations.inbox import Item
from medicalcor.operations.ledger import Ledger
from medicalcor.operations.places import Address, Party, address
from medicalcor.schemas.events.conversations import Attachment, Letter, MessageKind
from medicalcor.schemas.wire.email import InboundEmail, ReceivedEmail

LONGEST_TEXT = 20_000
LONGEST_SUBJECT = 500
MOST_FILES = 50
MOST_REFERENCES = 50


def read(ledger: Ledger, item: Item) -> Arrival:
    try:
        mail = ReceivedEmail.model_validate_json(item.body).mail
    except ValidationError:
        raise InvalidInput("The mail does not say who sent it.") from None
    sender = normalised(mail.sender.address)
    if sender is not None and sender == normalised(ledger.settings.email_from):
        raise InvalidInput("The mail came from the clinic's own address.")
    wrote = machine(
        mail.headers, sender=sender or mail.sender.address, subject=mail.subject, return_path=mail.return_path
    )
    if wrote == "bounce":
        return _bounce(item, mail)
    if sender is None:
        raise InvalidInput("The mail's sender is no address that can be written to.")
    party = _party(item, address(ledger, "email", sender), name=mail.sender.name)
    arrival = _arrival(item, mail, party, by_machine=wrote is not None)
    return replace(arrival, thread=_thread(mail))


def _bounce(item: Item, mail: InboundEmail) -> Arrival:
    """Whose it is, the report says: the system that wrote it is nobody's address."""
    told = "\n".join(part for part in (mail.text, to_text(mail.html or "")) if part)
    arrival = _arrival(item, mail, _party(item, None, name=None), by_machine=True)
    return replace(
        arrival, report=report(mail.headers, subject=mail.subject, text=told), sender=mail.sender.address
    )


def _party(item: Item, sender: Address | None, *, name: str | None) -> Party:
    return Party(
        channel="email",
        clinic_address="",
        partition_key=item.partition_key,
        addresses=(sender,) if sender else (),
        reply_to=sender,
        name=name,
        source="email",
        at=item.received_at,
    )


def _arrival(item: Item, mail: InboundEmail, party: Party, *, by_machine: bool) -> Arrival:
    subject = clean(" ".join((mail.subject or "").split())[:LONGEST_SUBJECT])
    text = _text(mail, whole=by_machine) or subject
    return Arrival(
        item=item,
        party=party,
        kind="automatic" if by_machine else _kind(mail, text),
        raw_kind="automatic" if by_machine else "email",
        provider_id=next(iter(canonical_ids(mail.id)), str(item.id)),
        text=text,
        in_reply_to=next(iter(canonical_ids(mail.answers)), None),
        sent_at=mail.date,
        letter=Letter(
            subject=subject,
            references=canonical_ids(mail.chain)[-MOST_REFERENCES:],
            attachments=tuple(
                Attachment(name=clean(one.filename), mime_type=clean(one.content_type), size=one.size)
                for one in (mail.attachments or ())[:MOST_FILES]
            ),
        ),
        sender=party.reply_to.value if party.reply_to else None,
    )


def _kind(mail: InboundEmail, text: str | None) -> MessageKind:
    """A mail without words is its files, or nothing that can be answered."""
    if text:
        return "email"
    return "document" if mail.attachments else "unsupported"


def _text(mail: InboundEmail, *, whole: bool) -> str | None:
    """What was written now; `whole` with everything that is quoted."""
    told = mail.text if (mail.text or "").strip() else to_text(mail.html or "")
    words = clean(told)
    return (words if whole or words is None else own_words(words))[:LONGEST_TEXT] if words else None


def _thread(mail: InboundEmail) -> tuple[str, ...]:
    """What it answers, the nearest first."""
    chain = canonical_ids(mail.chain)
    return tuple(dict.fromkeys((*canonical_ids(mail.answers), *reversed(chain))))[:MOST_REFERENCES]
