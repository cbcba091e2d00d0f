"""The AI functions that other systems call. Nothing is recorded: each looks, asks AI where it is on, and answers.

Where AI is off, fails or writes what may not be said, the rules and fixed texts answer, and the answer says so.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic_core import to_json

from medicalcor.core.database.queries import statements
from medicalcor.core.errors import KeyDestroyed, NotFound, ProviderError
from medicalcor.domain.assist import prompts, transcripts
from medicalcor.domain.identity.anonymous import anonymous
from medicalcor.domain.language.detect import detect, votes
from medicalcor.domain.language.text import read
from medicalcor.domain.scoring import calls, rules
from medicalcor.domain.scoring.own import OwnWords
from medicalcor.domain.scoring.table import would_change
from medicalcor.domain.triage.mentions import found_in
from medicalcor.domain.triage.rules import triage as triaged
from medicalcor.operations import calendar_api, lexicon, suggesting
from medicalcor.operations.asks import Functions, Tools
from medicalcor.operations.leads import judge
from medicalcor.operations.talk import turns_of
from medicalcor.operations.translating import asking, words
from medicalcor.schemas import ai as shapes
from medicalcor.schemas import booking
from medicalcor.schemas.ai import AI_FUNCTIONS
from medicalcor.schemas.base import Shape
from medicalcor.schemas.calls import CallTurn
from medicalcor.schemas.common import Language
from medicalcor.schemas.scoring import ScoringInput, ScoringOutput, Turn

SQL = statements("medicalcor.operations")
_SUMMARY_TOKENS = 400
_LONG = 3
"""Long texts may take so many times as long as a judgement."""


@dataclass(frozen=True, slots=True)
class _Talk:
    """A conversation: as it was said, for the rules with the clinic's own words, and as AI may see it."""

    facts: ScoringInput
    anonymous: ScoringInput
    by_rules: ScoringOutput
    version: str
    """Of the rules, with the clinic's own words."""
    language: Language


async def score_lead(tools: Tools, asked: shapes.Conversation) -> shapes.ScoredLead:
    talk = await _talk(tools, asked)
    output, by, _ = await judge(tools.ledger, tools.ai, talk.anonymous, talk.by_rules, version=talk.version)
    return shapes.ScoredLead(
        **dict(output), by=by, rules_score=talk.by_rules.score, would_change=would_change(output)
    )


async def triage(tools: Tools, asked: shapes.Conversation) -> shapes.Triage:
    talk = await _talk(tools, asked)
    scored, said = talk.by_rules, found_in(talk.facts.messages)
    number = tools.ledger.settings.emergency_number if scored.emergency else None
    result = triaged(scored, mentions=said)
    return shapes.Triage(**dict(result), emergency=scored.emergency, emergency_number=number)


async def detect_language(_tools: Tools, asked: shapes.Written) -> shapes.DetectedLanguage:
    return shapes.DetectedLanguage(language=detect(asked.text), certain=votes(read(asked.text)).clear)


async def translate(tools: Tools, asked: shapes.ToTranslate) -> shapes.Translated:
    return shapes.Translated(text=await words(tools, asked.text, to=asked.to), language=asked.to)


async def suggest_reply(tools: Tools, asked: shapes.Conversation) -> shapes.SuggestedReply:
    talk, settings = await _talk(tools, asked), tools.ledger.settings
    async with tools.ledger.pool.acquire() as connection:
        clinic = await suggesting.clinic_of(connection, settings)
    return await suggesting.suggest(
        tools.ai,
        clinic,
        facts=talk.anonymous,
        scored=talk.by_rules,
        language=talk.language,
        seconds=settings.ai_timeout_seconds,
    )


async def summarize_conversation(tools: Tools, asked: shapes.ToSummarize) -> shapes.Summary:
    talk = await _talk(tools, asked)
    scored, turns = talk.by_rules, talk.anonymous.messages
    text: str | None
    try:
        text = await asking(tools.ai).write(
            prompts.summary(turns, channel=talk.facts.channel, into=asked.into),
            timeout=_long(tools),
            max_tokens=_SUMMARY_TOKENS,
        )
    except ProviderError:
        text = None
    return shapes.Summary(
        summary=text.strip() if text else scored.reasoning,
        language=asked.into if text else "en",
        written_by="ai" if text else "rules",
        messages=len(turns),
        score=scored.score,
        procedures=scored.procedures,
        next_action=scored.suggested_action,
    )


async def analyze_transcript(tools: Tools, asked: shapes.Transcript) -> shapes.TranscriptAnalysis:
    turns = transcripts.turns_of(asked.text)
    own = await _own(tools)
    scored = rules.score(ScoringInput(channel="voice", messages=turns, language=asked.language), own)
    hidden = tuple(CallTurn(role=turn.role, text=anonymous(turn.content, name=None)) for turn in turns)
    try:
        said = await asking(tools.ai).judge(
            calls.messages(hidden), shape=calls.AiCallAnalysis, timeout=_long(tools)
        )
    except ProviderError:
        return _by_rules(scored, turns)
    # what the rules found of emergencies and opt-outs stays found
    intent = scored.intent if scored.emergency or scored.opt_out else said.intent
    return _by_rules(scored, turns).model_copy(
        update={
            "intent": intent,
            "sentiment": said.sentiment,
            "procedures": tuple(sorted(set(said.procedures))),
            "objections": tuple(dict.fromkeys(said.objections)),
            "next_action": scored.suggested_action if scored.emergency else said.next_action,
            "summary": said.summary,
            "written_by": "ai",
        }
    )


def _by_rules(scored: ScoringOutput, turns: tuple[Turn, ...]) -> shapes.TranscriptAnalysis:
    return shapes.TranscriptAnalysis(
        intent=scored.intent,
        sentiment=transcripts.sentiment(scored),
        procedures=scored.procedures,
        objections=transcripts.objections(turns),
        next_action=scored.suggested_action,
        summary=scored.reasoning,
        language=scored.language,
        score=scored.score,
        emergency=scored.emergency,
        opt_out=scored.opt_out,
        written_by="rules",
    )


async def _own(tools: Tools) -> OwnWords:
    async with tools.ledger.pool.acquire() as connection:
        return await lexicon.current(connection)


async def _talk(tools: Tools, asked: shapes.Conversation) -> _Talk:
    """The lead's conversation, or the one that was given."""
    own = await _own(tools)
    if asked.lead_id is None:
        turns = tuple(Turn(role=said.role, content=said.content) for said in asked.messages)
        facts = ScoringInput(channel=asked.channel, messages=turns, language=asked.language)
        return _as_talk(facts, own, name=asked.name)
    async with tools.ledger.pool.acquire() as connection:
        about = await connection.fetchrow(SQL["lead_in_brief"], asked.lead_id)
        if about is None:
            raise NotFound("There is no such lead.")
        if about["erased_at"] is not None:
            raise KeyDestroyed
        said = await turns_of(connection, lead_id=asked.lead_id)
    if not said:
        raise NotFound("Nothing was said with this lead.")
    turns = tuple(Turn(role=one.role, content=one.text) for one in said)
    language = asked.language or about["language"]
    facts = ScoringInput(channel=about["channel"], messages=turns, language=language)
    return _as_talk(facts, own, name=about["name"])


def _as_talk(facts: ScoringInput, own: OwnWords, *, name: str | None) -> _Talk:
    hidden = tuple(
        Turn(role=turn.role, content=anonymous(turn.content, name=name)) for turn in facts.messages
    )
    by_rules = rules.score(facts, own)
    return _Talk(
        facts,
        facts.model_copy(update={"messages": hidden}),
        by_rules,
        own.label,
        facts.language or by_rules.language,
    )


def _why(problem: ProviderError) -> str:
    return problem.reason or "ai_error"


def _long(tools: Tools) -> float:
    return _LONG * tools.ledger.settings.ai_timeout_seconds


async def find_slots(tools: Tools, asked: booking.ToFindSlots) -> booking.FreeTimes:
    return await calendar_api.find(tools.ledger, asked)


_DOES: Mapping[str, Callable[[Tools, Any], Awaitable[Shape]]] = {
    "score_lead": score_lead,
    "triage": triage,
    "detect_language": detect_language,
    "translate": translate,
    "suggest_reply": suggest_reply,
    "summarize_conversation": summarize_conversation,
    "analyze_transcript": analyze_transcript,
    "find_slots": find_slots,
}


def _answering(name: str) -> Callable[[Tools, Any], Awaitable[Any]]:
    takes, does = AI_FUNCTIONS[name].takes, _DOES[name]

    async def answer(tools: Tools, question: Any) -> Any:
        return await does(tools, takes.model_validate_json(to_json(question), strict=True))

    return answer


FUNCTIONS: Functions = {f"ai.{name}": _answering(name) for name in AI_FUNCTIONS}
"""As they are asked for at the gateway."""
