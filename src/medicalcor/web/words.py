"""Codes in words. Tables in English; the catalogues say them in the reader's language."""

from collections.abc import Callable, Mapping

from medicalcor.web.consent_words import CONSENT
from medicalcor.web.money_words import MONEY
from medicalcor.web.practice_words import PRACTICE
from medicalcor.web.reasons import REASONS
from medicalcor.web.scoring_words import SCORING
from medicalcor.web.translate import Translator
from medicalcor.web.translate import marked as _
from medicalcor.web.triage_words import TRIAGE
from medicalcor.web.visit_words import VISITS

TABLES: Mapping[str, Mapping[str, str]] = {
    "staff_template": {
        "staff_continue": _("Go on with the conversation"),
        "staff_call": _("We could not reach you by phone"),
        "staff_visit": _("Agree on a visit"),
    },
    "visit": {
        "held": _("Held for somebody who is choosing"),
        "booked": _("Booked"),
        "confirmed": _("Confirmed by the patient"),
        "completed": _("Was here"),
        "missed": _("Did not come"),
        "cancelled": _("Cancelled"),
        "expired": _("Hold has lapsed"),
    },
    "cancel_reason": {
        "patient": _("The patient wishes it"),
        "clinic": _("The clinic cannot"),
        "illness": _("Illness"),
        "duplicate": _("Booked twice"),
        "not_needed": _("No longer needed"),
        "other": _("Something else"),
    },
    "booking_goal": {
        "book": _("Wants a visit"),
        "move": _("Wants to move a visit"),
        "cancel": _("Wants to cancel a visit"),
    },
    "booking_asked": {
        "procedure": _("what the visit is for"),
        "day": _("a day or an hour"),
        "choice": _("a choice among the times offered"),
        "which_visit": _("which visit is meant"),
        "sure": _("whether it is really to be cancelled"),
    },
    "actor": {
        "patient": _("the patient"),
        "system": _("automatically"),
        "call": _("the caller"),
        "api": _("another system"),
    },
    "away": {
        "holiday": _("Closed or on holiday"),
        "training": _("Training"),
        "sick": _("Sick"),
        "maintenance": _("Maintenance"),
        "other": _("Away"),
    },
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
    **SCORING,
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
        "text": _("Text message"),
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
        "email": _("E-mail"),
        "form": _("Form on the website"),
        "automatic": _("Written by a machine"),
        "call": _("Phone call"),
    },
    "effect_kind": {
        "whatsapp.text": _("WhatsApp message"),
        "whatsapp.choices": _("WhatsApp question"),
        "whatsapp.template": _("WhatsApp template"),
        "email.message": _("E-mail"),
        "hubspot.contact": _("HubSpot contact"),
        "hubspot.note": _("HubSpot note"),
        "hubspot.task": _("HubSpot task"),
        "hubspot.call": _("HubSpot call"),
        "staff.alert": _("Alert to staff"),
    },
    "alert": {
        "emergency": _("Emergency"),
        "hot_lead": _("Hot lead"),
        "delivery_failed": _("A message was not delivered"),
        "payment_failed": _("A payment failed"),
        "payment_disputed": _("A payment is disputed"),
        "refund_failed": _("A refund failed"),
        "payment_link_failed": _("No payment link could be made"),
        "missed_call": _("Missed call"),
        "wants_a_person": _("A caller wants a person"),
        "consent_unclear": _("An answer about consent is unclear"),
        "acute": _("Acute pain or swelling"),
        "acute_child": _("A child in pain"),
        "complication": _("Trouble after a treatment"),
        "complaint": _("A complaint"),
        "nobody_acted": _("Nobody has acted in time"),
        "visit_move": _("A patient wants another time"),
    },
    "purpose": {
        "answer": _("answer to the patient"),
        "emergency": _("emergency notice"),
        "staff_reply": _("reply by a colleague"),
        "crm": _("keeping HubSpot up to date"),
        "staff_alert": _("alert to staff"),
        "receipt": _("receipt for a payment"),
        "payment_request": _("request for a payment"),
        "marketing": _("offer by the clinic"),
        "missed_call": _("follow-up of a missed call"),
        "booking": _("news of a visit"),
        "reminder": _("reminder of a visit"),
        "waitlist": _("a place that has become free"),
        "follow_up": _("news of the treatment"),
        "consent_question": _("question about consent"),
        "opt_out_notice": _("that a wish for silence was heard"),
    },
    "template_state": {
        "approved": _("approved"),
        "paused": _("paused"),
        "disabled": _("switched off"),
        "unknown": _("not approved"),
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
    "call_outcome": {
        "missed": _("Missed call"),
        "failed": _("The call did not get through"),
        "voicemail": _("Left a voicemail"),
        "answered_by_agent": _("Answered by the voice agent"),
        "handed_over": _("Handed over to a colleague"),
    },
    "sentiment": {"positive": _("friendly"), "neutral": _("neutral"), "negative": _("unhappy")},
    "provider": {
        "web": _("Website"),
        "whatsapp": _("WhatsApp"),
        "twilio": _("Twilio"),
        "vapi": _("Vapi"),
        "stripe": _("Stripe"),
        "email": _("E-mail"),
        "hubspot": _("HubSpot"),
        "openai": _("The AI"),
    },
    "scope": {
        "workflows:read": _("See workflows and their runs"),
        "workflows:run": _("Start, cancel and repeat workflows"),
        "ai:run": _("Ask the AI functions: scores, drafts, summaries"),
        "booking:read": _("See free times and visits, without names"),
        "booking:write": _("Book, move and cancel visits"),
    },
    **PRACTICE,
    **CONSENT,
    "correction": {
        "mistake": _("assigned by mistake"),
        "paid_for_another": _("paid for somebody else"),
        "same_name": _("two people of the same name"),
    },
    **TRIAGE,
    **VISITS,
    **REASONS,
}

SAID_BELOW = (
    _("It does not wait any more: it has gone out, or it was not going to."),
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
    _("Stripe is not connected. Set STRIPE_API_KEY; `medicalcor doctor` says more."),
    _("Write the amount in figures, such as 250 or 250,50."),
    _("This amount cannot be asked for."),
    _("There is no such payment."),
    _("A colleague has found out whose payment this is."),
    _("Nobody has said yet whose payment this is."),
    _("There is no such recording here."),
    _("This recording was deleted."),
    _("This address is on the list of those who do not want to be written to."),
    _("E-mail is not connected. Set SMTP_URL and EMAIL_FROM; `medicalcor doctor` says more."),
    _("AI is switched off. An administrator can set OPENAI_API_KEY; `medicalcor doctor` says more."),
    _("The AI did not answer. Nothing was changed; try again in a minute."),
    _("Choose a colleague who works with leads."),
    _("WhatsApp has switched this template off. Choose another one, or call them."),
    _("WhatsApp has not approved this template in the patient's language. Choose another one, or call them."),
    _("Choose one of the templates."),
)
"""Sentences of the layers below, which the dashboard shows translated; any other is shown as it is."""


def in_words(table: str, code: str, words: Translator) -> str:
    """The code's words; a code that is new to us reads as itself, without underscores."""
    entry = (TABLES.get(table) or MONEY[table]).get(code)
    return words.find(entry) if entry else code.replace("_", " ")


def meaning(code: str, words: Translator) -> str:
    """What a marked passage counted for: `procedure:implant` reads "implant", `budget` "asks about price"."""
    kind, _colon, detail = code.partition(":")
    if detail in TABLES["procedure"]:
        return words.gettext(_("treatment: %(what)s"), what=in_words("procedure", detail, words))
    if detail in TABLES["flag"]:
        return in_words("flag", detail, words)
    return in_words("means", code if code in TABLES["means"] else kind, words)


def filter_for(words: Translator) -> Callable[[str, str], str]:
    """The templates' `{{ code|words("status") }}`."""

    def spoken(code: str, table: str) -> str:
        return meaning(code, words) if table == "means" else in_words(table, code, words)

    return spoken
