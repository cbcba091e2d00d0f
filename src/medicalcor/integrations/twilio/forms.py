"""What a webhook of Twilio's says, by the fields that it has."""

from collections.abc import Mapping
from typing import TypeVar

from pydantic import ValidationError

from medicalcor.core.errors import InvalidInput
from medicalcor.schemas.base import Wire
from medicalcor.schemas.wire.twilio import CallUpdate, DialResult, InboundCall, RecordingUpdate, Update

W = TypeVar("W", bound=Wire)


def inbound_of(fields: Mapping[str, str]) -> InboundCall | DialResult:
    """What `/webhooks/voice` is asked: a new call, or what follows after it was handed over. Raises InvalidInput."""
    return _read(DialResult, fields) if "DialCallStatus" in fields else _read(InboundCall, fields)


def update_of(fields: Mapping[str, str]) -> Update:
    """What `/webhooks/voice/status` is told. Raises InvalidInput."""
    return _read(RecordingUpdate, fields) if "RecordingSid" in fields else _read(CallUpdate, fields)


def _read(shape: type[W], fields: Mapping[str, str]) -> W:
    try:
        return shape.model_validate(fields)
    except ValidationError as problem:
        where = ", ".join(str(error["loc"][0]) for error in problem.errors(include_input=False))
        # not chained: it quotes the numbers
        raise InvalidInput(f"A form of Twilio's cannot be read: look at {where}.") from None
