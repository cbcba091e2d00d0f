"""Money as it stands, whose it is, and what patients were asked to pay."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from medicalcor.core.database.queries import statements
from medicalcor.core.eventstore.store import Project, Recorded, Statement
from medicalcor.schemas.events import payments as events
from medicalcor.schemas.events import people as people_events
from medicalcor.schemas.payments import Payer, Standing

SQL = statements("medicalcor.readmodels.payments", "projection.sql")
TABLES = ("payments", "payment_references", "payment_customers", "payment_requests")


def _payment(recorded: Recorded) -> UUID:
    return UUID(recorded.plain["payment_id"])


def _request(recorded: Recorded) -> UUID:
    return UUID(recorded.plain["request_id"])


def _payer(recorded: Recorded) -> Payer:
    payer = getattr(recorded.event, "payer", None)
    return payer if isinstance(payer, Payer) else Payer()


def _reported(recorded: Recorded) -> Statement:
    plain = recorded.plain
    stands = Standing.model_validate(plain["stands"])
    return SQL["reported"], (
        _payment(recorded),
        plain["account"],
        stands.state,
        stands.amount,
        stands.paid,
        stands.refunded,
        stands.currency,
        stands.failure,
        stands.at,
        stands.paid_at,
        stands.failed_at,
        stands.next_at,
        stands.ending,
        plain["sayings"],
        plain["hints"],
        [UUID(one) for one in plain["hints"]["request_ids"]],
        recorded.version,
        recorded.occurred_at,
    )


def _referred(recorded: Recorded) -> Statement:
    return SQL["referred"], (list(recorded.plain["references"]), _payment(recorded))


def _payer_seen(recorded: Recorded) -> Statement:
    payer = _payer(recorded)
    return SQL["payer_seen"], (_payment(recorded), payer.name, payer.email, payer.phone)


def _repointed(recorded: Recorded) -> Statement:
    return SQL["repointed"], (_payment(recorded), UUID(recorded.plain["into"]))


def _merged(recorded: Recorded) -> Statement:
    return SQL["merged"], (_payment(recorded), UUID(recorded.plain["into"]))


def _belongs(recorded: Recorded) -> Statement:
    payer, assigned = _payer(recorded), recorded.type == events.PaymentAssigned.type
    return SQL["belongs"], (
        _payment(recorded),
        UUID(recorded.plain["person_id"]),
        "staff" if assigned else recorded.plain["how"],
        payer.name,
        payer.email,
        payer.phone,
        recorded.occurred_at,
    )


def _customer(recorded: Recorded) -> Statement:
    assigned = recorded.type == events.PaymentAssigned.type
    return SQL["settle_customer" if assigned else "remember_customer"], (
        list(recorded.plain["customer_keys"]),
        UUID(recorded.plain["person_id"]),
    )


def _untied(recorded: Recorded) -> Statement:
    return SQL["untied"], (_payment(recorded), recorded.occurred_at)


def _unmatched(recorded: Recorded) -> Statement:
    plain = recorded.plain
    return SQL["unmatched"], (
        _payment(recorded),
        plain["why"],
        [UUID(one) for one in plain["candidates"]],
        recorded.occurred_at,
    )


def _set_aside(recorded: Recorded) -> Statement:
    return SQL["set_aside"], (_payment(recorded), recorded.occurred_at)


def _taken_back(recorded: Recorded) -> Statement:
    return SQL["taken_back"], (_payment(recorded),)


def _asked(recorded: Recorded) -> Statement:
    plain = recorded.plain
    return SQL["asked"], (
        _request(recorded),
        UUID(plain["person_id"]),
        UUID(plain["lead_id"]),
        plain["amount"],
        plain["currency"],
        plain["reason"],
        UUID(plain["by"]),
        recorded.occurred_at,
    )


def _link_made(recorded: Recorded) -> Statement:
    url = recorded.event.url if isinstance(recorded.event, events.PaymentLinkMade) else None
    return SQL["link_made"], (_request(recorded), recorded.plain["link_id"], url, recorded.occurred_at)


def _link_failed(recorded: Recorded) -> Statement:
    return SQL["link_failed"], (_request(recorded), recorded.plain["reason"], recorded.occurred_at)


def _erased(recorded: Recorded) -> Statement:
    return SQL["erase"], (recorded.subject_id,)


APPLY: Mapping[str, Sequence[Project]] = {
    events.PaymentReported.type: (_reported, _referred),
    events.PayerSeen.type: (_payer_seen,),
    events.PaymentMerged.type: (_repointed, _merged),
    events.PaymentTied.type: (_belongs, _customer),
    events.PaymentAssigned.type: (_belongs, _customer),
    events.PaymentUntied.type: (_untied,),
    events.PaymentUnmatched.type: (_unmatched,),
    events.PaymentSetAside.type: (_set_aside,),
    events.PaymentTakenBack.type: (_taken_back,),
    events.PaymentRequested.type: (_asked,),
    events.PaymentLinkMade.type: (_link_made,),
    events.PaymentLinkFailed.type: (_link_failed,),
    people_events.PersonErased.type: (_erased,),
}
