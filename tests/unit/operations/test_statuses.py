"""What the provider reports moves a message forward only, in whatever order it comes."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from medicalcor.core import clock, ids
from medicalcor.operations.messaging import _events
from medicalcor.schemas.effects import DELIVERY_RANK
from medicalcor.schemas.events.effects import EffectSent, EffectStatusChanged
from medicalcor.schemas.wire.whatsapp import InboundStatus, Status

REPORTED = st.sampled_from(["sent", "delivered", "read", "played", "failed", "deleted", "of_next_year"])
BEFORE = st.sampled_from(["planned", "held", "unknown", "delayed", "sent", "failed", "void", "refused"])


def effect(status: str) -> Any:
    return {"id": ids.new_id(), "kind": "whatsapp.text", "status": status}


def report(status: str) -> InboundStatus:
    return InboundStatus(status=Status(id="wamid.x", status=status))


def after(status: str, reported: str) -> str:
    """The message's status once the report has been taken in."""
    for event in _events(effect(status), report(reported), clock.now()):
        if isinstance(event, EffectSent):
            status = "sent"
        elif isinstance(event, EffectStatusChanged):
            status = event.status
    return status


@given(before=BEFORE, reports=st.lists(REPORTED, max_size=12))
def test_a_message_never_goes_back(before: str, reports: list[str]) -> None:
    status, reached = before, DELIVERY_RANK.get(before, 0)
    for one in reports:
        status = after(status, one)
        assert DELIVERY_RANK.get(status, 0) >= reached or (
            status == "failed" and reached == DELIVERY_RANK["sent"]
        )
        reached = DELIVERY_RANK.get(status, 0)


@given(before=BEFORE, reports=st.permutations(["sent", "delivered", "read"]))
def test_the_order_of_arrival_does_not_matter(before: str, reports: list[str]) -> None:
    status = before
    for one in reports:
        status = after(status, one)
    assert status == "read"


@given(before=st.sampled_from(["delivered", "read"]))
def test_what_was_delivered_did_not_fail(before: str) -> None:
    assert after(before, "failed") == before


@given(before=BEFORE, reported=REPORTED)
def test_the_same_report_twice_changes_nothing_more(before: str, reported: str) -> None:
    once = after(before, reported)
    assert after(once, reported) == once
    assert _events(effect(once), report(reported), clock.now()) == []
