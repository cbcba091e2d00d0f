"""What providers and web pages would have posted for a line of a story, by every door but WhatsApp's.

`calls` (the agent answers; `what` is what it came to; `said`: turns, the clinic's first; `seconds`; `hands_over`),
`rings` (nobody answers), `leaves` (a voicemail of these words), `mails` (`subject`, `headers`), `bounces`, `fills in` (the
form; more is the form's own fields), `unsubscribes`, `pays` (`amount`, `currency`; `declined`: why not; `asked`: by the
link that the clinic sent), `is refunded` (`amount`), `disputes`.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from pydantic_core import to_json

from medicalcor.api.webhooks import email, stripe, twilio, vapi
from medicalcor.api.webhooks.items import Item
from medicalcor.cli.seeding.stories import Line, Story
from medicalcor.integrations.twilio.forms import inbound_of, update_of
from medicalcor.sandbox.providers import email_payloads, stripe_payloads, twilio_payloads, vapi_payloads
from medicalcor.schemas.leads import LeadForm
from medicalcor.schemas.wire.vapi import server_message
from medicalcor.schemas.wire.vapi_secrets import without_secrets

_WEB = "web"
_RINGS = 3
"""Seconds until the agent or the voicemail answers."""


class Posted(NamedTuple):
    """Something that comes in, so long after the line's moment."""

    after: float
    provider: str
    item: Item


@dataclass(frozen=True, slots=True)
class Before:
    """What the line follows from."""

    mail: str | None = None
    """`Message-ID` of the last mail that the clinic sent in this story."""
    metadata: Mapping[str, str] | None = None
    """Of the payment link that the clinic sent last."""
    person_id: str | None = None


@dataclass(frozen=True, slots=True)
class Spot:
    """A line in its story, and what it follows from."""

    story: Story
    line: Line
    number: int
    before: Before

    @property
    def name(self) -> str:
        return f"{self.story.key}-{self.number}"

    @property
    def more(self) -> Mapping[str, Any]:
        return self.line.more

    @property
    def phone(self) -> str | None:
        return f"+{self.story.phone}" if self.story.phone else None

    def at(self, after: float) -> datetime:
        return self.line.at + timedelta(seconds=after)


def posted(spot: Spot) -> list[Posted]:
    return list(DOORS[spot.line.who](spot))


def _calls(spot: Spot) -> Iterator[Posted]:
    """Twilio rings, the agent takes the call, and tells of it when it is over."""
    seconds = float(spot.more["seconds"])
    line = _line(spot)
    call = vapi_payloads.PlayedCall(
        id=str(UUID(hex=_hex(spot.name))),
        other=spot.phone or "",
        began=spot.at(_RINGS),
        handed_over_by=line.call_sid,
    )
    said = spot.more["said"]
    for turn, words in enumerate(said):
        role = "user" if turn % 2 else "bot"
        call.say(role, words, at=spot.at(_RINGS + (seconds - _RINGS) * turn / len(said)))
    yield _from_twilio(0, twilio_payloads.inbound(line))
    call.status = "in-progress"
    yield from _from_vapi(_RINGS, call.message("status-update", at=spot.at(_RINGS), status="in-progress"))
    if spot.more.get("hands_over"):
        wish = call.message("transfer-destination-request", at=spot.at(seconds - 1))
        yield from _from_vapi(seconds - 1, wish)
    yield _from_twilio(seconds + 1, _dialled(spot, line, outcome="completed"))
    yield _from_twilio(seconds + 1.2, _over(spot, line, seconds))
    call.status, call.ended = "ended", spot.at(seconds)
    call.ended_reason = "assistant-forwarded-call" if spot.more.get("hands_over") else "customer-ended-call"
    report = call.report(at=spot.at(seconds + 3))
    report["message"]["analysis"] = {
        "summary": spot.line.what,
        "structuredData": spot.more.get("analysis", {}),
        "successEvaluation": "true",
    }
    yield from _from_vapi(seconds + 3, report)


def _rings(spot: Spot) -> Iterator[Posted]:
    line = _line(spot)
    yield _from_twilio(0, twilio_payloads.inbound(line))
    yield _from_twilio(20, _dialled(spot, line, outcome="no-answer"))
    yield _from_twilio(26, _over(spot, line, 26))


def _leaves(spot: Spot) -> Iterator[Posted]:
    line, seconds = _line(spot), spot.more["seconds"]
    yield _from_twilio(0, twilio_payloads.inbound(line))
    yield _from_twilio(_RINGS, _dialled(spot, line, outcome="failed"))
    sid = twilio_payloads.SIMULATED + _hex(spot.name)[:28]
    recorded = twilio_payloads.recorded(line, sid=sid, at=spot.at(_RINGS), seconds=seconds, voicemail=True)
    yield _from_twilio(seconds + _RINGS, _over(spot, line, seconds + _RINGS))
    yield _from_twilio(seconds + _RINGS + 2, recorded, path=twilio.STATUS)


def _line(spot: Spot) -> twilio_payloads.Line:
    sid = "CA" + _hex(spot.name)
    return twilio_payloads.Line(caller=spot.phone or "anonymous", call_sid=sid)


def _hex(name: str) -> str:
    """Thirty-two digits, the same each time."""
    return hashlib.sha256(name.encode()).hexdigest()[:32]


def _dialled(spot: Spot, line: twilio_payloads.Line, *, outcome: str) -> twilio_payloads.Form:
    form = dict(twilio_payloads.dialled(line, outcome=outcome))
    return [*(form | {"DialCallSid": "CA" + _hex(f"{spot.name}-leg")}).items()]


def _over(spot: Spot, line: twilio_payloads.Line, seconds: float) -> twilio_payloads.Form:
    return twilio_payloads.status(
        line, status="completed", at=spot.at(seconds), sequence=3, seconds=int(seconds)
    )


def _from_twilio(after: float, form: twilio_payloads.Form, *, path: str | None = None) -> Posted:
    fields = dict(form)
    if "CallbackSource" in fields or path == twilio.STATUS:
        return Posted(after, twilio.PROVIDER, twilio.item_of(update_of(fields), fields, path=twilio.STATUS))
    return Posted(after, twilio.PROVIDER, twilio.item_of(inbound_of(fields), fields, path=twilio.VOICE))


def _from_vapi(after: float, payload: dict[str, Any]) -> Iterator[Posted]:
    raw = without_secrets(payload)
    for item in vapi.split(server_message(raw), raw):
        yield Posted(after, vapi.PROVIDER, item)


def _mails(spot: Spot) -> Iterator[Posted]:
    subject = spot.more["subject"]
    yield _mail(spot, sender=f"{spot.story.name} <{spot.story.email}>", subject=subject)


def _bounces(spot: Spot) -> Iterator[Posted]:
    yield _mail(
        spot,
        sender="Mail Delivery System <MAILER-DAEMON@mx.exemplu.example>",
        subject="Undelivered Mail Returned to Sender",
        about=f"Final-Recipient: rfc822; {spot.story.email}\nMessage-ID: {spot.before.mail}",
    )


def _mail(spot: Spot, *, sender: str, subject: str, about: str = "") -> Posted:
    answers = spot.before.mail
    mail = email_payloads.Mail(
        sender=sender,
        subject=subject,
        text=f"{spot.line.what}\n{about}",
        at=spot.line.at,
        message_id=f"<{spot.name}@mail.exemplu.example>",
        in_reply_to=answers,
        references=(answers,) if answers else (),
        headers=spot.more.get("headers", {}),
    )
    return Posted(0, email.PROVIDER, email.item_of(email_payloads.inbound(mail), delivery=spot.name))


def _fills_in(spot: Spot) -> Iterator[Posted]:
    story = spot.story
    given = {
        "name": story.name,
        "phone": spot.phone,
        "email": story.email,
        "message": spot.line.what,
        "consent": {
            "accepted": True,
            "text_version": "2026-10",
            "purposes": spot.more.get("agrees_to", []),
        },
        **spot.more,
    }
    form = LeadForm.model_validate(given).model_dump_json(exclude_none=True).encode()
    whose = spot.phone or story.email or spot.name
    yield Posted(0, _WEB, Item("message", spot.name, whose, form))


def _unsubscribes(spot: Spot) -> Iterator[Posted]:
    person_id = spot.before.person_id or ""
    yield Posted(0, _WEB, Item("unsubscribe", spot.name, person_id, to_json({"person_id": person_id})))


def _pays(spot: Spot) -> Iterator[Posted]:
    """A checkout and its payment; when the card is declined, the payment alone."""
    payer, names = _payer(spot, spot.number), _names(spot, spot.number)
    declined = spot.more.get("declined")
    if declined:
        thing = stripe_payloads.payment_intent(payer, status="requires_payment_method", decline=declined)
        yield _from_stripe(spot, "payment_intent.payment_failed", thing | names, 0)
        return
    yield _from_stripe(spot, "payment_intent.succeeded", stripe_payloads.payment_intent(payer) | names, 0)
    checkout = stripe_payloads.checkout_session(payer) | {
        "id": f"cs_demo_{spot.name}",
        "payment_intent": names["id"],
    }
    yield _from_stripe(spot, "checkout.session.completed", checkout, 0.4)


def _is_refunded(spot: Spot) -> Iterator[Posted]:
    number = _paid(spot)
    names = _names(spot, number)
    thing = stripe_payloads.charge(_payer(spot, number), refunded=spot.more["amount"])
    of = {"id": names["latest_charge"], "payment_intent": names["id"]}
    yield _from_stripe(spot, "charge.refunded", thing | of, 0)


def _disputes(spot: Spot) -> Iterator[Posted]:
    number = _paid(spot)
    names = _names(spot, number)
    thing = stripe_payloads.dispute(_payer(spot, number))
    of = {
        "id": f"du_demo_{spot.name}",
        "charge": names["latest_charge"],
        "payment_intent": names["id"],
    }
    yield _from_stripe(spot, "charge.dispute.created", thing | of, 0)


def _paid(spot: Spot) -> int:
    """The number of the payment that it is about: the last one before it in the story."""
    before = spot.story.lines[: spot.number]
    return max(n for n, line in enumerate(before, 1) if line.who == "pays")


def _payer(spot: Spot, number: int) -> stripe_payloads.Payer:
    paid = spot.story.lines[number - 1].more
    return stripe_payloads.Payer(
        at=spot.line.at,
        amount=paid["amount"],
        currency=paid.get("currency", "ron"),
        email=spot.story.email,
        phone=spot.phone,
        name=spot.story.name,
        metadata=dict(spot.before.metadata or {}) if paid.get("asked") else {},
    )


def _names(spot: Spot, number: int) -> dict[str, str]:
    """The ids that all objects of one payment share."""
    name = f"{spot.story.key}-{number}"
    return {"id": f"pi_demo_{name}", "latest_charge": f"ch_demo_{name}"}


def _from_stripe(spot: Spot, kind: str, thing: dict[str, Any], after: float) -> Posted:
    event = stripe_payloads.event(kind, thing, at=spot.at(after), event_id=f"evt_demo_{spot.name}_{kind}")
    return Posted(after, stripe.PROVIDER, stripe.item_of(event))


DOORS: Mapping[str, Callable[[Spot], Iterator[Posted]]] = {
    "calls": _calls,
    "rings": _rings,
    "leaves": _leaves,
    "mails": _mails,
    "bounces": _bounces,
    "fills in": _fills_in,
    "unsubscribes": _unsubscribes,
    "pays": _pays,
    "is refunded": _is_refunded,
    "disputes": _disputes,
}
"""By what stands in a line's place for who."""
