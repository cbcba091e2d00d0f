"""What the sandbox was asked, in order of arrival."""

import json
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from medicalcor.core import clock

KEPT = 250_000
"""Calls remembered at most; a long load run forgets its oldest."""

SHOWN = ("x-correlation-id", "traceparent", "idempotency-key")
"""Headers that are told of: none that holds a key or a password."""


@dataclass(slots=True)
class Call:
    provider: str
    at: datetime
    method: str
    path: str
    headers: dict[bytes, bytes]
    raw: bytes
    """Parsed only when somebody looks: parsed bodies by the hundred thousand would weigh on every collection."""
    status: int | None = None
    """None while the call is under way, and for good when its connection was dropped before any effect."""
    fault: str | None = None

    def shown(self) -> dict[str, Any]:
        line = {
            "provider": self.provider,
            "at": self.at.isoformat(),
            "method": self.method,
            "path": self.path,
            "headers": {
                name: self.headers[name.encode()].decode("latin-1")
                for name in SHOWN
                if name.encode() in self.headers
            },
            "body": _readable(self.raw),
            "status": self.status,
        }
        return line if self.fault is None else {**line, "fault": self.fault}


def _readable(raw: bytes) -> Any:
    if not raw:
        return None
    try:
        return json.loads(raw)
    except ValueError:
        return raw.decode("utf-8", errors="replace")


class Ledger:
    def __init__(self) -> None:
        self._calls: deque[Call] = deque(maxlen=KEPT)

    def open(
        self, provider: str, *, method: str, path: str, raw: bytes, headers: dict[bytes, bytes] | None = None
    ) -> Call:
        call = Call(
            provider=provider, at=clock.now(), method=method, path=path, headers=headers or {}, raw=raw
        )
        self._calls.append(call)
        return call

    def of(self, provider: str | None) -> Iterator[Call]:
        return (call for call in self._calls if provider is None or call.provider == provider)

    def clear(self) -> None:
        self._calls.clear()
