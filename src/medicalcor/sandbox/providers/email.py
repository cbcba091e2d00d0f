"""The clinic's mail provider: takes mail by SMTP, hands inbound mail on as webhooks."""

from typing import Any, ClassVar

from pydantic import Field

from medicalcor.core import clock, ids
from medicalcor.core.errors import InvalidInput
from medicalcor.sandbox.exchange import Reply, Request, reply_json
from medicalcor.sandbox.faults import Fault
from medicalcor.sandbox.providers import email_payloads as payloads
from medicalcor.sandbox.providers.email_store import Letter, Mailbox
from medicalcor.sandbox.sender import Step, Webhook
from medicalcor.sandbox.settings import newest
from medicalcor.sandbox.twin import Stage, Twin
from medicalcor.schemas.base import Shape


class Written(Shape):
    """A patient writes."""

    sender: str = Field(alias="from", min_length=3, pattern="@")
    subject: str = ""
    text: str | None = None
    html: str | None = None
    message_id: str = ""
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    headers: dict[str, str] = Field(default={})


class Email(Twin):
    """Its faults are those of the SMTP dialogue, played by `mailbox.smtp`; there is nothing to be asked over HTTP."""

    name = "email"
    mount = "/email"
    faults: ClassVar[dict[str, str]] = {
        "duplicate_webhooks": "posts each of the next `count` mails twice",
        "reorder_webhooks": "posts the next mail after the one that follows it, `count` times",
    }

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        self.mailbox = Mailbox()
        self._late: Step | None = None
        """Overtaken by the mail that follows it."""
        self._secret = newest(stage.settings.email_webhook_secret)
        self._url = f"{stage.settings.gateway_url}/webhooks/email"

    def answer(self, request: Request) -> Reply:
        del request
        return self.error(404)

    def error(self, status: int) -> Reply:
        return reply_json({"error": "Mail goes in by SMTP; look at /mailbox."}, status=status)

    def rate_limited(self, fault: Fault) -> Reply:
        del fault
        return self.error(429)

    def play(self, order: dict[str, Any]) -> dict[str, Any]:
        """A patient writes to the clinic: posted to the gateway, and shown in the mailbox."""
        written = Written.model_validate(order)
        if not (written.text or written.html):
            raise InvalidInput("What does the patient write? Give `text` or `html`.")
        mail = payloads.Mail(
            sender=written.sender,
            subject=written.subject,
            text=written.text,
            html=written.html,
            at=clock.now(),
            message_id=written.message_id or payloads.new_message_id(),
            in_reply_to=written.in_reply_to,
            references=written.references,
            headers=written.headers,
        )
        self.mailbox.add(Letter.written(mail))
        body = payloads.body_of(payloads.inbound(mail))
        identifier = f"msg_{ids.token(12)}"
        self._post(Step(after=0.0, make=lambda: self._webhook(body, identifier), taken=lambda: None))
        return {"id": mail.message_id}

    def _post(self, step: Step) -> None:
        sender = self.stage.sender
        if self._late is None and sender.ordered(self.name, kind="reorder_webhooks"):
            self._late = step
            return
        course, self._late = [step, self._late], None
        sender.send(self.name, course=[one for one in course if one is not None])

    def _webhook(self, body: bytes, identifier: str) -> Webhook:
        """Signed anew at each attempt's time, under one id."""
        headers = {"Content-Type": "application/json"}
        if self._secret:
            headers |= payloads.signature(body, secret=self._secret, identifier=identifier, at=clock.now())
        return Webhook(url=self._url, body=body, headers=headers)

    def reset(self) -> None:
        self._late = None
        self.mailbox.clear()
