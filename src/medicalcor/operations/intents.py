"""What ought to reach colleagues and the CRM when something happens."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from medicalcor.domain.language.phrases import phrase
from medicalcor.domain.triage.rules import Duty
from medicalcor.operations import wording
from medicalcor.operations.effects import Intent
from medicalcor.operations.ledger import Ledger
from medicalcor.operations.wording import Line
from medicalcor.schemas.common import Channel
from medicalcor.schemas.effects import HubSpotCall, HubSpotContact, HubSpotNote, HubSpotTask, StaffAlert
from medicalcor.schemas.scoring import ScoringOutput
from medicalcor.schemas.triage import Post

ONE_EMERGENCY = timedelta(minutes=10)
"""The number to call is sent once in this time, however often the emergency is spoken of."""


_HAPPENED: Mapping[Channel, str] = {
    "whatsapp": "Wrote on WhatsApp.",
    "email": "Wrote an e-mail.",
    "web": "Filled in the form on the web page.",
    "voice": "Called.",
}


def emergency(ledger: Ledger, *, message_id: UUID, lead_id: UUID, line: Line) -> list[Intent]:
    """The number to call, at once, and a colleague who knows. A caller cannot be written to on the line they called by."""
    settings = ledger.settings
    said = phrase("emergency", line.language, clinic=settings.clinic_name, number=settings.emergency_number)
    answer = wording.text(line, said, written_by="phrases")
    number = Intent(key=f"emergency:{message_id}", content=answer, purpose="emergency", cause_id=message_id)
    intents = [
        *([number] if line.channel != "voice" else []),
        Intent(
            key=f"emergency-alert:{message_id}",
            content=StaffAlert(code="emergency"),
            purpose="staff_alert",
            cause_id=message_id,
        ),
    ]
    if ledger.crm_on:
        why = "Signs of an emergency. " if settings.hubspot_share_health else ""
        task = HubSpotTask(
            subject="Call this person now",
            body=f"{why}It cannot wait. {lead_link(ledger, lead_id)}",
            priority="HIGH",
        )
        intents.append(
            Intent(key=f"emergency-task:{message_id}", content=task, purpose="crm", cause_id=message_id)
        )
    return intents


def duty(
    ledger: Ledger, wanted: Duty, *, message_id: UUID, lead_id: UUID, output: ScoringOutput | None
) -> list[Intent]:
    """What a rule of triage asks of colleagues: they are alerted here, and have it as a task in the CRM."""
    alerts = [StaffAlert(code=wanted.alert)] if wanted.alert else []
    tasks = [_task(ledger, wanted, lead_id, output)] if ledger.crm_on and wanted.task else []
    kind = "hot" if wanted.name == "hot" else f"triage-{wanted.name}"
    return [
        *(
            Intent(
                key=f"{kind}-alert:{message_id}", content=alert, purpose="staff_alert", cause_id=message_id
            )
            for alert in alerts
        ),
        *(
            Intent(key=f"{kind}-task:{message_id}", content=task, purpose="crm", cause_id=message_id)
            for task in tasks
        ),
    ]


def _task(ledger: Ledger, wanted: Duty, lead_id: UUID, output: ScoringOutput | None) -> HubSpotTask:
    wish = ", ".join(output.procedures) if output and ledger.settings.hubspot_share_health else ""
    score = f"Score {output.score} of 5. " if output else ""
    return HubSpotTask(
        subject=wanted.task or "",
        body=f"{score}{wish + '. ' if wish else ''}{lead_link(ledger, lead_id)}",
        priority=wanted.priority,
        due_minutes=wanted.due_minutes,
    )


def nobody_acted(ledger: Ledger, *, work_id: UUID, message_id: UUID, lead_id: UUID, to: Post) -> list[Intent]:
    """The time that a rule gives is over, and nobody of the clinic has done anything."""
    alert = Intent(
        key=f"nobody-acted:{work_id}",
        content=StaffAlert(code="nobody_acted", to=to),
        purpose="staff_alert",
        cause_id=message_id,
    )
    if not ledger.crm_on:
        return [alert]
    task = HubSpotTask(
        subject="Nobody has acted: look at this lead", body=lead_link(ledger, lead_id), priority="HIGH"
    )
    key = f"nobody-acted-task:{work_id}"
    return [alert, Intent(key=key, content=task, purpose="crm", cause_id=message_id)]


def contact(*, person_id: UUID, message_id: UUID) -> Intent:
    """The person in the CRM, the first time."""
    return Intent(key=f"contact:{person_id}", content=HubSpotContact(), purpose="crm", cause_id=message_id)


def note(ledger: Ledger, *, message_id: UUID, lead_id: UUID, channel: Channel) -> Intent:
    """A line on the contact's timeline."""
    content = HubSpotNote(text=f"{_HAPPENED[channel]} {lead_link(ledger, lead_id)}")
    return Intent(key=f"note:{message_id}", content=content, purpose="crm", cause_id=message_id)


def call(*, call_id: UUID) -> Intent:
    """A call that is over, on the contact's timeline, once. What is told of it is read when it goes out."""
    return Intent(
        key=f"call:{call_id}", content=HubSpotCall(call_id=call_id), purpose="crm", cause_id=call_id
    )


def wants_a_person(ledger: Ledger, *, call_id: UUID, lead_id: UUID, at_once: bool) -> list[Intent]:
    """A caller asked for somebody: a colleague is told once a call, and has it as a task once of each kind."""
    alert = Intent(
        key=f"wants-a-person:{call_id}",
        content=StaffAlert(code="wants_a_person"),
        purpose="staff_alert",
        cause_id=call_id,
    )
    if not ledger.crm_on:
        return [alert]
    if at_once:
        kind, subject, priority, minutes = "now", "A caller needs a person now", "HIGH", 0
    else:
        kind, subject, priority, minutes = "back", "A caller asked to be called back", "MEDIUM", 60
    task = HubSpotTask.model_validate(
        {
            "subject": subject,
            "body": f"The voice agent could not help to the end. {lead_link(ledger, lead_id)}",
            "priority": priority,
            "due_minutes": minutes,
        }
    )
    return [
        alert,
        Intent(key=f"wants-a-person-task:{call_id}:{kind}", content=task, purpose="crm", cause_id=call_id),
    ]


def call_summary(*, call_id: UUID, text: str) -> Intent:
    """What was said in a call, for a CRM that may know."""
    content = HubSpotNote(text=text)
    return Intent(key=f"call-summary:{call_id}", content=content, purpose="crm", cause_id=call_id)


def lead_link(ledger: Ledger, lead_id: UUID) -> str:
    """Where staff find the lead: an id, nothing else."""
    settings = ledger.settings
    base = settings.dashboard_url or f"http://{settings.bind_host}:{settings.web_port}"
    return f"{base}/leads/{lead_id}"
