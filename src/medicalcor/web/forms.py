"""Forms: what was typed, checked by a Pydantic model."""

from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from medicalcor.core.errors import InvalidInput
from medicalcor.web.request import Visitor


class Form(BaseModel):
    """Fields as text; what nobody declared (the CSRF token) is passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore", str_strip_whitespace=True)


F = TypeVar("F", bound=Form)


async def read(request: Visitor, form: type[F]) -> F:
    """The form's fields; `InvalidInput` names those that do not do, never what was typed."""
    typed = await request.form()
    fields: dict[str, Any] = {name: value for name, value in typed.items() if isinstance(value, str)}
    try:
        return form(**fields)
    except ValidationError as problem:
        names = ", ".join(
            str(error["loc"][0]) for error in problem.errors(include_input=False) if error["loc"]
        )
        raise InvalidInput(f"Fill in: {names}.") from None
