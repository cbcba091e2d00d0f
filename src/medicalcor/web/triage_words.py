"""What triage asks and why, and why a draft of the AI is not used: codes in words."""

from collections.abc import Mapping

from medicalcor.web.translate import marked as _

TRIAGE: Mapping[str, Mapping[str, str]] = {
    "rule": {
        "emergency": _("Signs of a life-threatening state come before everything."),
        "opt_out": _("Asked not to be contacted again: all messages stop."),
        "complication": _("Trouble after a treatment here: the doctor calls at once."),
        "complaint": _("A complaint is read and answered by a manager."),
        "not_a_lead": _("Not a prospective patient: nobody is needed."),
        "existing_patient": _("A patient's visit or papers: the front desk looks and answers."),
        "child_acute": _("A child in pain is called at once."),
        "acute": _("Pain, swelling, bleeding or an injury now: a doctor's call today."),
        "hot": _("A hot lead is called within the hour."),
        "booking": _("Wants a visit or a call: the front desk calls back."),
        "media": _("Only a person can say what a file shows."),
        "automatic": _("A question that the automatic answers can take."),
        "medical_history": _("The doctor should know of this before the visit."),
    },
    "work": {
        "emergency": _("Emergency: call now"),
        "opt_out": _("Wants no more messages"),
        "complication": _("Call: trouble after a treatment"),
        "complaint": _("Complaint: read and call back"),
        "not_a_lead": _("Nothing to do"),
        "existing_patient": _("A patient's visit or papers: answer"),
        "child_acute": _("Call: a child in pain"),
        "acute": _("Call: acute pain"),
        "hot": _("Call back: hot lead"),
        "booking": _("Call back: wants a visit"),
        "media": _("Look at the file that was sent"),
        "automatic": _("Nothing to do"),
        "medical_history": _("Read what was said of their health"),
    },
    "draft": {
        "ai_answered": _("The AI wrote it. Read it before you send it."),
        "ai_off": _("AI is switched off: a fixed text, to be completed by you."),
        "ai_timeout": _("The AI did not answer in time: a fixed text instead."),
        "ai_error": _("The AI failed: a fixed text instead."),
        "ai_refused": _("The AI declined to answer: a fixed text instead."),
        "ai_breaker_open": _("The AI is being left alone for a while: a fixed text instead."),
        "emergency": _("Signs of an emergency: the number to call, and nothing else."),
        "no_reply": _("Nothing should be answered to this."),
        "unfit_length": _("The AI wrote too much: a fixed text instead."),
        "unfit_price": _("The AI named a price that is not in the clinic's list: a fixed text instead."),
        "unfit_link": _("The AI wrote a link or an address: a fixed text instead."),
        "unfit_medicine": _("The AI spoke of medicines: a fixed text instead."),
        "unfit_diagnosis": _("The AI made a diagnosis: a fixed text instead."),
        "unfit_promise": _("The AI promised a result: a fixed text instead."),
        "unfit_time": _("The AI offered a time that may not be free: a fixed text instead."),
        "unfit_language": _("The AI wrote in another language: a fixed text instead."),
    },
}
