"""`medicalcor simulate`: be a patient from the command line."""

import json
import re
from contextlib import suppress
from typing import Any

import click

from medicalcor.cli import simulating
from medicalcor.cli.simulate_form import form
from medicalcor.cli.simulate_mail import email
from medicalcor.cli.simulate_vapi import vapi

_PLAIN = re.compile(r"-?\d{1,15}|true|false|null")
"""What a field is set to as a number or a word of JSON's; anything else is text."""


@click.group()
def simulate() -> None:
    """Send what a provider would send, signed, to the running gateway."""


@simulate.command()
@click.option("--from", "sender", help="The patient's number, as +40722000001.")
@click.option("--bsuid", help="Business-scoped user id, for a patient who hides the number (RO.1300…).")
@click.option("--name", default="", help="The patient's name on WhatsApp.")
@click.option("--text", default="", help="What the patient writes; with --image, its caption.")
@click.option("--image", is_flag=True, help="Send a picture.")
@click.option("--voice", is_flag=True, help="Send a voice note.")
@click.option("--id", "message_id", help="The message's id, to send the same one again.")
@click.option("--url", help="The gateway's webhook. [default: http://127.0.0.1:$API_PORT/webhooks/whatsapp]")
def whatsapp(
    sender: str | None,
    *,
    bsuid: str | None,
    name: str,
    text: str,
    image: bool,
    voice: bool,
    message_id: str | None,
    url: str | None,
) -> None:
    """A patient writes on WhatsApp. Prints the HTTP status; exit code 0 means 200."""
    from medicalcor.core import clock
    from medicalcor.sandbox.providers import whatsapp_payloads as payloads

    patient = payloads.Patient(name=name, wa_id=payloads.digits(sender or "") or None, user_id=bsuid)
    if not patient.address:
        raise click.UsageError("Who writes? Give --from with a number, or --bsuid.")
    if not (text or image or voice):
        raise click.UsageError("What does the patient send? Give --text, --image or --voice.")
    secret = simulating.secret("WHATSAPP_WEBHOOK_SECRET")
    content = payloads.image(text) if image else payloads.voice() if voice else payloads.text(text)
    payload = payloads.inbound(
        patient, message_id=message_id or payloads.wamid(), at=clock.now(), content=content
    )
    body = payloads.body_of(payload)
    headers = {
        "Content-Type": "application/json",
        "X-Hub-Signature-256": payloads.signature(body, secret=secret),
    }
    simulating.finish([simulating.post(url or simulating.webhook("whatsapp"), body=body, headers=headers)])


@simulate.command()
@click.option("--from", "caller", default="+40722000001", show_default=True, help="Also anonymous or sip:….")
@click.option("--to", "called", help="The clinic's number.")
@click.option("--status", help="The call's status callback: completed, no-answer, busy, failed, canceled, ….")
@click.option("--dial", help="What became of handing the call over: completed, no-answer, busy, failed.")
@click.option("--recording", is_flag=True, help="A recording of the call is there.")
@click.option(
    "--voicemail", is_flag=True, help="A voicemail is there; without --id, of a whole call of its own."
)
@click.option("--seconds", default=42, show_default=True, type=click.IntRange(0), help="How long it was.")
@click.option("--id", "call_sid", help="The call's SID (CA…), to go on with the same one.")
@click.option(
    "--url", help="The gateway's webhook. [default: http://127.0.0.1:$API_PORT/webhooks/voice[/status]]"
)
def call(  # noqa: PLR0913 - one parameter an option is click's form
    caller: str,
    *,
    called: str | None,
    status: str | None,
    dial: str | None,
    recording: bool,
    voicemail: bool,
    seconds: int,
    call_sid: str | None,
    url: str | None,
) -> None:
    """Somebody calls the clinic, or Twilio tells about that call. Prints the HTTP status and the call's SID."""
    from medicalcor.cli import simulating_calls
    from medicalcor.sandbox.providers import twilio_payloads as payloads

    line = payloads.Line(
        caller=caller,
        call_sid=call_sid or payloads.new_sid("CA"),
        account_sid=simulating.setting("TWILIO_ACCOUNT_SID") or payloads.ANY_ACCOUNT,
        called=called or payloads.CLINIC,
    )
    course = simulating_calls.course(
        line,
        status=status,
        dial=dial,
        recorded="voicemail" if voicemail else "call" if recording else None,
        seconds=seconds,
        alone=call_sid is None,
    )
    token = simulating.secret("TWILIO_AUTH_TOKEN")
    answered = []
    for path, said in course:
        headers = payloads.headers(_signed_address(path, url), form=said, token=token)
        place = url or simulating.webhook(path.removeprefix("/webhooks/"))
        answered.append(simulating.post(place, body=payloads.body_of(said), headers=headers))
    click.echo(f"call {line.call_sid}", err=True)
    simulating.finish(answered)


@simulate.command()
@click.option(
    "--event", "kind", default="checkout.session.completed", show_default=True, help="Stripe's type."
)
@click.option(
    "--amount", default=25_000, show_default=True, type=click.IntRange(0), help="In the smallest unit."
)
@click.option("--currency", default="ron", show_default=True)
@click.option("--customer", help="Stripe's id of the customer (cus_…).")
@click.option("--email")
@click.option("--phone", help="As +40722000001.")
@click.option("--name")
@click.option("--reference", help="client_reference_id of a checkout.")
@click.option("--metadata", multiple=True, metavar="NAME=VALUE", help="May be given several times.")
@click.option(
    "--set",
    "changes",
    multiple=True,
    metavar="FIELD=VALUE",
    help="A field of the object, e.g. payment_intent=pi_1, payment_status=unpaid, amount_refunded=5000.",
)
@click.option("--id", "event_id", help="The event's id, to send the same one again.")
@click.option("--url", help="The gateway's webhook. [default: http://127.0.0.1:$API_PORT/webhooks/stripe]")
def payment(
    kind: str,
    *,
    metadata: tuple[str, ...],
    changes: tuple[str, ...],
    event_id: str | None,
    url: str | None,
    **payer: Any,
) -> None:
    """Something happens to money at Stripe. Prints the HTTP status; exit code 0 means 200.

    Events of one payment share its intent: give each `--set payment_intent=pi_1`, and the intent itself `--set id=pi_1`.
    """
    from medicalcor.core import clock
    from medicalcor.sandbox.providers import stripe_payloads as payloads

    if kind not in payloads.EVENTS:
        raise click.UsageError(f"Which event? There are: {', '.join(payloads.EVENTS)}.")
    now = clock.now()
    pairs = dict(pair.partition("=")[::2] for pair in metadata)
    thing = payloads.EVENTS[kind](payloads.Payer(at=now, metadata=pairs, **payer)) | _changed(changes)
    body = payloads.body_of(payloads.event(kind, thing, at=now, event_id=event_id))
    secret = simulating.secret("STRIPE_WEBHOOK_SECRET")
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Stripe-Signature": payloads.signature(body, secret=secret, at=now),
    }
    _remember(thing)
    simulating.finish([simulating.post(url or simulating.webhook("stripe"), body=body, headers=headers)])


def _changed(changes: tuple[str, ...]) -> dict[str, Any]:
    """Numbers, true, false and null as themselves, anything else as text."""
    pairs = (change.partition("=")[::2] for change in changes)
    return {name: json.loads(value) if _PLAIN.fullmatch(value) else value for name, value in pairs}


def _signed_address(path: str, url: str | None) -> str:
    """The address that Twilio would have called, whatever is between."""
    public = simulating.setting("PUBLIC_URL")
    return (
        f"{public.rstrip('/')}{path}"
        if public
        else url or simulating.webhook(path.removeprefix("/webhooks/"))
    )


def _remember(thing: dict[str, Any]) -> None:
    """So that a running sandbox can be asked for the object that the event is about; without one, nobody asks."""
    import httpx

    place = f"http://127.0.0.1:{simulating.setting('SANDBOX_PORT') or '3900'}/_sandbox/play"
    with suppress(httpx.HTTPError), httpx.Client(timeout=2.0, trust_env=False) as client:
        client.post(place, json={"provider": "stripe", "remember": thing})


simulate.add_command(vapi)
simulate.add_command(email)
simulate.add_command(form)
