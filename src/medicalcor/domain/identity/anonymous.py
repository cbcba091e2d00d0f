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


_TAKEN = re.compile(f"{_LINK.pattern}|{_EMAIL.pattern}|{_NUMBER.pattern}")
_MARK = re.compile(r"\[#(\d{1,4})\]")


def masked(text: str) -> tuple[str, tuple[str, ...]]:
    """`text` with marks (`[#1]`) for addresses, links and numbers, and what they stand for; `unmasked` undoes it."""
    taken: list[str] = []

    def mark(found: re.Match[str]) -> str:
        taken.append(found[0])
        return f"[#{len(taken)}]"

    return _TAKEN.sub(mark, text), tuple(taken)


def unmasked(text: str, taken: tuple[str, ...]) -> str:
    def back(found: re.Match[str]) -> str:
        place = int(found[1])
        return taken[place - 1] if 0 < place <= len(taken) else found[0]

    return _MARK.sub(back, text)
