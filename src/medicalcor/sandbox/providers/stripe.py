"""Stripe: payment links, its objects read back, idempotency keys, and events that follow."""

import re
from collections.abc import Callable
from typing import Any, ClassVar

from pydantic import Field

from medicalcor.core import clock
from medicalcor.core.errors import InvalidInput
from medicalcor.sandbox.exchange import Reply, Request, reply_json
from medicalcor.sandbox.faults import Fault
from medicalcor.sandbox.forms import pairs
from medicalcor.sandbox.providers import stripe_payloads as payloads
from medicalcor.sandbox.providers.stripe_course import Course, News, Outcome
from medicalcor.sandbox.providers.stripe_payloads import Payer, Thing
from medicalcor.sandbox.sender import Step, Webhook
from medicalcor.sandbox.settings import newest
from medicalcor.sandbox.twin import Stage, Twin, accepts
from medicalcor.schemas.base import Shape

KINDS = {
    "payment_intents": "payment_intent",
    "charges": "charge",
    "invoices": "invoice",
    "subscriptions": "subscription",
    "checkout/sessions": "checkout.session",
    "disputes": "dispute",
    "refunds": "refund",
    "payment_links": "payment_link",
    "events": "event",
}
READ = re.compile(rf"/v1/({'|'.join(KINDS)})/([A-Za-z]+_[A-Za-z0-9_]+)")
LINE = "line_items[0]"
PRICE = f"{LINE}[price_data]"
KNOWN = re.compile(
    r"line_items\[0\]\[(quantity|price_data\]\[(currency|unit_amount|product_data\]\[name))\]"
    r"|restrictions\[completed_sessions\]\[limit\]"
    r"|(metadata|payment_intent_data\[metadata\])\[[^\]]{1,40}\]"
)


class Refused(Exception):
    """Stripe says no."""

    def __init__(
        self, status: int, message: str, *, kind: str = "invalid_request_error", **more: str
    ) -> None:
        super().__init__(message)
        self.status = status
        self.error = {"type": kind, "message": message, **more}


class Order(Shape):
    """What is to happen at Stripe: an event of that type, or something to one payment, told by all events of it."""

    event: str | None = None
    link: str | None = None
    session: str | None = None
    """A checkout whose money was to come later."""
    refund: str | None = None
    """An intent of which `amount` goes back."""
    dispute: str | None = None
    """An intent that the payer's bank objects to."""
    outcome: Outcome = "paid"
    """Of a link or a session: paid, declined, later; of a dispute: open, won, lost."""
    remember: dict[str, Any] | None = None
    """An object that somebody else made up, so that it can be read back here."""
    amount: int = Field(default=25_000, ge=0)
    currency: str = Field(default="ron", pattern="^[a-z]{3}$")
    customer: str | None = None
    email: str | None = None
    phone: str | None = None
    name: str | None = None
    metadata: dict[str, str] = Field(default={})
    reference: str | None = None

    def payer(self) -> Payer:
        return Payer(at=clock.now(), **self.model_dump(include={*Payer.__dataclass_fields__} - {"at"}))


class Stripe(Twin):
    name = "stripe"
    mount = "/stripe"
    faults: ClassVar[dict[str, str]] = {
        "declined": "answers 402 with the bank's reason in `content` (insufficient_funds)",
        "conflict": "answers 409: a request with this idempotency key is under way",
        "duplicate_webhooks": "posts each event of the next `count` happenings twice",
        "reorder_webhooks": "posts the events of the next `count` happenings last to first",
    }

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        self._key = newest(stage.settings.stripe_api_key)
        self._secret = newest(stage.settings.stripe_webhook_secret)
        self._url = f"{stage.settings.gateway_url}/webhooks/stripe"
        self._things: dict[str, Thing] = {}
        self._course = Course(self._things)
        self._answers: dict[str, tuple[bytes, Reply]] = {}

    # what the clinic asks

    def answer(self, request: Request) -> Reply:
        if not accepts(self._key, request.header(b"authorization").removeprefix("Bearer ").strip()):
            return self.error(401)
        try:
            return self._once(request) if request.method == "POST" else self._read(request)
        except Refused as refused:
            return _error(refused)

    def _once(self, request: Request) -> Reply:
        """The first answer under a key is the answer under that key."""
        key = request.header(b"idempotency-key")
        asked = request.path.encode() + b"?" + request.body
        if key in self._answers:
            before, kept = self._answers[key]
            if before != asked:
                words = "Keys for idempotent requests can only be used with the same parameters."
                raise Refused(400, words, kind="idempotency_error")
            return Reply(
                status=kept.status, body=kept.body, headers=[*kept.headers, (b"idempotent-replayed", b"true")]
            )
        reply = self._write(request)
        if key:
            self._answers[key] = (asked, reply)
        return reply

    def _write(self, request: Request) -> Reply:
        if request.path != "/v1/payment_links":
            raise Refused(404, f"Unrecognized request URL (POST: {request.path}).")
        form = dict(pairs(request))
        _check(form)
        payer = Payer(
            at=clock.now(),
            amount=int(form[f"{PRICE}[unit_amount]"]),
            currency=form[f"{PRICE}[currency]"],
            metadata={n[9:-1]: v for n, v in form.items() if n.startswith("metadata[")},
        )
        link = payloads.payment_link(payer, url=f"{self.stage.settings.sandbox_url}/pay")
        title = form[f"{PRICE}[product_data][name]"]
        self._things[link["id"]] = {**link, "amount": payer.amount, "title": title}
        return _answer(link)

    def _read(self, request: Request) -> Reply:
        found = READ.fullmatch(request.path) if request.method == "GET" else None
        if found is None:
            raise Refused(404, f"Unrecognized request URL ({request.method}: {request.path}).")
        thing = self._things.get(found[2])
        if thing is None or thing["object"] != KINDS[found[1]]:
            words = f"No such {KINDS[found[1]]}: '{found[2]}'"
            raise Refused(404, words, code="resource_missing", param="id")
        return _answer(thing)

    # what happens at Stripe

    def play(self, order: dict[str, Any]) -> dict[str, Any]:
        """Something happens, and its events follow. Raises pydantic.ValidationError, InvalidInput."""
        wanted = Order.model_validate(order)
        if wanted.remember:
            self._things[str(wanted.remember.get("id"))] = wanted.remember
            return {"remembered": wanted.remember.get("id")}
        if wanted.link or wanted.session or wanted.refund or wanted.dispute:
            return self._happened(self._turn(wanted))
        if wanted.event not in payloads.EVENTS:
            raise InvalidInput(f"Which event? There are: {', '.join(payloads.EVENTS)}.")
        return self._happened([(wanted.event, payloads.EVENTS[wanted.event](wanted.payer()))])

    def link_at(self, page: str) -> tuple[Thing, Thing | None]:
        """The link whose page this is, and the checkout by which it is paid, if any. Raises InvalidInput."""
        url = f"{self.stage.settings.sandbox_url}/pay/{page}"
        for thing in self._things.values():
            if thing["object"] == "payment_link" and thing["url"] == url:
                return thing, self._course.session_of(thing["id"])
        raise InvalidInput("There is no such payment link.")

    def _turn(self, wanted: Order) -> News:
        """What it is about says how much of what, and whose metadata comes along."""
        named = wanted.link or wanted.session or wanted.refund or wanted.dispute
        kind = "payment_link" if wanted.link else "checkout.session" if wanted.session else "payment_intent"
        thing = self._things.get(named or "")
        if thing is None or thing["object"] != kind:
            raise InvalidInput(f"There is no {kind.replace('_', ' ')} {named}.")
        amount = thing.get("amount") or thing.get("amount_total")
        same = {"amount": amount, "currency": thing["currency"], "metadata": thing["metadata"]}
        if wanted.session:
            same |= {name: thing["customer_details"].get(name) for name in ("name", "email", "phone")}
        payer = wanted.model_copy(update=same).payer()
        if wanted.link:
            return self._course.pay(thing, payer, wanted.outcome)
        if wanted.session:
            return self._course.arrive(thing, payer, wanted.outcome)
        if wanted.refund:
            return self._course.refund(thing, payer, wanted.amount)
        return self._course.dispute(thing, payer, wanted.outcome)

    def _happened(self, news: News) -> dict[str, Any]:
        events = [payloads.event(kind, thing, at=clock.now()) for kind, thing in news]
        for thing in (*(thing for _, thing in news), *events):
            self._things[thing["id"]] = thing
        course = [Step(after=0.0, make=self._delivery(event), taken=_nothing) for event in events]
        self.stage.sender.send(self.name, course=course)
        return {"events": [event["id"] for event in events], "objects": [thing["id"] for _, thing in news]}

    def _delivery(self, event: Thing) -> Callable[[], Webhook]:
        body = payloads.body_of(event)

        def sign() -> dict[str, str]:
            secret = self._secret
            return (
                {"Stripe-Signature": payloads.signature(body, secret=secret, at=clock.now())}
                if secret
                else {}
            )

        headers = {"Content-Type": "application/json; charset=utf-8"}
        return lambda: Webhook(url=self._url, body=body, headers=headers, sign=sign)

    # how it says no

    def bend(self, request: Request, *, fault: Fault) -> Reply:  # noqa: ARG002 - no matter what was asked
        if fault.kind == "conflict":
            words = "There is currently another in-progress request using this Idempotency Key."
            return _error(Refused(409, words, kind="idempotency_error", code="idempotency_key_in_use"))
        reason = fault.content or "insufficient_funds"
        return _error(
            Refused(
                402, "Your card was declined.", kind="card_error", code="card_declined", decline_code=reason
            )
        )

    def error(self, status: int) -> Reply:
        said = {
            401: "Invalid API Key provided.",
            403: "The API key provided does not have access.",
            404: "No such object.",
        }
        kind = "api_error" if status >= 500 else "invalid_request_error"
        return _error(Refused(status, said.get(status, "Something went wrong on Stripe's end."), kind=kind))

    def rate_limited(self, fault: Fault) -> Reply:
        reply = _error(Refused(429, "Request rate limit exceeded.", code="rate_limit"))
        if fault.retry_after is not None:
            reply.headers.append((b"retry-after", str(fault.retry_after).encode()))
        return reply

    def reset(self) -> None:
        self._things.clear()
        self._answers.clear()


def _check(form: dict[str, str]) -> None:
    unknown = next((name for name in form if not KNOWN.fullmatch(name)), None)
    if unknown:
        raise Refused(400, f"Received unknown parameter: {unknown}", code="parameter_unknown", param=unknown)
    for name in (
        f"{PRICE}[currency]",
        f"{PRICE}[unit_amount]",
        f"{PRICE}[product_data][name]",
        f"{LINE}[quantity]",
    ):
        if not form.get(name):
            raise Refused(400, f"Missing required param: {name}.", code="parameter_missing", param=name)
    if not re.fullmatch("[a-z]{3}", form[f"{PRICE}[currency]"]):
        raise Refused(400, "Invalid currency.", param=f"{PRICE}[currency]")
    if not form[f"{PRICE}[unit_amount]"].isdecimal():
        raise Refused(
            400, "Invalid integer.", code="parameter_invalid_integer", param=f"{PRICE}[unit_amount]"
        )


def _answer(thing: Thing) -> Reply:
    return reply_json(
        thing, headers={"Request-Id": payloads.new_id("req"), "Stripe-Version": payloads.VERSION}
    )


def _error(refused: Refused) -> Reply:
    return reply_json(
        {"error": refused.error}, status=refused.status, headers={"Request-Id": payloads.new_id("req")}
    )


def _nothing() -> None:
    """Stripe does nothing when an event was taken."""
