"""Every kind of webhook as its provider sends it: one entry a door, so that all of them face the same battery.

Signed by the sandbox's own hand, which shares nothing with the checks of the gateway.
"""

import base64
import hashlib
import hmac as hmac_of
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import unquote_to_bytes, urlencode

from gateway_support import change, encoded, status, text_message, webhook

from medicalcor.core import clock
from medicalcor.core.crypto import hmac
from medicalcor.core.settings import Settings
from medicalcor.sandbox.providers import (
    email_payloads,
    stripe_payloads,
    twilio_payloads,
    vapi_payloads,
)

PUBLIC = "https://crm.clinic.example"
NAME, PHONE, MAIL, WORDS = "Zvetlana Qanarescu", "+40745998871", "qanar@mail.example", "kanarienvogel"
CANARIES = ("qanarescu", "745998871", "qanar@", WORDS)
Headers = dict[str, str]
Sign = Callable[[bytes, str, datetime], Headers]


@dataclass(frozen=True)
class Kind:
    name: str
    provider: str
    path: str
    setting: str
    """The secret's; without it the door is not there."""
    new: str
    old: str
    sign: Sign
    """Headers for a body under a secret at a time."""
    valid: Callable[[int], bytes]
    """The `n`th of many that are all about something else."""
    story: Callable[[int], Sequence[bytes]]
    """What comes about one and the same thing, in order."""
    unknown: bytes
    """Well signed, and of a type that there is not yet."""
    media: str = "application/json"
    stale: bool = True
    """Whether what was signed long ago is refused."""
    starts: int = 1
    """Runs that one valid webhook starts."""
    half_broken: bytes | None = None
    """A batch of which one item is whole and one is not."""
    extra: Headers = field(default_factory=dict)

    def headers(self, body: bytes, *, secret: str | None = None, ago: float = 0) -> Headers:
        signed_at = clock.now() - timedelta(seconds=ago)
        return {"content-type": self.media, **self.extra, **self.sign(body, secret or self.new, signed_at)}

    @property
    def wrong(self) -> str:
        """A secret that is somebody else's."""
        return self.new[:-4] + "AAA="

    @property
    def is_form(self) -> bool:
        return "form" in self.media


def _settings(kind: Kind) -> dict[str, str]:
    return {kind.setting: f"{kind.new},{kind.old}"}


def settings_of(database_url: str, master_key: str, *kinds: Kind, **more: Any) -> Settings:
    """The doors of these kinds open, and no others."""
    given: dict[str, Any] = {"public_url": PUBLIC, "rate_limits": "off"}
    for kind in kinds:
        given |= _settings(kind)
    return Settings(database_url=database_url, medicalcor_master_key=master_key, **{**given, **more})


# WhatsApp -------------------------------------------------------------------------------------------


def _whatsapp(n: int) -> bytes:
    contact = {"profile": {"name": NAME}, "wa_id": PHONE[1:]}
    said = text_message(f"wamid.{n}", sender=PHONE[1:], words=f"{WORDS} {n}")
    return encoded(webhook(change(messages=[said], contacts=[contact])))


def _whatsapp_story(n: int) -> list[bytes]:
    return [
        encoded(webhook(change(statuses=[status(f"wamid.out.{n}", word)])))
        for word in ("sent", "delivered", "read")
    ]


WHATSAPP = Kind(
    "whatsapp", "whatsapp", "/webhooks/whatsapp", "whatsapp_webhook_secret", "new-secret", "old-secret",
    sign=lambda body, secret, _: {"x-hub-signature-256": f"sha256={hmac.sign(secret.encode(), body)}"},
    valid=_whatsapp,
    story=_whatsapp_story,
    unknown=encoded(webhook(change(field="telepathy", messages=None, news={"from": PHONE}))),
    stale=False,
    half_broken=encoded(
        webhook(change(messages=[text_message("wamid.whole", words=WORDS), {"id": 7, "type": None}]))
    ),
)  # fmt: skip

# Twilio ---------------------------------------------------------------------------------------------


def _line(n: int) -> twilio_payloads.Line:
    return twilio_payloads.Line(caller=PHONE, call_sid=f"CA{n:032x}")


def _twilio_sign(path: str) -> Sign:
    def sign(body: bytes, secret: str, _at: datetime) -> Headers:
        pairs = {part.partition(b"=")[::2] for part in body.split(b"&") if part}
        plain = {tuple(unquote_to_bytes(half.replace(b"+", b" ")) for half in pair) for pair in pairs}
        signed = (PUBLIC + path).encode() + b"".join(name + value for name, value in sorted(plain))
        digest = hmac_of.new(secret.encode(), signed, hashlib.sha1).digest()
        return {"x-twilio-signature": base64.b64encode(digest).decode()}

    return sign


def _statuses(n: int) -> list[bytes]:
    told = enumerate(("ringing", "in-progress", "completed"))
    return [
        twilio_payloads.body_of(
            twilio_payloads.status(_line(n), status=word, at=clock.now(), sequence=at, seconds=40)
        )
        for at, word in told
    ]


FORM = "application/x-www-form-urlencoded"
VOICE = Kind(
    "voice", "twilio", "/webhooks/voice", "twilio_auth_token", "new-token", "old-token",
    sign=_twilio_sign("/webhooks/voice"),
    valid=lambda n: twilio_payloads.body_of(twilio_payloads.inbound(_line(n))),
    story=lambda n: [
        twilio_payloads.body_of(form)
        for form in (twilio_payloads.inbound(_line(n)), twilio_payloads.dialled(_line(n), outcome="completed"))
    ],
    unknown=urlencode({"CallSid": "CA" + "7" * 32, "Telepathy": WORDS, "From": PHONE}).encode(),
    media=FORM,
    stale=False,
)  # fmt: skip
VOICE_STATUS = Kind(
    "voice-status", "twilio", "/webhooks/voice/status", "twilio_auth_token", "new-token", "old-token",
    sign=_twilio_sign("/webhooks/voice/status"),
    valid=lambda n: _statuses(n)[-1],
    story=_statuses,
    unknown=twilio_payloads.body_of(
        twilio_payloads.status(_line(10**9), status="teleported", at=clock.now())
    ),
    media=FORM,
    stale=False,
)  # fmt: skip

# Stripe ---------------------------------------------------------------------------------------------


def _payer() -> stripe_payloads.Payer:
    return stripe_payloads.Payer(at=clock.now(), email=MAIL, phone=PHONE, name=NAME, metadata={"note": WORDS})


def _stripe(kind: str, thing: Any, event_id: str) -> bytes:
    return stripe_payloads.body_of(stripe_payloads.event(kind, thing, at=clock.now(), event_id=event_id))


def _payments(n: int) -> list[bytes]:
    intent = {**stripe_payloads.payment_intent(_payer()), "id": f"pi_{n}"}
    charge = {**stripe_payloads.charge(_payer()), "payment_intent": f"pi_{n}"}
    return [
        _stripe("payment_intent.succeeded", intent, f"evt_a{n}"),
        _stripe("charge.refunded", {**charge, "amount_refunded": 100}, f"evt_b{n}"),
    ]


STRIPE = Kind(
    "stripe", "stripe", "/webhooks/stripe", "stripe_webhook_secret", "whsec_new", "whsec_old",
    sign=lambda body, secret, at: {"stripe-signature": stripe_payloads.signature(body, secret=secret, at=at)},
    valid=lambda n: _payments(n)[0],
    story=_payments,
    unknown=_stripe("galaxy.created", {"id": "gal_1", "object": "galaxy", "name": NAME}, "evt_unknown"),
)  # fmt: skip

# Vapi -----------------------------------------------------------------------------------------------


def _call(n: int) -> vapi_payloads.PlayedCall:
    call = vapi_payloads.PlayedCall(id=f"00000000-0000-4000-8000-{n:012x}", other=PHONE, began=clock.now())
    call.say("user", f"{WORDS}, sunt {NAME}", at=clock.now())
    return call


def _report(n: int) -> bytes:
    call = _call(n)
    call.status, call.ended_reason, call.ended = "ended", "customer-ended-call", clock.now()
    return vapi_payloads.body_of(call.report(at=clock.now()))


def _vapi_story(n: int) -> list[bytes]:
    updates = [
        vapi_payloads.body_of(_call(n).message("status-update", at=clock.now(), status=word))
        for word in ("in-progress", "ended")
    ]
    return [*updates, _report(n)]


VAPI = Kind(
    "vapi", "vapi", "/webhooks/vapi", "vapi_webhook_secret", "new-vapi", "old-vapi",
    sign=lambda body, secret, at: vapi_payloads.proof("hmac", secret=secret, body=body, at=at),
    valid=_report,
    story=_vapi_story,
    unknown=encoded({"message": {"type": "telepathy", "timestamp": 1, "customer": {"number": PHONE}}}),
)  # fmt: skip

# e-mail ---------------------------------------------------------------------------------------------


def _mail(n: int, text: str = WORDS) -> bytes:
    mail = email_payloads.Mail(
        sender=f"{NAME} <{MAIL}>", subject=WORDS, text=f"{text} {n}", at=clock.now(),
        message_id=f"<m{n}@mail.example>",
    )  # fmt: skip
    return email_payloads.body_of(email_payloads.inbound(mail))


def _email_sign(body: bytes, secret: str, at: datetime) -> Headers:
    return email_payloads.signature(body, secret=secret, identifier="msg_1", at=at)


EMAIL = Kind(
    "email", "email", "/webhooks/email", "email_webhook_secret",
    "whsec_bmV3LWtleS1vZi0yNC1ieXRlcyE=", "whsec_b2xkLWtleS1vZi0yNC1ieXRlcyE=",
    sign=_email_sign,
    valid=_mail,
    story=lambda n: [_mail(n * 10 + at) for at in range(3)],
    unknown=encoded({"type": "email.telepathy", "data": {"from": MAIL, "text": WORDS}}),
)  # fmt: skip

KINDS = (WHATSAPP, VOICE, VOICE_STATUS, STRIPE, VAPI, EMAIL)


def form_of_lead(n: int) -> bytes:
    """What a page of the clinic posts; nobody signs it."""
    return json.dumps(
        {
            "name": NAME,
            "phone": PHONE,
            "email": MAIL,
            "message": f"{WORDS} {n}",
            "consent": {"accepted": True, "text_version": "2026-11"},
        }
    ).encode()
