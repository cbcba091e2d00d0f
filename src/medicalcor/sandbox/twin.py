"""What every stand-in for a provider has in common."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from medicalcor.core.errors import InvalidInput
from medicalcor.sandbox.brain import Brain
from medicalcor.sandbox.exchange import Reply, Request
from medicalcor.sandbox.faults import Fault
from medicalcor.sandbox.sender import Sender
from medicalcor.sandbox.settings import SandboxSettings
from medicalcor.sandbox.switches import Panel
from medicalcor.sandbox.threads import Threads

Templates = Mapping[str, Mapping[str, str]]
"""Name of a WhatsApp template → language → body."""

Labels = Mapping[str, Mapping[str, Sequence[str]]]
"""Name of a WhatsApp template → language → what stands on its quick replies, in order."""


@dataclass(frozen=True)
class Stage:
    """What the twins play on."""

    settings: SandboxSettings
    panel: Panel
    sender: Sender
    threads: Threads
    brain: Brain
    templates: Templates | None
    """None: any template is known."""
    labels: Labels


class Twin(ABC):
    """A provider's HTTP contract. One file a provider; `app` lists them."""

    name: ClassVar[str]
    mount: ClassVar[str]
    """Where its base URL points: the path before the provider's own."""
    faults: ClassVar[Mapping[str, str]] = {}
    """Faults that only this provider knows, with what they do."""

    limits: ClassVar[tuple[str, ...]] = ()
    """Codes that a `rate_limit` may name, where the provider has several."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage

    @abstractmethod
    def answer(self, request: Request) -> Reply:
        """Do what was asked."""

    @abstractmethod
    def error(self, status: int) -> Reply:
        """The provider's own form of an error with this status."""

    @abstractmethod
    def rate_limited(self, fault: Fault) -> Reply:
        """The provider's own form of a rate limit."""

    def bend(self, request: Request, *, fault: Fault) -> Reply:
        """Answer under one of this provider's own faults."""
        raise NotImplementedError(f"{self.name} lists {fault.kind} and does not play it")

    def play(self, order: dict[str, Any]) -> dict[str, Any]:
        """Begin something that happens on the provider's side. Raises InvalidInput or ValidationError."""
        raise InvalidInput(
            f"{self.name} plays nothing by itself ({', '.join(order) or 'nothing'} was asked)."
        )

    @abstractmethod
    def reset(self) -> None:
        """Forget what was stored."""


def accepts(expected: str | None, given: str) -> bool:
    """Whether a key will do: the configured one, or any when none is configured."""
    return bool(given) and (expected is None or given == expected)
