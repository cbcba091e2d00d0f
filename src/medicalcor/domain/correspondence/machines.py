"""Whether a message was written by a machine: such a message is never answered, or two machines might write on forever."""

import re
from collections.abc import Mapping
from typing import Literal

Machine = Literal["bounce", "auto_reply", "list", "automatic"]

_BOUNCES = re.compile(
    r"undeliver|delivery status notification|mail delivery (?:failed|system)|returned mail|failure notice"
    r"|unzustellbar|non remis|non recapitat|no entregado|nelivrat|kezbesithetetlen|kézbesíthetetlen",
    re.IGNORECASE,
)
_AWAY = re.compile(
    r"out of (?:the )?office|auto(?:matic)?[- ]?(?:reply|response)|autoreply"
    r"|r[aă]spuns automat|automatische antwort|abwesenheit|absence du bureau|r[eé]ponse automatique"
    r"|risposta automatica|fuori sede|respuesta autom[aá]tica|fuera de la oficina|automatikus v[aá]lasz"
    r"|h[aá]zon k[ií]v[uü]l",
    re.IGNORECASE,
)
_NOBODY = re.compile(
    r"^(?:no|do-?not|nu)[-._]?(?:reply|respond|raspunde)|^noreply|^donotreply", re.IGNORECASE
)
_SYSTEMS = re.compile(r"^(?:mailer-daemon|postmaster|bounces?(?:[-+=].*)?)@", re.IGNORECASE)
_COMMENT = re.compile(r"[\s;(]")
_LIST_HEADERS = ("list-id", "list-post", "list-unsubscribe", "list-unsubscribe-post", "mailing-list")
_REPLY_HEADERS = ("x-autoreply", "x-autorespond", "x-autoresponder", "x-auto-reply")


def machine(
    headers: Mapping[str, str], *, sender: str | None, subject: str | None, return_path: str | None = None
) -> Machine | None:
    """Which kind of machine wrote this, or None for a person.

    `headers` by lower-case name. `return_path`: the sender of the envelope where it is known, `<>` or empty for none.
    """
    address = sender or ""
    path = headers.get("return-path") if return_path is None else return_path
    if _bounced(headers, address=address, subject=subject or "", path=path):
        return "bounce"
    submitted = _COMMENT.split(headers.get("auto-submitted", "no").strip().lower(), maxsplit=1)[0]
    if submitted == "auto-replied" or _replied(headers) or _AWAY.search(subject or ""):
        return "auto_reply"
    precedence = headers.get("precedence", "").strip().lower()
    if precedence in ("list", "bulk", "junk") or any(name in headers for name in _LIST_HEADERS):
        return "list"
    suppressed = headers.get("x-auto-response-suppress", "none").strip().lower() not in ("", "none")
    if submitted != "no" or suppressed or _NOBODY.search(address):
        return "automatic"
    return None


def _bounced(headers: Mapping[str, str], *, address: str, subject: str, path: str | None) -> bool:
    if (path is not None and path.strip() in ("", "<>")) or "x-failed-recipients" in headers:
        return True
    report = headers.get("content-type", "").lower()
    if report.startswith("multipart/report") and "disposition" not in report:
        return True
    return bool(_SYSTEMS.search(address) or _BOUNCES.search(subject))


def _replied(headers: Mapping[str, str]) -> bool:
    precedence = headers.get("precedence", "").strip().lower().replace("-", "_")
    return precedence == "auto_reply" or any(name in headers for name in _REPLY_HEADERS)
