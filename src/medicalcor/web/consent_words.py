"""What is said of consent, in words."""

from collections.abc import Mapping

from medicalcor.web.translate import marked as _

CONSENT: Mapping[str, Mapping[str, str]] = {
    "consent": {
        "data_processing": _("use of their data for this request"),
        "marketing_whatsapp": _("offers on WhatsApp"),
        "marketing_email": _("offers by e-mail"),
        "marketing_sms": _("offers by SMS"),
        "appointment_reminders": _("reminders of visits"),
        "treatment_updates": _("news of the treatment"),
        "third_party_sharing": _("passing data on to others"),
    },
    "consent_state": {
        "pending": _("not confirmed yet"),
        "granted": _("agreed"),
        "denied": _("not agreed"),
        "withdrawn": _("withdrawn"),
        "expired": _("ended"),
    },
    "consent_how": {
        "form": _("by the form on the website"),
        "reply": _("in a message, as the answer to our question"),
        "tap": _("by the button below our question"),
        "link": _("by the link in an e-mail"),
        "message": _("in a message"),
        "paper": _("on paper"),
        "phone": _("by telephone"),
        "in_person": _("face to face"),
    },
    "consent_step": {
        "consent.asked": _("Asked"),
        "consent.claimed": _("Ticked in the form"),
        "consent.granted": _("Agreed"),
        "consent.renewed": _("Agreed again"),
        "consent.denied": _("Did not agree"),
        "consent.withdrawn": _("Withdrawn"),
        "consent.expired": _("Ended"),
        "consent.doubted": _("Answered unclearly"),
        "consent.doubt_settled": _("A colleague read the answer"),
        "person.opted_out": _("Asked for no more messages"),
        "person.opt_out_lifted": _("Agreed to be written to again"),
    },
    "meant": {"yes": _("yes, they agree"), "no": _("no, they do not agree"), "nothing": _("neither")},
}

SAID_AT_THE_DESK = (
    _("Choose what to ask for; some things are agreed to by WhatsApp only, some by e-mail."),
    _("The question may not be sent now. Under 'Sent and not sent' stands why."),
    _("There is no address to send that question to."),
    _("Choose what it is about."),
    _("Ask for offers apart from other things: one yes cannot agree to both."),
    _("The person has no address for that. Add it first, then record the consent."),
    _("Choose what was meant: yes, no or neither."),
    _("There is no such question."),
    _("Somebody has settled this already."),
)
"""What operations refuse a colleague with; named here so that the catalogues have it."""
