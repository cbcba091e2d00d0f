"""Somebody who calls the clinic: what Twilio posts to us about it, in the order that a test wants."""

from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import Element, fromstring

import httpx

from medicalcor.core import clock
from medicalcor.sandbox.providers import twilio_payloads as payloads
from tests.stack import TWILIO_TOKEN, Stack

ACCOUNT = "AC" + "0" * 30 + "a1"
VOICE, STATUS = "/webhooks/voice", "/webhooks/voice/status"


@dataclass
class Caller:
    """One call. `number` is what Twilio says of the caller: a number, `anonymous`, `sip:…`."""

    stack: Stack
    number: str
    sid: str = field(default_factory=lambda: payloads.new_sid("CA"))

    @property
    def line(self) -> payloads.Line:
        return payloads.Line(caller=self.number, call_sid=self.sid, account_sid=ACCOUNT)

    def rings(self) -> Element:
        """The TwiML that the call is answered with."""
        return self._asks(payloads.inbound(self.line))

    def dialled(self, outcome: str, *, seconds: int | None = None) -> Element:
        form = payloads.dialled(self.line, outcome=outcome)
        return self._asks([*form, ("DialCallDuration", str(seconds))] if seconds is not None else form)

    def has_spoken(self, recording: str) -> Element:
        """The caller's message is over; Twilio asks what follows."""
        said = [
            ("RecordingSid", recording),
            ("RecordingDuration", "9"),
            ("RecordingUrl", "https://x.example"),
        ]
        return self._asks([*self.line.fields("in-progress"), *said])

    def ends(self, status: str = "completed", *, seconds: int = 42, sequence: int = 3) -> None:
        self.tells(
            payloads.status(self.line, status=status, at=clock.now(), sequence=sequence, seconds=seconds)
        )

    def recorded(self, *, voicemail: bool, sid: str | None = None, **changes: str) -> str:
        sid = sid or payloads.recording_sid()
        form = payloads.recorded(self.line, sid=sid, at=clock.now(), seconds=9, voicemail=voicemail)
        self.tells([(name, changes.get(name, value)) for name, value in form])
        return sid

    def log(self) -> dict[str, Any]:
        """The call as the log has it; waits until it is there."""
        rows: list[dict[str, Any]] = self.stack.until(
            lambda: self.stack.rows("select * from calls where twilio_sid = $1", self.sid),
            what="the call to be in the log",
        )
        assert len(rows) == 1
        return rows[0]

    def effects(self, *, kind: str = "%") -> list[dict[str, Any]]:
        """What was planned because of the call, or of what was said in it."""
        call = self.log()
        return self.stack.rows(
            "select * from effects where person_id = $1 and kind like $2 order by planned_at, id",
            call["person_id"],
            kind,
        )

    def _asks(self, form: payloads.Form) -> Element:
        answer = self._post(VOICE, form)
        assert answer.headers["content-type"] == "application/xml"
        return fromstring(answer.content)  # noqa: S314 - our own gateway's

    def tells(self, form: payloads.Form) -> None:
        self._post(STATUS, form)

    def _post(self, path: str, form: payloads.Form) -> httpx.Response:
        url = f"{self.stack.api_url}{path}"
        headers = payloads.headers(url, form=form, token=TWILIO_TOKEN)
        answer = self.stack.http.post(url, content=payloads.body_of(form), headers=headers)
        assert answer.status_code == 200, answer.text
        return answer
