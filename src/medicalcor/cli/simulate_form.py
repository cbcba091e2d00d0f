"""`medicalcor simulate form`: somebody fills in the form on the clinic's web page."""

import json

import click

from medicalcor.cli import simulating


@click.command()
@click.option("--name", help="The person's name.")
@click.option("--phone", help="Their number, in any spelling.")
@click.option("--email", help="Their e-mail address.")
@click.option("--message", help="What they write.")
@click.option("--language", default="ro", show_default=True, help="The page's language.")
@click.option("--marketing", is_flag=True, help="They agree to offers by e-mail and WhatsApp too.")
@click.option("--source", help="utm_source, such as google.")
@click.option("--campaign", help="utm_campaign, such as spring-implants.")
@click.option("--key", help="The Idempotency-Key, to send the same form again.")
@click.option("--url", help="The gateway's door. [default: http://127.0.0.1:$API_PORT/leads]")
def form(  # noqa: PLR0913 - one parameter an option is click's form
    *,
    name: str | None,
    phone: str | None,
    email: str | None,
    message: str | None,
    language: str,
    marketing: bool,
    source: str | None,
    campaign: str | None,
    key: str | None,
    url: str | None,
) -> None:
    """Somebody fills in the web form. Prints the HTTP status and the answer; exit code 0 means 202."""
    filled = {
        "name": name,
        "phone": phone,
        "email": email,
        "message": message,
        "language": language,
        "consent": {
            "accepted": True,
            "text_version": "simulated",
            "purposes": ["marketing_email", "marketing_whatsapp"] if marketing else [],
        },
        "utm_source": source,
        "utm_campaign": campaign,
    }
    headers = {"Content-Type": "application/json", **({"Idempotency-Key": key} if key else {})}
    place = url or f"http://127.0.0.1:{simulating.setting('API_PORT') or '3000'}/leads"
    answer = simulating.exchange(place, body=json.dumps(filled).encode(), headers=headers)
    click.echo(answer.status)
    click.echo(answer.body, err=True)
    if answer.status != 202:
        raise SystemExit(1)
