"""Serving the sandbox with uvicorn, with connections that can be cut."""

import socket
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from medicalcor.sandbox.app import Sandbox
from medicalcor.sandbox.exchange import DROP


class CuttableProtocol(HttpToolsProtocol):
    """Offers the app a way to break the connection; ASGI itself has none."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = {DROP: {"abort": self.transport.abort}}


class Server(uvicorn.Server):
    """Ends open event streams first, so that stopping takes no time."""

    def __init__(self, sandbox: Sandbox, *, host: str, port: int) -> None:
        self._sandbox = sandbox
        options: dict[str, Any] = {"http": CuttableProtocol, "ws": "none", "lifespan": "on"}
        quiet: dict[str, Any] = {"access_log": False, "log_level": "warning", "server_header": False}
        super().__init__(
            uvicorn.Config(sandbox, host=host, port=port, timeout_graceful_shutdown=2, **options, **quiet)
        )

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._sandbox.stop()
        await super().shutdown(sockets)


def serve(sandbox: Sandbox, *, host: str = "127.0.0.1", port: int) -> None:
    """Until interrupted."""
    Server(sandbox, host=host, port=port).run()
