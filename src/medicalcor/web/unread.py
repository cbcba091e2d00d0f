"""Why something could not be read: what the gateway and the worker keep with it, said to staff."""

import re
from collections.abc import Mapping
from typing import Final

from medicalcor.web.translate import Translator
from medicalcor.web.translate import marked as _
from medicalcor.web.words import in_words as code_in_words

REASONS: Final[Mapping[str, str]] = {
    "it is no WhatsApp webhook: there is no list `entry`": _(
        "This is no WhatsApp delivery: it has no “entry”."
    ),
    "the entry has no list `changes`": _("A part of the delivery says of no change: “changes” is missing."),
    "the change is no object": _("A change in the delivery is damaged."),
    "the change has no readable `field` and `value`": _("A change has no readable “field” and “value”."),
    "`messages` is no list": _("The messages came in an unknown form: “messages” is no list."),
    "`statuses` is no list": _("The delivery reports came in an unknown form: “statuses” is no list."),
    "the change has no messages, statuses or errors": _(
        "The delivery is empty: no message, no delivery report, no error."
    ),
    "nobody is named as the sender": _("The message does not say who sent it."),
    "the message is no object": _("The message is damaged."),
    "`metadata.phone_number_id` is missing": _(
        "It does not say which of the clinic's numbers it is for: “phone_number_id” is missing."
    ),
    "the message has no `id`": _("The message has no “id” of WhatsApp."),
    "the message has no `type`": _("The message does not say what kind it is: “type” is missing."),
    "`text.body` is no text": _("The text message came without a readable text."),
    "the status has no `id` and `status`": _("The delivery report does not say of which message, or what."),
    "The message does not have the shape WhatsApp documents.": _(
        "The message does not look the way WhatsApp documents it."
    ),
    "The status does not have the shape WhatsApp documents.": _(
        "The delivery report does not look the way WhatsApp documents it."
    ),
    "it is no Stripe event: `id`, `type` or `data.object` is missing": _(
        "This is no event of Stripe's: “id”, “type” or its object is missing."
    ),
    "it is a thin event of Stripe's: it names its object and does not show it": _(
        "Stripe sends thin events here. Set the webhook's payload style to “snapshot”."
    ),
    "The event does not have the shape Stripe documents.": _(
        "The event does not look the way Stripe documents it."
    ),
    "it is no mail: it is no JSON object": _("This is no e-mail: it has no fields."),
    "the mail does not say who sent it": _("The e-mail does not say who sent it."),
    "The mail does not say who sent it.": _("The e-mail does not say who sent it."),
    "The mail came from the clinic's own address.": _("The e-mail came from the clinic's own address."),
    "The mail's sender is no address that can be written to.": _(
        "The e-mail's sender is no address that can be written to."
    ),
    "A mail system reports a mail that could not be delivered, and it is none of ours.": _(
        "A mail system says that an e-mail could not be delivered. It is none of those that were sent from here."
    ),
    "The form does not have the shape that is documented.": _("The form cannot be read."),
    "The form names no way to reach the person.": _("The form names no way to reach the person."),
    "It could not be taken in; the worker's log says why.": _(
        "It could not be taken in. Tell an administrator: the log of the worker says why."
    ),
}
_FORM: Final = re.compile(r"A form of Twilio's cannot be read: look at (.+)\.")
_EMPTY: Final = re.compile(r"the message says it is `(\w+)` and has no readable `\1`")


def in_words(reason: str, words: Translator) -> str:
    """A reason that is new to us is shown as it was kept."""
    empty = _EMPTY.fullmatch(reason)
    if empty:
        kind = code_in_words("message_kind", empty[1], words)
        return words.gettext(_("The content is missing or damaged. Announced as: %(kind)s."), kind=kind)
    form = _FORM.fullmatch(reason)
    if form:
        return words.gettext(
            _("Twilio's form is missing something, or it is damaged: %(what)s."), what=form[1]
        )
    return words.find(REASONS[reason]) if reason in REASONS else reason
