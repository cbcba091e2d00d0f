"""`/mailbox`: the letters of both sides, and a form to write as a patient."""

from html import escape
from importlib.resources import files
from urllib.parse import parse_qs

from pydantic import ValidationError

from medicalcor.core.errors import InvalidInput
from medicalcor.sandbox.exchange import Reply, Request, reply_json
from medicalcor.sandbox.providers.email import Email
from medicalcor.sandbox.providers.email_store import Letter

PAGE = files("medicalcor.sandbox.mailbox")


class MailboxPage:
    mount = "/mailbox"

    def __init__(self, *, email: Email, clinic: str) -> None:
        self._email = email
        self._clinic = clinic

    async def answer(self, request: Request) -> Reply:
        asked = (request.method, request.path.rstrip("/"))
        if asked == ("GET", ""):
            return self._page(request.query.get("answer", ""))
        if asked == ("GET", "/letters"):
            return reply_json([letter.shown() for letter in self._email.mailbox.all()])
        if asked == ("POST", ""):
            return self._write(request)
        return reply_json({"error": "There are: /mailbox, /mailbox/letters"}, status=404)

    def _write(self, request: Request) -> Reply:
        """A form, as browsers post it."""
        given = {
            name: values[-1] for name, values in parse_qs(request.body.decode("utf-8", "replace")).items()
        }
        answered = self._email.mailbox.get(given.pop("answer", ""))
        order: dict[str, object] = {**given}
        if answered is not None:
            order["in_reply_to"] = answered.message_id
            order["references"] = [*answered.references, answered.message_id]
        try:
            self._email.play(order)
        except (InvalidInput, ValidationError):
            return reply_json({"error": "A letter has a sender (an address) and a text."}, status=400)
        return Reply(status=303, headers=[(b"location", b"/mailbox")])

    def _page(self, key: str) -> Reply:
        answered = self._email.mailbox.get(key)
        page = PAGE.joinpath("page.html").read_text(encoding="utf-8")
        places = {
            "{{ clinic }}": escape(self._clinic),
            "{{ answer }}": escape(key if answered else ""),
            "{{ from }}": escape(answered.to[0] if answered else ""),
            "{{ subject }}": escape(f"Re: {answered.subject}" if answered else ""),
            "{{ letters }}": "".join(_shown(letter) for letter in self._email.mailbox.all()),
        }
        for place, value in places.items():
            page = page.replace(place, value)
        return Reply(body=page.encode(), content_type=b"text/html; charset=utf-8")


def _shown(letter: Letter) -> str:
    side = "patient" if letter.inbound else "clinic"
    answer = "" if letter.inbound else f'<p><a href="/mailbox?answer={escape(letter.key)}">Answer</a></p>'
    return (
        f'<article class="{side}"><h2>{escape(letter.subject) or "(no subject)"}</h2>'
        f'<p class="who">{escape(letter.sender)} → {escape(", ".join(letter.to))}, '
        f'<time datetime="{letter.at.isoformat()}">{letter.at:%d.%m.%Y %H:%M} UTC</time></p>'
        f"<pre>{escape(letter.text or letter.html)}</pre>{answer}</article>"
    )
