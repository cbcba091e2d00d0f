"""What the providers answer in the stories. They are asked by the same operations as the real ones."""

from dataclasses import dataclass, field
from itertools import count
from typing import Any, NoReturn

from medicalcor.cli.sandbox import RulesBrain
from medicalcor.cli.seeding.arrivals import wamid
from medicalcor.cli.seeding.stories import Line
from medicalcor.core.errors import ProviderUnavailable
from medicalcor.domain.scoring.prompt import AiJudgement

_OFTEN = "ai_timeout"
"""Why there is no answer, where the line gives no other reason."""


@dataclass(frozen=True)
class Ai:
    """Judges as the rules do, but where the line says otherwise; writes what stands in the story."""

    line: Line
    clinic: str
    emergency_number: str

    async def judge(self, messages: list[dict[str, str]], **_: object) -> AiJudgement:
        if self.line.more.get("ai"):
            self._fail()
        brain = RulesBrain(clinic=self.clinic, emergency_number=self.emergency_number)
        return AiJudgement.model_validate(brain.judge(messages) | self.line.more.get("judged", {}))

    async def write(self, _messages: list[dict[str, str]], **_: object) -> str:
        if self.line.reply is None or self.line.more.get("ai"):
            self._fail()
        return self.line.reply.replace("{clinic}", self.clinic)

    def _fail(self) -> NoReturn:
        raise ProviderUnavailable(provider="openai", reason=self.line.more.get("ai") or _OFTEN)


@dataclass(frozen=True)
class WhatsApp:
    """Takes everything."""

    async def send_text(self, *, tracker: str, **_: object) -> str:
        return wamid(tracker)

    async def send_template(self, *, tracker: str, **_: object) -> str:
        return wamid(tracker)


@dataclass(frozen=True)
class HubSpot:
    """An account in which nobody was known before."""

    numbers: "count[int]" = field(default_factory=lambda: count(70_100_000_001))

    async def find_contact_by_phone(self, _phone: str) -> None:
        return None

    async def upsert_contact(self, **_: Any) -> str:
        return str(next(self.numbers))

    async def create_note(self, **_: Any) -> str:
        return str(next(self.numbers))

    async def create_task(self, **_: Any) -> str:
        return str(next(self.numbers))
