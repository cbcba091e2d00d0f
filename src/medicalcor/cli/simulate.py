"""`medicalcor simulate`: be a patient from the command line."""

import os

import click

from medicalcor.cli import environment


def _environment(name: str) -> str | None:
    """From the environment, else from what the demo made in its data folder."""
    made = environment.demo_env(environment.data_dir())
    if os.environ.get(name):
        return os.environ[name]
    return environment.read_env_file(made).get(name) if made.is_file() else None


def _webhook_url() -> str:
    return f"http://127.0.0.1:{_environment('API_PORT') or '3000'}/webhooks/whatsapp"


def _post(url: str, *, body: bytes, headers: dict[str, str]) -> int:
    import httpx

    try:
        with httpx.Client(timeout=30.0, trust_env=False) as client:
            return client.post(url, content=body, headers=headers).status_code
    except httpx.ConnectError:
        raise click.ClickException(
            f"Nothing answers at {url}. Start the gateway (`medicalcor up` or `medicalcor demo`), or give --url."
        ) from None
    except httpx.HTTPError as problem:
        raise click.ClickException(f"The gateway did not answer: {type(problem).__name__}.") from None


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
    secret = (_environment("WHATSAPP_WEBHOOK_SECRET") or "").split(",")[0].strip()
    if not secret:
        raise click.ClickException(
            "WHATSAPP_WEBHOOK_SECRET is not set, and there is no demo.env in the data directory to take it from."
        )
    content = payloads.image(text) if image else payloads.voice() if voice else payloads.text(text)
    payload = payloads.inbound(
        patient, message_id=message_id or payloads.wamid(), at=clock.now(), content=content
    )
    body = payloads.body_of(payload)
    headers = {
        "Content-Type": "application/json",
        "X-Hub-Signature-256": payloads.signature(body, secret=secret),
    }
    status = _post(url or _webhook_url(), body=body, headers=headers)
    click.echo(status)
    if status != 200:
        raise SystemExit(1)
