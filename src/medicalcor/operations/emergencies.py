"""Somebody may be in danger: the number to call, by every way there is, and a colleague who knows."""

from dataclasses import replace
from uuid import UUID

from medicalcor.operations import booking_ends, effects, forms, intents, wording
from medicalcor.operations.ledger import Act
from medicalcor.operations.wording import Line


async def warn(
    act: Act, *, message_id: UUID, lead_id: UUID, person_id: UUID, conversation_id: UUID, line: Line
) -> None:
    """Plan what is to be said and done about this message, once."""
    await booking_ends.end(act, person_id=person_id, because="to_a_person")
    said, *others = intents.emergency(act.ledger, message_id=message_id, lead_id=lead_id, line=line)
    if line.channel == "web":
        elsewhere = await forms.whatsapp_line(act, person_id=person_id)
        if elsewhere is not None:
            settings = act.ledger.settings
            content = wording.template(
                line, "emergency_number", settings.clinic_name, settings.emergency_number
            )
            by_template = replace(said, key=f"emergency-whatsapp:{message_id}", content=content)
            await effects.plan(act, conversation_id=elsewhere, intents=[by_template])
            if line.reply_kind != "email":
                await effects.plan(act, conversation_id=conversation_id, intents=others)
                return
    await effects.plan(act, conversation_id=conversation_id, intents=[said, *others])
