"""Workflows: what can be started, starting one, and the runs there are."""

from typing import Any, Literal

from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.params import FromPath
from pydantic import TypeAdapter, ValidationError
from pydantic_core import to_json

from medicalcor.api import patience, problems, runs
from medicalcor.api.callers import caller_of
from medicalcor.api.described import Described, Gives, Takes, described
from medicalcor.api.idempotency import Done
from medicalcor.api.reading import json_body, query_of, shape_of
from medicalcor.api.startable import STARTABLE
from medicalcor.core.auth.apikeys import Scope
from medicalcor.core.errors import NotFound
from medicalcor.schemas.api import (
    ForkAsked,
    Managed,
    Nothing,
    RunId,
    Runs,
    RunsAsked,
    RunWithSteps,
    StartableWorkflow,
    StartableWorkflows,
    Started,
)
from medicalcor.schemas.base import Shape

Call = Request[Any, Any, State]
_RUN_ID: TypeAdapter[str] = TypeAdapter(RunId)
_TAG = "workflows"
_NO_RUN = {404: "There is no such run"}
_LOCATION = {"Location": "Where the run can be looked at"}
_RUN = "lead-scoring:0198f3a27c117d3e9a553f1f0c2b4d5e"
_THE_RUN = {"run_id": f"Id of a run, as the list has it|{_RUN}"}
_DONE = {"run_id": _RUN, "done": True}
_WHEN_ASKED = Gives(
    "No worker was free in time: one will see to it", Managed, example={"run_id": _RUN, "done": False}
)


@get(
    "/workflows",
    opt=described(
        Described(
            "The workflows that can be started, with the JSON Schema of what each takes",
            {200: Gives("All of them", StartableWorkflows)},
            scope=Scope.WORKFLOWS_READ,
            tag=_TAG,
        )
    ),
)
async def listed() -> Response[bytes]:
    found = tuple(
        StartableWorkflow(name=name, description=entry.description, payload=entry.takes.model_json_schema())
        for name, entry in STARTABLE.items()
    )
    return _json(StartableWorkflows(workflows=found))


@post(
    "/workflows/{name:str}",
    opt=described(
        Described(
            "Start a workflow",
            {
                202: Gives(
                    "It is stored and will run",
                    Started,
                    example={"run_id": _RUN, "workflow": "lead-scoring"},
                    headers=_LOCATION,
                )
            },
            scope=Scope.WORKFLOWS_RUN,
            takes=Takes(
                Nothing,
                STARTABLE["lead-scoring"].example,
                one_of={name: entry.takes for name, entry in STARTABLE.items()},
            ),
            path={"name": f"One of {', '.join(f'`{name}`' for name in STARTABLE)}|lead-scoring"},
            refuses={
                404: "There is no such workflow, or nothing with the id that it was given",
                409: "Nothing to do, or the first request with this Idempotency-Key is still being answered",
            },
            tag=_TAG,
            more="The body is what `GET /workflows` describes for the workflow.",
        )
    ),
)
async def start(request: Call, name: FromPath[str], state: State) -> Response[bytes]:
    entry = STARTABLE.get(name)
    if entry is None:
        raise NotFound("There is no such workflow. GET /workflows lists them.")
    body = await json_body(request)
    asked = shape_of(body, entry.takes)

    async def work(token: Any) -> Done:
        run_id = f"{name}:{token.hex}"
        await runs.start(state.database, entry, asked, run_id=run_id)
        said = to_json(Started(run_id=run_id, workflow=name))
        return Done(202, said, {"Location": f"/workflows/runs/{run_id}"})

    answer: Response[bytes] = await state.once.answer(request, body, work)
    return answer


@get(
    "/workflows/runs",
    opt=described(
        Described(
            "Runs, the newest first",
            {200: Gives("A page of them", Runs)},
            scope=Scope.WORKFLOWS_READ,
            query=RunsAsked,
            tag=_TAG,
            more="Never what went into a run. For the next page send `next` as `cursor`.",
        )
    ),
)
async def all_runs(request: Call, state: State) -> Response[bytes]:
    return _json(await runs.page(state.database, query_of(request, RunsAsked)))


@get(
    "/workflows/runs/{run_id:str}",
    opt=described(
        Described(
            "A run with its steps, attempts and errors",
            {200: Gives("The run", RunWithSteps)},
            scope=Scope.WORKFLOWS_READ,
            path=_THE_RUN,
            refuses=_NO_RUN,
            tag=_TAG,
        )
    ),
)
async def one_run(run_id: FromPath[str], state: State) -> Response[bytes]:
    return _json(await runs.one(state.database, _checked(run_id)))


@post(
    "/workflows/runs/{run_id:str}/cancel",
    opt=described(
        Described(
            "Stop a run before its next step",
            {200: Gives("It is cancelled", Managed, example=_DONE), 202: _WHEN_ASKED},
            scope=Scope.WORKFLOWS_RUN,
            takes=Takes(Nothing, {}, required=False),
            path=_THE_RUN,
            refuses={**_NO_RUN, 409: "It has come to its end"},
            tag=_TAG,
            more="A step that is being carried out comes to its end first.",
        )
    ),
)
async def cancel(request: Call, run_id: FromPath[str], state: State) -> Response[bytes]:
    return await _manage(request, state, "cancel", run_id, Nothing)


@post(
    "/workflows/runs/{run_id:str}/resume",
    opt=described(
        Described(
            "Go on with a run that was cancelled, failed or given up",
            {200: Gives("It waits for a worker", Managed, example=_DONE), 202: _WHEN_ASKED},
            scope=Scope.WORKFLOWS_RUN,
            takes=Takes(Nothing, {}, required=False),
            path=_THE_RUN,
            refuses={**_NO_RUN, 409: "It has succeeded: fork it to do it again"},
            tag=_TAG,
            more="Under the same id. Steps that were done stay done; one that failed is tried again.",
        )
    ),
)
async def resume(request: Call, run_id: FromPath[str], state: State) -> Response[bytes]:
    return await _manage(request, state, "resume", run_id, Nothing)


@post(
    "/workflows/runs/{run_id:str}/fork",
    opt=described(
        Described(
            "Do a run again as a new one, from one of its steps on",
            {
                200: Gives("The new run waits for a worker", Managed, example=_DONE, headers=_LOCATION),
                202: _WHEN_ASKED,
            },
            scope=Scope.WORKFLOWS_RUN,
            takes=Takes(ForkAsked, {"from_step": 1}, required=False),
            path=_THE_RUN,
            refuses={**_NO_RUN, 409: "It has not come to its end"},
            tag=_TAG,
            more="What goes out to patients and providers goes out once all the same.",
        )
    ),
)
async def fork(request: Call, run_id: FromPath[str], state: State) -> Response[bytes]:
    return await _manage(request, state, "fork", run_id, ForkAsked)


async def _manage(
    request: Call, state: State, act: Literal["cancel", "resume", "fork"], run_id: str, shape: type[Shape]
) -> Response[bytes]:
    """A worker does it: the gateway does not know the engine."""
    wanted, body = _checked(run_id), await json_body(request, required=False)
    question = to_json({"run_id": wanted, **shape_of(body, shape).model_dump()})
    within = patience.extend(request)

    async def work(token: Any) -> Done:
        outcome = await state.asks.ask(
            f"runs.{act}", question, ask_id=token, within=within, owner=caller_of(request).owner
        )
        if outcome is None:
            return Done(202, to_json(Managed(run_id=wanted, done=False)))
        if outcome.status != 200:
            raise problems.of_outcome(outcome.status, outcome.body)
        managed = Managed.model_validate_json(outcome.body)
        place = {"Location": f"/workflows/runs/{managed.run_id}"} if act == "fork" else {}
        return Done(200, outcome.body, place)

    answer: Response[bytes] = await state.once.answer(request, body, work)
    return answer


def _checked(run_id: str) -> str:
    try:
        return _RUN_ID.validate_python(run_id)
    except ValidationError:
        raise NotFound("There is no such run.") from None


def _json(shape: Shape) -> Response[bytes]:
    return Response(to_json(shape), media_type="application/json")


ROUTES = [listed, start, all_runs, one_run, cancel, resume, fork]
