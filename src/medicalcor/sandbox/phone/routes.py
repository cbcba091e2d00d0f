"""`/phone`: the page, what the patient writes, and what the clinic answers, live."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any

from pydantic import Field, ValidationError, model_validator

from medicalcor.sandbox.exchange import BodyNotJson, Reply, Request, reply_json
from medicalcor.sandbox.providers import whatsapp_payloads as payloads
from medicalcor.sandbox.providers.whatsapp import WhatsApp
from medicalcor.sandbox.providers.whatsapp_payloads import Patient
from medicalcor.schemas.base import Shape

PAGE = files("medicalcor.sandbox.phone")


class Tap(Shape):
    """A choice that was tapped, and the message it hung under."""

    kind: str = Field(alias="type", pattern="^(button|list|template)$")
    id: str
    title: str
    message_id: str


class Outgoing(Shape):
    """What the page posts."""

    sender: str = Field(alias="from", min_length=1)
    """A phone number, or a business-scoped user id such as `RO.13000000000000000001`."""
    name: str = ""
    text: str = Field(default="", max_length=4096)
    tap: Tap | None = None
    at: datetime | None = None
    """When it was written, if not now: to try what happens after the 24-hour window."""

    @model_validator(mode="after")
    def _says_something(self) -> "Outgoing":
        if not self.text.strip() and self.tap is None:
            raise ValueError("write something, or tap a choice")
        if not patient(self.sender, name=self.name).address:
            raise ValueError("from is a phone number or a user id")
        return self


def patient(sender: str, *, name: str) -> Patient:
    if sender[:2].isalpha() and sender[2:3] == ".":
        return Patient(name=name, wa_id=None, user_id=sender)
    return Patient(name=name, wa_id=payloads.digits(sender) or None)


class Phone:
    mount = "/phone"

    def __init__(self, *, whatsapp: WhatsApp, clinic: str) -> None:
        self._whatsapp = whatsapp
        self._clinic = clinic

    async def answer(self, request: Request) -> Reply:
        asked = (request.method, request.path.rstrip("/"))
        if asked == ("GET", ""):
            return self._page()
        if asked == ("GET", "/events"):
            who = patient(request.query.get("from", ""), name="")
            stream = _events(self._whatsapp, address=who.address, request=request)
            return Reply(
                content_type=b"text/event-stream", headers=[(b"cache-control", b"no-store")], stream=stream
            )
        if asked == ("POST", "/messages"):
            return self._write(request)
        return reply_json({"error": "There are: /phone, /phone/events?from=, /phone/messages"}, status=404)

    def _page(self) -> Reply:
        html = PAGE.joinpath("page.html").read_text(encoding="utf-8")
        for name in ("phone.css", "phone.js", "people.json"):
            html = html.replace(f"/* {name} */", PAGE.joinpath(name).read_text(encoding="utf-8"))
        html = html.replace("{{ clinic }}", _escaped(self._clinic))
        return Reply(body=html.encode(), content_type=b"text/html; charset=utf-8")

    def _write(self, request: Request) -> Reply:
        try:
            message = Outgoing.model_validate(request.json)
        except BodyNotJson as problem:
            return reply_json({"error": str(problem)}, status=400)
        except ValidationError as problem:
            return reply_json({"error": "; ".join(error["msg"] for error in problem.errors())}, status=400)
        content, text = _content(message)
        at = message.at.replace(tzinfo=message.at.tzinfo or UTC) if message.at else None
        message_id = self._whatsapp.write(
            patient(message.sender, name=message.name), content=content, text=text, at=at
        )
        return reply_json({"id": message_id}, status=202)


def _content(message: Outgoing) -> tuple[dict[str, Any], str]:
    tap = message.tap
    if tap is None:
        return payloads.text(message.text), message.text
    content = payloads.tapped(tap.kind, choice_id=tap.id, title=tap.title, message_id=tap.message_id)
    return content, tap.title


async def _events(whatsapp: WhatsApp, *, address: str, request: Request) -> AsyncIterator[bytes]:
    async for thread in whatsapp.stage.threads.follow(address, gone=request.gone()):
        yield b": still here\n\n" if thread is None else f"data: {json.dumps(thread)}\n\n".encode()


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
