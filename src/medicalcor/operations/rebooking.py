"""Where a patient who wants another time goes on when the booking agent may not speak: to a colleague."""

from medicalcor.domain.language.phrases import phrase
from medicalcor.operations import effects, visit_words, wording
from medicalcor.operations.effects import Intent
from medicalcor.operations.ledger import Act
from medicalcor.operations.tapped import Tapped
from medicalcor.operations.visit_words import Known
from medicalcor.operations.wording import Line
from medicalcor.schemas.effects import StaffAlert


async def propose(act: Act, *, tapped: Tapped, line: Line, instead_of: Known | None) -> None:
    """A colleague is called to propose times, and the patient is told so. `instead_of` stays booked until then."""
    clinic = act.ledger.settings.clinic_name
    if instead_of is None:
        said = phrase("visit_time_asked", line.language, clinic=clinic)
    else:
        visit = visit_words.in_words(act.ledger, [instead_of.told], line.language)
        said = phrase("visit_move_asked", line.language, clinic=clinic, visit=visit)
    alert = Intent(
        key=f"visit-alert:{tapped.message_id}",
        content=StaffAlert(code="visit_move"),
        purpose="staff_alert",
        cause_id=tapped.message_id,
    )
    answer = Intent(
        key=f"visit-answer:{tapped.message_id}",
        content=wording.text(line, said, written_by="phrases"),
        purpose="booking",
        cause_id=tapped.message_id,
    )
    await effects.plan(act, conversation_id=tapped.conversation_id, intents=[alert, answer])
