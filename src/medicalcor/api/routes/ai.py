"""The AI functions: what there is, and calling one. A worker answers; the gateway sees no prompt and no provider."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.params import FromPath
from pydantic_core import from_json, to_json

from medicalcor.api import patience, problems
from medicalcor.api.callers import caller_of
from medicalcor.api.described import Described, Gives, Takes, described
from medicalcor.api.idempotency import Done
from medicalcor.api.reading import json_body, shape_of
from medicalcor.core.auth.apikeys import Scope
from medicalcor.core.errors import NotFound
from medicalcor.core.jobs import ASK_AI
from medicalcor.schemas.ai import AI_FUNCTIONS
from medicalcor.schemas.api import (
    Execute,
    Execution,
    ExecutionProblem,
    FunctionShown,
    FunctionsShown,
)

Call = Request[Any, Any, State]
_TAG = "ai"
_EXAMPLE = {
    "id": "0198f3a2-7c11-7d3e-9a55-3f1f0c2b4d5e",
    "function": "detect_language",
    "status": "done",
    "result": {"language": "de", "certain": True},
    "problem": None,
}


@get(
    "/ai/functions",
    opt=described(
        Described(
            "The AI functions, with the JSON Schemas of what they take and answer",
            {200: Gives("All of them", FunctionsShown)},
            scope=Scope.AI_RUN,
            tag=_TAG,
        )
    ),
)
async def functions() -> Response[bytes]:
    found = tuple(
        FunctionShown(
            name=name,
            description=entry.description,
            input=entry.takes.model_json_schema(),
            output=entry.gives.model_json_schema(),
        )
        for name, entry in AI_FUNCTIONS.items()
    )
    return _json(FunctionsShown(functions=found))


@post(
    "/ai/execute",
    opt=described(
        Described(
            "Call an AI function",
            {
                200: Gives("Its answer", Execution, example=_EXAMPLE),
                202: Gives(
                    f"It takes longer than {patience.ANSWER_SECONDS:.0f} s: fetch it from `Location`",
                    Execution,
                    headers={"Location": "Where the answer will be"},
                ),
            },
            scope=Scope.AI_RUN,
            takes=Takes(
                Execute,
                {"function": "score_lead", "arguments": dict(AI_FUNCTIONS["score_lead"].example)},
                one_of={name: entry.takes for name, entry in AI_FUNCTIONS.items()},
                by=("function", "arguments"),
            ),
            refuses={
                404: "There is no such function, or no lead with this id",
                410: "The person's data was erased",
                502: "AI answered with something that cannot be used",
                504: "AI did not answer in time",
            },
            tag=_TAG,
            more="`GET /ai/functions` describes the arguments of each.",
        )
    ),
)
async def execute(request: Call, state: State) -> Response[bytes]:
    body = await json_body(request)
    asked = shape_of(body, Execute)
    entry = AI_FUNCTIONS.get(asked.function)
    if entry is None:
        raise NotFound("There is no such function. GET /ai/functions lists them.")
    arguments = shape_of(to_json(asked.arguments), entry.takes, under="/arguments")
    within = patience.extend(request)

    async def work(token: UUID) -> Done:
        outcome = await state.asks.ask(
            f"ai.{asked.function}",
            to_json(arguments),
            ask_id=token,
            within=within,
            owner=caller_of(request).owner,
            job=ASK_AI,
        )
        if outcome is None:
            said = Execution(id=token, function=asked.function, status="running")
            return Done(202, to_json(said), {"Location": f"/ai/executions/{token}"})
        if outcome.status != 200:
            raise problems.of_outcome(outcome.status, outcome.body)
        result = from_json(outcome.body)
        return Done(200, to_json(Execution(id=token, function=asked.function, status="done", result=result)))

    answer: Response[bytes] = await state.once.answer(request, body, work)
    return answer


@get(
    "/ai/executions/{execution_id:str}",
    opt=described(
        Described(
            "A call of an AI function, and its answer once it is there",
            {200: Gives("What is known of it", Execution, example=_EXAMPLE)},
            scope=Scope.AI_RUN,
            path={"execution_id": "`id` of the call|0198f3a2-7c11-7d3e-9a55-3f1f0c2b4d5e"},
            refuses={404: "There is no such call of yours, or it is older than two days"},
            tag=_TAG,
        )
    ),
)
async def execution(request: Call, execution_id: FromPath[str], state: State) -> Response[bytes]:
    try:
        wanted = UUID(execution_id)
    except ValueError:
        raise NotFound("There is no such call.") from None
    asked = await state.asks.find(wanted, owner=caller_of(request).owner, family="ai.")
    if asked is None:
        raise NotFound("There is no such call of yours, or it is older than two days.")
    name, outcome = asked
    function = name.removeprefix("ai.")
    if outcome is None:
        return _json(Execution(id=wanted, function=function, status="running"))
    said = from_json(outcome.body)
    if outcome.status == 200:
        return _json(Execution(id=wanted, function=function, status="done", result=said))
    problem = ExecutionProblem(status=outcome.status, code=said["code"], detail=said["detail"])
    return _json(Execution(id=wanted, function=function, status="failed", problem=problem))


def _json(shape: FunctionsShown | Execution) -> Response[bytes]:
    return Response(to_json(shape), media_type="application/json")


ROUTES = [functions, execute, execution]
