"""Takes personal data and secrets out of whatever is about to be logged or traced.

Two nets, one behind the other. By key: what stands under `phone`, `body`, `authorization` … never passes,
whatever it looks like. By pattern: phone numbers, e-mail addresses, WhatsApp ids (a wamid encodes the
number), bearer tokens and keys go from every text, wherever it stands. Names have no pattern: they are kept
out by the first net and by the rule that texts of ours carry none.
"""

import re
from collections.abc import Mapping
from datetime import date, time, timedelta
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any
from uuid import UUID

import pydantic

HIDDEN = "[redacted]"
LONGEST = 2000
DEEPEST = 6
LARGEST_NUMBER = 10**8
"""A whole number from here on may be a phone number (nine digits and more)."""

_KEYS = frozenset((
    "text", "body", "name", "content", "contents", "message", "messages", "phone", "mobile", "email",
    "mail", "address", "subject", "caption", "transcript", "prompt", "summary", "note", "notes",
    "comment", "reply", "answer", "reasoning", "payload", "data", "input", "output", "args", "kwargs",
    "parameters", "properties", "token", "secret", "password", "authorization", "cookie", "recipient",
    "to", "from", "from_", "wa_id", "username", "input_value", "detail", "details", "value", "values",
    "query",
))  # fmt: skip
_ENDINGS = (
    "_text", "_body", "_content", "_message", "_phone", "_number", "_email", "_address", "_token", "_secret",
    "_password", "_payload", "_api_key", "_secret_key", "_master_key", "_transcript",
)  # fmt: skip
_NAMES = frozenset(
    f"{whose}_name"
    for whose in (
        "first",
        "last",
        "full",
        "given",
        "family",
        "profile",
        "display",
        "patient",
        "person",
        "contact",
        "user",
    )
) | {"firstname", "lastname", "fullname", "api_key", "apikey", "d360_api_key"}

_SECRETS = re.compile(
    r"(?P<scheme>\b(?:bearer|basic)\s+)[\w.~+/=-]+"
    r"|(?P<login>://)[^/\s@]+@"
    r"|\b(?:sk|pk|rk|pat|whsec|ghp|xox[abp])[-_][\w-]{8,}"
    r"|\beyJ[\w-]{5,}\.[\w-]+\.[\w-]*"
    r"|(?P<name>\b(?:password|passwd|secret|token|api[-_]?key|authorization)[\"']?\s*[:=]\s*)(?:(?:bearer|basic)\s+)?[\"']?[^\s\"',;&)}]+",
    re.IGNORECASE,
)
_WAMID = re.compile(r"wamid\.[\w+/=.-]*", re.IGNORECASE)
_EMAIL = re.compile(r"[^\s@<>\"'(),:;\[\]{}]{1,64}@[^\s@<>\"'(),:;\[\]{}]{1,255}")
_GAP = r"[ \u00a0\u2009\u202f.\-\u2010-\u2013/()]{0,3}"
_PHONE = (
    rf"(?:\+|\b00){_GAP}\d(?:{_GAP}\d){{6,}}"  # international: seven digits and more
    rf"|\(?\d(?:{_GAP}\d){{8,}}"  # without a prefix: nine and more
)
_KEPT = (
    r"(?<![\w-])00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}(?![\w-])"  # traceparent
    r"|(?<![\w-])[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}(?![\w-])"  # UUID
    r"|(?<!\w)(?=\d*[a-f])(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})(?!\w)"  # digest
    r"|(?<!\d)(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])"  # date, and time of day
    r"(?:[T ](?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{6}|\.\d{3})?)?(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d)?)?(?!\d)"
    r"|(?<![\d.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\d.])"  # IPv4
)
_NUMBERS = re.compile(rf"(?P<kept>{_KEPT})|(?:{_PHONE})")
_QUOTED = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"", re.DOTALL)
_PLAIN_WORD = re.compile(r"[A-Za-z0-9_.:/@*%<>\[\]-]{1,60}")
_DATABASE_DETAIL = re.compile(r"\b(?:DETAIL|CONTEXT|QUERY|PARAMETERS?|Failing row contains)\b.*", re.DOTALL)


def scrub_text(text: str) -> str:
    """The text without what has a pattern."""
    length = len(text)
    text = _SECRETS.sub(_without_secret, text[: 8 * LONGEST])
    text = _WAMID.sub("[wamid]", text)
    text = _EMAIL.sub("[email]", text)
    text = _NUMBERS.sub(lambda found: found["kept"] or "[number]", text)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}… ({length} characters)"


def _without_secret(found: re.Match[str]) -> str:
    if found["login"]:
        return f"{found['login']}[secret]@"
    return f"{found['scheme'] or found['name'] or ''}[secret]"


def scrub_foreign(text: str) -> str:
    """As `scrub_text`, for texts of other people's code: what they quote may be somebody's words."""
    if len(text) > 2 * LONGEST:
        # a quotation may have lost its end: give it one of either kind
        text = f"{text[: 2 * LONGEST]}'\"… ({len(text)} characters)"
    text = _DATABASE_DETAIL.sub("[detail]", text)
    return scrub_text(_QUOTED.sub(_unless_a_word, text))


def _unless_a_word(found: re.Match[str]) -> str:
    quoted = found[0]
    return quoted if _PLAIN_WORD.fullmatch(quoted[1:-1]) else f"{quoted[0]}{HIDDEN}{quoted[0]}"


def is_personal(key: str) -> bool:
    """Whether what stands under this key is kept out whatever it is."""
    plain = key.lower().replace("-", "_")
    return plain in _KEYS or plain in _NAMES or plain.endswith(_ENDINGS)


def scrub(value: Any, *, key: str = "", depth: int = 0) -> Any:
    """A value as it may be logged: plain JSON types only."""
    if value is None or isinstance(value, bool):
        return value
    if is_personal(key) or depth > DEEPEST:
        return HIDDEN
    if isinstance(value, Mapping):
        return {scrub_text(str(k)): scrub(v, key=str(k), depth=depth + 1) for k, v in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [scrub(item, depth=depth + 1) for item in value]
    return _scrub_plain(value)


def _scrub_plain(value: Any) -> Any:
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, str):
        return scrub_text(value)
    if isinstance(value, int):
        return value if abs(value) < LARGEST_NUMBER else "[number]"
    if isinstance(value, float):
        return value
    if isinstance(value, (UUID, date, time, timedelta, Decimal, Path)):
        return scrub_text(str(value))
    if isinstance(value, BaseException):
        return describe(value)
    return f"<{type(value).__name__}>"  # never its repr: that may tell all


def describe(problem: BaseException) -> dict[str, Any]:
    """An exception as it may be logged: class, code, and a text without what others told it."""
    about: dict[str, Any] = {"type": type(problem).__name__}
    code = getattr(problem, "code", None) or getattr(problem, "sqlstate", None)
    if isinstance(code, (str, int)) and not callable(code):
        about["code"] = scrub_text(str(code))
    reason = getattr(problem, "reason", None)
    if isinstance(reason, str) and reason:
        about["reason"] = scrub_foreign(reason)
    about["said"] = _said(problem)
    if isinstance(problem, BaseExceptionGroup):
        about["within"] = [describe(inner) for inner in problem.exceptions[:5]]
    return about


def _said(problem: BaseException) -> str:
    if isinstance(problem, pydantic.ValidationError):
        wrong = [f"{'.'.join(map(str, e['loc']))}: {e['type']}" for e in problem.errors(include_input=False)]
        return scrub_text(f"{problem.title}: " + ", ".join(wrong[:8]))
    if isinstance(problem, KeyError):
        return HIDDEN  # its text is the key, and keys may be addresses
    return scrub_foreign(str(problem))
