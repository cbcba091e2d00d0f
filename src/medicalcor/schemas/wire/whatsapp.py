"""What WhatsApp's Cloud API posts to us, one item at a time, as the inbox keeps it.

The gateway splits a webhook into items and stores each as JSON; these classes read an item again. Only what an
item cannot do without is required. An optional field in a shape that we do not know becomes None: providers add
fields and values every few months, and a message must not be lost over one of them.
"""

from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import Field

from medicalcor.schemas.base import Wire
from medicalcor.schemas.wire.lenient import Lenient

_FIRST_YEAR = 2009
"""WhatsApp's own: no message is older."""
MEDIA_TYPES = ("image", "video", "audio", "document", "sticker")


def moment(timestamp: str | int | None) -> datetime | None:
    """Unix seconds, which arrive as a string; None when they mean no usable moment."""
    try:
        moment = datetime.fromtimestamp(int(timestamp or ""), UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return moment if moment.year >= _FIRST_YEAR else None


def _digits(value: str | None) -> str | None:
    return value if value and value.isascii() and value.isdigit() else None


class Profile(Wire):
    name: Lenient[str] = None
    username: Lenient[str] = None


class Contact(Wire):
    """The sender as WhatsApp describes them: a number, a business-scoped user id, or both."""

    profile: Lenient[Profile] = None
    wa_id: Lenient[str] = None
    user_id: Lenient[str] = None


class Text(Wire):
    body: str


class Media(Wire):
    id: str
    mime_type: Lenient[str] = None
    """May carry a parameter: `audio/ogg; codecs=opus`."""
    sha256: Lenient[str] = None
    caption: Lenient[str] = None
    filename: Lenient[str] = None
    voice: Lenient[bool] = None


class Button(Wire):
    """A quick reply of a template. Buttons of an ordinary message come as `Interactive`."""

    text: str
    payload: Lenient[str] = None


class Reply(Wire):
    id: str
    title: Lenient[str] = None
    description: Lenient[str] = None


class FlowReply(Wire):
    body: Lenient[str] = None
    response_json: Lenient[str] = None


class Interactive(Wire):
    type: str
    button_reply: Lenient[Reply] = None
    list_reply: Lenient[Reply] = None
    nfm_reply: Lenient[FlowReply] = None
    call_permission_reply: Lenient[dict[str, Any]] = None

    @property
    def reply(self) -> Reply | None:
        """The button or the row that was chosen."""
        return self.button_reply or self.list_reply


class Location(Wire):
    latitude: float
    longitude: float
    name: Lenient[str] = None
    address: Lenient[str] = None


class Reaction(Wire):
    message_id: str
    emoji: Lenient[str] = None
    """Empty or absent when the reaction was taken back."""


class Order(Wire):
    catalog_id: Lenient[str] = None
    text: Lenient[str] = None
    product_items: Lenient[tuple[dict[str, Any], ...]] = None


class System(Wire):
    """The sender changed number, user id or identity."""

    type: Lenient[str] = None
    body: Lenient[str] = None
    wa_id: Lenient[str] = None
    user_id: Lenient[str] = None


class Unsupported(Wire):
    type: Lenient[str] = None


class Revoke(Wire):
    original_message_id: str


class ErrorData(Wire):
    details: Lenient[str] = None


class WireError(Wire):
    code: Lenient[int] = None
    title: Lenient[str] = None
    message: Lenient[str] = None
    error_data: Lenient[ErrorData] = None

    @property
    def details(self) -> str | None:
        return self.error_data.details if self.error_data else None


class Context(Wire):
    """What the message refers to."""

    id: Lenient[str] = None
    from_: Lenient[str] = Field(default=None, alias="from")
    forwarded: Lenient[bool] = None
    frequently_forwarded: Lenient[bool] = None
    referred_product: Lenient[dict[str, Any]] = None


class Referral(Wire):
    """The advertisement that the person came from."""

    source_url: Lenient[str] = None
    source_id: Lenient[str] = None
    source_type: Lenient[str] = None
    headline: Lenient[str] = None
    body: Lenient[str] = None
    ctwa_clid: Lenient[str] = None


class Content(Wire):
    """What a message says; a new type is a `type` with none of the fields below."""

    type: str
    text: Lenient[Text] = None
    image: Lenient[Media] = None
    video: Lenient[Media] = None
    audio: Lenient[Media] = None
    document: Lenient[Media] = None
    sticker: Lenient[Media] = None
    button: Lenient[Button] = None
    interactive: Lenient[Interactive] = None
    location: Lenient[Location] = None
    reaction: Lenient[Reaction] = None
    contacts: Lenient[tuple[dict[str, Any], ...]] = None
    order: Lenient[Order] = None
    system: Lenient[System] = None
    unsupported: Lenient[Unsupported] = None
    edit: Lenient["Edit"] = None
    revoke: Lenient[Revoke] = None
    errors: Lenient[tuple[WireError, ...]] = None

    @property
    def media(self) -> Media | None:
        found: Media | None = getattr(self, self.type) if self.type in MEDIA_TYPES else None
        return found

    @property
    def words(self) -> str | None:
        """What the person wrote or chose, whatever the type; None when there are no words."""
        match self.type:
            case "text":
                return self.text.body if self.text else None
            case "button":
                return self.button.text if self.button else None
            case "interactive":
                return self._chosen
            case "order":
                return self.order.text if self.order else None
            case "edit":
                return self.edit.message.words if self.edit and self.edit.message else None
            case _:
                return self.media.caption if self.media else None

    @property
    def choice(self) -> str | None:
        """The id of what was tapped: of a button or row, or the payload of a template's quick reply."""
        if self.type == "button" and self.button:
            return self.button.payload
        return self.interactive.reply.id if self.interactive and self.interactive.reply else None

    @property
    def _chosen(self) -> str | None:
        if self.interactive is None:
            return None
        if self.interactive.reply:
            return self.interactive.reply.title
        return self.interactive.nfm_reply.body if self.interactive.nfm_reply else None


class Edit(Wire):
    original_message_id: str
    message: Lenient[Content] = None


class Message(Content):
    id: str
    from_: Lenient[str] = Field(default=None, alias="from")
    from_user_id: Lenient[str] = None
    timestamp: Lenient[str | int] = None
    context: Lenient[Context] = None
    referral: Lenient[Referral] = None


class InboundMessage(Wire):
    """A message from a person to the clinic's number `phone_number_id`."""

    kind: Literal["message"] = "message"
    phone_number_id: str
    display_phone_number: Lenient[str] = None
    contact: Lenient[Contact] = None
    message: Message

    @property
    def provider_id(self) -> str:
        """WhatsApp's id of the message (`wamid…`)."""
        return self.message.id

    @property
    def type(self) -> str:
        return self.message.type

    @property
    def sender_phone(self) -> str | None:
        """Digits without `+`; None for a person who hides the number, or when it is no number."""
        return _digits(self.message.from_) or _digits(self.contact.wa_id if self.contact else None)

    @property
    def sender_user_id(self) -> str | None:
        """The business-scoped user id, e.g. `RO.1300…`."""
        return self.message.from_user_id or (self.contact.user_id if self.contact else None)

    @property
    def profile_name(self) -> str | None:
        return self.contact.profile.name if self.contact and self.contact.profile else None

    @property
    def sent_at(self) -> datetime | None:
        return moment(self.message.timestamp)

    @property
    def text(self) -> str | None:
        """Text body, caption, button text or the title of what was chosen."""
        return self.message.words

    @property
    def media(self) -> Media | None:
        return self.message.media

    @property
    def choice(self) -> str | None:
        return self.message.choice

    @property
    def in_reply_to(self) -> str | None:
        """WhatsApp's id of the message that this one answers."""
        return self.message.context.id if self.message.context else None

    @property
    def referral(self) -> Referral | None:
        return self.message.referral


class Status(Wire):
    id: str
    status: str
    """sent, delivered, read, played, failed; or one that is newer than this code."""
    timestamp: Lenient[str | int] = None
    recipient_id: Lenient[str] = None
    recipient_user_id: Lenient[str] = None
    biz_opaque_callback_data: Lenient[str] = None
    errors: Lenient[tuple[WireError, ...]] = None


class InboundStatus(Wire):
    """What became of a message that we sent."""

    kind: Literal["status"] = "status"
    phone_number_id: Lenient[str] = None
    status: Status

    @property
    def provider_id(self) -> str:
        """WhatsApp's id of the message that we sent."""
        return self.status.id

    @property
    def callback_data(self) -> str | None:
        """What we gave along when sending: the effect's id."""
        return self.status.biz_opaque_callback_data

    @property
    def at(self) -> datetime | None:
        return moment(self.status.timestamp)

    @property
    def error(self) -> WireError | None:
        return self.status.errors[0] if self.status.errors else None


class Notice(Wire):
    """Something about the account, a template or the number; or errors that concern no single message."""

    kind: Literal["notice"] = "notice"
    field: str
    value: Any
    account: Lenient[str] = None
    """The WhatsApp Business Account's id."""


class Unread(Wire):
    """A part of a well-signed webhook that fits nothing we know, as it came, for a person to look at."""

    kind: Literal["unread"] = "unread"
    reason: str
    raw: Any
