"""What a lead's messages are judged to mean. The rubric that defines "right" is the clinic's own."""

from typing import Literal

from pydantic import Field

from medicalcor.schemas.base import Shape
from medicalcor.schemas.common import Channel, Classification, Language, Procedure, Role, Urgency


class Turn(Shape):
    """One message of a conversation, as the scorer sees it: no names, no numbers."""

    role: Role
    content: str


class ScoringInput(Shape):
    """A conversation, oldest turn first. Only the user's turns are evidence."""

    channel: Channel
    messages: tuple[Turn, ...] = Field(min_length=1)
    language: Language | None = None
    """The language kept for this person, when it is known: breaks ties, decides for texts without one."""


class Evidence(Shape):
    """A place in a message that counted, and what it counted for."""

    turn: int
    """Index into `ScoringInput.messages`."""
    start: int
    end: int
    """Character offsets in that turn's `content` as it was written."""
    text: str
    means: str
    """A stable code: `procedure:implant`, `budget`, `book`, `acute`, `opt_out`, `emergency:breathing`, `denied` …"""


class OwnPhrase(Shape):
    """A word or phrase that the clinic added to the lexicon."""

    means: str
    """As in `Evidence.means`; `ignore` for words that mean nothing here ("Crown Plaza")."""
    language: str
    """A language code, or `any`."""
    phrase: str


class WouldChange(Shape):
    """Signs without which, or with one of which, the class would be another."""

    change: Literal["without", "with"]
    signs: tuple[str, ...]
    """Codes as in `Evidence.means`: `procedure:implant`, `budget`, `book`, `acute` …"""
    score: int = Field(ge=1, le=5)
    classification: Classification
    says: str
    """The same as an English sentence."""


class ScoringOutput(Shape):
    """The judgement. `classification` always agrees with `score`."""

    score: int = Field(ge=1, le=5)
    classification: Classification
    confidence: float = Field(ge=0, le=1)
    """How likely `classification` is right."""
    reasoning: str
    """One or two sentences in English that staff can read."""
    suggested_action: str
    """What to do next, in English, for staff."""
    procedures: tuple[Procedure, ...] = ()
    """Sorted, without repeats."""
    budget: bool = False
    intent_to_book: bool = False
    urgency: Urgency = Urgency.NORMAL
    emergency: bool = False
    opt_out: bool = False
    language: Language
    evidence: tuple[Evidence, ...] = ()
    intent: str = "prospect"
    """`prospect`, `existing_patient`, `not_a_patient`, `opt_out`, `emergency`, `withdrawn`, `smalltalk`, `complaint`."""


class AiAnswer(Shape):
    """What AI answered, without its words: these quote the patient."""

    score: int = Field(ge=1, le=5)
    procedures: tuple[Procedure, ...]
    budget: bool
    intent_to_book: bool
    urgency: Urgency
    emergency: bool
    opt_out: bool
    language: Language
    confidence: float


class Merge(Shape):
    """What a judgement by AI was made of: its answer, and what the rules had found, which it cannot lose."""

    answer: AiAnswer
    rules_emergency: bool
    rules_opt_out: bool
    rules_intent: str
    version: str
    """Of the rules of the merge."""


class ScoredBy(Shape):
    """Who judged, and why it was this one."""

    scorer: Literal["ai", "rules"]
    why: str
    """`ai_answered`, `ai_off`, `ai_timeout`, `ai_error`, `ai_nonsense`, `ai_refused`, `ai_breaker_open`, `rules_suffice`."""
    version: str
    """For rules the lexicon's version, with the clinic's own after a plus (`2026.4+7`); for AI the model's name."""
    seconds: float | None = None
    """How long AI took, whether or not its answer was used; None when it was not asked."""
    tokens: int | None = None
    """What AI counts for question and answer together, which is what it is paid by; None when it told none."""
