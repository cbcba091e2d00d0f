"""What can be turned while the sandbox runs: `POST /_sandbox/settings`."""

from typing import Annotated, Any, Literal

from pydantic import Field

from medicalcor.schemas.base import Shape

Seconds = Annotated[float, Field(ge=0)]


class Switches(Shape):
    statuses: bool = True
    """Whether a message that was accepted is followed by its status webhooks."""
    delays: tuple[Seconds, Seconds, Seconds] = (0.2, 0.5, 2.0)
    """Seconds from acceptance to sent, delivered and read."""
    hubspot_index_lag: Seconds = 0.0
    """Seconds until a search finds what was written."""
    vapi_proof: Literal["bearer", "header", "hmac"] = "bearer"
    """How Vapi's webhooks prove themselves: the kind of credential."""


class Panel:
    """Holds the switches in force."""

    def __init__(self) -> None:
        self.now = Switches()

    def turn(self, changes: dict[str, Any]) -> Switches:
        """Raises pydantic.ValidationError for what is not a switch."""
        self.now = Switches.model_validate({**self.now.model_dump(), **changes})
        return self.now
