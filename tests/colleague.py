"""A colleague at the dashboard, as a browser speaks with it."""

import re
from dataclasses import dataclass, field
from uuid import uuid4

import httpx

from tests.stack import Stack

PASSWORD = "a long enough password"


@dataclass
class Colleague:
    stack: Stack
    email: str
    http: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        self.http = httpx.Client(base_url=self.stack.web_url, timeout=30)

    @classmethod
    def hired(cls, stack: Stack, name: str, *, role: str = "") -> "Colleague":
        """Given an account by the administrator, and signed in."""
        who = cls(stack, f"{name.lower()}@clinic.example")
        added = stack.run(
            "users",
            "add",
            who.email,
            "--name",
            name,
            "--password",
            PASSWORD,
            *(("--role", role) if role else ()),
        )
        assert added.returncode == 0, added.stderr
        assert who.post("/sign-in", email=who.email, password=PASSWORD).status_code == 303
        return who

    def post(self, path: str, **fields: str) -> httpx.Response:
        return self.http.post(path, data={**fields, "_csrf_token": self._token()})

    def open(self, lead_id: object) -> str:
        page = self.http.get(f"/leads/{lead_id}")
        assert page.status_code == 200, page.text
        return page.text

    def reply(self, lead_id: object, text: str, *, key: str | None = None) -> httpx.Response:
        return self.post(f"/leads/{lead_id}/reply", text=text, key=key or uuid4().hex)

    def _token(self) -> str:
        known = self.http.cookies.get("csrftoken")
        if known:
            return known
        found = re.search(r'name="_csrf_token" value="([^"]+)"', self.http.get("/sign-in").text)
        assert found
        return found[1]
