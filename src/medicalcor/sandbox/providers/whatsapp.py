"""360dialog: the Cloud API's messages behind the gateway's own key and its own errors."""

from datetime import datetime, timedelta
from typing import Any, ClassVar

from medicalcor.core import clock, ids
from medicalcor.sandbox.exchange import Reply, Request, reply_json
from medicalcor.sandbox.faults import Fault
from medicalcor.sandbox.providers import whatsapp_payloads as payloads
from medicalcor.sandbox.providers.whatsapp_bubbles import bubble
from medicalcor.sandbox.providers.whatsapp_checks import Refusal, refusal
from medicalcor.sandbox.providers.whatsapp_payloads import Patient
from medicalcor.sandbox.sender import Step, Webhook
from medicalcor.sandbox.settings import newest
from medicalcor.sandbox.threads import Bubble, Tick
from medicalcor.sandbox.twin import Stage, Twin, accepts

WINDOW = timedelta(hours=24)
COURSE: tuple[Tick, ...] = ("sent", "delivered", "read")
RE_ENGAGEMENT = {
    "code": 131047,
    "title": "Re-engagement message",
    "message": "Re-engagement message",
    "error_data": {
        "details": "Message failed to send because more than 24 hours have passed since the customer last "
        "replied to this number."
    },
    "href": "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/",
}


class WhatsApp(Twin):
    name = "whatsapp"
    mount = "/whatsapp"
    faults: ClassVar[dict[str, str]] = {
        "duplicate_webhooks": "posts each webhook of the next `count` messages twice",
        "reorder_webhooks": "posts the statuses of the next `count` messages last to first",
    }

    limits: ClassVar[tuple[str, ...]] = ("130429", "131056", "80007", "4")

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        self._key = newest(stage.settings.whatsapp_api_key)
        self._secret = newest(stage.settings.whatsapp_webhook_secret)
        self._url, self._headers = self._default_webhook()
        self._uploads: dict[str, tuple[str, bytes]] = {}

    def _default_webhook(self) -> tuple[str, dict[str, str]]:
        registered = newest(self.stage.settings.whatsapp_webhook_header)
        headers = {"Authorization": registered} if registered else {}
        return f"{self.stage.settings.gateway_url}/webhooks/whatsapp", headers

    # what the clinic asks

    def answer(self, request: Request) -> Reply:
        if not accepts(self._key, request.header(b"d360-api-key")):
            return self.error(401)
        if request.path == "/messages" and request.method == "POST":
            return self._messages(request.json)
        if request.path == "/v1/configs/webhook":
            return self._webhook(request)
        if request.method == "GET":
            return self._media(request)
        if request.path == "/media" and request.method == "POST":
            return self._upload(request)
        return self.error(404)

    def _messages(self, message: Any) -> Reply:
        if isinstance(message, dict) and message.get("status") == "read":
            return self._read(message)
        wrong = refusal(message, templates=self.stage.templates, labels=self.stage.labels)
        if wrong:
            return wrong.reply()
        patient = _recipient(message)
        message_id = payloads.wamid()
        now = clock.now()
        shown = bubble(
            message, message_id=message_id, at=now, templates=self.stage.templates, labels=self.stage.labels
        )
        shut = self._window_is_shut(patient, message=message, at=now)
        self.stage.threads.add(patient.address, bubble=shown)
        if self.stage.panel.now.statuses:
            self._follow_up(message, message_id=message_id, patient=patient, shut=shut)
        contact = {"input": message.get("to") or message["recipient"]}
        contact.update({"wa_id": patient.wa_id} if patient.wa_id else {"user_id": patient.user_id or ""})
        accepted = {"id": message_id, "message_status": "accepted"}
        return reply_json({"messaging_product": "whatsapp", "contacts": [contact], "messages": [accepted]})

    def _window_is_shut(self, patient: Patient, *, message: dict[str, Any], at: datetime) -> bool:
        """Known only for patients who wrote through the sandbox; templates always pass."""
        thread = self.stage.threads.get(patient.address)
        if thread is None or thread.last_inbound is None or message.get("type") == "template":
            return False
        return at - thread.last_inbound > WINDOW

    def _read(self, message: dict[str, Any]) -> Reply:
        message_id = message.get("message_id")
        if not isinstance(message_id, str) or not message_id:
            return Refusal(131008, "message_id is required").reply()
        self.stage.threads.mark(message_id, tick="read")
        if message.get("typing_indicator"):
            self.stage.threads.typing(message_id)
        return reply_json({"success": True})

    def _webhook(self, request: Request) -> Reply:
        if request.method == "POST":
            wanted = request.json
            if not isinstance(wanted, dict) or not isinstance(wanted.get("url"), str):
                return self.error(400)
            self._url, self._headers = wanted["url"], dict(wanted.get("headers") or {})
        return reply_json({"url": self._url, "headers": self._headers})

    def _media(self, request: Request) -> Reply:
        known = {
            payloads.SAMPLE_IMAGE_ID: ("image/png", payloads.SAMPLE_IMAGE),
            payloads.SAMPLE_VOICE_ID: ("audio/ogg", payloads.SAMPLE_VOICE),
            **self._uploads,
        }
        if request.path == "/whatsapp_business/attachments/":
            mime, content = known.get(request.query.get("mid", ""), ("", b""))
            return Reply(body=content, content_type=mime.encode()) if mime else self.error(404)
        media_id = request.path.strip("/")
        if media_id not in known:
            return Refusal(100, "Object does not exist, or cannot be loaded").reply(status=404)
        mime, content = known[media_id]
        expires = int(clock.now().timestamp()) + 300
        link = (
            f"https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid={media_id}&ext={expires}&hash=x"
        )
        about = {"url": link, "mime_type": mime, "sha256": payloads.sha256_hex(content)}
        more = {"file_size": len(content), "id": media_id, "messaging_product": "whatsapp"}
        return reply_json({**about, **more})

    def _upload(self, request: Request) -> Reply:
        media_id = str(int.from_bytes(ids.random_bytes(6), "big"))
        self._uploads[media_id] = ("application/octet-stream", request.body)
        return reply_json({"id": media_id})

    # what follows by webhook

    def _follow_up(self, message: dict[str, Any], *, message_id: str, patient: Patient, shut: bool) -> None:
        sent, delivered, read = self.stage.panel.now.delays
        pauses = (sent, max(0.0, delivered - sent), max(0.0, read - delivered))
        ticks: tuple[Tick, ...] = ("failed",) if shut else COURSE

        def step(after: float, tick: Tick) -> Step:
            news = payloads.News(
                kind=tick,
                message_id=message_id,
                recipient=patient,
                opaque=message.get("biz_opaque_callback_data"),
                template=message.get("type") == "template",
                error=RE_ENGAGEMENT if tick == "failed" else None,
            )
            reason = "Outside the 24-hour window" if tick == "failed" else ""
            return Step(
                after=after,
                make=lambda: self.webhook(payloads.status(news, at=clock.now())),
                taken=lambda: self.stage.threads.mark(message_id, tick=tick, reason=reason),
            )

        course = [step(after, tick) for after, tick in zip(pauses, ticks, strict=False)]
        self.stage.sender.send(self.name, course=course)

    def webhook(self, payload: dict[str, Any]) -> Webhook:
        body = payloads.body_of(payload)
        headers = {"Content-Type": "application/json", **self._headers}
        if self._secret:
            headers["X-Hub-Signature-256"] = payloads.signature(body, secret=self._secret)
        return Webhook(url=self._url, body=body, headers=headers)

    def write(
        self, patient: Patient, *, content: dict[str, Any], text: str, at: datetime | None = None
    ) -> str:
        """The patient writes: shown on the phone, and posted to the gateway. Answers the message's id."""
        message_id = payloads.wamid()
        when = at or clock.now()
        shown = Bubble(id=message_id, mine=True, at=when, text=text, kind=content["type"], tick="sent")
        self.stage.threads.add(patient.address, bubble=shown)
        webhook = self.webhook(payloads.inbound(patient, message_id=message_id, at=when, content=content))
        taken = Step(
            after=0.0,
            make=lambda: webhook,
            taken=lambda: self.stage.threads.mark(message_id, tick="delivered"),
        )
        self.stage.sender.send(self.name, course=[taken])
        return message_id

    # how it says no

    def error(self, status: int) -> Reply:
        said = {401: "Invalid api_key", 403: "Endpoint blocked", 404: "Resource not found"}
        words = said.get(status, "Internal server error" if status >= 500 else "Bad request")
        meta = {"success": False, "http_code": status, "developer_message": words}
        return reply_json({"meta": meta}, status=status)

    def rate_limited(self, fault: Fault) -> Reply:
        """360dialog's own comes as a 400; with `code` it is one of Meta's."""
        if fault.code is not None:
            return Refusal(int(fault.code), "Too many messages in a short time").reply()
        words = "You have exceeded the endpoint rate limit"
        return reply_json(
            {"meta": {"success": False, "http_code": 400, "developer_message": words}}, status=400
        )

    def reset(self) -> None:
        self._url, self._headers = self._default_webhook()
        self._uploads.clear()


def _recipient(message: dict[str, Any]) -> Patient:
    """With both addresses the phone wins."""
    if message.get("to"):
        return Patient(name="", wa_id=payloads.digits(message["to"]))
    return Patient(name="", wa_id=None, user_id=message["recipient"])
