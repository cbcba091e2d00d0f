"""Form-encoded bodies, as Stripe and Twilio take them."""

from urllib.parse import parse_qsl

from medicalcor.sandbox.exchange import Request


def pairs(request: Request) -> list[tuple[str, str]]:
    """In order of arrival, blank values included."""
    return parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True)
