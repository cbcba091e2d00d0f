"""Asking a language model what a call came to; and what the rules can say of it without one."""

import json
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from medicalcor.domain.scoring.prompt import DATA_RULE
from medicalcor.schemas.calls import CallAnalysis, CallTurn
from medicalcor.schemas.common import Procedure
from medicalcor.schemas.scoring import ScoringOutput

LONGEST = 60_000
"""Characters of a transcript that are sent: an hour's talk. Of a longer one, its end."""

ASK: Final = f"""You read what was said in a telephone call to a dental clinic, for the clinic's staff. The user's turns are the caller's; the assistant's are the clinic's.
{DATA_RULE}

intent: what the caller wants, in at most six English words.
sentiment: of the caller: positive, neutral or negative.
procedures: those that the caller wants, of: {", ".join(Procedure)}. Leave out what is ruled out or was done before.
objections: what holds the caller back (price, fear, time, distrust, another offer), each in a few English words; none if nothing does.
next_action: what the clinic should do next, in one English sentence. No diagnosis, no medical advice.
summary: two or three English sentences: who called about what, and how it ended. Say nothing that was not said."""


class AiCallAnalysis(BaseModel):
    """What the model must answer, every field of it. Fit for strict structured outputs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    intent: Annotated[str, Field(min_length=1, max_length=80)]
    sentiment: Literal["positive", "neutral", "negative"]
    procedures: list[Procedure]
    objections: list[Annotated[str, Field(max_length=200)]]
    next_action: Annotated[str, Field(min_length=1, max_length=500)]
    summary: Annotated[str, Field(min_length=1, max_length=2_000)]


def messages(turns: tuple[CallTurn, ...]) -> list[dict[str, str]]:
    """`turns` without names and numbers."""
    said = [{"role": turn.role, "content": turn.text} for turn in turns]
    while len(said) > 1 and sum(len(one["content"]) for one in said) > LONGEST:
        said.pop(0)
    said[-1]["content"] = said[-1]["content"][-LONGEST:]
    data = json.dumps({"channel": "voice", "conversation": said}, ensure_ascii=False)
    return [{"role": "system", "content": ASK}, {"role": "user", "content": data}]


def by_model(answer: AiCallAnalysis) -> CallAnalysis:
    return CallAnalysis(
        intent=answer.intent,
        sentiment=answer.sentiment,
        procedures=tuple(sorted(set(answer.procedures))),
        objections=tuple(one for one in answer.objections if one.strip()),
        next_action=answer.next_action,
        summary=answer.summary,
    )


def by_rules(scored: ScoringOutput) -> CallAnalysis:
    """Rules name intent and procedures; they hear no mood and write no summary."""
    return CallAnalysis(
        intent=scored.intent, procedures=scored.procedures, next_action=scored.suggested_action
    )
