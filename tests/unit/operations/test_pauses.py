"""How long what did not get through waits, by what kept it back."""

import pytest

from medicalcor.core.errors import (
    ProviderBusy,
    ProviderError,
    ProviderOff,
    ProviderRejected,
    ProviderUnavailable,
)
from medicalcor.operations.delivery import pauses_after

DAY = 86_400.0


def after(kind: type[ProviderError], reason: str, *, patient: bool) -> tuple[float, ...]:
    return pauses_after(kind(provider="p", reason=reason), patient=patient)


@pytest.mark.parametrize("patient", [True, False])
def test_what_is_final_is_not_tried_again(*, patient: bool) -> None:
    assert after(ProviderRejected, "undeliverable", patient=patient) == ()
    assert after(ProviderOff, "channel_off", patient=patient) == ()


def test_a_refused_account_fails_no_update_of_the_crm() -> None:
    pauses = after(ProviderRejected, "account", patient=False)
    assert list(pauses) == sorted(pauses), "growing"
    assert max(pauses) == DAY
    assert sum(pauses) >= 30 * DAY


def test_a_message_does_not_arrive_days_late() -> None:
    for kind, reason in ((ProviderRejected, "account"), (ProviderUnavailable, "unreachable")):
        assert 3600 < sum(after(kind, reason, patient=True)) < DAY


def test_a_limit_of_the_day_is_outlasted_wherever_midnight_is() -> None:
    assert sum(after(ProviderBusy, "daily_limit", patient=False)) > DAY
