"""Every workflow by its name. Importing this registers them."""

from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from medicalcor.core import jobs
from medicalcor.workflows.handlers import ask, effect, email, lead, payment, vapi, visit, voice, web, whatsapp

Workflow = Callable[..., Coroutine[Any, Any, Any]]

WORKFLOWS: Mapping[str, Workflow] = {
    jobs.WHATSAPP_MESSAGE.name: whatsapp.message,
    jobs.WHATSAPP_STATUSES.name: whatsapp.statuses,
    jobs.WHATSAPP_TEMPLATE.name: whatsapp.template,
    jobs.ANSWER.name: whatsapp.settled_answer,
    jobs.DELIVER.name: effect.deliver,
    jobs.ASK.name: ask.answer,
    jobs.VAPI_EVENT.name: vapi.event,
    jobs.VOICE_CALL.name: voice.call,
    jobs.VOICE_SETTLE.name: voice.settle,
    jobs.TRANSCRIPTION.name: voice.transcription,
    jobs.LEAD_SCORING.name: lead.judge_again,
    jobs.STRIPE_EVENT.name: payment.event,
    jobs.PAYMENT_SETTLE.name: payment.settle,
    jobs.PAYMENT_LINK.name: payment.make_link,
    jobs.EMAIL_MESSAGE.name: email.message,
    jobs.WEB_FORM.name: web.form,
    jobs.WEB_UNSUBSCRIBE.name: web.unsubscribe,
    jobs.BOOKING_AGENT.name: lead.offer_times,
    jobs.WEB_CONSENT.name: web.consent,
    jobs.VISIT_NEWS.name: visit.tell,
}
