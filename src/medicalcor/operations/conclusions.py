"""What follows when a call is over: the caller is written to where that is allowed, and a colleague calls back.

Each of it once a call, by its key, whatever is told in whatever order.
"""

from datetime import timedelta
from uuid import UUID

from medicalcor.core import clock
from medicalcor.core.database.pool import Row
from medicalcor.core.database.queries import statements
from medicalcor.domain.language.countries import likely_language
from medicalcor.domain.telephony.outcomes import Known, outcome_of
from medicalcor.operations import calls, effects, intents, places, wording
from medicalcor.operations.effects import Intent
from medicalcor.operations.ledger import Act
from medicalcor.operations.wording import Line
from medicalcor.schemas.calls import NOT_REACHED, Outcome
from medicalcor.schemas.common import Classification, Language
from medicalcor.schemas.effects import HubSpotTask, StaffAlert

SQL = statements("medicalcor.operations", "calls.sql")
TOLD_FOR = timedelta(hours=1)
"""Who calls again and again is written to once in this time."""
_SUBJECTS: dict[Outcome, str] = {
    "missed": "Missed call: call back",
    "failed": "A call did not get through: call back",
    "voicemail": "Voicemail: call back",
}


async def conclude(act: Act, *, call_id: UUID, final: bool = False) -> bool:
    """Record what came of the call as far as it can be told, and plan what follows. The caller holds the person's lock.

    `final`: nothing more is to be expected, so that silence means a missed call. Answers whether all is said and done.
    """
    about = await calls.call(act.connection, call_id=call_id)
    outcome = outcome_of(await _known(act, about, final=final))
    if outcome is None:
        return False
    await calls.ended(act, about, outcome=outcome, seconds=about["seconds"])
    standing = await effects.standing(act.connection, conversation_id=about["conversation_id"])
    if outcome in NOT_REACHED and about["direction"] == "inbound":
        await _call_back(act, about, standing, outcome)
    is_over = final or about["rank"] == calls.OVER
    if is_over and act.ledger.crm_on and _worth_a_contact(standing, outcome):
        intent = intents.call(call_id=call_id)
        await effects.plan(act, conversation_id=about["conversation_id"], intents=[intent])
    return is_over


async def _known(act: Act, about: Row, *, final: bool) -> Known:
    rows = await act.connection.fetch(SQL["recordings"], about["id"])
    return Known(
        outcome=about["outcome"],
        agent_answered=about["agent_answered"] is True,
        status=about["status"],
        over=about["rank"] == calls.OVER,
        recordings=[(row["of"], row["state"] != "absent") for row in rows],
        final=final,
    )


def _worth_a_contact(standing: Row, outcome: Outcome) -> bool:
    """Somebody without a number who said nothing is nobody to the CRM."""
    return standing["reply_to"] is not None or outcome not in ("missed", "failed")


async def _call_back(act: Act, about: Row, standing: Row, outcome: Outcome) -> None:
    call_id: UUID = about["id"]
    alert = Intent(
        key=f"missed-call-alert:{call_id}",
        content=StaffAlert(code="missed_call"),
        purpose="staff_alert",
        cause_id=call_id,
    )
    tasks = [_task(act, about, standing, outcome)] if act.ledger.crm_on else []
    if not _worth_a_contact(standing, outcome):
        tasks = []
    await effects.plan(act, conversation_id=about["conversation_id"], intents=[alert, *tasks])
    await _write(act, about, standing)


def _task(act: Act, about: Row, standing: Row, outcome: Outcome) -> Intent:
    hot = standing["classification"] == Classification.HOT
    task = HubSpotTask(
        subject=_SUBJECTS[outcome],
        body=f"Somebody called and reached nobody. {intents.lead_link(act.ledger, about['lead_id'])}",
        priority="HIGH" if hot else "MEDIUM",
    )
    return Intent(key=f"missed-call-task:{about['id']}", content=task, purpose="crm", cause_id=about["id"])


async def _write(act: Act, about: Row, standing: Row) -> None:
    """On WhatsApp, where the policy allows it; that it does not is kept too."""
    key = f"missed-call:{about['id']}"
    if await act.connection.fetch(effects.SQL["known_effects"], [key]):
        return
    number: str | None = standing["reply_to"]
    template = wording.template(
        Line("whatsapp", "phone", _language(act, standing)), "missed_call", act.ledger.settings.clinic_name
    )
    intent = Intent(key=key, content=template, purpose="missed_call", cause_id=about["id"])
    conversation_id: UUID = about["conversation_id"]
    if number is not None:
        ledger = act.ledger
        conversation_id = await places.conversation_for(
            act,
            person_id=about["person_id"],
            channel="whatsapp",
            reply_to=places.address(ledger, "phone", number),
            partition_key=ledger.vault.keyed_hash("whatsapp-opened", number),
        )
    since = clock.now() - TOLD_FOR
    if await act.connection.fetchval(SQL["told_lately"], about["person_id"], since):
        await effects.decline(
            act, conversation_id=conversation_id, intent=intent, reason="already_acknowledged"
        )
        return
    await effects.plan(act, conversation_id=conversation_id, intents=[intent])


def _language(act: Act, standing: Row) -> Language:
    """What the person speaks with us, else what is likely by their number."""
    known: Language | None = standing["language"]
    country = act.ledger.settings.clinic_country
    return known or likely_language(standing["reply_to"], hint=None, clinic_country=country)
