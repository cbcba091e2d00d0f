"""What colleagues do with an alert. Stream `alert-<id>`, the id of its effect; the subject is the person it is about."""

from typing import ClassVar
from uuid import UUID

from medicalcor.schemas.base import Event
from medicalcor.schemas.common import UserId


class AlertTaken(Event):
    """A colleague says that they see to it."""

    type: ClassVar[str] = "alert.taken"
    alert_id: UUID
    by: UserId


class AlertResolved(Event):
    """Nothing is left to do about it."""

    type: ClassVar[str] = "alert.resolved"
    alert_id: UUID
    by: UserId


class AlertReopened(Event):
    """It was said too early. `taken_by`: the colleague who has it again; None: it is nobody's."""

    type: ClassVar[str] = "alert.reopened"
    alert_id: UUID
    by: UserId
    taken_by: UserId | None = None
