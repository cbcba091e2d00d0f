"""Consent at the desk: a colleague asks, records what was said or signed, and reads what was unclear."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from medicalcor.core.database.pool import Connection, Row
from medicalcor.core.database.transaction import record
from medicalcor.core.errors import Conflict, Forbidden, InvalidInput, NotFound
from medicalcor.core.eventstore.store import Append, Cause
from medicalcor.domain.consent import purposes, texts
from medicalcor.operations import consents
from medicalcor.operations.consents import SQL, Saying
from medicalcor.operations.ledger import Act, Ledger, by_user
from medicalcor.schemas.common import AddressKind, LeadId, UserId
from medicalcor.schemas.events.consents import ConsentDoubtSettled, ConsentPurpose, How

_KEYED = "consent-desk:"


async def ask(
    ledger: Ledger,
    *,
    lead_id: LeadId,
    wanted: Sequence[ConsentPurpose],
    by_mail: bool,
    by: UserId,
    key: str,
) -> None:
    """Send the question, once a `key`. Refused with the reason in words when it cannot be sent."""
    person = await _person(ledger, lead_id)
    kinds: tuple[AddressKind, ...] = ("email",) if by_mail else ("phone", "whatsapp_user")
    fitting = [p for p in wanted if any(purposes.fits(p, kind) for kind in kinds)]
    if not fitting:
        raise InvalidInput(
            "Choose what to ask for; some things are agreed to by WhatsApp only, some by e-mail."
        )

    if 0 < len(set(fitting) & set(purposes.MARKETING)) < len(fitting):
        raise InvalidInput("Ask for offers apart from other things: one yes cannot agree to both.")

    async def decide(connection: Connection) -> None:
        act = Act(ledger, connection, by_user(by, correlation_id=str(lead_id)))
        line = await _line(act, person["person_id"], kinds)
        planned = await consents.ask(
            act, conversation_id=line, wanted=fitting, occasion="question", key=f"desk:{by}:{key}", by=by
        )
        if planned is not None and planned.decision.verdict == "refuse":
            raise Forbidden("The question may not be sent now. Under 'Sent and not sent' stands why.")

    await record(ledger.pool, decide, subject=person["person_id"])


async def _line(act: Act, person_id: UUID, kinds: Sequence[AddressKind]) -> UUID:
    for row in await act.connection.fetch(SQL["addresses_of"], person_id):
        if row["kind"] in kinds:
            line = await consents.line_to(act, person_id=person_id, kind=row["kind"], value=row["value"])
            if line is not None:
                return line
    raise InvalidInput("There is no address to send that question to.")


async def note_down(
    ledger: Ledger,
    *,
    lead_id: LeadId,
    wanted: Sequence[ConsentPurpose],
    agrees: bool,
    how: How,
    note: str,
    by: UserId,
    key: str,
) -> None:
    """What the person signed or said; `note` is how that can be shown. Once a `key`."""
    if not wanted:
        raise InvalidInput("Choose what it is about.")
    person = await _person(ledger, lead_id)
    person_id: UUID = person["person_id"]
    saying = Saying(how=how, channel="voice" if how == "phone" else None, by=by, note=note)

    async def decide(connection: Connection) -> None:
        if await ledger.store.known(connection, f"{_KEYED}{by}:{key}"):
            return
        act = Act(ledger, connection, by_user(by, correlation_id=str(lead_id)))
        if agrees:
            await granted(act, person, wanted, saying, key=f"{_KEYED}{by}:{key}")
        else:
            await consents.withdraw(
                act, person_id=person_id, wanted=wanted, saying=saying, key=f"{_KEYED}{by}:{key}"
            )

    await record(ledger.pool, decide, subject=person_id)


async def granted(
    act: Act,
    person: Row | Mapping[str, Any],
    wanted: Sequence[ConsentPurpose],
    saying: Saying,
    *,
    key: str | None = None,
) -> None:
    """For every address of theirs that it can be given for, in the words of the statement. `person` has its
    `person_id` and `language`; the caller holds the person's lock."""
    person_id, clinic = person["person_id"], act.ledger.settings.clinic_name
    addresses = await act.connection.fetch(SQL["addresses_of"], person_id)
    groups: dict[str | None, list[ConsentPurpose]] = {}
    for purpose in wanted:
        fitting = [row["address_key"] for row in addresses if purposes.fits(purpose, row["kind"])]
        if purposes.bound(purpose) and not fitting:
            raise InvalidInput("The person has no address for that. Add it first, then record the consent.")
        for address_key in fitting if purposes.bound(purpose) else [None]:
            groups.setdefault(address_key, []).append(purpose)
    for nth, (address_key, group) in enumerate(groups.items()):
        await consents.grant(
            act,
            person_id=person_id,
            wanted=group,
            address_key=address_key,
            text=texts.wording("statement", group, person["language"] or "ro", clinic=clinic),
            saying=saying,
            key=key if nth == 0 else None,
        )


async def settle(
    ledger: Ledger, *, lead_id: LeadId, question_id: UUID, meant: str, note: str, by: UserId
) -> None:
    """What an unclear answer meant, as a colleague reads it; the answer itself stays the evidence."""
    if meant not in ("yes", "no", "nothing"):
        raise InvalidInput("Choose what was meant: yes, no or neither.")
    person = await _person(ledger, lead_id)
    person_id: UUID = person["person_id"]

    async def decide(connection: Connection) -> None:
        question = await connection.fetchrow(SQL["consent_question"], question_id)
        if question is None or question["person_id"] != person_id:
            raise NotFound("There is no such question.")
        if question["state"] != "doubt":
            raise Conflict("Somebody has settled this already.")
        act = Act(ledger, connection, Cause(correlation_id=str(lead_id), actor=f"user:{by}"))
        if meant != "nothing":
            saying = Saying(
                how="reply",
                channel=question["channel"],
                evidence_id=question["doubt_message_id"],
                question=question,
                by=by,
                note=note,
            )
            await consents.answer(act, question, agrees=meant == "yes", saying=saying)
        settled = ConsentDoubtSettled.model_validate(
            {"person_id": person_id, "question_id": question_id, "meant": meant, "by": by, "note": note}
        )
        await act.append(Append(f"person-{person_id}", (settled,), person_id))

    await record(ledger.pool, decide, subject=person_id)


async def _person(ledger: Ledger, lead_id: LeadId) -> Row:
    async with ledger.pool.acquire() as connection:
        found = await connection.fetchrow(SQL["person_of_lead"], lead_id)
    if found is None:
        raise NotFound("There is no such lead.")
    if found["erased_at"] is not None:
        raise Conflict("This person's data was erased.")
    return found
