"""How a payment stands, by all that was said of it, in whatever order and however often it was said.

Each object of the provider's (intent, charge, checkout, invoice, dispute, subscription) says several things of itself
over time; what it said last holds. To keep the later of two sayings, and to gather what was said into sets, gives the
same whatever the order: so does everything that is concluded from them.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Final

from medicalcor.schemas.payments import Hints, Payer, Saying, Standing
from medicalcor.schemas.wire.stripe import State

Sayings = Mapping[str, Saying]
_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)
_ORDER: Final[tuple[State, ...]] = (
    "unknown", "pending", "open", "active", "past_due", "paused", "failed", "uncollectible", "expired", "canceled",
    "void", "ended", "disputed", "dispute_won", "dispute_lost", "partly_refunded", "refunded", "paid",
)  # fmt: skip
"""Which of two states of the same second came later."""
_FINAL: Final = frozenset({"paid", "canceled", "expired", "void", "ended", "dispute_won", "dispute_lost"})
"""An object that said one of these says nothing earlier any more, whatever arrives late."""
_BACK: Final = frozenset({"refunded", "pending"})
_NOT_BACK: Final = frozenset({"failed", "canceled"})
"""Of a single refund."""
_SUREST: Final = ("payment", "invoice", "checkout")
"""Who knows best what was received. They speak of the same money: it is counted once."""


def said(known: Sayings, new: Sayings) -> dict[str, Saying]:
    """Those of `new` that tell more than what is known."""
    return {one: saying for one, saying in new.items() if _later(known.get(one), saying) != known.get(one)}


def joined(known: Sayings, new: Sayings) -> dict[str, Saying]:
    return {**known, **{one: _later(known.get(one), saying) for one, saying in new.items()}}


def gathered(one: Hints, other: Hints) -> Hints:
    """Every hint there is."""
    return Hints.model_validate(
        {name: sorted({*getattr(one, name), *getattr(other, name)}) for name in Hints.model_fields}
    )


def fullest(one: Payer | None, other: Payer | None) -> Payer | None:
    """Of each detail the longer form."""
    if one is None or other is None:
        return one or other
    longer = {
        name: max(getattr(one, name) or "", getattr(other, name) or "", key=lambda text: (len(text), text))
        for name in Payer.model_fields
    }
    return Payer.model_validate({name: text or None for name, text in longer.items()})


def standing_of(sayings: Sayings) -> Standing:
    """What all of it comes to."""
    subscription = next((one for one in sayings.values() if one.kind == "subscription"), None)
    if subscription is not None:
        return _of_subscription(subscription)
    refunds = [one for one in sayings.values() if one.kind == "refund"]
    disputes = [one for one in sayings.values() if one.kind == "dispute"]
    money = [one for one in sayings.values() if one.kind in _SUREST]
    received = [one for one in money if one.state == "paid"]
    single = [one for one in sayings.values() if one.kind == "single_refund"]
    refunded = _went_back(refunds, single)
    paid = _received(received) or sum(one.total or one.amount or 0 for one in refunds)
    paid = paid or max((one.amount or 0 for one in disputes), default=0)
    latest = max(money, key=_moment, default=None)
    state = _state(paid=paid, refunded=refunded, disputes=disputes, received=received, latest=latest)
    failed = _failed(money) if state == "failed" else None
    return Standing(
        state=state,
        amount=paid or max((one.amount or 0 for one in money), default=0) or None,
        paid=paid,
        refunded=refunded,
        refunds_failed=sum(one.amount or 0 for one in single if one.state in _NOT_BACK),
        currency=_currency(sayings.values()),
        at=_last(sayings.values()),
        paid_at=min((one.at for one in received if one.at), default=None),
        failure=failed.failure if failed else None,
        failed_at=failed.at if failed else None,
        next_at=_next(state, money, disputes),
    )


def _went_back(charges: list[Saying], single: list[Saying]) -> int:
    """A charge says what went back of it up to then: what failed later has to be taken off."""
    known = [one.at for one in charges if one.at]
    since = max(known, default=_LONG_AGO)
    failed = sum(one.amount or 0 for one in single if one.state in _NOT_BACK and (one.at or since) >= since)
    by_charges = sum(one.amount or 0 for one in charges) - failed
    return max(by_charges, sum(one.amount or 0 for one in single if one.state in _BACK), 0)


def _of_subscription(saying: Saying) -> Standing:
    return Standing(
        state=saying.state,
        amount=saying.amount,
        currency=saying.currency,
        at=saying.at,
        next_at=saying.next_at,
        ending=saying.ending,
    )


def _state(
    *, paid: int, refunded: int, disputes: list[Saying], received: list[Saying], latest: Saying | None
) -> State:
    open_or_lost = {one.state for one in disputes} - {"dispute_won"}
    if open_or_lost:
        return "disputed" if "disputed" in open_or_lost else "dispute_lost"
    if refunded:
        return "refunded" if refunded >= paid else "partly_refunded"
    if received or disputes or paid:
        return "paid"
    return latest.state if latest else "unknown"


def _received(sayings: list[Saying]) -> int:
    """Of whoever knows best. Several intents may pay one invoice together."""
    for kind in _SUREST:
        amounts = [one.amount or 0 for one in sayings if one.kind == kind]
        if any(amounts):
            return sum(amounts) if kind == "payment" else max(amounts)
    return 0


def _failed(money: list[Saying]) -> Saying | None:
    failed = [one for one in money if one.state == "failed"]
    return max(failed, key=lambda one: (*_moment(one), one.failure or ""), default=None)


def _next(state: State, money: list[Saying], disputes: list[Saying]) -> datetime | None:
    """When the next attempt is made, an open invoice is due, or evidence has to be there."""
    if state in ("open", "failed"):
        return max((one.next_at for one in money if one.next_at), default=None)
    if state == "disputed":
        return min((one.next_at for one in disputes if one.next_at), default=None)
    return None


def _currency(sayings: Iterable[Saying]) -> str | None:
    return min((one.currency for one in sayings if one.currency), default=None)


def _last(sayings: Iterable[Saying]) -> datetime | None:
    return max((one.at for one in sayings if one.at), default=None)


def _moment(saying: Saying) -> tuple[datetime, int, int]:
    return (saying.at or _LONG_AGO, _ORDER.index(saying.state), saying.amount or 0)


def _later(known: Saying | None, new: Saying) -> Saying:
    return new if known is None else max(known, new, key=_rank)


def _rank(saying: Saying) -> tuple[object, ...]:
    """Total, so that no order of arrival decides. Within a second a refund has grown."""
    return (
        saying.kind == "refund",
        saying.state in _FINAL or (saying.kind == "single_refund" and saying.state in _NOT_BACK),
        *_moment(saying),
        saying.model_dump_json(),
    )
