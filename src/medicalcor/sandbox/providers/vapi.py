"""Vapi: its calls over REST, and whole calls played against the gateway."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from medicalcor.core import clock
from medicalcor.sandbox.exchange import Reply, Request, reply_json
from medicalcor.sandbox.faults import Fault
from medicalcor.sandbox.providers import vapi_payloads as payloads
from medicalcor.sandbox.providers.vapi_line import Line, Ordered
from medicalcor.sandbox.providers.vapi_payloads import PlayedCall
from medicalcor.sandbox.settings import newest
from medicalcor.sandbox.twin import Stage, Twin, accepts

WORDS = {400: "Bad Request", 401: "Unauthorized", 404: "Not Found", 429: "Too Many Requests"}
MOST = 1000


class Vapi(Twin):
    name = "vapi"
    mount = "/vapi"
    faults: ClassVar[dict[str, str]] = {
        "duplicate_webhooks": "posts each message of the next `count` calls twice",
        "reorder_webhooks": "posts the report of the next `count` calls before their end",
    }

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        self._key = newest(stage.settings.vapi_api_key)
        self._calls: dict[str, PlayedCall] = {}
        self._line = Line(stage)

    def answer(self, request: Request) -> Reply:
        if not accepts(self._key, request.header(b"authorization").removeprefix("Bearer ").strip()):
            return self.error(401)
        if (request.method, request.path) == ("POST", "/call"):
            return self._create(request.json)
        if (request.method, request.path) == ("GET", "/call"):
            return self._list(request.query)
        if request.method == "GET" and request.path.startswith("/call/"):
            call = self._calls.get(request.path.removeprefix("/call/"))
            return reply_json(call.shown()) if call else self.error(404)
        return self.error(404)

    def _create(self, asked: Any) -> Reply:
        problems = list(_problems(asked))
        if problems:
            return _error(400, problems)
        call = PlayedCall(
            id=payloads.new_id(),
            other=asked["customer"]["number"],
            began=clock.now(),
            inbound=False,
            assistant_id=asked.get("assistantId"),
            name=asked.get("name"),
        )
        self._calls[call.id] = call
        if self.stage.panel.now.statuses:
            self.stage.sender.begin(self._line.play(call, ordered=Ordered()))
        return reply_json(call.shown(), status=201)

    def _list(self, query: dict[str, str]) -> Reply:
        def fits(call: PlayedCall) -> bool:
            updated, created = call.updated or call.began, call.began
            return _after(updated, query.get("updatedAtGt")) and _after(created, query.get("createdAtGt"))

        limit = int(query.get("limit", "100"))
        if not 0 <= limit <= MOST:
            return _error(400, [f"limit must not be greater than {MOST}"])
        newest_first = sorted(self._calls.values(), key=lambda call: call.began, reverse=True)
        return reply_json([call.shown() for call in newest_first if fits(call)][:limit])

    def play(self, order: dict[str, Any]) -> dict[str, Any]:
        """Somebody calls the clinic; `vapi_line.Ordered` says what can be asked for."""
        ordered = Ordered.model_validate(order)
        call = PlayedCall(
            id=ordered.id or payloads.new_id(),
            other=ordered.sender,
            began=clock.now(),
            handed_over_by=ordered.handed_over_by,
        )
        self._calls[call.id] = call
        self.stage.sender.begin(self._line.play(call, ordered=ordered))
        return {"id": call.id}

    def error(self, status: int) -> Reply:
        words = WORDS.get(status, "Internal server error" if status >= 500 else "Bad Request")
        return _error(status, [words])

    def rate_limited(self, fault: Fault) -> Reply:
        wait = {} if fault.retry_after is None else {"retry-after": str(fault.retry_after)}
        words = "Over Concurrency Limit. Upgrade your plan or wait for a call to end."
        body = {"message": words, "error": WORDS[429], "statusCode": 429}
        return reply_json(body, status=429, headers=wait)

    def reset(self) -> None:
        self._calls.clear()


def _error(status: int, words: list[str]) -> Reply:
    said: Any = words if status == 400 else words[0]
    body = {"message": said, "error": WORDS.get(status, "Internal Server Error"), "statusCode": status}
    return reply_json(body, status=status)


def _problems(asked: Any) -> list[str]:
    """What Vapi's validation would name."""
    if not isinstance(asked, dict):
        return ["body must be an object"]
    found = []
    if not any(asked.get(one) for one in ("assistantId", "assistant", "squadId", "squad", "workflowId")):
        found.append("assistantId or assistant should not be empty")
    if "assistantId" in asked and not _is_uuid(asked["assistantId"]):
        found.append("assistantId must be a UUID")
    if not _is_uuid(asked.get("phoneNumberId")):
        found.append("phoneNumberId must be a UUID")
    customer = asked.get("customer")
    number = customer.get("number") if isinstance(customer, dict) else None
    if not isinstance(number, str) or not (
        number.startswith("+") and number[1:].isdigit() and len(number) > 7
    ):
        found.append("customer.number must be a valid phone number in the E.164 format")
    if len(str(asked.get("name") or "")) > 40:
        found.append("name must be shorter than or equal to 40 characters")
    return found


def _is_uuid(value: Any) -> bool:
    try:
        return bool(UUID(str(value)))
    except ValueError:
        return False


def _after(moment: datetime, asked: str | None) -> bool:
    return asked is None or moment > datetime.fromisoformat(asked)
