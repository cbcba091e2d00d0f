"""What was said with a lead, on whatever channel, as turns."""

from dataclasses import dataclass
from typing import cast
from uuid import UUID

from medicalcor.core.database.pool import Connection, Row
from medicalcor.core.database.queries import statements
from medicalcor.domain.language.phrases import TEMPLATES
from medicalcor.schemas.common import Language, Role

SQL = statements("medicalcor.operations")
REMEMBERED = 30
"""Turns that a judgement looks back on."""


@dataclass(frozen=True, slots=True)
class Said:
    """One turn, and the message or effect that it was."""

    id: UUID
    role: Role
    text: str


async def turns_of(connection: Connection, *, lead_id: UUID, last: int = REMEMBERED) -> list[Said]:
    """The last turns, oldest first."""
    rows = await connection.fetch(SQL["turns"], lead_id, last)
    return [as_said(row) for row in reversed(rows)]


def as_said(row: Row) -> Said:
    return Said(row["id"], row["role"], _text(row["kind"], row["body"], row["language"]))


def template_text(name: str, language: str) -> str:
    """What a template says to the patient, its name when we do not have its text."""
    return TEMPLATES.get(name, {}).get(cast("Language", language), name)


def _text(kind: str, body: str, language: str | None) -> str:
    return template_text(body, language or "ro") if kind == "whatsapp.template" else body
