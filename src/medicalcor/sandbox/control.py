"""`/_sandbox`: what tests, benches and the demo ask of the sandbox itself."""

from collections.abc import Callable
from typing import Any

from pydantic import ValidationError

from medicalcor.core.errors import InvalidInput
from medicalcor.sandbox.exchange import BodyNotJson, Reply, Request, reply_json
from medicalcor.sandbox.faults import Fault, FaultBook
from medicalcor.sandbox.ledger import Ledger
from medicalcor.sandbox.switches import Panel
from medicalcor.sandbox.twin import Twin

ROUTES = (
    "GET /calls?provider=",
    "GET, POST, DELETE /faults",
    "GET, POST /settings",
    "POST /play",
    "POST /reset",
    "GET /health",
)


class Control:
    mount = "/_sandbox"

    def __init__(self, *, twins: list[Twin], ledger: Ledger, faults: FaultBook, panel: Panel) -> None:
        self._twins = {twin.name: twin for twin in twins}
        self._ledger = ledger
        self._faults = faults
        self._panel = panel
        self.smtp_port: Callable[[], int | None] = lambda: None
        """Where mail is taken, if anywhere."""

    async def answer(self, request: Request) -> Reply:
        try:
            return await self._answer(request)
        except (InvalidInput, BodyNotJson) as problem:
            return reply_json({"error": str(problem)}, status=400)
        except ValidationError as problem:
            return reply_json({"error": _in_words(problem)}, status=400)

    async def _answer(self, request: Request) -> Reply:
        asked = (request.method, request.path)
        if asked == ("GET", "/health"):
            return reply_json({"status": "ok", "providers": list(self._twins), "smtp_port": self.smtp_port()})
        if asked == ("GET", "/calls"):
            return self._calls(request.query.get("provider"))
        if asked == ("POST", "/reset"):
            await self.reset()
            return reply_json({"reset": True})
        if asked == ("POST", "/play"):
            return self._play(_object(request.json))
        if request.path == "/faults":
            return self._order(request)
        if request.path == "/settings":
            if request.method == "POST":
                self._panel.turn(_object(request.json))
            return reply_json(self._panel.now.model_dump())
        return reply_json(
            {"error": f"There is no such thing here. There are: {'; '.join(ROUTES)}."}, status=404
        )

    def _calls(self, provider: str | None) -> Reply:
        if provider is None:
            return reply_json([call.shown() for call in self._ledger.of(None)])
        if provider not in self._twins:
            raise InvalidInput(
                f"There is no provider {provider!r} here. There are: {', '.join(self._twins)}."
            )
        lines = [call.shown() for call in self._ledger.of(provider)]
        return reply_json([{k: v for k, v in line.items() if k != "provider"} for line in lines])

    def _play(self, order: dict[str, Any]) -> Reply:
        """What somebody does on the provider's side, e.g. calls the clinic: `{"provider": "vapi", …}`."""
        twin = self._twins.get(str(order.get("provider")))
        if twin is None:
            raise InvalidInput(f"Say whose part is played: one of {', '.join(self._twins)}.")
        asked = {name: value for name, value in order.items() if name != "provider"}
        return reply_json(twin.play(asked), status=202)

    def _order(self, request: Request) -> Reply:
        if request.method == "DELETE":
            self._faults.clear()
        elif request.method == "POST":
            self._faults.add(Fault.model_validate(_object(request.json)))
            return reply_json(self._faults.waiting(), status=201)
        return reply_json(self._faults.waiting())

    async def reset(self) -> None:
        """Forget calls, faults, stored state and webhooks in flight; what was set stays set."""
        self._faults.clear()
        for twin in self._twins.values():
            await twin.stage.sender.forget()
            twin.stage.threads.clear()
            twin.reset()
        self._ledger.clear()


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise InvalidInput("The body is a JSON object.")
    return value


def _in_words(problem: ValidationError) -> str:
    return "; ".join(
        f"{'.'.join(map(str, error['loc'])) or 'body'}: {error['msg']}" for error in problem.errors()
    )
