"""What follows from a request can be followed at every provider, by the headers that its twin took down."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from uuid import UUID

import pytest

from medicalcor.core import context
from medicalcor.core.errors import ProviderError
from medicalcor.integrations.hubspot.client import HubSpotClient
from medicalcor.integrations.openai.client import AiClient
from medicalcor.integrations.stripe.client import StripeClient
from medicalcor.integrations.twilio.client import TwilioClient
from medicalcor.integrations.vapi.client import VapiClient
from medicalcor.integrations.whatsapp.client import WhatsAppClient
from medicalcor.schemas.wire.whatsapp_out import Recipient

TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
Ask = Callable[[str], Awaitable[None]]


async def whatsapp(url: str) -> None:
    client = WhatsAppClient(f"{url}/whatsapp", "wa-key")
    to = Recipient(kind="phone", value="+40722000001")
    await client.send_text(to=to, body="Salut", reply_to=None, tracker="t")
    await client.aclose()


async def hubspot(url: str) -> None:
    client = HubSpotClient(f"{url}/hubspot", "hs-token")
    await client.upsert_contact(person_id=UUID(int=1), properties={"firstname": "Ana"})
    await client.aclose()


async def openai(url: str) -> None:
    client = AiClient(api_key="ai-key", base_url=f"{url}/openai/v1", model="gpt-5.5")
    await client.write([{"role": "user", "content": "Salut"}], timeout=5, max_tokens=9)
    with suppress(ProviderError):
        await client.transcribe(b"OggS", filename="a.ogg", language="ro", timeout=5)
    await client.aclose()


async def stripe(url: str) -> None:
    client = StripeClient(f"{url}/stripe", "sk_test")
    await client.create_payment_link(
        amount=5000, currency="RON", title="Avans", metadata={}, idempotency_key="deposit-1"
    )
    await client.aclose()


async def twilio(url: str) -> None:
    client = TwilioClient(f"{url}/twilio", account_sid="AC" + "0" * 32, auth_token="token")
    await client.delete_recording("RE" + "0" * 32)
    await client.aclose()


async def vapi(url: str) -> None:
    client = VapiClient(f"{url}/vapi", "vapi-key")
    await client.calls_since(datetime.now(UTC))
    await client.aclose()


@pytest.mark.parametrize("ask", [whatsapp, hubspot, openai, stripe, twilio, vapi], ids=lambda a: a.__name__)
async def test_every_call_carries_what_it_follows_from(sandbox, ask: Ask) -> None:
    with context.bind(correlation_id="story-7", traceparent=TRACE):
        await ask(sandbox.url)
    calls = await sandbox.calls(ask.__name__)
    assert calls
    for call in calls:
        assert call["headers"]["x-correlation-id"] == "story-7", call["path"]
        assert call["headers"]["traceparent"] == TRACE, call["path"]


async def test_keys_are_not_told_of(sandbox) -> None:
    await stripe(sandbox.url)
    [call] = await sandbox.calls("stripe")
    assert call["headers"] == {"idempotency-key": "deposit-1"}
