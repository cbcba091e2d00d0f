"""`medicalcor simulate call` and `simulate payment` against something that listens."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from click.testing import CliRunner

from medicalcor.cli.simulate import simulate
from medicalcor.integrations.stripe.signature import Proof as StripeProof
from medicalcor.integrations.twilio.signature import Proof as TwilioProof
from medicalcor.integrations.twilio.signature import form_of


class Listener:
    def __init__(self) -> None:
        self.status = 200
        self.taken: list[tuple[str, dict[bytes, bytes], bytes]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower().encode(): value.encode() for name, value in self.headers.items()}
                outer.taken.append((self.path, headers, body))
                self.send_response(outer.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args: Any) -> None:
                """Quietly."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"


@pytest.fixture
def gateway(monkeypatch, tmp_path) -> Iterator[Listener]:
    gateway = Listener()
    monkeypatch.setenv("API_PORT", str(gateway.server.server_address[1]))
    monkeypatch.setenv("SANDBOX_PORT", "1")
    monkeypatch.setenv("MEDICALCOR_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "new,old")
    monkeypatch.setenv("STRIPE_WEBHOOK_SECRET", "whsec_new,whsec_old")
    monkeypatch.delenv("PUBLIC_URL", raising=False)
    thread = threading.Thread(target=gateway.server.serve_forever, args=(0.01,))
    thread.start()
    yield gateway
    gateway.server.shutdown()
    gateway.server.server_close()
    thread.join()


def run(*arguments: str) -> Any:
    return CliRunner().invoke(simulate, arguments)


def form(gateway: Listener, *, public_url: str | None = None) -> dict[str, str]:
    path, headers, body = gateway.taken[-1]
    proof = TwilioProof(tokens=("new",), public_url=public_url or gateway.url)
    assert proof.accepts(headers, body, path=path.encode(), query=b"")
    return form_of(body)


def test_somebody_calls(gateway) -> None:
    done = run("call", "--from", "anonymous", "--id", "CA" + "0" * 32)
    assert (done.exit_code, done.stdout.splitlines()) == (0, ["200"])
    assert gateway.taken[0][0] == "/webhooks/voice"
    said = form(gateway)
    assert (said["From"], said["CallStatus"], said["CallSid"]) == ("anonymous", "ringing", "CA" + "0" * 32)
    assert said["CalledCity"] == ""


@pytest.mark.parametrize(
    ("arguments", "path", "expected"),
    [
        (("--status", "no-answer"), "/webhooks/voice/status", {"CallStatus": "no-answer"}),
        (
            ("--status", "completed", "--seconds", "61"),
            "/webhooks/voice/status",
            {"CallDuration": "61", "Duration": "2"},
        ),
        (
            ("--recording",),
            "/webhooks/voice/status",
            {"RecordingSource": "DialVerb", "RecordingChannels": "2"},
        ),
        (
            ("--voicemail", "--id", "CA" + "0" * 32),
            "/webhooks/voice/status",
            {"RecordingSource": "RecordVerb"},
        ),
        (("--dial", "busy"), "/webhooks/voice", {"DialCallStatus": "busy", "CallStatus": "in-progress"}),
    ],
)
def test_what_twilio_tells_of_a_call(gateway, arguments, path, expected) -> None:
    assert run("call", *arguments).exit_code == 0
    assert gateway.taken[0][0] == path
    assert expected.items() <= form(gateway).items()


def test_a_voicemail_alone_is_a_whole_call_that_is_over(gateway) -> None:
    done = run("call", "--voicemail", "--from", "+40722000003", "--seconds", "9")
    assert (done.exit_code, done.stdout.splitlines()) == (0, ["200"] * 3)
    assert [path for path, *_ in gateway.taken] == ["/webhooks/voice", *["/webhooks/voice/status"] * 2]
    told = [form_of(body) for *_, body in gateway.taken]
    assert len({one["CallSid"] for one in told}) == 1
    assert (told[0]["From"], told[1]["RecordingSource"], told[2]["CallStatus"]) == (
        "+40722000003",
        "RecordVerb",
        "completed",
    )


def test_a_call_is_signed_for_the_public_address(gateway, monkeypatch) -> None:
    monkeypatch.setenv("PUBLIC_URL", "https://crm.clinic.example/")
    run("call")
    assert form(gateway, public_url="https://crm.clinic.example")


def event(gateway: Listener) -> dict[str, Any]:
    path, headers, body = gateway.taken[-1]
    assert path == "/webhooks/stripe"
    assert StripeProof(secrets=("whsec_new",)).accepts(headers, body, now=datetime.now(UTC))
    taken: dict[str, Any] = json.loads(body)
    return taken


def test_somebody_pays(gateway) -> None:
    done = run(
        "payment", "--amount", "9900", "--phone", "+40722000001", "--metadata", "a=1", "--metadata", "b=x=y", "--id", "evt_7"
    )  # fmt: skip
    assert (done.exit_code, done.stdout.splitlines()) == (0, ["200"])
    said = event(gateway)
    assert (said["id"], said["type"]) == ("evt_7", "checkout.session.completed")
    session = said["data"]["object"]
    assert (session["amount_total"], session["currency"]) == (9900, "ron")
    assert session["metadata"] == {"a": "1", "b": "x=y"}
    assert session["customer_details"]["phone"] == "+40722000001"


def test_other_events_and_unknown_ones(gateway) -> None:
    run("payment", "--event", "charge.refunded", "--customer", "cus_1")
    assert event(gateway)["data"]["object"]["customer"] == "cus_1"
    refused = run("payment", "--event", "no.such")
    assert refused.exit_code == 2
    assert "invoice.paid" in refused.output


def test_any_field_can_be_set_so_that_events_are_of_one_payment(gateway) -> None:
    changes = ("payment_intent=pi_1", "amount_refunded=5000", "refunded=false", "receipt_url=null")
    run("payment", "--event", "charge.refunded", *(part for one in changes for part in ("--set", one)))
    charge = event(gateway)["data"]["object"]
    assert (charge["payment_intent"], charge["amount_refunded"]) == ("pi_1", 5000)
    assert (charge["refunded"], charge["receipt_url"]) == (False, None)


def test_the_sandbox_hears_of_the_object_where_there_is_one(gateway, monkeypatch) -> None:
    monkeypatch.setenv("SANDBOX_PORT", str(gateway.server.server_address[1]))
    run("payment")
    (told, _, order), (_, _, body) = gateway.taken
    assert told == "/_sandbox/play"
    assert json.loads(order)["remember"] == json.loads(body)["data"]["object"]


def test_says_what_went_wrong(gateway, monkeypatch) -> None:
    gateway.status = 401
    for command in ("call", "payment"):
        refused = run(command)
        assert (refused.exit_code, refused.stdout.splitlines()) == (1, ["401"])
    monkeypatch.delenv("TWILIO_AUTH_TOKEN")
    monkeypatch.delenv("STRIPE_WEBHOOK_SECRET")
    assert "TWILIO_AUTH_TOKEN is not set" in run("call").output
    assert "STRIPE_WEBHOOK_SECRET is not set" in run("payment").output
