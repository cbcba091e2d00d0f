"""`medicalcor simulate`: be a patient from the command line."""

import click

from medicalcor.cli import simulating
from medicalcor.cli.simulate_mail import email
from medicalcor.cli.simulate_vapi import vapi


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


simulate.add_command(vapi)
simulate.add_command(email)
