"""Who works at the demo clinic."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from medicalcor.core.auth import accounts
from medicalcor.core.auth.roles import Role
from medicalcor.core.database.pool import Connection, Pool
from medicalcor.readmodels.users import queries


@dataclass(frozen=True, slots=True)
class Colleague:
    name: str
    role: Role
    email: str | None = None
    """None for the one whom the demo signs in as."""


STAFF: Mapping[str, Colleague] = {
    "elena": Colleague("Elena Radu", Role.ADMIN),
    "ioana": Colleague("Ioana Matei", Role.RECEPTIONIST, "ioana@demo.medicalcor.example"),
    "ionescu": Colleague("Dr. Andrei Ionescu", Role.DOCTOR, "ionescu@demo.medicalcor.example"),
    "date": Colleague("Mirela Dobre", Role.PRIVACY_OFFICER, "date@demo.medicalcor.example"),
}
"""By the names they have in the stories."""


async def hire(pool: Pool, connection: Connection, *, email: str, password: str) -> dict[str, UUID]:
    """Their accounts, all with the same password; one that exists already stays as it is."""
    known = {colleague.email: colleague.id for colleague in await queries.everybody(connection)}
    hired = {}
    for key, colleague in STAFF.items():
        address = accounts.normalised(colleague.email or email)
        hired[key] = known.get(address) or await accounts.add(
            pool, email=address, name=colleague.name, role=colleague.role, password=password
        )
    return hired
