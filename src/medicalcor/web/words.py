"""Codes in words. Tables in English; the catalogues say them in the reader's language."""

from collections.abc import Callable, Mapping

from medicalcor.web.translate import Translator
from medicalcor.web.translate import marked as _

TABLES: Mapping[str, Mapping[str, str]] = {
    "classification": {"HOT": _("Hot"), "WARM": _("Warm"), "COLD": _("Cold"), "UNQUALIFIED": _("Not a lead")},
    "channel": {
        "whatsapp": _("WhatsApp"),
        "voice": _("Phone call"),
        "web": _("Website"),
        "email": _("E-mail"),
    },
    "language": {
        "ro": _("Romanian"),
        "en": _("English"),
        "de": _("German"),
        "it": _("Italian"),
        "fr": _("French"),
        "es": _("Spanish"),
        "hu": _("Hungarian"),
    },
    "role": {
        "admin": _("Administrator"),
        "doctor": _("Doctor"),
        "receptionist": _("Receptionist"),
        "privacy_officer": _("Privacy officer"),
    },
    "procedure": {
        "all_on_x": _("All-on-4/6"),
        "implant": _("implant"),
        "veneers": _("veneers"),
        "crown": _("crown"),
        "denture": _("denture"),
        "whitening": _("whitening"),
        "cleaning": _("cleaning"),
        "filling": _("filling"),
        "root_canal": _("root canal"),
        "extraction": _("extraction"),
        "orthodontics": _("orthodontics"),
        "gum_treatment": _("gum treatment"),
        "sinus_lift_bone_graft": _("bone graft"),
        "pediatric": _("children's dentistry"),
        "consultation": _("consultation"),
    },
    "urgency": {
        "high_priority": _("acute: today"),
        "high": _("soon: this week"),
        "normal": _("normal"),
        "low": _("low"),
    },
    "flag": {
        "pain": _("pain"),
        "swelling": _("swelling"),
        "infection": _("infection"),
        "fever": _("fever"),
        "bleeding": _("bleeding"),
        "trauma": _("injury"),
        "breathing": _("trouble breathing"),
        "swallowing": _("trouble swallowing"),
        "eye_swelling": _("swelling near the eye"),
        "neck_swelling": _("swelling at the neck"),
        "consciousness": _("loss of consciousness"),
        "sleep": _("cannot sleep"),
        "failed": _("a broken restoration"),
    },
    "means": {
        "budget": _("asks about price"),
        "book": _("wants a visit"),
        "acute": _("acute need"),
        "opt_out": _("wants no more messages"),
        "emergency": _("sign of an emergency"),
        "procedure": _("procedure"),
        "denied": _("ruled out"),
        "plan": _("has a treatment plan"),
        "soon": _("wants to come soon"),
        "urgent": _("wants to come soon"),
        "several": _("several teeth"),
        "vague": _("general interest"),
        "spam": _("not about treatment"),
        "withdrawn": _("no longer interested"),
        "complaint": _("complaint"),
        "existing_patient": _("already a patient"),
        "smalltalk": _("thanks or a greeting"),
    },
    "routing": {
        "emergency": _("to a person at once"),
        "call_now": _("call back today"),
        "reception": _("reception desk"),
        "automatic": _("automatic answers"),
        "none": _("nobody needed"),
    },
    "owner": {
        "doctor": _("doctor"),
        "receptionist": _("receptionist"),
        "manager": _("manager"),
        "nobody": _("nobody"),
    },
    "action": {
        "give_emergency_number": _("Give the emergency number"),
        "alert_staff": _("Alert a colleague"),
        "call_back": _("Call back"),
        "create_task": _("Create a task in HubSpot"),
        "answer": _("Answer the message"),
        "stop_messages": _("Send no more messages"),
    },
    "intent": {
        "prospect": _("new patient"),
        "existing_patient": _("already a patient"),
        "not_a_patient": _("not a patient"),
        "opt_out": _("wants no more messages"),
        "emergency": _("emergency"),
        "withdrawn": _("no longer interested"),
        "smalltalk": _("thanks or a greeting"),
        "complaint": _("complaint"),
    },
    "scored_why": {
        "ai_answered": _("AI scored; the rules were asked as well."),
        "ai_off": _("AI is switched off, so the rules scored."),
        "ai_timeout": _("AI did not answer in time, so the rules scored."),
        "ai_error": _("AI failed, so the rules scored."),
        "ai_nonsense": _("AI answered something unusable, so the rules scored."),
        "ai_refused": _("AI declined to answer, so the rules scored."),
        "rules_suffice": _("The rules decided alone: this needs no AI."),
        "ai_breaker_open": _(
            "AI failed several times in a row and is being left alone, so the rules scored."
        ),
    },
    "message_kind": {
        "image": _("Photo"),
        "video": _("Video"),
        "audio": _("Voice message"),
        "document": _("Document"),
        "sticker": _("Sticker"),
        "location": _("Location"),
        "contacts": _("Contact card"),
        "button": _("Button pressed"),
        "interactive": _("Choice from a list"),
        "reaction": _("Reaction"),
        "order": _("Order"),
        "edit": _("Edited message"),
        "revoke": _("Message deleted by the patient"),
        "system": _("Notice from WhatsApp"),
        "unsupported": _("A kind of message that cannot be shown yet"),
    },
    "effect_kind": {
        "whatsapp.text": _("WhatsApp message"),
        "whatsapp.template": _("WhatsApp template"),
        "hubspot.contact": _("HubSpot contact"),
        "hubspot.note": _("HubSpot note"),
        "hubspot.task": _("HubSpot task"),
        "staff.alert": _("Alert to staff"),
    },
    "alert": {
        "emergency": _("Emergency"),
        "hot_lead": _("Hot lead"),
        "delivery_failed": _("A message was not delivered"),
    },
    "purpose": {
        "answer": _("answer to the patient"),
        "emergency": _("emergency notice"),
        "staff_reply": _("reply by a colleague"),
        "crm": _("keeping HubSpot up to date"),
        "staff_alert": _("alert to staff"),
    },
    "status": {
        "planned": _("Waiting to be sent"),
        "held": _("Held back for now"),
        "sending": _("Being sent"),
        "unknown": _("No answer from the provider yet; not sent twice"),
        "delayed": _("Will be tried again"),
        "sent": _("Sent"),
        "delivered": _("Delivered"),
        "read": _("Read"),
        "failed": _("Not delivered"),
        "refused": _("Not sent"),
        "void": _("Cancelled before sending"),
    },
    "verdict": {"send": _("May be sent"), "hold": _("Waits"), "refuse": _("May not be sent")},
    "decision": {
        "answers_a_message": _("It answers a message the patient wrote."),
        "emergency": _("Signs of an emergency: this goes out whatever else holds."),
        "hot_lead": _("A hot lead: it is told that somebody will call."),
        "staff_wrote": _("A colleague wrote it."),
        "crm_sync": _("HubSpot is kept up to date."),
        "staff_alert": _("Staff must know."),
        "opted_out": _("The patient asked not to be written to."),
        "suppressed_address": _("This number asked not to be written to."),
        "taken_over": _("A colleague has taken over; automatic answers are silent."),
        "window_closed": _("WhatsApp's 24-hour window is closed; only a template may go."),
        "no_address": _("There is no number to write to."),
        "already_answered": _("The message was answered already."),
        "already_acknowledged": _("The patient was told already."),
        "newer_message_waits": _("A newer message of the patient is answered instead."),
        "settling": _("The patient may still be writing; the answer waits for a pause."),
        "quiet_hours": _("It is outside the hours in which the clinic writes."),
        "channel_off": _("This channel is not set up."),
        "not_a_prospect": _("No answer is expected to this message."),
        "person_erased": _("The person's data was erased."),
        "superseded": _("A newer answer took its place."),
    },
    "failure": {
        "window_closed": _("WhatsApp refused it: the 24-hour window is closed. Use a template."),
        "undeliverable": _("WhatsApp cannot reach this number. Try a call."),
        "not_delivered_by_meta": _("WhatsApp chose not to deliver it. Try a call."),
        "opted_out_at_meta": _("The patient switched the clinic's messages off in WhatsApp."),
        "rate_limited": _("Too many messages at once; the provider asked to wait."),
        "pair_rate_limited": _("Too many messages to this person at once; WhatsApp asked to wait."),
        "messaging_limit": _("The clinic has reached WhatsApp's limit of messages for now."),
        "daily_limit": _("The provider's limit for today is reached."),
        "template_unknown": _("The template is not approved at WhatsApp."),
        "template_parameters": _("The template does not fit what WhatsApp approved."),
        "template_policy": _("WhatsApp refuses this template."),
        "template_paused": _("WhatsApp has paused this template."),
        "template_disabled": _("WhatsApp has switched this template off."),
        "template_too_long": _("The template is too long once filled in."),
        "account": _("There is a problem with the WhatsApp account. Tell an administrator."),
        "not_configured": _("This channel is not set up."),
        "channel_off": _("This channel is not set up."),
        "phone_number_needed": _("WhatsApp needs the patient's phone number for this."),
        "country_restricted": _("WhatsApp does not deliver in this country."),
        "identity_changed": _("The patient's WhatsApp changed; ask them to write again."),
        "unsupported_type": _("WhatsApp does not take this kind of message."),
        "invalid_request": _("The provider did not understand the request. Tell an administrator."),
        "server_error": _("The provider had a fault."),
        "provider_trouble": _("The provider had a fault."),
        "breaker_open": _("The provider failed several times in a row and is being left alone for a while."),
        "unreachable": _("The provider could not be reached."),
        "timeout": _("The provider did not answer in time."),
        "dropped": _("The line broke before the provider answered."),
        "malformed_answer": _("The provider's answer could not be read."),
        "locked": _("Somebody else was changing it; it is tried again."),
        "not_found": _("The provider does not know this record."),
        "gone": _("The provider no longer has this record."),
        "no_address": _("There is no number to write to."),
        "opted_out": _("The patient asked not to be written to."),
        "taken_over": _("A colleague took over before it went out."),
        "superseded": _("A newer answer took its place."),
        "person_erased": _("The person's data was erased."),
        "unknown": _("The provider gave no reason that we know."),
    },
    "provider": {
        "whatsapp": _("WhatsApp"),
        "twilio": _("Twilio"),
        "vapi": _("Vapi"),
        "stripe": _("Stripe"),
        "email": _("E-mail"),
    },
}

SAID_BELOW = (
    _("The patient last wrote more than 24 hours ago. WhatsApp takes only an approved template now."),
    _("This person asked not to be contacted. You can answer when they write again."),
    _("This number is on the list of those who do not want to be written to."),
    _("WhatsApp is not connected. Set WHATSAPP_API_KEY; `medicalcor doctor` says more."),
    _("There is no address to write to."),
    _("This person's data was erased."),
    _("This message may not be sent."),
    _("A colleague has already taken this conversation over."),
    _("Write between 1 and 4096 characters."),
    _("This lead has no conversation to write in."),
    _("There is no such lead."),
    _("There is no such item."),
    _("There is no such conversation."),
    _("Somebody else changed this in the meantime. Load it again and repeat."),
    _("the message has no `type`"),
    _("the message has no `id`"),
    _("the change has no messages, statuses or errors"),
    _("nobody is named as the sender"),
    _("`text.body` is no text"),
)
"""Sentences of the layers below, which the dashboard shows translated; any other is shown as it is."""


def in_words(table: str, code: str, words: Translator) -> str:
    """The code's words; a code that is new to us reads as itself, without underscores."""
    entry = TABLES[table].get(code)
    return words.find(entry) if entry else code.replace("_", " ")


def meaning(code: str, words: Translator) -> str:
    """What a marked passage counted for: `procedure:implant` reads "implant", `budget` "asks about price"."""
    kind, _colon, detail = code.partition(":")
    if detail in TABLES["procedure"]:
        return words.gettext(_("treatment: %(what)s"), what=in_words("procedure", detail, words))
    if detail in TABLES["flag"]:
        return in_words("flag", detail, words)
    return in_words("means", kind, words)


def filter_for(words: Translator) -> Callable[[str, str], str]:
    """The templates' `{{ code|words("status") }}`."""

    def spoken(code: str, table: str) -> str:
        return meaning(code, words) if table == "means" else in_words(table, code, words)

    return spoken
