"""The short way with Vapi's news, beside the long one."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from medicalcor.api.webhooks.vapi import news, split
from medicalcor.schemas.wire.vapi import server_message

ANY: st.SearchStrategy[Any] = st.sampled_from([None, 7, "", "x", [], [1], {}])
MESSAGES = st.fixed_dictionaries(
    {
        "type": st.sampled_from(
            ["status-update", "end-of-call-report", "transcript", "hang", "", 'status-update[x="y"]']
        )
    },
    optional={
        "call": st.one_of(
            ANY, st.fixed_dictionaries({}, optional={"id": st.one_of(ANY, st.just("c1")), "type": ANY})
        ),
        "status": st.one_of(ANY, st.just("ended")),
        "timestamp": ANY,
        "artifact": ANY,
        "endedReason": ANY,
    },
)


@given(MESSAGES)
def test_the_short_way_keeps_what_the_long_way_keeps(message: dict[str, Any]) -> None:
    raw = {"message": message}
    short = news(raw)
    if short is not None:
        assert split(server_message(raw), raw) == [short]


@given(st.one_of(ANY, st.fixed_dictionaries({"message": ANY})))
def test_what_is_no_message_is_left_to_the_long_way(raw: Any) -> None:
    assert news(raw) is None


def test_a_status_and_a_report_take_the_short_way() -> None:
    for told in ({"type": "status-update", "status": "ended"}, {"type": "end-of-call-report"}):
        assert news({"message": {**told, "call": {"id": "c1"}}}) is not None
