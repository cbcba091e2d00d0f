"""What Meta's notices and refusals say of a template, and for how long."""

from datetime import UTC, datetime, timedelta

import pytest

from medicalcor.domain.outreach.templates import Learnt, taught, told
from medicalcor.integrations.whatsapp import mapping

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("event", "title", "state", "hours"),
    [
        ("APPROVED", None, "approved", None),
        ("REINSTATED", None, "approved", None),
        ("PAUSED", "FIRST_PAUSE", "paused", 3),
        ("PAUSED", "SECOND_PAUSE", "paused", 6),
        ("PAUSED", None, "paused", 3),
        ("DISABLED", None, "disabled", None),
        ("REJECTED", None, "unknown", None),
        ("PENDING_DELETION", None, "unknown", None),
    ],
)
def test_what_meta_tells(event: str, title: str | None, state: str, hours: int | None) -> None:
    learnt = told(event, title=title, reason="NONE", at=AT)
    until = AT + timedelta(hours=hours) if hours else None
    assert learnt == Learnt(state, "meta", "NONE", until)  # type: ignore[arg-type]  # states by name


@pytest.mark.parametrize("event", ["FLAGGED", "PENDING", "IN_APPEAL", "SOMETHING_NEW", ""])
def test_what_changes_nothing(event: str) -> None:
    assert told(event, title=None, reason=None, at=AT) is None


def test_what_a_refusal_teaches_is_believed_for_a_while_only() -> None:
    reasons = {reason for codes in (132001, 132015, 132016) for reason in [mapping._REASONS[codes][1]]}
    assert reasons == {"template_unknown", "template_paused", "template_disabled"}
    for reason in reasons:
        learnt = taught(reason, at=AT)
        assert learnt is not None
        assert learnt.until is not None
        assert AT < learnt.until <= AT + timedelta(days=1)
    assert taught("undeliverable", at=AT) is None
