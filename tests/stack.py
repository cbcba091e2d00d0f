"""The system as processes of its own: what the journeys and the chaos tests drive, through HTTP only."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psycopg
from psycopg import RawCursor
from psycopg.rows import dict_row

from medicalcor.core.crypto.hmac import sign
from tests import nursery
from tests.webhooks import envelope, message, new_wamid

WHATSAPP_SECRET = "journey-webhook-secret"
TWILIO_TOKEN = "journey-twilio-token"
OLD_SECRET = "journey-webhook-secret-of-last-year"
MAIL_SECRET = "whsec_am91cm5leS1tYWlsLXNlY3JldA=="
CLINIC_MAIL = "office@zambet.example"
WEBSITE = "https://www.zambet.example"
AI_TIMEOUT = 12.0
PATIENCE = 90.0
"""Seconds that a story waits for the system at most: a bound, not a measure, for the machine may be busy."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Process:
    """One of ours; its output goes to a file that a failing test can show."""

    name: str
    args: list[str]
    env: Mapping[str, str]
    log: Path
    child: nursery.Child | None = None

    def start(self) -> None:
        self.child = nursery.born(self.args, env=self.env, log=self.log)

    @property
    def pid(self) -> int:
        assert self.child is not None
        return self.child.pid

    def kill(self) -> None:
        """As `kill -9` does."""
        assert self.child is not None
        self.child.send(signal.SIGKILL)
        assert self.child.ended(within=10)

    def ask_to_stop(self) -> None:
        if self.child is not None and not self.child.ended():
            self.child.send(signal.SIGCONT)
            self.child.send(signal.SIGTERM)

    def stop(self) -> None:
        if self.child is None or self.child.ended():
            return
        self.ask_to_stop()
        if not self.child.ended(within=30):
            self.kill()


@dataclass
class Stack:
    """Sandbox, gateway, dashboard and workers on one database."""

    database_url: str
    folder: Path
    master_key: str
    settings: dict[str, str] = field(default_factory=dict)
    workers: int = 1

    def __post_init__(self) -> None:
        self.api_port, self.web_port, self.sandbox_port = free_port(), free_port(), free_port()
        self.smtp_port = free_port()
        self.processes = {
            "sandbox": self._process("sandbox", "sandbox"),
            "api": self._process("api", "api"),
            "web": self._process("web", "web"),
        }
        for number in range(self.workers):
            self.add_worker(f"worker-{number}")
        self.http = httpx.Client(timeout=30)
        self._reader: psycopg.Connection[dict[str, Any]] | None = None

    def add_worker(self, name: str) -> Process:
        self.processes[name] = self._process(name, "worker")
        return self.processes[name]

    @property
    def env(self) -> dict[str, str]:
        keep = {
            k: v for k, v in os.environ.items() if k in {"PATH", "HOME", "LANG", "PYTHONPATH", "VIRTUAL_ENV"}
        }
        sandbox = self.sandbox_url
        return keep | {
            "DATABASE_URL": self.database_url,
            "MEDICALCOR_DATA_DIR": str(self.folder / "data"),
            "MEDICALCOR_MASTER_KEY": self.master_key,
            "API_SECRET_KEY": "journey-api-secret-key-of-32-characters",
            "API_PORT": str(self.api_port),
            "WEB_PORT": str(self.web_port),
            "SANDBOX_PORT": str(self.sandbox_port),
            "WHATSAPP_API_KEY": "journey-whatsapp-key",
            "WHATSAPP_BASE_URL": f"{sandbox}/whatsapp",
            "WHATSAPP_WEBHOOK_SECRET": f"{WHATSAPP_SECRET},{OLD_SECRET}",
            "WHATSAPP_VERIFY_TOKEN": "journey-verify-token",
            "HUBSPOT_ACCESS_TOKEN": "journey-hubspot-token",
            "HUBSPOT_BASE_URL": f"{sandbox}/hubspot",
            "OPENAI_API_KEY": "journey-openai-key",
            "OPENAI_BASE_URL": f"{sandbox}/openai/v1",
            "CLINIC_NAME": "Clinica Zâmbet",
            "QUIET_HOURS": "off",  # stories happen at any hour
            "CLINIC_FACTS": 'hours = "Luni-Vineri 9-18"',
            "VAPI_API_KEY": "journey-vapi-key",
            "VAPI_BASE_URL": f"{sandbox}/vapi",
            "VAPI_WEBHOOK_SECRET": "journey-vapi-secret",
            "ANSWER_SETTLE_SECONDS": "1",
            "AI_TIMEOUT_SECONDS": str(AI_TIMEOUT),
            "VISIT_NEWS_SECONDS": "1",
            "UNKNOWN_OUTCOME_WAIT_SECONDS": "3",
            "TWILIO_ACCOUNT_SID": "AC" + "0" * 30 + "a1",
            "TWILIO_AUTH_TOKEN": TWILIO_TOKEN,
            "TWILIO_BASE_URL": f"{sandbox}/twilio",
            "VAPI_SIP_URI": "sip:journey@sip.vapi.ai",
            "CALL_SETTLE_SECONDS": "1",
            "STRIPE_API_KEY": "journey-stripe-key",
            "STRIPE_BASE_URL": f"{sandbox}/stripe",
            "STRIPE_WEBHOOK_SECRET": "journey-stripe-secret,journey-stripe-secret-of-last-year",
            "SANDBOX_SMTP_PORT": str(self.smtp_port),
            "SMTP_URL": f"smtp://127.0.0.1:{self.smtp_port}",
            "EMAIL_FROM": f"Clinica Zâmbet <{CLINIC_MAIL}>",
            "EMAIL_WEBHOOK_SECRET": MAIL_SECRET,
            "CORS_ORIGINS": f"{WEBSITE},{sandbox}",
            **self.settings,
        }

    @property
    def sandbox_url(self) -> str:
        return f"http://127.0.0.1:{self.sandbox_port}"

    @property
    def api_url(self) -> str:
        return f"http://127.0.0.1:{self.api_port}"

    @property
    def web_url(self) -> str:
        return f"http://127.0.0.1:{self.web_port}"

    def start(self, *names: str) -> None:
        for name in names or tuple(self.processes):
            self.processes[name].start()
        self.wait_ready()

    def turn(self, **switches: Any) -> None:
        """Set what can be set of the sandbox while it runs."""
        answer = self.http.post(f"{self.sandbox_url}/_sandbox/settings", json=switches)
        assert answer.status_code == 200, answer.text

    def wait_ready(self, seconds: float = PATIENCE) -> None:
        wanted = {
            "api": f"{self.api_url}/ready",
            "web": f"{self.web_url}/sign-in",
            "sandbox": f"{self.sandbox_url}/_sandbox/calls",
        }
        for name, url in wanted.items():
            if self.processes[name].child is not None:
                self.until(lambda url=url: self._answers(url), what=f"{name} ready", seconds=seconds)  # type: ignore[misc]  # mypy cannot infer a lambda with a default

    def stop(self) -> None:
        for process in self.processes.values():
            process.ask_to_stop()
        for process in self.processes.values():
            process.stop()
        self.http.close()
        if self._reader is not None:
            self._reader.close()

    def until(self, holds: Callable[[], Any], *, what: str, seconds: float = PATIENCE) -> Any:
        """Poll until `holds` answers something true; the wait is bounded and says what it waited for."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            found = holds()
            if found:
                return found
            time.sleep(0.05)
        raise AssertionError(f"waited {seconds} s for: {what}\n{self.logs()}")

    def logs(self, last: int = 4000) -> str:
        return "\n".join(
            f"== {p.name}\n{p.log.read_text(errors='replace')[-last:]}"
            for p in self.processes.values()
            if p.log.exists()
        )

    # the patient -------------------------------------------------------------------------------------

    def post(self, body: bytes, *, secret: str = WHATSAPP_SECRET, **told: str) -> httpx.Response:
        headers = {"X-Hub-Signature-256": f"sha256={sign(secret.encode(), body)}", **told}
        return self.http.post(f"{self.api_url}/webhooks/whatsapp", content=body, headers=headers)

    def say(self, phone: str, text: str, **options: Any) -> str:
        """The patient writes; answers WhatsApp's id once the gateway has acknowledged."""
        wamid = options.pop("wamid", None) or new_wamid(phone)
        answer = self.post_json(envelope([message(phone, text, wamid=wamid, **options)]))
        assert answer.status_code == 200, answer.text
        return wamid

    def calls(self, provider: str, path: str | None = None) -> list[dict[str, Any]]:
        """But for read receipts, which follow each answer: `receipts` has them."""
        return [c for c in self._calls(provider) if (path is None or path in c["path"]) and not _receipt(c)]

    def receipts(self) -> list[str]:
        """Ids of messages that WhatsApp was told are read."""
        return [c["body"]["message_id"] for c in self._calls("whatsapp") if _receipt(c)]

    def _calls(self, provider: str) -> list[dict[str, Any]]:
        found = self.http.get(f"{self.sandbox_url}/_sandbox/calls", params={"provider": provider}).json()
        return list(found)

    def made(self, kind: str) -> list[dict[str, Any]]:
        """What HubSpot took: the properties of each `notes`, `tasks` or `contacts`, in order."""
        found = [
            c["body"]
            for c in self.calls("hubspot", f"/{kind}")
            if c["method"] == "POST"
            and "/objects" in c["path"]
            and not c["path"].endswith("/search")
            and c["status"] in (200, 201, 207)
        ]
        bodies = [one for body in found for one in body.get("inputs", [body])]
        return [dict(one["properties"]) for one in bodies]

    def messages_to(self, phone: str) -> list[dict[str, Any]]:
        """What the clinic sent to this number and the provider took, in order."""
        digits = phone.lstrip("+")
        return [
            c["body"]
            for c in self.calls("whatsapp", "/messages")
            if c["status"] == 200
            and isinstance(c["body"], dict)
            and str(c["body"].get("to", "")).lstrip("+") == digits
        ]

    def answered(self, phone: str, count: int = 1, seconds: float = PATIENCE) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.until(
            lambda: (m := self.messages_to(phone)) if len(self.messages_to(phone)) >= count else None,
            what=f"{count} answer(s)",
            seconds=seconds,
        )
        return found

    def pass_time(self, seconds: float) -> None:
        """For stories in which somebody takes their time; never to wait for the system."""
        time.sleep(seconds)

    def post_json(self, payload: Any, **told: str) -> httpx.Response:
        return self.post(httpx.Request("POST", "http://x", json=payload).content, **told)

    def person(self, address: str) -> dict[str, Any]:
        """Lead, conversation and person of whoever has this address; waits until they are known."""
        found: list[dict[str, Any]] = self.until(
            lambda: self.rows(
                "select l.*, p.name, p.language as speaks, p.opted_out_at, c.id as conversation, c.taken_over_by,"
                " c.reply_to from addresses a join people p on p.id = a.person_id"
                " join conversations c on c.person_id = p.id join leads l on l.id = c.lead_id"
                " where a.value = $1",
                address,
            ),
            what="the person to be known",
        )
        assert len(found) == 1, "one person, one lead, one conversation"
        return found[0]

    def effects_of(self, address: str, *, kind: str = "whatsapp.%") -> list[dict[str, Any]]:
        """What was planned for somebody, oldest first, with its decision and what became of it."""
        return self.rows(
            "select e.* from effects e join addresses a using (person_id)"
            " where a.value = $1 and e.kind like $2 order by e.planned_at, e.id",
            address,
            kind,
        )

    def effect(self, address: str, status: str, *, seconds: float = PATIENCE) -> dict[str, Any]:
        """The first effect towards the patient to reach this status."""
        found: dict[str, Any] = self.until(
            lambda: next((e for e in self.effects_of(address) if e["status"] == status), None),
            what=f"an effect to be {status}",
            seconds=seconds,
        )
        return found

    def under_way(self) -> int:
        """Runs that have not finished; those that wait for their time too, unless it is far off."""
        [row] = self.rows(
            "select count(*) as n from dbos.workflow_status where status in ('ENQUEUED', 'PENDING') or ("
            " status = 'DELAYED' and delay_until_epoch_ms < extract(epoch from now() + interval '2 minutes') * 1000)"
        )
        count: int = row["n"]
        return count

    def settle(self, seconds: float = PATIENCE) -> None:
        """Wait until everything that was begun has come to its end."""
        self.until(lambda: self.under_way() == 0, what="nothing to be under way", seconds=seconds)

    def fault(self, **fault: Any) -> None:
        answer = self.http.post(f"{self.sandbox_url}/_sandbox/faults", json=fault)
        assert answer.status_code < 300, answer.text

    def reset(self) -> None:
        self.http.post(f"{self.sandbox_url}/_sandbox/reset")

    def rows(self, sql: str, *args: Any) -> list[dict[str, Any]]:
        """Straight from the database, for what has no public door yet."""

        try:
            return self._open_reader().execute(sql, args).fetchall()
        except psycopg.OperationalError:  # the server has been killed since the last look
            return self._open_reader().execute(sql, args).fetchall()

    def _open_reader(self) -> psycopg.Connection[dict[str, Any]]:
        if self._reader is None or self._reader.broken:
            self._reader = psycopg.connect(
                self.database_url, autocommit=True, row_factory=dict_row, cursor_factory=RawCursor
            )
        return self._reader

    def run(self, *args: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
        """A `medicalcor` command, as a person would type it."""
        return subprocess.run(
            [sys.executable, "-m", "medicalcor", *args],
            env=self.env,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def _answers(self, url: str) -> bool:
        try:
            return self.http.get(url).status_code == 200
        except httpx.HTTPError:
            return False

    def _process(self, name: str, *args: str) -> Process:
        self.folder.mkdir(parents=True, exist_ok=True)
        return Process(name, list(args), self.env, self.folder / f"{name}.log")


def _receipt(call: dict[str, Any]) -> bool:
    return isinstance(call["body"], dict) and call["body"].get("status") == "read"
