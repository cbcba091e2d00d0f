"""Twilio: calls made and steered, recordings and their sound, and the webhooks of a call."""

import base64
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any, ClassVar, Literal

from pydantic import Field

from medicalcor.core import clock
from medicalcor.sandbox.exchange import Reply, Request, reply_json
from medicalcor.sandbox.faults import Fault
from medicalcor.sandbox.forms import pairs
from medicalcor.sandbox.providers import twilio_payloads as payloads
from medicalcor.sandbox.providers.twilio_payloads import Form, Line
from medicalcor.sandbox.sender import Step, Webhook
from medicalcor.sandbox.settings import newest
from medicalcor.sandbox.twin import Stage, Twin, accepts
from medicalcor.schemas.base import Shape

ADDRESS = re.compile(r"\+[1-9]\d{6,14}|sip:\S+|client:\S+")
OVER = ("completed", "busy", "failed", "no-answer", "canceled")
COURSE = (
    ("initiated", "queued"),
    ("ringing", "ringing"),
    ("answered", "in-progress"),
    ("completed", "completed"),
)
"""A status callback's event, and the status that it says."""
Record = dict[str, Any]


class Refused(Exception):
    """Twilio says no."""

    def __init__(self, code: int, message: str, *, status: int = 400) -> None:
        super().__init__(message)
        self.status = status
        self.body = {
            "code": code,
            "message": message,
            "more_info": f"https://www.twilio.com/docs/errors/{code}",
            "status": status,
        }


class Order(Shape):
    """Somebody calls the clinic."""

    call: Literal["ringing", "answered", "missed", "voicemail"]
    caller: str = Field(default="+40722000001", min_length=1)
    seconds: int = Field(default=42, ge=0)


class Twilio(Twin):
    name = "twilio"
    mount = "/twilio"
    faults: ClassVar[dict[str, str]] = {
        "not_ready": "answers 404, as for a recording that is not there yet",
        "duplicate_webhooks": "posts each webhook of the next `count` calls twice",
        "reorder_webhooks": "posts the webhooks of the next `count` calls last to first",
    }

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        self._sid = stage.settings.twilio_account_sid
        self._token = newest(stage.settings.twilio_auth_token)
        self._calls: dict[str, Record] = {}
        self._recordings: dict[str, Record] = {}
        self._deleted: set[str] = set()
        account = rf"/{payloads.API}/Accounts/(?P<account>AC[0-9a-fA-F]{{32}})"
        call, recording = r"(?P<sid>CA[0-9a-fA-F]{32})", r"(?P<sid>RE[0-9a-fA-F]{32})"
        routes: tuple[tuple[str, str, Callable[..., Reply]], ...] = (
            ("POST", rf"{account}/Calls\.json", self._create),
            ("GET", rf"{account}/Calls/{call}\.json", self._call),
            ("POST", rf"{account}/Calls/{call}\.json", self._steer),
            ("GET", rf"{account}/Calls/{call}/Recordings\.json", self._of_call),
            ("GET", rf"{account}/Recordings/{recording}\.json", self._recording),
            ("DELETE", rf"{account}/Recordings/{recording}\.json", self._delete),
            ("GET", rf"{account}/Recordings/{recording}(?P<form>\.wav|\.mp3|)", self._sound),
        )
        self._routes = [(method, re.compile(pattern), act) for method, pattern, act in routes]

    # what the clinic asks

    def answer(self, request: Request) -> Reply:
        sid, token = _signed_in(request)
        if not accepts(self._sid, sid) or not accepts(self._token, token):
            return self.error(401)
        try:
            for method, pattern, act in self._routes:
                found = pattern.fullmatch(request.path) if method == request.method else None
                if found and found["account"] == sid:
                    return act(request, **found.groupdict())
        except Refused as refused:
            return reply_json(refused.body, status=refused.status)
        return self.error(404)

    def _create(self, request: Request, *, account: str) -> Reply:
        form = pairs(request)
        asked = dict(form)
        if not ADDRESS.fullmatch(asked.get("To", "")):
            raise Refused(21211, "The 'To' number is not a valid phone number.")
        if not ADDRESS.fullmatch(asked.get("From", "")):
            raise Refused(21212, "The 'From' number is not a valid phone number.")
        if sum(bool(asked.get(name)) for name in ("Url", "Twiml", "ApplicationSid")) != 1:
            raise Refused(21205, "Give one of Url, Twiml and ApplicationSid.")
        line = Line(
            caller=asked["From"],
            called=asked["To"],
            call_sid=payloads.new_sid("CA"),
            account_sid=account,
            direction="outbound-api",
        )
        self._calls[line.call_sid] = _call(line, status="queued")
        if asked.get("StatusCallback") and self.stage.panel.now.statuses:
            wanted = [value for name, value in form if name == "StatusCallbackEvent"] or ["completed"]
            self._follow(line, url=asked["StatusCallback"], wanted=wanted)
        return reply_json(self._calls[line.call_sid], status=201)

    def _call(self, _: Request, *, account: str, sid: str) -> Reply:  # noqa: ARG002 - every route has an account
        return reply_json(self._known(sid))

    def _steer(self, request: Request, *, account: str, sid: str) -> Reply:  # noqa: ARG002 - as above
        call, asked = self._known(sid), dict(pairs(request))
        if call["status"] in OVER:
            raise Refused(21220, "Call is not in-progress. Cannot redirect.")
        status = asked.get("Status")
        if status not in (None, "completed", "canceled") or not (
            status or asked.get("Url") or asked.get("Twiml")
        ):
            raise Refused(21218, "Give Status=completed or canceled, Url, or Twiml.")
        call["status"] = status or call["status"]
        return reply_json(call)

    def _known(self, sid: str) -> Record:
        if sid not in self._calls:
            raise Refused(20404, f"The requested resource Calls/{sid}.json was not found", status=404)
        return self._calls[sid]

    def _of_call(self, _: Request, *, account: str, sid: str) -> Reply:  # noqa: ARG002 - as above
        found = [record for record in self._recordings.values() if record["call_sid"] == sid]
        return reply_json({"recordings": found, "page": 0, "page_size": 50})

    def _recording(self, _: Request, *, account: str, sid: str) -> Reply:
        return reply_json(self._there(sid, account=account))

    def _sound(self, _: Request, *, account: str, sid: str, form: str) -> Reply:
        self._there(sid, account=account)
        kind = form.removeprefix(".") or "wav"
        return Reply(body=payloads.sound(kind), content_type=payloads.MEDIA_TYPES[kind])

    def _delete(self, _: Request, *, account: str, sid: str) -> Reply:
        self._there(sid, account=account)
        self._deleted.add(sid)
        return Reply(status=204)

    def _there(self, sid: str, *, account: str) -> Record:
        if sid in self._deleted or not (sid in self._recordings or sid.startswith(payloads.SIMULATED)):
            raise Refused(20404, f"The requested resource Recordings/{sid} was not found", status=404)
        line = Line(caller="anonymous", call_sid=payloads.new_sid("CA"), account_sid=account)
        return self._recordings.setdefault(sid, _recording(line, sid=sid, seconds=1))

    # what happens at Twilio

    def play(self, order: dict[str, Any]) -> dict[str, Any]:
        """Somebody calls: the webhooks of that call, in order. Raises pydantic.ValidationError."""
        wanted = Order.model_validate(order)
        line = Line(
            caller=wanted.caller,
            call_sid=payloads.new_sid("CA"),
            account_sid=self._sid or payloads.ANY_ACCOUNT,
        )
        self._calls[line.call_sid] = _call(line, status="in-progress")
        gateway = self.stage.settings.gateway_url
        voice, told = f"{gateway}/webhooks/voice", f"{gateway}/webhooks/voice/status"
        course = [self._step(voice, payloads.inbound(line))]
        if wanted.call in ("answered", "voicemail"):
            sid = payloads.recording_sid()
            self._recordings[sid] = _recording(line, sid=sid, seconds=wanted.seconds)
            began = clock.now() - timedelta(seconds=wanted.seconds)
            voicemail = wanted.call == "voicemail"
            said = payloads.recorded(line, sid=sid, at=began, seconds=wanted.seconds, voicemail=voicemail)
            course.append(self._step(told, said))
        if wanted.call != "ringing":
            outcome = "no-answer" if wanted.call == "missed" else "completed"
            self._calls[line.call_sid]["status"] = outcome
            end = payloads.status(line, status=outcome, at=clock.now(), sequence=3, seconds=wanted.seconds)
            course.append(self._step(told, end))
        self.stage.sender.send(self.name, course=course)
        return {"call": line.call_sid}

    def _follow(self, line: Line, *, url: str, wanted: list[str]) -> None:
        course = []
        for number, (event, status) in enumerate(COURSE):
            if event in wanted:
                form = payloads.status(line, status=status, at=clock.now(), sequence=number, seconds=9)
                course.append(self._step(url, form))
        self.stage.sender.send(self.name, course=course)

    def _step(self, url: str, form: Form) -> Step:
        def make() -> Webhook:
            headers = payloads.headers(url, form=form, token=self._token)
            return Webhook(url=url, body=payloads.body_of(form), headers=headers)

        return Step(after=0.0, make=make, taken=_nothing)

    # how it says no

    def bend(self, request: Request, *, fault: Fault) -> Reply:  # noqa: ARG002 - one fault, whatever was asked
        return self.error(404)

    def error(self, status: int) -> Reply:
        said = {
            400: (20001, "Bad request"),
            401: (20003, "Authenticate"),
            403: (20403, "Forbidden"),
            404: (20404, "The requested resource was not found"),
        }
        code, words = said.get(status, (20500, "An internal server error has occurred"))
        return reply_json(Refused(code, words, status=status).body, status=status)

    def rate_limited(self, fault: Fault) -> Reply:
        headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
        refused = Refused(20429, "Too many requests", status=429)
        return reply_json(refused.body, status=429, headers=headers)

    def reset(self) -> None:
        self._calls.clear()
        self._recordings.clear()
        self._deleted.clear()


def _signed_in(request: Request) -> tuple[str, str]:
    """Account and token of basic authentication."""
    given = request.header(b"authorization").removeprefix("Basic ")
    try:
        sid, _, token = base64.b64decode(given, validate=True).decode().partition(":")
    except ValueError:
        return "", ""
    return sid, token


def _call(line: Line, *, status: str) -> Record:
    now = payloads.rfc2822(clock.now())
    return {
        "sid": line.call_sid,
        "account_sid": line.account_sid,
        "api_version": payloads.API,
        "date_created": now,
        "date_updated": now,
        "direction": line.direction,
        "duration": None,
        "end_time": None,
        "from": line.caller,
        "price": None,
        "price_unit": "USD",
        "start_time": None,
        "status": status,
        "to": line.called,
        "uri": f"/{payloads.API}/Accounts/{line.account_sid}/Calls/{line.call_sid}.json",
    }


def _recording(line: Line, *, sid: str, seconds: int) -> Record:
    place = f"/{payloads.API}/Accounts/{line.account_sid}/Recordings/{sid}"
    now = payloads.rfc2822(clock.now())
    return {
        "sid": sid,
        "account_sid": line.account_sid,
        "api_version": payloads.API,
        "call_sid": line.call_sid,
        "channels": 2,
        "date_created": now,
        "date_updated": now,
        "duration": str(seconds),
        "error_code": None,
        "media_url": f"https://api.twilio.com{place}",
        "price": None,
        "price_unit": "USD",
        "source": "DialVerb",
        "start_time": now,
        "status": "completed",
        "uri": f"{place}.json",
    }


def _nothing() -> None:
    """Twilio does nothing when a webhook was taken."""
