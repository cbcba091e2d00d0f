"""What the providers answer in the stories. They are asked by the same operations as the real ones."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any, NamedTuple, NoReturn

from pydantic import BaseModel

from medicalcor.cli.sandbox import RulesBrain
from medicalcor.cli.seeding.arrivals import wamid
from medicalcor.cli.seeding.stories import Line
from medicalcor.core.errors import ProviderUnavailable
from medicalcor.domain.scoring.prompt import AiJudgement
from medicalcor.integrations.email.composing import message_id
from medicalcor.sandbox.providers.twilio_payloads import sound
from medicalcor.schemas.wire.stripe import PaymentLink

_OFTEN = "ai_timeout"
"""Why there is no answer, where the line gives no other reason."""


@dataclass(frozen=True)
class Ai:
    """Judges as the rules do, but where the line says otherwise; writes what stands in the story."""

    line: Line
    clinic: str
    emergency_number: str

    async def judge(
        self, messages: list[dict[str, str]], *, shape: type[BaseModel] = AiJudgement, **_: object
    ) -> BaseModel:
        if self.line.more.get("ai"):
            self._fail()
        brain = RulesBrain(clinic=self.clinic, emergency_number=self.emergency_number)
        otherwise = self.line.more.get("judged" if shape is AiJudgement else "analysis", {})
        return shape.model_validate(brain.judge(messages) | otherwise)

    async def write(self, _messages: list[dict[str, str]], **_: object) -> str:
        if self.line.reply is None or self.line.more.get("ai"):
            self._fail()
        return self.line.reply.replace("{clinic}", self.clinic)

    async def transcribe(self, _sound: bytes, **_: object) -> str:
        return self.line.what

    def _fail(self) -> NoReturn:
        raise ProviderUnavailable(provider="openai", reason=self.line.more.get("ai") or _OFTEN)


@dataclass(frozen=True)
class WhatsApp:
    """Takes everything."""

    async def send_text(self, *, tracker: str, **_: object) -> str:
        return wamid(tracker)

    async def send_choices(self, *, tracker: str, **_: object) -> str:
        return wamid(tracker)

    async def send_template(self, *, tracker: str, **_: object) -> str:
        return wamid(tracker)


@dataclass(frozen=True)
class Mail:
    """A mail server that takes everything."""

    sender: str

    async def send(self, _letter: object, *, tracker: str) -> str:
        return message_id(tracker, sender=self.sender)


class Sound(NamedTuple):
    content: bytes


@dataclass(frozen=True)
class Twilio:
    """Has the sound of every recording, until it is deleted."""

    async def fetch_recording(self, _sid: str, *, form: str) -> Sound:
        return Sound(sound(form))

    async def delete_recording(self, _sid: str) -> None:
        return None


@dataclass(frozen=True)
class Stripe:
    """Makes links that the sandbox's pages are at."""

    port: int

    async def create_payment_link(self, *, metadata: Mapping[str, str], **_: object) -> PaymentLink:
        asked = metadata["payment_request_id"].replace("-", "")
        return PaymentLink(id=f"plink_{asked}", url=f"http://127.0.0.1:{self.port}/pay/{asked}")


@dataclass(frozen=True)
class HubSpot:
    """An account in which nobody was known before."""

    numbers: "count[int]" = field(default_factory=lambda: count(70_100_000_001))

    async def find_contact_by_phone(self, _phone: str) -> None:
        return None

    async def find_contact_by_email(self, _email: str) -> None:
        return None

    async def upsert_contact(self, **_: Any) -> str:
        return str(next(self.numbers))

    async def create_note(self, **_: Any) -> str:
        return str(next(self.numbers))

    async def create_task(self, **_: Any) -> str:
        return str(next(self.numbers))

    async def create_call(self, **_: Any) -> str:
        return str(next(self.numbers))
