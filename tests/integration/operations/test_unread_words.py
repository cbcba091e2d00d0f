"""A lost answer: the provider's word that was taken in and waits to be read is not silence."""

from datetime import datetime, timedelta
from uuid import UUID

from tests.integration.operations.test_outreach import NOON, known, ledger, mail, plan

from medicalcor.core import clock, ids
from medicalcor.core.errors import OutcomeUnknown
from medicalcor.operations import delivery, effects
from medicalcor.operations.delivery import Attempt
from medicalcor.operations.ledger import Ledger

__all__ = ["ledger"]


class Lost:
    """A provider whose answers get lost."""

    def __init__(self, ledger: Ledger, effect_id: UUID) -> None:
        self.asked = 0
        self._ledger, self._effect_id = ledger, effect_id

    async def try_at(self, moment: datetime) -> int:
        """How often the provider has been asked after a run of the delivery at this moment."""
        with clock.using(clock.Still(moment)):
            await self._ledger.pool.execute("update processes set last_seen = $1", moment)
            about = await effects.destination(self._ledger, effect_id=self._effect_id)
            await delivery.deliver(self._ledger, about=about, send=self._ask, recover=None)
        return self.asked

    async def _ask(self, _attempt: Attempt) -> str | None:
        self.asked += 1
        raise OutcomeUnknown(provider="whatsapp", reason="timeout")


async def test_a_word_that_nobody_has_read_yet_is_not_silence(ledger: Ledger) -> None:
    with clock.using(clock.Still(NOON)):
        person, conversation = await known(ledger)
        [planned] = await plan(ledger, person, conversation, mail("reminder"))
    provider, item = Lost(ledger, planned.effect_id), ids.new_id()
    await ledger.pool.execute(
        "insert into processes (id, kind, host, pid, started_at, last_seen) values ('g', 'gateway', 'h', 1, $1, $1)",
        NOON - timedelta(hours=1),
    )
    assert await provider.try_at(NOON) == 1
    await ledger.pool.execute(
        "insert into inbox (id, provider, event_key, kind, partition_key, key_day, body, correlation_id, received_at)"
        " values ($1, 'whatsapp', 'k', 'status', 'p', $2, '', 'c', $3)",
        item,
        NOON.date(),
        NOON + timedelta(seconds=5),
    )
    assert await provider.try_at(NOON + timedelta(minutes=2)) == 1
    assert await provider.try_at(NOON + timedelta(minutes=10)) == 1
    await ledger.pool.execute("update inbox set handled_at = $2 where id = $1", item, NOON)
    assert await provider.try_at(NOON + timedelta(minutes=30)) == 2
