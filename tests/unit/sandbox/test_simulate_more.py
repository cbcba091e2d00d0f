"""`medicalcor simulate vapi` and `email` against something that listens."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from click.testing import CliRunner

from medicalcor.cli.simulate import simulate
from medicalcor.integrations.email import signature as standard
from medicalcor.integrations.vapi import signature as of_vapi
from medicalcor.schemas.wire.email import inbound_email
from medicalcor.schemas.wire.vapi import ToolCalls, server_message

SECRET = "whsec_c2l4dGVlbi1ieXRlcy1hdC1sZWFzdA=="


class Gateway:
    def __init__(self) -> None:
        self.status = 200
        self.taken: list[tuple[str, dict[bytes, bytes], bytes]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {k.lower().encode(): v.encode() for k, v in self.headers.items()}
                outer.taken.append((self.path, headers, body))
                self.send_response(outer.status)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *args: Any) -> None:
                """Quietly."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    gateway = Gateway()
    thread = threading.Thread(target=gateway.server.serve_forever, args=(0.01,))
    thread.start()
    yield gateway
    gateway.server.shutdown()
    gateway.server.server_close()
    thread.join()


@pytest.fixture
def run(gateway, monkeypatch, tmp_path):
    monkeypatch.setenv("API_PORT", str(gateway.port))
    monkeypatch.setenv("MEDICALCOR_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("VAPI_WEBHOOK_SECRET", "new,old")
    monkeypatch.setenv("EMAIL_WEBHOOK_SECRET", SECRET)
    return lambda *arguments: CliRunner().invoke(simulate, arguments)


def test_a_whole_call(gateway, run) -> None:
    told = run(
        "vapi", "--from", "+40722000001", "--tool", "find_slots", "--arguments", '{"day": "2026-12-01"}'
    )
    assert told.exit_code == 0, told.output
    lines = told.output.splitlines()
    kinds = ["assistant-request", "in-progress", "tool-calls", "ended", "end-of-call-report"]
    assert [line for line in lines if line != "{}"] == [f"200 {kind}" for kind in kinds]
    proof = of_vapi.Proof(secrets=["new"])
    for path, headers, body in gateway.taken:
        assert path == "/webhooks/vapi"
        assert proof.accepts(headers, body, now=datetime.now(UTC))
        assert server_message(json.loads(body)).caller == "+40722000001"


@pytest.mark.parametrize(
    "shape", ["function", "function_object", "flat_arguments", "flat_parameters", "legacy"]
)
@pytest.mark.parametrize("proof", ["bearer", "header", "hmac"])
def test_one_message_in_each_shape_and_with_each_proof(gateway, run, shape: str, proof: str) -> None:
    arguments = ("--message", "tool-calls", "--shape", shape, "--proof", proof, "--arguments", '{"day": "x"}')
    told = run("vapi", *arguments)
    assert told.exit_code == 0, told.output
    [(_, headers, body)] = gateway.taken
    assert of_vapi.Proof(secrets=["new"]).accepts(headers, body, now=datetime.now(UTC))
    read = server_message(json.loads(body))
    assert isinstance(read, ToolCalls)
    assert [(call.name, call.arguments) for call in read.calls] == [("find_slots", {"day": "x"})]


def test_the_same_call_again_is_the_same(gateway, run) -> None:
    for _ in range(2):
        run("vapi", "--message", "tool-calls", "--id", "0b0e7c1e-5f58-4d36-9a55-0c6b7a4d9e01")
    first, second = (server_message(json.loads(body)).key for _, _, body in gateway.taken)
    assert first == second


def test_a_mail(gateway, run) -> None:
    told = run(
        "email",
        "--from",
        "Ana <ana@example.ro>",
        "--subject",
        "Programare",
        "--text",
        "Bună",
        "--reply-to",
        "<a@b>",
    )
    assert (told.exit_code, told.output) == (0, "200\n")
    [(path, headers, body)] = gateway.taken
    assert path == "/webhooks/email"
    assert standard.Proof(secrets=[SECRET]).accepts(headers, body, now=datetime.now(UTC))
    mail = inbound_email(json.loads(body))
    assert (mail.sender.address, mail.sender.name, mail.subject) == ("ana@example.ro", "Ana", "Programare")
    assert (mail.text, mail.answers, mail.chain) == ("Bună", "<a@b>", "<a@b>")


def test_the_same_mail_again_is_the_same(gateway, run) -> None:
    for _ in range(2):
        run("email", "--from", "ana@example.ro", "--text", "x", "--id", "<m1@example.ro>")
    assert len({headers[b"webhook-id"] for _, headers, _ in gateway.taken}) == 1


def test_another_status_is_an_error(gateway, run) -> None:
    gateway.status = 401
    for arguments in (("email", "--from", "ana@example.ro", "--text", "x"), ("vapi", "--message", "hang")):
        told = run(*arguments)
        assert (told.exit_code, told.output) == (1, "401\n")


@pytest.mark.parametrize(
    "arguments",
    [
        ("email", "--from", "ana@example.ro"),
        ("email", "--text", "x"),
        ("vapi", "--arguments", "[1]"),
        ("vapi", "--arguments", "{"),
        ("vapi", "--message", "weather"),
    ],
)
def test_what_cannot_be_sent(gateway, run, arguments: tuple[str, ...]) -> None:
    assert run(*arguments).exit_code == 2
    assert gateway.taken == []


def test_without_a_secret(run, monkeypatch) -> None:
    for name, arguments in (
        ("VAPI_WEBHOOK_SECRET", ("vapi",)),
        ("EMAIL_WEBHOOK_SECRET", ("email", "--from", "ana@example.ro", "--text", "x")),
    ):
        monkeypatch.delenv(name)
        told = run(*arguments)
        assert told.exit_code == 1
        assert f"{name} is not set" in told.output
    monkeypatch.setenv("EMAIL_WEBHOOK_SECRET", "no base64!")
    assert "must be" in run("email", "--from", "ana@example.ro", "--text", "x").output
