"""What the API takes and answers, but for what the AI functions do."""

import re
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BeforeValidator, Field

from medicalcor.schemas.appointments import BookedVisit, FreeTime
from medicalcor.schemas.base import Published
from medicalcor.schemas.common import EffectId, LeadId


def _written_out(value: object) -> object:
    """Pydantic would take a number for seconds since 1970."""
    if isinstance(value, str) and not re.match(r"\d{4}-\d\d-\d\d[Tt ]", value):
        raise ValueError("Write it like 2026-11-26T09:30:00Z.")
    return value


Moment = Annotated[AwareDatetime, BeforeValidator(_written_out)]
RunState = Literal["waiting", "delayed", "running", "succeeded", "failed", "cancelled", "given_up"]
RunId = Annotated[str, Field(pattern=r"^[A-Za-z0-9._:+-]{1,200}$")]


class Fault(Published):
    """One thing in a request that does not do, never with the value that it had."""

    pointer: str
    """JSON pointer into the body (RFC 6901); `?name` for a parameter of the query."""
    detail: str


class WrongField(Published):
    """A field of a form that does not do, in words for whoever filled it in."""

    field: str
    code: str
    message: str


class Problem(Published):
    """RFC 9457. `code` is stable; `detail` says what to do."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    correlation_id: str
    errors: tuple[Fault | WrongField, ...] | None = None
    alternatives: tuple[FreeTime, ...] | None = None
    """In place of a time that cannot be had: the nearest that can."""
    current: BookedVisit | None = None
    """The visit as it stands, where the request was decided on an older version."""


class Nothing(Published):
    """A body that says nothing."""


class OneLead(Published):
    lead_id: LeadId


class OneEffect(Published):
    effect_id: EffectId


class OneRecording(Published):
    recording_sid: Annotated[str, Field(pattern="^RE[0-9a-f]{32}$")]
    """Twilio's id of it."""


class StartableWorkflow(Published):
    name: str
    description: str
    payload: dict[str, Any]
    """JSON Schema of the body of `POST /workflows/{name}`."""


class StartableWorkflows(Published):
    workflows: tuple[StartableWorkflow, ...]


class Started(Published):
    run_id: str
    workflow: str


class RunProblem(Published):
    """Class and code. The words are in the worker's log, by the correlation id."""

    error: str
    code: str | None


class Run(Published):
    """One execution of a workflow. What went in and came out is not shown."""

    id: str
    workflow: str
    """As `POST /workflows/{name}` calls it, else the engine's name."""
    status: RunState
    queue: str | None
    attempts: int
    """How often a worker has begun it."""
    created_at: datetime
    started_at: datetime | None
    completed_at: datetime | None
    delayed_until: datetime | None
    forked_from: str | None
    problem: RunProblem | None


class Step(Published):
    """A step that has come to its end."""

    number: int
    name: str
    started_at: datetime | None
    completed_at: datetime | None
    child_run: str | None
    problem: RunProblem | None


class RunWithSteps(Run):
    steps: tuple[Step, ...]


class Runs(Published):
    """The newest first."""

    runs: tuple[Run, ...]
    next: str | None
    """`cursor` of the next page; null on the last."""


class RunsAsked(Published):
    """Which runs to list."""

    workflow: Annotated[str, Field(pattern=r"^[a-z0-9._-]{1,80}$")] | None = None
    status: RunState | None = None
    since: Moment | None = None
    """Created at or after this moment."""
    limit: Annotated[int, Field(ge=1, le=100)] = 50
    cursor: Annotated[str, Field(pattern=r"^[0-9]{1,15}~[A-Za-z0-9._:+-]{1,200}$")] | None = None
    """`next` of the page before."""


class ForkAsked(Published):
    from_step: Annotated[int, Field(ge=1, le=10_000)] = 1
    """What was done before this step is taken over, the rest is done again."""


class Managed(Published):
    """What became of a run. `done` false: a worker will see to it as soon as one is free."""

    run_id: str
    done: bool


class FunctionShown(Published):
    name: str
    description: str
    input: dict[str, Any]
    output: dict[str, Any]


class FunctionsShown(Published):
    functions: tuple[FunctionShown, ...]


class Execute(Published):
    function: Annotated[str, Field(pattern=r"^[a-z_]{1,40}$")]
    arguments: dict[str, Any] = Field(default_factory=dict)


class ExecutionProblem(Published):
    status: int
    code: str
    detail: str


class Execution(Published):
    """A call of an AI function. Kept two days."""

    id: UUID
    function: str
    status: Literal["running", "done", "failed"]
    result: dict[str, Any] | None = None
    problem: ExecutionProblem | None = None


class Alive(Published):
    status: str


class Health(Published):
    status: str
    version: str
    uptime_seconds: float


class Integration(Published):
    """How a provider stands, as the workers see it; `vapi-line`, as the gateway that answers sees it."""

    configured: bool
    breaker: Literal["closed", "half_open", "open"] | None
    since: datetime | None
    refusal: str | None
    """Why it refuses us, such as a key that is not valid any more; a code."""


class Ready(Published):
    status: str
    checks: dict[str, str]
    integrations: dict[str, Integration]
