"""What goes through the clients stays out of logs and metrics, in good weather and in bad."""

import logging
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from uuid import UUID

import pytest

from medicalcor.core import log
from medicalcor.core.errors import ProviderError
from medicalcor.core.observability import metrics
from medicalcor.core.redaction import describe
from medicalcor.integrations.hubspot.client import HubSpotClient
from medicalcor.integrations.openai.client import AiClient
from medicalcor.integrations.stripe.client import StripeClient
from medicalcor.integrations.twilio.client import TwilioClient
from medicalcor.integrations.vapi.client import VapiClient
from medicalcor.integrations.whatsapp.client import WhatsAppClient
from medicalcor.schemas.wire.whatsapp_out import Recipient

CANARIES = ("40722000001", "722 000 001", "Canary", "canary@", "wa-key", "hs-token", "ai-key", "vapi-key")
FAULTS = (
    {"kind": "malformed"},
    {"kind": "drop"},
    {"kind": "status", "status": 400},
    {"kind": "rate_limit"},
    None,
)


@pytest.fixture(autouse=True)
def _talkative() -> Iterator[None]:
    root, raising = logging.getLogger(), logging.raiseExceptions
    handlers, level = root.handlers[:], root.level
    log.configure("debug")
    yield
    log.configure("info")
    root.handlers, root.level, logging.raiseExceptions = handlers, level, raising


@pytest.mark.parametrize("fault", FAULTS)
async def test_nothing_personal_is_told(sandbox, capsys, fault) -> None:
    whatsapp = WhatsAppClient(f"{sandbox.url}/whatsapp", "wa-key")
    hubspot = HubSpotClient(f"{sandbox.url}/hubspot", "hs-token")
    vapi = VapiClient(f"{sandbox.url}/vapi", "vapi-key")
    ai = AiClient(api_key="ai-key", base_url=f"{sandbox.url}/openai/v1", model="gpt-test")
    to = Recipient(kind="phone", value="+40722000001")
    stripe = StripeClient(f"{sandbox.url}/stripe", "ai-key-of-stripe")
    twilio = TwilioClient(f"{sandbox.url}/twilio", account_sid="AC" + "0" * 32, auth_token="ai-key-of-twilio")
    deposit = {"amount": 1, "currency": "RON", "title": "Canary", "metadata": {"Canary": "Canary"}}
    deposit["idempotency_key"] = "Canary"
    person = {"firstname": "Canary", "email": "canary@clinic.example", "phone": "+40722000001"}
    calls = (
        ("whatsapp", lambda: whatsapp.send_text(to=to, body="Canary", reply_to="wamid.Canary", tracker="t")),
        ("hubspot", lambda: hubspot.upsert_contact(person_id=UUID(int=1), properties=person)),
        ("hubspot", lambda: hubspot.find_contact_by_phone("+40722000001")),
        (
            "hubspot",
            lambda: hubspot.create_note(contact_id="1", text="Canary", at=datetime.now(UTC), marker="m"),
        ),
        ("stripe", lambda: stripe.create_payment_link(**deposit)),
        ("openai", lambda: ai.transcribe(b"Canary", filename="Canary.ogg", language="ro", timeout=2)),
        ("openai", lambda: ai.write([{"role": "user", "content": "Canary"}], timeout=2, max_tokens=9)),
    )
    told = [repr(to)]
    for provider, call in calls:
        if fault:
            await sandbox.fault(provider=provider, **fault, count=3)
        with suppress(ProviderError):
            try:
                await call()
            except ProviderError as problem:
                told += [repr(problem), str(describe(problem))]
                raise
    for client in (whatsapp, hubspot, vapi, ai, stripe, twilio):
        await client.aclose()
    told += [capsys.readouterr().out, metrics.render()[0].decode()]
    assert "outbound_call" in told[-2]
    for canary in CANARIES:
        assert canary not in "".join(told), canary
