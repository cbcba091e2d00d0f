"""What each provider posts under load: signed as it signs, about another thing each time."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from pydantic_core import to_json

from medicalcor.core import clock, ids
from medicalcor.core.crypto import hmac

PUBLIC_URL = "https://bench.example"
_SENDERS = 5_000
_NUMBER = "7777777777"
"""Stands in a prepared body where the number of each request goes."""
Headers = Mapping[str, str]


@dataclass(frozen=True)
class Route:
    """A door, and what comes to it."""

    path: str
    provider: str
    setting: str
    """The environment's name of the secret."""
    prepare: Callable[[str], Callable[[int], bytes]]
    """For a series of requests: the body of each by its number."""
    sign: Callable[[str, bytes], Headers]


def new_secret(setting: str) -> str:
    """One of the form that the provider wants."""
    import base64

    made = ids.token()
    return f"whsec_{base64.b64encode(made.encode()).decode()}" if setting == "EMAIL_WEBHOOK_SECRET" else made


def _filled(template: bytes) -> Callable[[int], bytes]:
    def body(number: int) -> bytes:
        return template.replace(_NUMBER.encode(), b"%010d" % number)

    return body


def _whatsapp(series: str) -> Callable[[int], bytes]:
    message = {
        "id": f"wamid.bench.{series}.{_NUMBER}",
        "timestamp": "1795400001",
        "type": "text",
        "text": {"body": "Bună ziua, aș dori o programare pentru un implant dentar, cât costă?"},
    }

    def body(number: int) -> bytes:
        phone = f"4072{number % _SENDERS:07d}"
        value = {
            "messaging_product": "whatsapp",
            "metadata": {"display_phone_number": "40310000001", "phone_number_id": "100000000000001"},
            "contacts": [{"profile": {"name": f"Pacient {number % _SENDERS}"}, "wa_id": phone}],
            "messages": [{"from": phone, **message}],
        }
        entry = {"id": "200000000000001", "changes": [{"field": "messages", "value": value}]}
        return _filled(to_json({"object": "whatsapp_business_account", "entry": [entry]}))(number)

    return body


def _line(series: str) -> Any:
    from medicalcor.sandbox.providers.twilio_payloads import Line

    return Line(caller="+40722000001", call_sid=f"CA{series.encode().hex()[:22]:0<22}{_NUMBER}")


def _voice(series: str) -> Callable[[int], bytes]:
    from medicalcor.sandbox.providers import twilio_payloads as payloads

    return _filled(payloads.body_of(payloads.inbound(_line(series))))


def _voice_status(series: str) -> Callable[[int], bytes]:
    from medicalcor.sandbox.providers import twilio_payloads as payloads

    told = payloads.status(_line(series), status="completed", at=clock.now(), sequence=3, seconds=42)
    return _filled(payloads.body_of(told))


def _stripe(series: str) -> Callable[[int], bytes]:
    from medicalcor.sandbox.providers import stripe_payloads as payloads

    paid = payloads.payment_intent(payloads.Payer(at=clock.now(), phone="+40722000001"))
    thing = {**paid, "id": f"pi_{series}{_NUMBER}"}
    return _filled(
        payloads.body_of(
            payloads.event(
                "payment_intent.succeeded", thing, at=clock.now(), event_id=f"evt_{series}{_NUMBER}"
            )
        )
    )


def _vapi(series: str) -> Callable[[int], bytes]:
    from medicalcor.sandbox.providers import vapi_payloads as payloads

    place = f"00000000-0000-4000-8{series.encode().hex()[:3]}-00{_NUMBER}"
    call = payloads.PlayedCall(id=place, other="+40722000001", began=clock.now())
    return _filled(payloads.body_of(call.message("status-update", at=clock.now(), status="in-progress")))


def _email(series: str) -> Callable[[int], bytes]:
    from medicalcor.sandbox.providers import email_payloads as payloads

    mail = payloads.Mail(
        sender=f"Pacient <p{_NUMBER}@mail.example>",
        subject="Programare",
        text="Bună ziua, aș dori o programare pentru un implant dentar, cât costă?",
        at=clock.now(),
        message_id=f"<{series}{_NUMBER}@mail.example>",
    )
    return _filled(payloads.body_of(payloads.inbound(mail)))


def _signed_form(path: str) -> Callable[[str, bytes], Headers]:
    def sign(secret: str, body: bytes) -> Headers:
        from medicalcor.sandbox.providers import twilio_payloads as payloads

        form = parse_qsl(body.decode(), keep_blank_values=True)
        signature = payloads.signature(PUBLIC_URL + path, form=form, token=secret)
        return {"content-type": "application/x-www-form-urlencoded", "x-twilio-signature": signature}

    return sign


def _signed_by_meta(secret: str, body: bytes) -> Headers:
    return {"x-hub-signature-256": f"sha256={hmac.sign(secret.encode(), body)}"}


def _signed_by_stripe(secret: str, body: bytes) -> Headers:
    from medicalcor.sandbox.providers import stripe_payloads as payloads

    return {"stripe-signature": payloads.signature(body, secret=secret, at=clock.now())}


def _signed_by_vapi(secret: str, body: bytes) -> Headers:
    from medicalcor.sandbox.providers import vapi_payloads as payloads

    return payloads.proof("hmac", secret=secret, body=body, at=clock.now())


def _signed_by_the_mail_service(secret: str, body: bytes) -> Headers:
    from medicalcor.sandbox.providers import email_payloads as payloads

    return payloads.signature(body, secret=secret, identifier=ids.token(9), at=clock.now())


WHATSAPP = "whatsapp"
_HOOKS = "/webhooks"
_VOICE, _STATUS = f"{_HOOKS}/voice", f"{_HOOKS}/voice/status"
_TOKEN, _TWILIO = "TWILIO_AUTH_TOKEN", "twilio"
ROUTES: Mapping[str, Route] = {
    WHATSAPP: Route(f"{_HOOKS}/whatsapp", "whatsapp", "WHATSAPP_WEBHOOK_SECRET", _whatsapp, _signed_by_meta),
    "voice": Route(_VOICE, _TWILIO, _TOKEN, _voice, _signed_form(_VOICE)),
    "voice-status": Route(_STATUS, _TWILIO, _TOKEN, _voice_status, _signed_form(_STATUS)),
    "vapi": Route(f"{_HOOKS}/vapi", "vapi", "VAPI_WEBHOOK_SECRET", _vapi, _signed_by_vapi),
    "stripe": Route(f"{_HOOKS}/stripe", "stripe", "STRIPE_WEBHOOK_SECRET", _stripe, _signed_by_stripe),
    "email": Route(f"{_HOOKS}/email", "email", "EMAIL_WEBHOOK_SECRET", _email, _signed_by_the_mail_service),
}
