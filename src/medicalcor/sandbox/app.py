"""One ASGI app: the providers' twins under their mount points, `/_sandbox`, `/phone`, `/mailbox` and `/website`; SMTP beside it."""

import asyncio

from medicalcor.sandbox.brain import Brain, PlainBrain
from medicalcor.sandbox.control import Control
from medicalcor.sandbox.exchange import (
    BodyNotJson,
    Receive,
    Reply,
    Request,
    Scope,
    Send,
    read,
    reply_json,
    write,
)
from medicalcor.sandbox.faults import Fault, FaultBook
from medicalcor.sandbox.ledger import Call, Ledger
from medicalcor.sandbox.mailbox.routes import MailboxPage
from medicalcor.sandbox.mailbox.smtp import MailDoor
from medicalcor.sandbox.phone.routes import Phone
from medicalcor.sandbox.providers.email import Email
from medicalcor.sandbox.providers.hubspot import HubSpot
from medicalcor.sandbox.providers.openai import OpenAI
from medicalcor.sandbox.providers.stripe import Stripe
from medicalcor.sandbox.providers.twilio import Twilio
from medicalcor.sandbox.providers.vapi import Vapi
from medicalcor.sandbox.providers.whatsapp import WhatsApp
from medicalcor.sandbox.sender import Sender
from medicalcor.sandbox.settings import SandboxSettings
from medicalcor.sandbox.switches import Panel
from medicalcor.sandbox.threads import Threads
from medicalcor.sandbox.till.routes import Till
from medicalcor.sandbox.twin import Labels, Stage, Templates, Twin
from medicalcor.sandbox.website.routes import WebsitePage

TWINS: tuple[type[Twin], ...] = (WhatsApp, HubSpot, OpenAI, Stripe, Twilio, Vapi, Email)
DELAY_SECONDS = 5.0
HANG_SECONDS = 600.0
GARBLED = b'<html><head><title>502 Bad Gateway</title></head><body>{"id": "wam'


class Sandbox:
    """The app. `stop` lets open event streams end before a server shuts down."""

    def __init__(
        self,
        *,
        settings: SandboxSettings,
        brain: Brain | None,
        templates: Templates | None,
        labels: Labels | None = None,
    ) -> None:
        self.settings = settings
        self.faults = FaultBook(
            kinds={twin.name: dict(twin.faults) for twin in TWINS},
            limits={twin.name: twin.limits for twin in TWINS},
        )
        self.ledger = Ledger()
        self.panel = Panel()
        self.sender = Sender(faults=self.faults)
        self.threads = Threads()
        stage = Stage(
            settings=settings,
            panel=self.panel,
            sender=self.sender,
            threads=self.threads,
            brain=brain or PlainBrain(),
            templates=templates,
            labels=labels or {},
        )
        self._twins = [twin(stage) for twin in TWINS]
        self._mounts = {twin.mount.split("/")[1]: twin for twin in self._twins}
        self.control = Control(twins=self._twins, ledger=self.ledger, faults=self.faults, panel=self.panel)
        whatsapp = next(twin for twin in self._twins if isinstance(twin, WhatsApp))
        self._phone = Phone(whatsapp=whatsapp, clinic=settings.clinic_name)
        email = next(twin for twin in self._twins if isinstance(twin, Email))
        self._mailbox = MailboxPage(email=email, clinic=settings.clinic_name)
        stripe = next(twin for twin in self._twins if isinstance(twin, Stripe))
        self._till = Till(stripe=stripe, clinic=settings.clinic_name)
        self._website = WebsitePage(gateway=settings.gateway_url, clinic=settings.clinic_name)
        self.mail = MailDoor(mailbox=email.mailbox, ledger=self.ledger, faults=self.faults)
        self.control.smtp_port = lambda: self.mail.port
        self.stopping = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http":
            reply = await self._route(scope, receive)
            if reply is not None:
                await write(reply, send=send)
        else:
            await send({"type": "websocket.close", "code": 1000})

    async def _route(self, scope: Scope, receive: Receive) -> Reply | None:
        """None: the connection was cut."""
        path: str = scope["path"]
        twin = self._mounts.get(path.split("/", 2)[1] if path else "")
        if twin is not None and path.startswith(twin.mount + "/"):
            return await self._call(twin, await read(scope, receive, path=path.removeprefix(twin.mount)))
        for part in (self.control, self._phone, self._mailbox, self._till, self._website):
            if path == part.mount or path.startswith(part.mount + "/"):
                request = await read(scope, receive, path=path.removeprefix(part.mount))
                return await part.answer(request)
        if path == "/":
            return Reply(status=307, headers=[(b"location", b"/phone")])
        pages = ("/_sandbox", "/phone", "/mailbox", "/pay", "/website")
        mounts = [*(twin.mount for twin in self._twins), *pages]
        return reply_json({"error": f"There are: {', '.join(mounts)}"}, status=404)

    async def _call(self, twin: Twin, request: Request) -> Reply | None:
        call = self.ledger.open(
            twin.name, method=request.method, path=request.path, raw=request.body, headers=request.headers
        )
        fault = self.faults.for_call(twin.name, path=request.path)
        if fault is None:
            reply = _answer(twin, request)
            call.status = reply.status
            return reply
        call.fault = fault.kind
        return await self._misbehave(twin, request, call=call, fault=fault)

    async def _misbehave(self, twin: Twin, request: Request, *, call: Call, fault: Fault) -> Reply | None:
        kind = fault.kind
        if kind == "drop":
            await request.drop()
            return None
        if kind == "hang":
            await self._hang(request, seconds=fault.seconds)
            return None
        if kind == "status":
            reply = _ordered(twin, fault)
        elif kind == "rate_limit":
            reply = twin.rate_limited(fault)
        elif kind in twin.faults:
            reply = twin.bend(request, fault=fault)
        else:
            if kind == "delay":
                await asyncio.sleep(DELAY_SECONDS if fault.seconds is None else fault.seconds)
            reply = _answer(twin, request)
        call.status = reply.status
        if kind == "drop_after":
            await request.drop()
            return None
        if kind == "malformed":
            reply.body = GARBLED
        return reply

    async def _hang(self, request: Request, *, seconds: float | None) -> None:
        """Until the client gives up, the time is over, or the sandbox stops."""
        ends = [asyncio.ensure_future(request.gone()), asyncio.ensure_future(self.stopping.wait())]
        done, waiting = await asyncio.wait(
            ends, timeout=seconds or HANG_SECONDS, return_when=asyncio.FIRST_COMPLETED
        )
        for task in waiting:
            task.cancel()
        if ends[0] not in done:
            await request.drop()

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        if self.settings.sandbox_smtp_port is not None:
            await self.mail.open(self.settings.sandbox_smtp_port)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self.stop()
        await self.mail.close()
        await self.sender.close()
        await send({"type": "lifespan.shutdown.complete"})

    def stop(self) -> None:
        self.stopping.set()
        self.threads.closing.set()


def _answer(twin: Twin, request: Request) -> Reply:
    try:
        return twin.answer(request)
    except BodyNotJson:
        return twin.error(400)


def _ordered(twin: Twin, fault: Fault) -> Reply:
    status = fault.status or 500
    if fault.body is None:
        return twin.error(status)
    if isinstance(fault.body, str):
        return Reply(status=status, body=fault.body.encode(), content_type=b"text/plain; charset=utf-8")
    return reply_json(fault.body, status=status)


def create_app(
    *,
    settings: SandboxSettings,
    brain: Brain | None = None,
    templates: Templates | None = None,
    labels: Labels | None = None,
) -> Sandbox:
    """`brain` thinks for the OpenAI twin; `templates` are the approved ones (None: any name will do), `labels` what
    stands on their quick replies (None: whatever they come back as)."""
    return Sandbox(settings=settings, brain=brain, templates=templates, labels=labels)
