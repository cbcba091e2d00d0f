"""`medicalcor simulate whatsapp` against something that listens."""

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from click.testing import CliRunner

from medicalcor.cli.simulate import simulate


class Gateway:
    def __init__(self) -> None:
        self.status = 200
        self.taken: list[tuple[dict[str, str], bytes]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.taken.append(({k.lower(): v for k, v in self.headers.items()}, body))
                self.send_response(outer.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args: Any) -> None:
                """Quietly."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]

    def value(self) -> dict[str, Any]:
        return json.loads(self.taken[-1][1])["entry"][0]["changes"][0]["value"]


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
    monkeypatch.setenv("WHATSAPP_WEBHOOK_SECRET", "new,old")

    def run(*arguments: str) -> Any:
        return CliRunner().invoke(simulate, ["whatsapp", *arguments])

    return run


def test_posts_a_signed_message_and_prints_the_status(gateway, run):
    done = run("--from", "+40 722 000 001", "--name", "Ana", "--text", "Bună ziua")
    assert (done.exit_code, done.stdout.splitlines()[0]) == (0, "200")
    headers, body = gateway.taken[0]
    assert headers["x-hub-signature-256"] == "sha256=" + hmac.new(b"new", body, hashlib.sha256).hexdigest()
    message = gateway.value()["messages"][0]
    assert (message["from"], message["text"]["body"]) == ("40722000001", "Bună ziua")
    assert gateway.value()["contacts"][0] == {"profile": {"name": "Ana"}, "wa_id": "40722000001"}


def test_ids_are_fresh_unless_given(gateway, run):
    for arguments in ((), (), ("--id", "wamid.AGAIN")):
        run("--from", "+40722000001", "--text", "Salut", *arguments)
    ids = [
        json.loads(body)["entry"][0]["changes"][0]["value"]["messages"][0]["id"] for _, body in gateway.taken
    ]
    assert len(set(ids)) == 3
    assert ids[2] == "wamid.AGAIN"


def test_the_secret_of_the_demo_is_found(gateway, run, monkeypatch, tmp_path):
    monkeypatch.delenv("WHATSAPP_WEBHOOK_SECRET")
    nothing = run("--from", "+40722000001", "--text", "Salut")
    assert nothing.exit_code != 0
    assert "WHATSAPP_WEBHOOK_SECRET" in nothing.output
    (tmp_path / "demo.env").write_text("# made\nWHATSAPP_WEBHOOK_SECRET=of-the-demo\n")
    assert run("--from", "+40722000001", "--text", "Salut").exit_code == 0
    headers, body = gateway.taken[0]
    expected = hmac.new(b"of-the-demo", body, hashlib.sha256).hexdigest()
    assert headers["x-hub-signature-256"] == f"sha256={expected}"


def test_media_and_people_without_a_number(gateway, run):
    run("--bsuid", "RO.1300001", "--image", "--text", "radiografia mea")
    value = gateway.value()
    assert value["messages"][0]["image"]["caption"] == "radiografia mea"
    assert value["messages"][0]["from_user_id"] == "RO.1300001"
    assert "wa_id" not in value["contacts"][0]
    run("--from", "+40722000001", "--voice")
    assert gateway.value()["messages"][0]["audio"]["voice"] is True


def test_says_what_went_wrong(gateway, run):
    gateway.status = 401
    refused = run("--from", "+40722000001", "--text", "Salut")
    assert (refused.exit_code, refused.stdout.splitlines()[0]) == (1, "401")
    assert "Who writes?" in run("--text", "Salut").output
    assert "What does the patient send?" in run("--from", "+40722000001").output
    nobody = run("--from", "+40722000001", "--text", "Salut", "--url", "http://127.0.0.1:1/webhooks/whatsapp")
    assert nobody.exit_code != 0
    assert "Nothing answers" in nobody.output
