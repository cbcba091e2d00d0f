"""Optional fields that a provider may fill with something new without the whole being lost."""

from typing import Annotated, Any, TypeAlias, TypeVar

from pydantic import ValidationError, ValidatorFunctionWrapHandler, WrapValidator

T = TypeVar("T")


def _or_none(value: Any, read: ValidatorFunctionWrapHandler) -> Any:
    try:
        return read(value)
    except ValidationError:
        return None


Lenient: TypeAlias = Annotated[T | None, WrapValidator(_or_none)]
"""None when it comes in a shape that we do not know."""
