"""What may leave the house: a message without the names and numbers in it."""

import re

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
_NUMBER = re.compile(r"\+?\d(?:[\s().-]?\d){6,}")
_LINK = re.compile(r"https?://\S+")
_SHORTEST_NAME = 3


def anonymous(text: str, *, name: str | None) -> str:
    """`text` with e-mail addresses, links, phone numbers and the person's own name taken out."""
    text = _NUMBER.sub("[number]", _EMAIL.sub("[e-mail]", _LINK.sub("[link]", text)))
    for part in (name or "").split():
        if len(part) >= _SHORTEST_NAME:
            text = re.sub(rf"\b{re.escape(part)}\b", "[name]", text, flags=re.IGNORECASE)
    return text
