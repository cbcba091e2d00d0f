"""Whose a payment is, and when a colleague has to say."""

from uuid import UUID

import pytest

from medicalcor.domain.payments.matching import Leads, Match, NoMatch, match

A, B = UUID(int=1), UUID(int=2)
ANA, BOGDAN, BOTH = frozenset({A}), frozenset({B}), frozenset({A, B})


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        (Leads(), NoMatch("nobody", ())),
        (Leads(phone=ANA), Match(A, "phone")),
        (Leads(email=ANA), Match(A, "email")),
        (Leads(phone=ANA, email=ANA, customer=ANA, named=ANA), Match(A, "metadata")),
        (Leads(customer=ANA, phone=ANA), Match(A, "customer")),
        (Leads(phone=ANA, email=BOGDAN), NoMatch("conflict", (A, B))),
        (Leads(named=ANA, phone=BOGDAN), NoMatch("conflict", (A, B))),
        (Leads(customer=ANA, phone=BOGDAN), NoMatch("conflict", (A, B))),
        (Leads(settled=ANA, phone=BOGDAN, email=BOGDAN), Match(A, "customer")),
        (Leads(settled=ANA, named=BOGDAN), NoMatch("conflict", (A, B))),
        (Leads(asked=ANA, named=ANA, settled=BOGDAN, phone=BOGDAN), Match(A, "request")),
        (Leads(asked=BOTH), NoMatch("conflict", (A, B))),
        (Leads(phone=BOTH), NoMatch("conflict", (A, B))),
    ],
)
def test_verdicts(found: Leads, verdict: Match | NoMatch) -> None:
    assert match(found) == verdict
