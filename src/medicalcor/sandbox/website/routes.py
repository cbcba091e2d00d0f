"""`/website`: plays the page of a clinic that has pasted the form in, as docs/howto/web-form.md says."""

from html import escape
from importlib.resources import files

from medicalcor.sandbox.exchange import Reply, Request, reply_json

PAGE = files("medicalcor.sandbox.website")


class WebsitePage:
    mount = "/website"

    def __init__(self, *, gateway: str, clinic: str) -> None:
        self._gateway = gateway
        self._clinic = clinic

    async def answer(self, request: Request) -> Reply:
        if (request.method, request.path.rstrip("/")) != ("GET", ""):
            return reply_json({"error": "There is: /website"}, status=404)
        page = PAGE.joinpath("page.html").read_text(encoding="utf-8")
        places = {"{{ clinic }}": escape(self._clinic), "{{ gateway }}": escape(self._gateway)}
        for place, value in places.items():
            page = page.replace(place, value)
        return Reply(body=page.encode(), content_type=b"text/html; charset=utf-8")
