"""HTTP as uvicorn speaks it, with an end to what it would wait for or take in for ever: the head of a request."""

from asyncio import BaseTransport, TimerHandle
from http import HTTPStatus
from typing import Any

from pydantic_core import to_json
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from medicalcor.api.problems import MEDIA_TYPE
from medicalcor.core import ids
from medicalcor.core.log import get_logger

HEAD_BYTES = 32_768
"""Request line and headers together."""
HEAD_SECONDS = 10.0
"""From the connection, or from the first byte of a further request, to the end of the headers."""

log = get_logger(__name__)


class Guarded(HttpToolsProtocol):
    """Bodies are the application's to limit; it has not been asked yet while the head comes in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._complete = False
        """Whether the head that was begun last is here."""
        self._bytes = 0
        self._unfinished = 0
        self._patience: TimerHandle | None = None
        self._refused = False

    def connection_made(self, transport: BaseTransport) -> None:
        super().connection_made(transport)  # type: ignore[arg-type]  # a TCP connection's is a Transport
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        under_way = not self._complete
        super().data_received(data)
        if self._complete or self._refused:
            self._stop_waiting()
            return
        if under_way:
            self._unfinished += len(data)
        if self._unfinished > HEAD_BYTES:
            self._refuse(431, "head_too_large", f"The headers may have {HEAD_BYTES} bytes.")
        elif self._patience is None:
            self._wait()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._complete, self._bytes, self._unfinished = False, 0, 0

    def on_url(self, url: bytes) -> None:
        super().on_url(url)
        self._bytes += len(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        super().on_header(name, value)
        self._bytes += len(name) + len(value) + 4

    def on_headers_complete(self) -> None:
        self._complete = True
        if self._bytes > HEAD_BYTES:
            self._refuse(431, "head_too_large", f"The headers may have {HEAD_BYTES} bytes.")
        else:
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        if not self._refused:
            super().on_body(body)

    def on_message_complete(self) -> None:
        if not self._refused:
            super().on_message_complete()

    def _wait(self) -> None:
        self._patience = self.loop.call_later(HEAD_SECONDS, self._give_up)

    def _stop_waiting(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _give_up(self) -> None:
        if not self.transport.is_closing():
            self._refuse(408, "head_too_slow", "The headers did not arrive in time.")

    def _refuse(self, status: int, code: str, detail: str) -> None:
        self._refused = True
        self._stop_waiting()
        phrase = HTTPStatus(status).phrase
        correlation_id = str(ids.new_id())
        log.info("head_refused", status=status, code=code, correlation_id=correlation_id)
        told = {"type": "about:blank", "title": phrase, "status": status, "detail": detail, "code": code}
        body = to_json({**told, "correlation_id": correlation_id})
        head = (
            f"HTTP/1.1 {status} {phrase}\r\ncontent-type: {MEDIA_TYPE}\r\ncontent-length: {len(body)}\r\n"
            f"x-correlation-id: {correlation_id}\r\nconnection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
        self.transport.close()
