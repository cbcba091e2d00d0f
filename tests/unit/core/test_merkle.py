"""The streamed tree against RFC 6962's own definition, and against anybody who changes a leaf."""

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from medicalcor.core.crypto import merkle

Pairs = list[tuple[int, bytes]]
PAIRS = st.lists(st.tuples(st.integers(0, 2**63 - 1), st.binary(min_size=32, max_size=32)), max_size=70)


def by_definition(pairs: Pairs) -> bytes:
    """MTH of RFC 6962, section 2.1: split at the largest power of two below the count."""
    if not pairs:
        return hashlib.sha256(b"").digest()
    if len(pairs) == 1:
        position, event_hash = pairs[0]
        return hashlib.sha256(b"\x00" + position.to_bytes(8, "big") + event_hash).digest()
    half = 1
    while half * 2 < len(pairs):
        half *= 2
    return hashlib.sha256(b"\x01" + by_definition(pairs[:half]) + by_definition(pairs[half:])).digest()


@given(PAIRS)
def test_the_streamed_root_is_the_one_of_the_definition(pairs: Pairs) -> None:
    assert merkle.root(pairs) == by_definition(pairs)


@given(PAIRS)
def test_the_root_may_be_asked_on_the_way(pairs: Pairs) -> None:
    tree = merkle.Tree()
    for count, (position, event_hash) in enumerate(pairs, start=1):
        tree.add(position, event_hash)
        assert tree.root() == by_definition(pairs[:count])
        assert tree.leaves == count


@given(PAIRS.filter(bool), st.data())
def test_changing_one_bit_of_one_leaf_changes_the_root(pairs: Pairs, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(pairs) - 1))
    bit = data.draw(st.integers(0, 32 * 8 + 62))
    position, event_hash = pairs[at]
    if bit < 256:
        altered = (position, (int.from_bytes(event_hash, "big") ^ (1 << bit)).to_bytes(32, "big"))
    else:
        altered = (position ^ (1 << (bit - 256)), event_hash)
    assert merkle.root([*pairs[:at], altered, *pairs[at + 1 :]]) != merkle.root(pairs)


@given(
    st.lists(st.tuples(st.integers(0, 2**40), st.binary(min_size=32, max_size=32)), min_size=2, unique=True)
)
def test_removing_adding_or_swapping_leaves_changes_the_root(pairs: Pairs) -> None:
    whole = merkle.root(pairs)
    assert merkle.root(pairs[1:]) != whole
    assert merkle.root(pairs[:-1]) != whole
    assert merkle.root([*pairs, pairs[-1]]) != whole
    assert merkle.root([pairs[1], pairs[0], *pairs[2:]]) != whole


def test_a_node_does_not_pass_for_a_leaf() -> None:
    first, second = merkle.leaf(1, b"a" * 32), merkle.leaf(2, b"b" * 32)
    assert merkle.node(first, second) != hashlib.sha256(b"\x00" + first + second).digest()
    assert merkle.node(first, second) != merkle.node(second, first)
