"""Asking for consent, and recording what comes of it.

What is agreed to holds for a purpose and for the address that was asked. The caller holds the person's lock.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, cast
from uuid import UUID

from medicalcor.core import clock, ids
from medicalcor.core.database.pool import Row
from medicalcor.core.database.queries import statements
from medicalcor.core.eventstore.store import Append
from medicalcor.domain.consent import links, purposes, texts
from medicalcor.domain.consent.texts import Wording
from medicalcor.domain.outreach.facts import window_open
from medicalcor.operations import effects, places, wording
from medicalcor.operations.effects import Intent, Planned
from medicalcor.operations.ledger import Act
from medicalcor.operations.wording import Line
from medicalcor.schemas.base import Event
from medicalcor.schemas.common import AddressKind, Channel, Language, UserId
from medicalcor.schemas.effects import Choice, Content, EmailMessage
from medicalcor.schemas.events.consents import (
    PURPOSES,
    ConsentAsked,
    ConsentDenied,
    ConsentGranted,
    ConsentPurpose,
    ConsentRenewed,
    ConsentWithdrawn,
    How,
    Occasion,
)
from medicalcor.schemas.events.people import OptOutLifted

SQL = statements("medicalcor.operations", "consents.sql")
NOUN: Final = "consent"
"""Of the choices below a question: `consent:<question>:yes`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """How something was said, and what shows that it was."""

    how: How
    channel: Channel | None
    evidence_id: UUID | None = None
    question: Row | None = None
    """The one that it answers."""
    by: UserId | None = None
    """The colleague who recorded it, and how they know."""
    note: str | None = None


# asking --------------------------------------------------------------------------------------------------


async def ask(
    act: Act,
    *,
    conversation_id: UUID,
    wanted: Sequence[ConsentPurpose],
    occasion: Occasion,
    key: str,
    by: UserId | None = None,
) -> Planned | None:
    """Ask in this conversation, once a `key`. None when there is nothing to ask there, or it was asked before.

    What the policy refuses has not been asked; the decision that comes back says why.
    """
    about = await effects.standing(act.connection, conversation_id=conversation_id)
    fitting = tuple(p for p in PURPOSES if p in wanted and purposes.fits(p, about["reply_kind"]))
    if not fitting or about["reply_to"] is None:
        return None
    question_id, text = ids.new_id(), _text(act, about, fitting, occasion)
    intent = Intent(
        key=f"{NOUN}:{key}",
        content=_content(act, about, text, fitting, question_id),
        purpose="consent_question",
        author="staff" if by else "automatic",
        by=by,
        cause_id=question_id,
        asked_at=clock.now() if occasion == "confirmation" else None,
    )
    planned = await effects.plan(act, conversation_id=conversation_id, intents=[intent])
    if planned and planned[0].decision.verdict != "refuse":
        asked = _asked(act, about, text, fitting, question_id, planned[0].effect_id, by)
        await act.append(Append(f"person-{about['person_id']}", (asked,), about["person_id"]))
    return planned[0] if planned else None


def _text(act: Act, about: Row, fitting: Sequence[ConsentPurpose], occasion: Occasion) -> Wording:
    language: Language = about["language"] or "ro"
    return texts.wording(occasion, fitting, language, clinic=act.ledger.settings.clinic_name)


def _content(
    act: Act, about: Row, text: Wording, fitting: tuple[ConsentPurpose, ...], question_id: UUID
) -> Content:
    """By mail with a link, by WhatsApp with two buttons; in a template where the window is shut."""
    clinic, language = act.ledger.settings.clinic_name, text.language
    line = Line(about["channel"], about["reply_kind"], language)
    if line.reply_kind == "email":
        link = links.Link(question_id, text.version, language, text.occasion, fitting, clock.now().date())
        token = act.ledger.vault.token(links.PURPOSE, links.packed(link))
        where = texts.said("mail", language, link=f"{act.ledger.settings.gateway_url}/consent/{token}")
        subject = texts.said("subject", language, clinic=clinic)
        return EmailMessage(
            subject=subject, body=f"{text.body}\n\n{where}", language=language, written_by="phrases"
        )
    verbs = ("yes", "no")
    names = [f"{NOUN}:{question_id}:{verb}" for verb in verbs]
    if window_open(clock.now(), about["last_inbound_at"]) and about["channel"] == "whatsapp":
        choices = [
            Choice(id=name, title=texts.said(verb, language)) for name, verb in zip(names, verbs, strict=True)
        ]
        return wording.question(line, text.body, choices, opener="")
    listed = texts.listed(fitting, language)
    return wording.template(line, f"consent_{text.occasion}", clinic, listed, buttons=names)


def _asked(
    act: Act,
    about: Row,
    text: Wording,
    fitting: tuple[ConsentPurpose, ...],
    question_id: UUID,
    effect_id: UUID,
    by: UserId | None,
) -> ConsentAsked:
    return ConsentAsked(
        person_id=about["person_id"],
        question_id=question_id,
        purposes=fitting,
        channel="email" if about["reply_kind"] == "email" else "whatsapp",
        conversation_id=about["conversation_id"],
        effect_id=effect_id,
        address_key=act.ledger.vault.keyed_hash(about["reply_kind"], about["reply_to"]),
        occasion=text.occasion,
        text_version=text.version,
        text_hash=text.hash,
        language=text.language,
        clinic=text.clinic,
        by=by,
    )


async def line_to(act: Act, *, person_id: UUID, kind: AddressKind, value: str) -> UUID | None:
    """The conversation that carries something to this address, opened when there is none; None when nothing can."""
    found = await act.connection.fetchval(SQL["line_to"], person_id, kind, value)
    if found is not None:
        return UUID(int=found.int)
    channel: Channel = "email" if kind == "email" else "whatsapp"
    if not act.ledger.is_on("email.message" if kind == "email" else "whatsapp.template"):
        return None
    return await places.conversation_for(
        act,
        person_id=person_id,
        channel=channel,
        reply_to=places.address(act.ledger, kind, value),
        partition_key=act.ledger.vault.keyed_hash(f"{channel}-opened", value),
    )


async def confirm_form(act: Act, *, person_id: UUID, cause_id: UUID) -> None:
    """Ask the owner of each address whether what a form ticked for it is theirs; not again for a week."""
    since = clock.now() - purposes.ANSWER_WITHIN
    for row in await act.connection.fetch(SQL["pending"], person_id, since):
        line = await line_to(act, person_id=person_id, kind=row["kind"], value=row["value"])
        if line is not None:
            key = f"form:{cause_id}:{row['address_key']}"
            await ask(act, conversation_id=line, wanted=row["purposes"], occasion="confirmation", key=key)


# what comes of it ----------------------------------------------------------------------------------------


async def grant(
    act: Act,
    *,
    person_id: UUID,
    wanted: Iterable[ConsentPurpose],
    address_key: str | None,
    text: Wording,
    saying: Saying,
    key: str | None = None,
) -> None:
    """Agreed, in these words. Who was asked after a wish for silence, and agrees, may be written to again."""
    rows = await act.connection.fetch(SQL["consents_of"], person_id)
    given = {(r["purpose"], r["address_key"]) for r in rows if r["granted_at"] is not None}
    events: list[Event] = []
    for group in purposes.by_period(wanted):
        held_for = address_key if purposes.bound(group[0]) else None
        again = any((purpose, held_for or "") in given for purpose in group)
        kind = ConsentRenewed if again else ConsentGranted
        events.append(_granted(kind, person_id, group, held_for, text, saying))
    events += await _lifted(act, person_id, saying)
    await act.append(Append(f"person-{person_id}", events, person_id, key=key))


async def _lifted(act: Act, person_id: UUID, saying: Saying) -> list[Event]:
    """The wish for silence ends with a yes to a question that was asked after it, or that was signed or said to us."""
    silent = await act.connection.fetchrow(SQL["opted_out"], person_id)
    if silent is None or silent["opted_out_at"] is None:
        return []
    question = saying.question
    if question is None and saying.by is None:
        return []
    if question is not None and question["asked_at"] <= silent["opted_out_at"]:
        return []
    return [
        OptOutLifted(
            person_id=person_id,
            address_keys=tuple(silent["keys"]),
            question_id=question["id"] if question is not None else None,
        )
    ]


def _granted(
    kind: type[ConsentGranted],
    person_id: UUID,
    group: tuple[ConsentPurpose, ...],
    address_key: str | None,
    text: Wording,
    saying: Saying,
) -> ConsentGranted:
    return kind(
        person_id=person_id,
        purposes=group,
        channel=saying.channel,
        text_version=text.version,
        text_hash=text.hash,
        language=text.language,
        clinic=text.clinic,
        occasion=text.occasion,
        evidence_id=saying.evidence_id,
        address_key=address_key,
        question_id=saying.question["id"] if saying.question else None,
        how=saying.how,
        expires_at=purposes.expires(group, clock.now()),
        by=saying.by,
        note=saying.note,
    )


async def answer(act: Act, question: Row, *, agrees: bool, saying: Saying) -> None:
    """Record the answer to a question, for exactly what it asked and the words it asked in."""
    wanted = cast("list[ConsentPurpose]", list(question["purposes"]))
    person_id: UUID = question["person_id"]
    if agrees:
        text = wording_of(question)
        await grant(
            act,
            person_id=person_id,
            wanted=wanted,
            address_key=question["address_key"],
            text=text,
            saying=saying,
        )
        return
    agreed = await valid(act, person_id=person_id, address_key=question["address_key"])
    withdrawn = tuple(p for p in wanted if p in agreed)
    if withdrawn:
        await withdraw(
            act, person_id=person_id, wanted=withdrawn, saying=saying, address_key=question["address_key"]
        )
    denied = tuple(p for p in wanted if p not in agreed)
    if denied:
        event = ConsentDenied(
            person_id=person_id,
            purposes=denied,
            channel=saying.channel,
            address_key=question["address_key"],
            question_id=question["id"],
            how=saying.how,
            evidence_id=saying.evidence_id,
            by=saying.by,
            note=saying.note,
        )
        await act.append(Append(f"person-{person_id}", (event,), person_id))


async def withdraw(
    act: Act,
    *,
    person_id: UUID,
    wanted: Iterable[ConsentPurpose],
    saying: Saying,
    address_key: str | None = None,
    key: str | None = None,
) -> None:
    """Not agreed any more, whether or not it ever was; what waits and needs it is called back in the same commit."""
    ended = tuple(p for p in PURPOSES if p in set(wanted))
    event = ConsentWithdrawn(
        person_id=person_id,
        purposes=ended,
        channel=saying.channel,
        evidence_id=saying.evidence_id,
        address_key=address_key,
        question_id=saying.question["id"] if saying.question else None,
        how=saying.how,
        by=saying.by,
        note=saying.note,
    )
    await act.append(Append(f"person-{person_id}", (event,), person_id, key=key))
    waiting = await act.connection.fetch(SQL["dependent_on"], person_id, list(ended))
    await effects.void(act, waiting=waiting, reason="consent_withdrawn")


async def valid(act: Act, *, person_id: UUID, address_key: str) -> frozenset[str]:
    """What counts now for this address of the person."""
    now = clock.now()
    return frozenset(
        row["purpose"]
        for row in await act.connection.fetch(SQL["consents_of"], person_id)
        if row["state"] == "granted"
        and (row["expires_at"] is None or row["expires_at"] > now)
        and row["address_key"] in ("", address_key)
    )


def wording_of(question: Row) -> Wording:
    """The words that were asked, once more."""
    return texts.wording(
        question["occasion"],
        question["purposes"],
        question["language"],
        clinic=question["clinic"],
        version=question["text_version"],
    )
