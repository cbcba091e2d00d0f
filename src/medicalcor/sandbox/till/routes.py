"""`/pay/…`: the page of a payment link, as a payer sees it, with the ways in which paying can go."""

from html import escape
from importlib.resources import files
from urllib.parse import parse_qs

from pydantic import ValidationError

from medicalcor.core.errors import InvalidInput
from medicalcor.sandbox.exchange import Reply, Request
from medicalcor.sandbox.providers.stripe import Stripe
from medicalcor.sandbox.providers.stripe_payloads import Thing

PAGE = files("medicalcor.sandbox.till")
_BUTTONS = {
    "new": (
        ("paid", "Pay now"),
        ("declined", "Pay with a card that is declined"),
        ("later", "Pay by bank transfer"),
    ),
    "waiting": (("paid", "The transfer arrives"), ("declined", "The transfer does not arrive")),
    "paid": (),
}
_SAYS = {
    "new": "",
    "waiting": "The transfer is on its way.",
    "paid": "Paid. Thank you.",
}


class Till:
    mount = "/pay"

    def __init__(self, *, stripe: Stripe, clinic: str) -> None:
        self._stripe = stripe
        self._clinic = clinic

    async def answer(self, request: Request) -> Reply:
        page = request.path.strip("/")
        try:
            link, session = self._stripe.link_at(page)
            if request.method == "POST":
                self._pay(request, link, session)
                return Reply(status=303, headers=[(b"location", f"/pay/{page}".encode())])
            return self._page(link, session)
        except (InvalidInput, ValidationError) as problem:
            words = str(problem) if isinstance(problem, InvalidInput) else "Fill the form in as it is."
            return Reply(status=404, body=words.encode(), content_type=b"text/plain; charset=utf-8")

    def _pay(self, request: Request, link: Thing, session: Thing | None) -> None:
        """A form, as browsers post it."""
        given = parse_qs(request.body.decode("utf-8", "replace"))
        order = {name: values[-1] for name, values in given.items() if values[-1].strip()}
        about = (
            {"session": session["id"]} if _state(session) == "waiting" and session else {"link": link["id"]}
        )
        self._stripe.play({**order, **about})

    def _page(self, link: Thing, session: Thing | None) -> Reply:
        state = _state(session)
        buttons = "".join(
            f'<button name="outcome" value="{code}">{words}</button>' for code, words in _BUTTONS[state]
        )
        places = {
            "{{ clinic }}": escape(self._clinic),
            "{{ title }}": escape(str(link["title"])),
            "{{ amount }}": escape(f"{link['amount'] / 100:.2f} {link['currency'].upper()}"),
            "{{ says }}": _SAYS[state],
            "{{ fields }}": "" if state != "new" else _FIELDS,
            "{{ buttons }}": buttons,
        }
        page = PAGE.joinpath("page.html").read_text(encoding="utf-8")
        for place, value in places.items():
            page = page.replace(place, value)
        return Reply(body=page.encode(), content_type=b"text/html; charset=utf-8")


_FIELDS = """<label>Name <input name="name" autocomplete="off"></label>
<label>E-mail <input name="email" type="email" autocomplete="off"></label>
<label>Phone <input name="phone" autocomplete="off"></label>"""


def _state(session: Thing | None) -> str:
    if session is None or session["status"] != "complete":
        return "new"
    return "paid" if session["payment_status"] == "paid" else "waiting"
