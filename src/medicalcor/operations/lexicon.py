"""The clinic's own words: kept by an administrator, counted by the rules from the next message on."""

from uuid import UUID

from medicalcor.core import ids
from medicalcor.core.database.pool import Connection
from medicalcor.core.database.transaction import record
from medicalcor.core.errors import NotFound
from medicalcor.core.eventstore.store import Append
from medicalcor.domain.scoring.own import OwnWords, checked
from medicalcor.operations.ledger import Act, Ledger, by_user
from medicalcor.readmodels.lexicon import queries
from medicalcor.schemas.common import UserId
from medicalcor.schemas.events.lexicon import PhraseAdded, PhraseRemoved

_STREAM = "lexicon-clinic"
_TURN = UUID(int=0x1E81C0)
"""Whose lock those take who change the words: one after the other, so that versions do."""
_MOST_KEPT = 4
_built: dict[tuple[UUID, int], OwnWords] = {}
"""The words with their book, by their last change. Of several databases in one process each has its own changes."""


async def current(connection: Connection) -> OwnWords:
    """The words as they stand. A look at one row for each judgement; read again only when they have changed."""
    latest = await queries.latest(connection)
    if latest is None:
        return OwnWords(0, ())
    if latest not in _built:
        latest, phrases = await queries.phrases(connection)
        if len(_built) >= _MOST_KEPT:
            _built.clear()
        _built[latest] = OwnWords(latest[1], phrases)
    return _built[latest]


async def add_phrase(ledger: Ledger, *, means: str, language: str, phrase: str, by: UserId) -> UUID:
    """Raises `PhraseRefused` for a phrase that would not do what it is added for."""
    phrase_id = ids.new_id()

    async def decide(connection: Connection) -> None:
        known = (await current(connection)).phrases
        wanted = checked(means=means, language=language, phrase=phrase, known=known)
        await _append(ledger, connection, by, PhraseAdded(phrase_id=phrase_id, phrase=wanted))

    await record(ledger.pool, decide, subject=_TURN)
    return phrase_id


async def remove_phrase(ledger: Ledger, *, phrase_id: UUID, by: UserId) -> None:
    """It counts no longer; one that is removed already stays so."""

    async def decide(connection: Connection) -> None:
        found = next((one for one in await queries.kept(connection) if one.id == phrase_id), None)
        if found is None:
            raise NotFound("There is no such phrase.")
        if found.removed_at is None:
            await _append(ledger, connection, by, PhraseRemoved(phrase_id=phrase_id))

    await record(ledger.pool, decide, subject=_TURN)


async def _append(
    ledger: Ledger, connection: Connection, by: UserId, event: PhraseAdded | PhraseRemoved
) -> None:
    cause = by_user(by, correlation_id=str(event.phrase_id))
    await Act(ledger, connection, cause).append(Append(_STREAM, (event,), event.phrase_id))
