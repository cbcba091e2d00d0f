"""What a mail system tells of a mail that it could not deliver."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from medicalcor.domain.correspondence.addresses import normalised
from medicalcor.domain.correspondence.threads import message_ids

_FAILED = re.compile(r"(?:final|original)-recipient:\s*rfc822;\s*<?([^\s<>;]+@[^\s<>;]+)", re.IGNORECASE)
_ADDRESS = re.compile(r"[^\s<>()\[\]\"',;:]{1,64}@[^\s<>()\[\]\"',;:]{3,190}")
_STILL_TRYING = re.compile(
    r"action:\s*(?:delayed|relayed|delivered|expanded)|warning message only|not yet been delivered"
    r"|delivery (?:has been |is |incomplete|status notification \(delay)|will (?:keep|continue) (?:to )?(?:try|retry)"
    r"|will be retried|still being retried|wird (?:die zustellung )?weiter versuch",
    re.IGNORECASE,
)
_LARGEST = 200_000
_MOST = 20


@dataclass(frozen=True, slots=True)
class Report:
    """Whom it could not be delivered to, and which mail it was, as far as the report says."""

    ids: tuple[str, ...]
    """`Message-ID`s that it names."""
    recipients: tuple[str, ...]
    """Normalised addresses: those that it calls failed; where it calls none so, all that it names."""
    final: bool
    """False: the system is still trying."""


def report(headers: Mapping[str, str], *, subject: str | None, text: str) -> Report:
    """From a bounce's headers (by lower-case name) and its whole text."""
    told = text[:_LARGEST]
    failed = [headers.get("x-failed-recipients", ""), *_FAILED.findall(told)]
    named = ",".join(failed).replace(" ", ",").split(",")
    recipients = _normalised(named) or _normalised(_ADDRESS.findall(told))
    about = (headers.get(name) for name in ("in-reply-to", "references", "x-original-message-id"))
    return Report(
        ids=message_ids(*about, told)[:_MOST],
        recipients=recipients[:_MOST],
        final=not _STILL_TRYING.search(f"{subject or ''}\n{told}"),
    )


def _normalised(written: list[str]) -> tuple[str, ...]:
    found = (normalised(one.strip(" .")) for one in written)
    return tuple(dict.fromkeys(address for address in found if address))
