"""A clinic that is open every day from eight to eight, in a running system: what stories about bookings need."""

import asyncio
from datetime import time
from uuid import UUID

from medicalcor.core.database.pool import open_pool
from medicalcor.core.settings import Settings
from medicalcor.operations import booking_agent, booking_steps, practice
from medicalcor.operations.booking_agent import Understood
from medicalcor.operations.ledger import Ledger, by_system, open_ledger
from medicalcor.schemas.practice import Need, Practitioner, Resource, Terms, WeekHours
from tests.stack import Stack

CAUSE = by_system("c")
DOCTORS = {"Dr. Ana Popescu": ("implant",), "Dr. Mihai Ionescu": ("implant",)}
PROCEDURES = {
    "consultation": (30, {"ro": "Consultație", "en": "Consultation", "de": "Beratung"}),
    "implant": (60, {"ro": "Implant dentar", "en": "Dental implant", "de": "Zahnimplantat"}),
    "cleaning": (45, {"ro": "Detartraj", "en": "Cleaning", "de": "Zahnreinigung"}),
    "whitening": (60, {"ro": "Albire", "en": "Whitening", "de": "Bleaching"}),
}


def open_clinic(stack: Stack) -> None:
    """Once: who asks again finds it open."""
    if not stack.rows("select id from procedures"):
        asyncio.run(_open(stack))


async def _open(stack: Stack) -> None:
    async with await open_pool(stack.database_url, role="medicalcor_app") as pool:
        settings = Settings(medicalcor_master_key=stack.master_key)  # type: ignore[arg-type]  # pydantic makes the secret
        await furnish(open_ledger(settings, pool))


async def furnish(ledger: Ledger) -> None:
    """Two doctors, three chairs, four procedures."""
    for chair in range(3):
        room = Resource(kind="room", title=f"Cabinet {chair}", groups=("chair",))
        await practice.add_resource(ledger, resource=room, cause=CAUSE)
    for name, skills in DOCTORS.items():
        who = Practitioner(name=name, languages=("ro", "en", "de"), skills=skills)
        hired: UUID = await practice.add_practitioner(ledger, practitioner=who, cause=CAUSE)
        hours = [WeekHours(weekday=day, opens=time(8), closes=time(20)) for day in range(7)]
        await practice.set_week(ledger, practitioner_id=hired, hours=hours, version=1, cause=CAUSE)
    for code, (minutes, titles) in PROCEDURES.items():
        terms = Terms(
            code=code,
            titles=titles,  # type: ignore[arg-type]  # languages all
            minutes=minutes,
            skill="implant" if code == "implant" else None,
            needs=(Need(kind="room", group="chair"),),
            price_from=20_000,
            price_to=60_000,
        )
        await practice.add_procedure(ledger, terms=terms, cause=CAUSE)


async def carry_on(ledger: Ledger, led_to: Understood, *, message_id: UUID) -> None:
    """As `workflows.flows.booking_agent` does, without its queue."""
    booking_id, why = led_to.booking_id, None
    if booking_id is None or led_to.next == "said":
        return
    if led_to.next != "find":
        settled = await booking_steps.settle(
            ledger, booking_id=booking_id, message_id=message_id, correlation_id="c"
        )
        if settled.done:
            return
        why = settled.why
    found = await booking_steps.find(ledger, booking_id=booking_id)
    await booking_steps.offer(
        ledger, booking_id=booking_id, message_id=message_id, found=found, why=why, correlation_id="c"
    )


async def after_a_tap(ledger: Ledger, *, message_id: UUID) -> None:
    await carry_on(ledger, await booking_agent.led_to(ledger, message_id=message_id), message_id=message_id)
