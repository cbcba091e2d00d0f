"""What a bounce tells of the mail that came back."""

import pytest

from medicalcor.domain.correspondence.reports import report

OURS = "<0197f0e2-7b1c-7000-8000-000000000001@zambet.example>"
DSN = f"""Reporting-MTA: dns; mx.example
Final-Recipient: rfc822; <Ana@Example.RO>
Action: failed
Status: 5.1.1

Message-ID: {OURS}
From: office@zambet.example
"""


def test_the_mail_and_its_recipient_are_found() -> None:
    found = report({}, subject="Undelivered Mail", text=DSN)
    assert OURS in found.ids
    assert found.recipients == ("ana@example.ro",)
    assert found.final


def test_headers_tell_too() -> None:
    headers = {"x-failed-recipients": "ana@example.ro, dan@example.ro", "in-reply-to": OURS}
    found = report(headers, subject=None, text="It did not work.")
    assert (found.ids, found.recipients) == ((OURS,), ("ana@example.ro", "dan@example.ro"))


def test_without_a_report_all_that_is_named_may_be_meant() -> None:
    found = report(
        {}, subject=None, text="Your message wasn't delivered to ana@example.ro because it was not found."
    )
    assert found.recipients == ("ana@example.ro",)


@pytest.mark.parametrize(
    "said",
    [
        "Action: delayed",
        "THIS IS A WARNING MESSAGE ONLY. YOU DO NOT NEED TO RESEND",
        "Delivery to the following recipient has been delayed: delivery is delayed; will be retried",
        "We will keep trying for 3 days",
    ],
)
def test_who_is_still_trying_has_not_failed(said: str) -> None:
    assert not report({}, subject="Delivery Status Notification", text=said).final


def test_nothing_is_read_into_nonsense() -> None:
    found = report({}, subject=None, text="@@@ <> rfc822; @ a@b" * 1000)
    assert (found.ids, found.recipients) == ((), ())
