"""What goes on with one payment at Stripe: a link is paid, refused or paid days later, money goes back, a bank objects.

Each turn changes the objects as Stripe does and tells which events follow, all of them of the same payment.
"""

from typing import Literal

from medicalcor.core.errors import InvalidInput
from medicalcor.sandbox.providers import stripe_payloads as payloads
from medicalcor.sandbox.providers.stripe_payloads import Payer, Thing

Outcome = Literal["paid", "declined", "later", "open", "won", "lost"]
News = list[tuple[str, Thing]]
_DISPUTES = {"open": ("created", "needs_response"), "won": ("closed", "won"), "lost": ("closed", "lost")}


class Course:
    def __init__(self, things: dict[str, Thing]) -> None:
        self._things = things

    def session_of(self, link_id: str) -> Thing | None:
        """The checkout by which a link is being paid, or was."""
        found = [thing for thing in self._things.values() if thing.get("payment_link") == link_id]
        return found[-1] if found else None

    def pay(self, link: Thing, payer: Payer, outcome: Outcome) -> News:
        """A checkout of the link. After a refusal another card continues the same payment."""
        session = self.session_of(link["id"])
        if session is not None and session["status"] == "complete":
            raise InvalidInput("This link has been paid: it takes one payment.")
        if session is None:
            intent = payloads.payment_intent(payer, status="requires_payment_method")
            session = payloads.checkout_session(payer, payment_status="unpaid", status="open")
            session.update(payment_intent=intent["id"], payment_link=link["id"])
            self._keep(intent, session)
        intent = self._things[session["payment_intent"]]
        person = {**session["customer_details"], **payer.person()}
        session = {**session, "customer_details": person}
        if outcome == "declined":
            return self._told(("payment_intent.payment_failed", _like(intent, _declined(payer))), session)
        session["status"] = "complete"
        if outcome == "later":
            waiting = ("payment_intent.processing", {**intent, "status": "processing"})
            return self._told(waiting, session, "checkout.session.completed")
        paid = ("payment_intent.succeeded", _like(intent, payloads.payment_intent(payer)))
        return self._told(paid, {**session, "payment_status": "paid"}, "checkout.session.completed")

    def arrive(self, session: Thing, payer: Payer, outcome: Outcome) -> News:
        """The bank answers about a payment that was to come later."""
        if session["status"] != "complete" or session["payment_status"] != "unpaid":
            raise InvalidInput("This checkout does not wait for its money.")
        intent = self._things[session["payment_intent"]]
        if outcome == "declined":
            failed = ("payment_intent.payment_failed", _like(intent, _declined(payer)))
            return self._told(failed, session, "checkout.session.async_payment_failed")
        paid = ("payment_intent.succeeded", _like(intent, payloads.payment_intent(payer)))
        done = {**session, "payment_status": "paid"}
        return self._told(paid, done, "checkout.session.async_payment_succeeded")

    def refund(self, intent: Thing, payer: Payer, amount: int) -> News:
        """Part of it goes back, or all; what went back before counts along."""
        charge = self._charge(intent, payer)
        refunded = charge["amount_refunded"] + amount
        if refunded > charge["amount"]:
            raise InvalidInput("More than was paid cannot go back.")
        back = {**charge, "amount_refunded": refunded, "refunded": refunded == charge["amount"]}
        self._keep(back)
        return [("charge.refunded", back)]

    def dispute(self, intent: Thing, payer: Payer, outcome: Outcome) -> News:
        """The payer's bank objects, or has decided."""
        kind, status = _DISPUTES.get(outcome, _DISPUTES["open"])
        charge = self._charge(intent, payer)
        made = [t for t in self._things.values() if t["object"] == "dispute" and t["charge"] == charge["id"]]
        fresh = {**payloads.dispute(payer), "charge": charge["id"], "payment_intent": intent["id"]}
        disputed = {**(made[-1] if made else fresh), "status": status}
        self._keep(disputed)
        return [(f"charge.dispute.{kind}", disputed)]

    def _charge(self, intent: Thing, payer: Payer) -> Thing:
        if intent["status"] != "succeeded":
            raise InvalidInput("This payment has not succeeded.")
        own = {"id": intent["latest_charge"], "payment_intent": intent["id"]}
        return self._things.get(intent["latest_charge"]) or {**payloads.charge(payer), **own}

    def _told(self, first: tuple[str, Thing], session: Thing, second: str | None = None) -> News:
        self._keep(first[1], session)
        return [first, (second, session)] if second else [first]

    def _keep(self, *things: Thing) -> None:
        for thing in things:
            self._things[thing["id"]] = thing


def _declined(payer: Payer) -> Thing:
    return payloads.payment_intent(payer, status="requires_payment_method", decline="insufficient_funds")


def _like(intent: Thing, later: Thing) -> Thing:
    """The same intent, as it stands later."""
    return {**later, "id": intent["id"], "created": intent["created"]}
