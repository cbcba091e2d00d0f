"""Drafts for an answer: the AI's where they may be sent, a fixed text where not, and why."""

from dataclasses import dataclass
from typing import Final

from medicalcor.core.database.pool import Connection
from medicalcor.core.errors import ProviderError
from medicalcor.core.settings import Settings
from medicalcor.domain.assist import prompts, replies
from medicalcor.domain.assist.guard import Known, hours_in, hours_told, prices_in, tells_of_sundays, unfit
from medicalcor.domain.language.phrases import phrase
from medicalcor.domain.payments import money
from medicalcor.domain.scoring import prompt
from medicalcor.integrations.openai.client import AiClient
from medicalcor.readmodels.practice import queries as practice
from medicalcor.readmodels.practice.queries import Procedure
from medicalcor.schemas.ai import SuggestedReply
from medicalcor.schemas.common import Classification, Language
from medicalcor.schemas.scoring import ScoringInput, ScoringOutput

_TOKENS: Final = 300


@dataclass(frozen=True, slots=True)
class Clinic:
    """What the clinic has said of itself: its facts and its price list."""

    name: str
    emergency_number: str
    facts: dict[str, str]
    procedures: list[Procedure]

    @property
    def known(self) -> Known:
        """What a draft may repeat."""
        listed = {
            (price, one.currency)
            for one in self.procedures
            for price in (one.price_from, one.price_to)
            if price is not None
        }
        said = "\n".join(self.facts.values())
        hours = hours_told(self.facts.get("hours", "")) | hours_in(said)
        return Known(frozenset(listed) | prices_in(said), hours, tells_of_sundays(said))

    def price_of(self, code: str, language: Language) -> str | None:
        one = next((one for one in self.procedures if one.code == code), None)
        return _price(one, language) if one is not None else None

    def price_list(self, language: Language) -> list[str]:
        priced = ((one, _price(one, language)) for one in self.procedures)
        return [f"{_title(one, language)}: {price}" for one, price in priced if price is not None]


async def clinic_of(connection: Connection, settings: Settings) -> Clinic:
    procedures = [one for one in await practice.procedures(connection) if one.is_active]
    return Clinic(settings.clinic_name, settings.emergency_number, dict(settings.clinic_facts), procedures)


async def suggest(
    ai: AiClient | None,
    clinic: Clinic,
    *,
    facts: ScoringInput,
    scored: ScoringOutput,
    language: Language,
    seconds: float,
) -> SuggestedReply:
    """A draft for a colleague. `facts` is the conversation as the AI may see it; `scored` is by the rules."""
    if scored.emergency:
        said = phrase("emergency", language, clinic=clinic.name, number=clinic.emergency_number)
        return _fixed(said, language, why="emergency")
    if scored.opt_out or scored.classification == Classification.UNQUALIFIED:
        return SuggestedReply(
            text="", language=language, written_by="rules", why="no_reply", reply_expected=False
        )
    code = scored.procedures[0].value if scored.procedures else ""
    instead = replies.draft(
        scored, language, clinic=clinic.name, asks=_asks(facts), price=clinic.price_of(code, language)
    )
    if ai is None:
        return _fixed(instead, language, why="ai_off")
    try:
        text = await written(ai, clinic, facts=facts, scored=scored, language=language, seconds=seconds)
    except ProviderError as problem:
        return _fixed(instead, language, why=problem.reason or "ai_error")
    reason = unfit(text, language=language, known=clinic.known)
    if reason is not None:
        return _fixed(_honest(reason, scored, instead, language, clinic), language, why=f"unfit_{reason}")
    return SuggestedReply(
        text=text, language=language, written_by="ai", why="ai_answered", reply_expected=True
    )


async def written(
    ai: AiClient,
    clinic: Clinic,
    *,
    facts: ScoringInput,
    scored: ScoringOutput,
    language: Language,
    seconds: float,
) -> str:
    """The AI's words, unread. Raises ProviderError."""
    asked = prompts.with_facts(
        prompt.reply_messages(facts, clinic=clinic.name, language=language, scored=scored),
        facts=clinic.facts,
        prices=clinic.price_list(language),
    )
    text = await ai.write(asked, timeout=seconds, max_tokens=_TOKENS)
    return text.replace("\x00", "").strip()


def _honest(reason: str, scored: ScoringOutput, instead: str, language: Language, clinic: Clinic) -> str:
    """Where a price was made up: what is known of prices, and otherwise that a doctor has to look."""
    if reason == "price" and not scored.budget:
        return phrase("answer_price", language, clinic=clinic.name)
    return instead


def _asks(facts: ScoringInput) -> bool:
    said = [turn.content for turn in facts.messages if turn.role == "user"]
    return bool(said) and "?" in said[-1]


def _fixed(text: str, language: Language, *, why: str) -> SuggestedReply:
    return SuggestedReply(text=text, language=language, written_by="phrases", why=why, reply_expected=True)


def _title(one: Procedure, language: Language) -> str:
    return one.titles.get(language) or next(iter(one.titles.values()))


def _price(one: Procedure, language: Language) -> str | None:
    named = [price for price in (one.price_from, one.price_to) if price is not None]
    return " – ".join(money.written(price, one.currency, language) for price in dict.fromkeys(named)) or None
