"""The same whatever the order: how a payment stands by what its objects said."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from medicalcor.core import ids
from medicalcor.domain.payments.standing import fullest, gathered, joined, said, standing_of
from medicalcor.operations.payment_words import owed
from medicalcor.schemas.payments import Hints, Payer, Saying

AT = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
STATES = {
    "payment": ("pending", "failed", "paid", "canceled"),
    "checkout": ("pending", "paid", "failed", "expired"),
    "invoice": ("open", "failed", "paid", "void"),
    "dispute": ("disputed", "dispute_won", "dispute_lost"),
    "refund": ("partly_refunded", "refunded"),
}


@st.composite
def told(draw: st.DrawFn) -> tuple[str, Saying]:
    kind = draw(st.sampled_from(sorted(STATES)))
    saying = Saying.model_validate(
        {
            "kind": kind,
            "state": draw(st.sampled_from(STATES[kind])),
            "amount": draw(st.none() | st.integers(0, 9)),
            "total": draw(st.none() | st.integers(0, 9)),
            "currency": draw(st.sampled_from(["RON", "EUR", None])),
            "at": draw(st.none() | st.integers(0, 3).map(lambda s: AT + timedelta(seconds=s))),
            "failure": draw(st.sampled_from([None, "unknown", "card_declined"])),
        }
    )
    return f"{kind}-{draw(st.integers(0, 1))}", saying


@given(facts=st.lists(told(), max_size=8), data=st.data())
def test_order_and_repeats_do_not_matter(facts: list[tuple[str, Saying]], data: st.DataObject) -> None:
    repeated = data.draw(st.permutations([*facts, *facts]))
    one: dict[str, Saying] = {}
    two: dict[str, Saying] = {}
    for name, saying in facts:
        one = joined(one, {name: saying})
    for name, saying in repeated:
        two = {**two, **said(two, {name: saying})}
    assert one == two
    assert standing_of(one) == standing_of(two)
    assert standing_of(one).paid >= 0
    payment = ids.new_id()
    assert owed(standing_of(one), payment_id=payment, told=frozenset()) == owed(
        standing_of(two), payment_id=payment, told=frozenset()
    )


@given(facts=st.lists(told(), max_size=8))
def test_what_was_told_is_not_owed_again(facts: list[tuple[str, Saying]]) -> None:
    known: dict[str, Saying] = {}
    for name, saying in facts:
        known = joined(known, {name: saying})
    payment = ids.new_id()
    first = owed(standing_of(known), payment_id=payment, told=frozenset())
    assert owed(standing_of(known), payment_id=payment, told=frozenset(one.key for one in first)) == []


_keys = st.lists(st.text(max_size=3), max_size=3).map(tuple)
_hints = st.builds(Hints, customer_keys=_keys, phone_keys=_keys, email_keys=_keys)
_texts = st.none() | st.text(min_size=1, max_size=4)
_payers = st.none() | st.builds(Payer, name=_texts, email=_texts, phone=_texts)


@given(one=_hints, two=_hints, three=_hints)
def test_hints_are_gathered_in_any_order(one: Hints, two: Hints, three: Hints) -> None:
    assert gathered(gathered(one, two), three) == gathered(three, gathered(two, gathered(one, one)))


@given(one=_payers, two=_payers, three=_payers)
def test_the_fullest_payer_comes_of_any_order(
    one: Payer | None, two: Payer | None, three: Payer | None
) -> None:
    assert fullest(fullest(one, two), three) == fullest(three, fullest(fullest(two, two), one))


def test_one_money_is_counted_once() -> None:
    paid = {
        name: Saying.model_validate(
            {"kind": kind, "state": "paid", "amount": amount, "currency": "RON", "at": AT}
        )
        for name, kind, amount in (("pi", "payment", 100), ("cs", "checkout", 100), ("in", "invoice", 100))
    }
    assert standing_of(paid).paid == 100
    split = {**paid, "pi2": paid["pi"].model_copy(update={"amount": 50})}
    assert standing_of(split).paid == 150, "two intents pay one invoice together"
