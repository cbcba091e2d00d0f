"""Understand → find times → offer → book. Each message moves the dialogue on in a short run; nothing sleeps."""

from medicalcor.workflows.steps import bookings as steps


async def advance(message_id: str, correlation_id: str) -> str:
    """What a patient wrote about a visit."""
    understood = await steps.understand(message_id, correlation_id)
    return await carry_on(understood["booking_id"], understood["next"], message_id, correlation_id)


async def carry_on(
    booking_id: str | None, following: str | None, message_id: str, correlation_id: str
) -> str:
    """Do what was understood, from words or from a tap; where it cannot be done, other times are offered."""
    if booking_id is None or following == "said":
        return "said"
    why = None
    if following in ("choose", "cancel"):
        settled = await steps.book(booking_id, message_id, correlation_id)
        if settled["done"]:
            return "booked" if following == "choose" else "cancelled"
        why = settled["why"]
    found = await steps.find_slots(booking_id)
    await steps.offer(booking_id, message_id, found, why, correlation_id)
    return "offered"


async def begin(lead_id: str, by: str | None, correlation_id: str) -> str:
    """Somebody wants times offered to a lead."""
    understood = await steps.begin(lead_id, by, correlation_id)
    booking_id = understood["booking_id"]
    if booking_id is None or understood["next"] != "find":
        return "said"
    found = await steps.find_slots(booking_id)
    await steps.offer(booking_id, None, found, None, correlation_id)
    return "offered"
