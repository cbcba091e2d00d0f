"""What the engine stores of steps: JSON of ids and words, nothing that can run, nothing personal.

An error is stored as its class and code; its text may quote somebody.
"""

from typing import Any

from dbos import Serializer
from pydantic_core import from_json, to_json

from medicalcor.core.errors import ProductError

_ERROR = "__error__"


class StepFailed(ProductError):
    """A step failed before the run was interrupted; the log of that time says how."""

    code = "step_failed"


class JsonSerializer(Serializer):
    def serialize(self, data: Any) -> str:
        return to_json(data, fallback=_described).decode()

    def deserialize(self, serialized_data: str) -> Any:
        data = from_json(serialized_data)
        if isinstance(data, dict) and _ERROR in data:
            return StepFailed(f"{data[_ERROR]} ({data.get('code', 'no code')})")
        return data

    def name(self) -> str:
        return "medicalcor_json"


def _described(value: Any) -> Any:
    if isinstance(value, BaseException):
        return {_ERROR: type(value).__name__, "code": getattr(value, "code", None)}
    raise TypeError(f"steps return ids and words, not {type(value).__name__}")
