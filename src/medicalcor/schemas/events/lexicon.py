"""The clinic's own words for the scoring rules. Stream `lexicon-clinic`, whose version is theirs; the subject is the phrase."""

from typing import ClassVar
from uuid import UUID

from medicalcor.schemas.base import Event
from medicalcor.schemas.scoring import OwnPhrase


class PhraseAdded(Event):
    """From now on the rules count it."""

    type: ClassVar[str] = "lexicon.phrase_added"
    phrase_id: UUID
    phrase: OwnPhrase


class PhraseRemoved(Event):
    type: ClassVar[str] = "lexicon.phrase_removed"
    phrase_id: UUID
