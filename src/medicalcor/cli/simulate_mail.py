"""`medicalcor simulate email`: a patient writes a mail."""

import click

from medicalcor.cli import simulating


@click.command()
@click.option(
    "--from", "sender", required=True, help="The patient's address, alone or as 'Ana <ana@example.ro>'."
)
@click.option("--subject", default="", help="What it is about.")
@click.option("--text", help="What the patient writes.")
@click.option("--html", help="The same in HTML, alone or beside --text.")
@click.option("--reply-to", help="The Message-ID that it answers, with its angle brackets.")
@click.option("--id", "message_id", help="The mail's Message-ID, to send the same one again.")
@click.option("--url", help="The gateway's webhook. [default: http://127.0.0.1:$API_PORT/webhooks/email]")
def email(
    sender: str,
    *,
    subject: str,
    text: str | None,
    html: str | None,
    reply_to: str | None,
    message_id: str | None,
    url: str | None,
) -> None:
    """A patient writes a mail. Prints the HTTP status; exit code 0 means 200."""
    from medicalcor.core import clock, ids
    from medicalcor.core.errors import InvalidInput
    from medicalcor.sandbox.providers import email_payloads as payloads

    if not (text or html):
        raise click.UsageError("What does the patient write? Give --text or --html.")
    mail = payloads.Mail(
        sender=sender,
        subject=subject,
        text=text,
        html=html,
        at=clock.now(),
        message_id=message_id or payloads.new_message_id(),
        in_reply_to=reply_to,
        references=(reply_to,) if reply_to else (),
    )
    body = payloads.body_of(payloads.inbound(mail))
    # the same mail has the same id, as a service that delivers it again would give it
    identifier = f"msg_{mail.message_id.strip('<>')}" if message_id else f"msg_{ids.token(12)}"
    secret = simulating.secret("EMAIL_WEBHOOK_SECRET")
    try:
        proof = payloads.signature(body, secret=secret, identifier=identifier, at=clock.now())
    except InvalidInput as problem:
        raise click.ClickException(problem.message) from None
    headers = {"Content-Type": "application/json", **proof}
    simulating.finish([simulating.post(url or simulating.webhook("email"), body=body, headers=headers)])
