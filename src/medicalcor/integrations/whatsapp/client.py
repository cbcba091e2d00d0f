"""Sending through 360dialog. The key stands for one phone number."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pydantic import ValidationError

from medicalcor.core.errors import OutcomeUnknown, ProviderOff, ProviderRejected
from medicalcor.core.http import Outbound, Response
from medicalcor.integrations.whatsapp.content import components, interactive
from medicalcor.integrations.whatsapp.mapping import PROVIDER, error_of
from medicalcor.schemas.effects import WhatsAppChoices, WhatsAppTemplate
from medicalcor.schemas.wire.whatsapp_out import (
    ContextOut,
    LanguageOut,
    MessageOut,
    Recipient,
    Sent,
    TemplateOut,
    TextOut,
)


class WhatsAppClient:
    """Each method asks once; the caller decides about trying again (README: there is no idempotency key).

    `tracker` comes back on every status of the message: an id of ours, never personal data.
    """

    def __init__(self, base_url: str, api_key: str | None, *, timeout: float = 10.0) -> None:
        self.on = bool(api_key)
        self.door = Outbound(
            PROVIDER, base_url=base_url, headers={"D360-API-KEY": api_key} if api_key else {}, timeout=timeout
        )

    async def aclose(self) -> None:
        await self.door.aclose()

    async def send_text(self, *, to: Recipient, body: str, reply_to: str | None, tracker: str) -> str:
        """Free text. Answers WhatsApp's id of the message. Raises ProviderError."""
        with _that_fits():
            message = MessageOut(
                **_address(to),
                type="text",
                text=TextOut(body=body),
                context=ContextOut(message_id=reply_to) if reply_to else None,
                biz_opaque_callback_data=tracker,
            )
        return await self._send(message, operation="send_text")

    async def send_choices(self, *, to: Recipient, asked: WhatsAppChoices, tracker: str) -> str:
        """A question with buttons or a list. Answers WhatsApp's id of the message."""
        with _that_fits():
            message = MessageOut(
                **_address(to),
                type="interactive",
                interactive=interactive(asked),
                context=ContextOut(message_id=asked.reply_to) if asked.reply_to else None,
                biz_opaque_callback_data=tracker,
            )
        return await self._send(message, operation="send_choices")

    async def send_template(self, *, to: Recipient, template: WhatsAppTemplate, tracker: str) -> str:
        """An approved template, its body's parameters in order. Answers WhatsApp's id of the message."""
        with _that_fits():
            message = MessageOut(
                **_address(to),
                type="template",
                template=TemplateOut(
                    name=template.name,
                    language=LanguageOut(code=template.language),
                    components=components(template),
                ),
                biz_opaque_callback_data=tracker,
            )
        return await self._send(message, operation="send_template")

    async def mark_read(self, message_id: str) -> None:
        """Show the patient that their message was seen."""
        body = {"messaging_product": "whatsapp", "status": "read", "message_id": message_id}
        await self._post(body, operation="mark_read", idempotent=True)

    async def _send(self, message: MessageOut, *, operation: str) -> str:
        answer = await self._post(message.payload(), operation=operation, idempotent=False)
        try:
            return Sent.model_validate_json(answer.body).messages[0].id
        except ValidationError:
            # not chained: what does not fit quotes the answer, and the answer quotes the number
            raise OutcomeUnknown(
                "WhatsApp answered yes, but without the message's id.",
                provider=PROVIDER,
                reason="malformed_answer",
                status=answer.status,
            ) from None

    async def _post(self, body: dict[str, Any], *, operation: str, idempotent: bool) -> Response:
        if not self.on:
            raise ProviderOff(
                "WhatsApp is off: set WHATSAPP_API_KEY.", provider=PROVIDER, reason="not_configured"
            )
        answer = await self.door.request(
            "POST", "/messages", operation=operation, json=body, idempotent=idempotent
        )
        if not answer.ok:
            raise self.door.refused(error_of(answer))
        return answer


@contextmanager
def _that_fits() -> Iterator[None]:
    """A message that WhatsApp would refuse is refused here, without quoting it."""
    try:
        yield
    except ValidationError as problem:
        where = ", ".join(".".join(map(str, error["loc"])) for error in problem.errors(include_input=False))
        raise ProviderRejected(
            f"WhatsApp takes no such message: check {where}.", provider=PROVIDER, reason="invalid_request"
        ) from None


def _address(to: Recipient) -> dict[str, Any]:
    if to.kind == "phone":
        return {"to": "".join(character for character in to.value if character.isdecimal())}
    return {"recipient": to.value}
