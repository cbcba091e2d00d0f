"""What is sent to WhatsApp (Cloud API messages, as 360dialog takes them)."""

from typing import Any, Literal

from pydantic import Field

from medicalcor.schemas.base import Shape, Wire


class Recipient(Shape):
    """Where a message goes: a phone number in E.164, or the id of a user who shows no number."""

    kind: Literal["phone", "whatsapp_user"]
    value: str = Field(min_length=1, repr=False)


class TextOut(Wire):
    body: str = Field(min_length=1, max_length=4096, repr=False)
    preview_url: bool = False


class ContextOut(Wire):
    message_id: str


class ParameterOut(Wire):
    type: Literal["text"] = "text"
    text: str = Field(repr=False)


class PayloadOut(Wire):
    type: Literal["payload"] = "payload"
    payload: str = Field(max_length=256)


class ComponentOut(Wire):
    type: Literal["body"] = "body"
    parameters: tuple[ParameterOut, ...]


class ButtonComponentOut(Wire):
    """What a quick reply of a template comes back as."""

    type: Literal["button"] = "button"
    sub_type: Literal["quick_reply"] = "quick_reply"
    index: str
    parameters: tuple[PayloadOut, ...]


class LanguageOut(Wire):
    code: str


class TemplateOut(Wire):
    name: str
    language: LanguageOut
    components: tuple[ComponentOut | ButtonComponentOut, ...] = ()


class ReplyOut(Wire):
    id: str = Field(min_length=1, max_length=256)
    title: str = Field(min_length=1, max_length=20)


class ButtonOut(Wire):
    type: Literal["reply"] = "reply"
    reply: ReplyOut


class RowOut(Wire):
    id: str = Field(min_length=1, max_length=200)
    title: str = Field(min_length=1, max_length=24)
    description: str | None = Field(default=None, max_length=72)


class SectionOut(Wire):
    rows: tuple[RowOut, ...] = Field(min_length=1, max_length=10)


class ButtonsOut(Wire):
    buttons: tuple[ButtonOut, ...] = Field(min_length=1, max_length=3)


class ListOut(Wire):
    button: str = Field(min_length=1, max_length=20)
    sections: tuple[SectionOut, ...] = Field(min_length=1, max_length=1)


class WordsOut(Wire):
    text: str = Field(min_length=1, max_length=1024, repr=False)


class InteractiveOut(Wire):
    """Buttons or a list; `action` is what `type` names."""

    type: Literal["button", "list"]
    body: WordsOut
    action: ButtonsOut | ListOut


class MessageOut(Wire):
    """One message. Exactly one of `to` and `recipient`, and the part that `type` names."""

    messaging_product: Literal["whatsapp"] = "whatsapp"
    recipient_type: Literal["individual"] = "individual"
    to: str | None = Field(default=None, repr=False)
    """Digits only."""
    recipient: str | None = Field(default=None, repr=False)
    type: Literal["text", "template", "interactive"]
    text: TextOut | None = None
    interactive: InteractiveOut | None = None
    template: TemplateOut | None = None
    context: ContextOut | None = None
    biz_opaque_callback_data: str = Field(max_length=512)
    """Comes back on every status of this message."""

    def payload(self) -> dict[str, Any]:
        return self.model_dump(mode="json", exclude_none=True)


class SentId(Wire):
    id: str = Field(min_length=1)


class Sent(Wire):
    """The answer to a message that was accepted."""

    messages: tuple[SentId, ...] = Field(min_length=1)


class ErrorPart(Wire):
    """Meta's error, in an answer or on a `failed` status."""

    code: int | None = None


class Refused(Wire):
    """An error answer: Meta's `error`, or the gateway's own in shapes that vary."""

    error: ErrorPart | None = None
