"""What is said about money: to the patient, to colleagues and to the CRM. Nothing of what the money is for."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from medicalcor.domain.language.phrases import phrase
from medicalcor.domain.payments.money import written
from medicalcor.operations import wording
from medicalcor.operations.effects import Intent
from medicalcor.operations.intents import lead_link
from medicalcor.operations.ledger import Ledger
from medicalcor.operations.reaching import Reach
from medicalcor.schemas.effects import (
    Content,
    EmailMessage,
    HubSpotNote,
    HubSpotTask,
    Purpose,
    StaffAlert,
)
from medicalcor.schemas.payments import Standing

What = Literal["paid", "refunded", "refund_failed", "failed", "disputed"]


@dataclass(frozen=True, slots=True)
class Owed:
    """Something that has happened to a payment, and that nobody has been told yet."""

    what: What
    key: str
    """The same thing has the same key, however it came to be known."""
    payment_id: UUID
    amount: int
    currency: str | None


def owed(stands: Standing, *, payment_id: UUID, told: frozenset[str]) -> list[Owed]:
    """What is owed by how it stands. `told`: keys of what was planned about it before."""
    found: list[Owed] = []

    def owe(what: What, key: str, amount: int | None) -> None:
        if f"{what}:{key}" not in told:
            found.append(Owed(what, f"{what}:{key}", payment_id, amount or 0, stands.currency))

    if stands.paid_at is not None and stands.paid and not _told(told, "paid"):
        owe("paid", str(payment_id), stands.paid)
    tried = stands.refunded + stands.refunds_failed
    returned = min(tried - _most(told, "refunded"), stands.refunded)
    if returned > 0:
        owe("refunded", f"{payment_id}:{tried}", returned)
    failed = stands.refunds_failed - _most(told, "refund_failed")
    if failed > 0:
        owe("refund_failed", f"{payment_id}:{stands.refunds_failed}", failed)
    if stands.state == "failed":
        moment = int(stands.failed_at.timestamp()) if stands.failed_at else 0
        owe("failed", f"{payment_id}:{moment}", stands.amount)
    if stands.state == "disputed" and not _told(told, "disputed"):
        owe("disputed", str(payment_id), stands.amount)
    return found


def _told(told: Iterable[str], what: What) -> bool:
    return any(key.startswith(f"{what}:") for key in told)


def _most(told: Iterable[str], what: What) -> int:
    """Of refunds: all that there had been when it was told last."""
    ends = (key.rpartition(":")[2] for key in told if key.startswith(f"{what}:"))
    return max((int(end) for end in ends if end.isdecimal()), default=0)


def intents(ledger: Ledger, things: Iterable[Owed], *, reach: Reach) -> Iterable[tuple[UUID, list[Intent]]]:
    """For each thing, whom it concerns."""
    for thing in things:
        yield reach.conversation_id, [*_told_of(ledger, thing, reach)]


def _told_of(ledger: Ledger, thing: Owed, reach: Reach) -> Iterable[Intent]:
    money = written(thing.amount, thing.currency, "en")
    where = lead_link(ledger, reach.lead_id)
    match thing.what:
        case "paid":
            yield _intent(thing, _to_patient(ledger, thing, reach, "receipt"), "receipt")
            yield from _crm(ledger, thing, HubSpotNote(text=f"Paid {money}. {where}"))
        case "refunded":
            yield _intent(thing, _to_patient(ledger, thing, reach, "refund"), "receipt")
            yield from _crm(ledger, thing, HubSpotNote(text=f"Refunded {money}. {where}"))
        case "refund_failed":
            yield _intent(thing, StaffAlert(code="refund_failed"), "staff_alert")
            task = HubSpotTask(
                subject="A refund failed: pay it back another way", body=f"{money}. {where}", priority="HIGH"
            )
            yield from _crm(ledger, thing, task)
        case "failed":
            yield _intent(thing, StaffAlert(code="payment_failed"), "staff_alert")
            task = HubSpotTask(
                subject="A payment failed: talk to the patient", body=f"{money}. {where}", priority="MEDIUM"
            )
            yield from _crm(ledger, thing, task)
        case "disputed":
            yield _intent(thing, StaffAlert(code="payment_disputed"), "staff_alert")
            task = HubSpotTask(
                subject="A payment is disputed: answer at Stripe before its date",
                body=f"{money}. {where}",
                priority="HIGH",
            )
            yield from _crm(ledger, thing, task)


def _intent(thing: Owed, content: Content, purpose: Purpose) -> Intent:
    return Intent(key=thing.key, content=content, purpose=purpose, cause_id=thing.payment_id)


def _crm(ledger: Ledger, thing: Owed, content: Content) -> Iterable[Intent]:
    if ledger.crm_on:
        yield Intent(key=f"crm:{thing.key}", content=content, purpose="crm", cause_id=thing.payment_id)


def _to_patient(ledger: Ledger, thing: Owed, reach: Reach, name: Literal["receipt", "refund"]) -> Content:
    amount = written(thing.amount, thing.currency, reach.line.language)
    return told(ledger, reach, f"payment_{name}", amount=amount)


def told(ledger: Ledger, reach: Reach, name: str, **values: str) -> Content:
    """The fixed text of that name in the form that the line carries. Its template takes the same values, in order."""
    clinic, language = ledger.settings.clinic_name, reach.line.language
    if not reach.words:
        return wording.template(reach.line, name, clinic, *values.values())
    body = phrase(name, language, clinic=clinic, **values)
    if reach.line.reply_kind != "email":
        return wording.text(reach.line, body, written_by="phrases")
    subject = phrase(f"{name}_subject", language, clinic=clinic)
    return EmailMessage(subject=subject, body=body, language=language, written_by="phrases")
