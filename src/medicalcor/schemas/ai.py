"""What can be asked of the AI functions, and what they answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from medicalcor.schemas.base import Published, Shape
from medicalcor.schemas.booking import FreeTimes, ToFindSlots
from medicalcor.schemas.common import Channel, Language, LeadId, Procedure, Role
from medicalcor.schemas.scoring import ScoredBy, ScoringOutput
from medicalcor.schemas.triage import TriageResult

LONGEST_TEXT = 10_000
LONGEST_TRANSCRIPT = 60_000
MOST_MESSAGES = 100

Text = Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT)]
Writer = Literal["ai", "rules", "phrases"]


class Message(Published):
    """One turn: `user` is the patient, `assistant` the clinic."""

    role: Role
    content: Text


class Conversation(Published):
    """A lead that we know, or messages that the caller has: one of the two."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [
                {
                    "required": ["lead_id"],
                    "properties": {"lead_id": {"type": "string"}, "messages": {"maxItems": 0}},
                },
                {
                    "required": ["messages"],
                    "properties": {"lead_id": {"type": "null"}, "messages": {"minItems": 1}},
                },
            ]
        }
    )

    lead_id: LeadId | None = None
    messages: tuple[Message, ...] = Field(default=(), max_length=MOST_MESSAGES)
    """Oldest first."""
    channel: Channel = "whatsapp"
    """Of the messages; a lead has its own."""
    language: Language | None = None
    """The patient's, where it is known."""
    name: Annotated[str, Field(max_length=200)] | None = None
    """The patient's, with messages: taken out before AI sees them, as it is with a lead."""

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.lead_id is None) == (not self.messages):
            raise ValueError("Give either lead_id or messages.")
        return self


class ScoredLead(ScoringOutput):
    """The judgement, and whose it is. Nothing is recorded: the workflow `lead-scoring` does that."""

    by: ScoredBy
    rules_score: int = Field(ge=1, le=5)


class Triage(TriageResult):
    """Who takes it and how soon. In an emergency, the number to give the patient."""

    emergency: bool
    emergency_number: str | None = None


class Written(Published):
    text: Text


class DetectedLanguage(Published):
    language: Language
    certain: bool
    """False when the text has too few words of any language, and Romanian or the loudest is assumed."""


class ToTranslate(Published):
    text: Text
    to: Language


class Translated(Published):
    text: str
    language: Language
    written_by: Literal["ai"] = "ai"


class SuggestedReply(Published):
    """A draft for a person to read. `text` is empty when nothing should be answered."""

    text: str
    language: Language
    written_by: Writer
    why: str
    """`ai_answered`; else why AI's words are not used: `ai_off`, `ai_timeout`, `unfit_price`, `emergency`, `no_reply` …"""
    reply_expected: bool


class Summary(Published):
    """For staff, in English when the rules wrote it."""

    summary: str
    language: Language
    written_by: Writer
    messages: int
    score: int = Field(ge=1, le=5)
    procedures: tuple[Procedure, ...]
    next_action: str


class ToSummarize(Conversation):
    into: Language = "en"
    """The language to summarize in."""


class Transcript(Published):
    """What was said in a call: as turns, or as text whose lines may begin with `Patient:` or `Clinic:`."""

    text: Annotated[str, Field(min_length=1, max_length=LONGEST_TRANSCRIPT)]
    language: Language | None = None


Sentiment = Literal["positive", "neutral", "negative"]


class TranscriptAnalysis(Published):
    intent: str
    """A code of the scorer's, or a few words of AI's."""
    sentiment: Sentiment
    procedures: tuple[Procedure, ...]
    objections: tuple[str, ...]
    """A few words each; the rules know `price`, `fear`, `time` and `distance`."""
    next_action: str
    summary: str
    language: Language
    score: int = Field(ge=1, le=5)
    emergency: bool
    opt_out: bool
    written_by: Writer


@dataclass(frozen=True)
class AiFunction:
    """A function by what it takes and gives."""

    description: str
    takes: type[Published]
    gives: type[Shape]
    example: Mapping[str, Any]


_HELLO = {"role": "user", "content": "Bună ziua, vreau un implant. Cât costă și când pot veni?"}

AI_FUNCTIONS: Mapping[str, AiFunction] = {
    "score_lead": AiFunction(
        "How likely the writer becomes a patient, from 1 to 5, with reasons. By AI, by the rules when it is off or fails.",
        Conversation,
        ScoredLead,
        {"messages": [_HELLO]},
    ),
    "triage": AiFunction(
        "Who of the clinic should take it, and how soon; signs of an emergency. By the rules alone.",
        Conversation,
        Triage,
        {"messages": [{"role": "user", "content": "Am fața umflată și febră."}]},
    ),
    "detect_language": AiFunction(
        "Which of the seven languages a text is in. By the rules alone.",
        Written,
        DetectedLanguage,
        {"text": "Guten Tag, ich hätte gern einen Termin."},
    ),
    "translate": AiFunction(
        "A text in another of the seven languages. Needs AI: 503 `provider_off` without.",
        ToTranslate,
        Translated,
        {"text": "Când pot veni?", "to": "en"},
    ),
    "suggest_reply": AiFunction(
        "A draft answer in the patient's language: no diagnosis, no promise, no price but those of the clinic's list; what"
        " is not known is said not to be known. A fixed text when AI is off, fails or writes something unfit.",
        Conversation,
        SuggestedReply,
        {"messages": [_HELLO]},
    ),
    "summarize_conversation": AiFunction(
        "A conversation in a few sentences for staff.",
        ToSummarize,
        Summary,
        {"messages": [_HELLO], "into": "en"},
    ),
    "analyze_transcript": AiFunction(
        "What a call was about: intent, mood, procedures, objections, next action, summary.",
        Transcript,
        TranscriptAnalysis,
        {"text": "Clinic: Bună ziua!\nPatient: Aș vrea fațete, dar mi se pare scump."},
    ),
    "find_slots": AiFunction(
        "Free times of the calendar for a procedure, as `GET /booking/slots` gives them. Asks no AI.",
        ToFindSlots,
        FreeTimes,
        {"procedure": "consultation", "part_of_day": "morning", "order": "spread"},
    ),
}
