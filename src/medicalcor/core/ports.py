"""Ports of this machine: asked before anything starts, so that a taken one is named in one clear line."""

import socket

from medicalcor.core.errors import ProductError

LOOPBACK = "127.0.0.1"


class PortTaken(ProductError):
    """A port that is needed belongs to another program."""

    code = "port_taken"

    def __init__(self, port: int, *, setting: str) -> None:
        super().__init__(f"port {port} is taken by another program; set {setting} to a free one")
        self.port = port
        self.setting = setting


def is_free(port: int, *, host: str = LOOPBACK) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # without this, connections that have just ended would make our own port look taken
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


def require_free(port: int, *, setting: str, host: str = LOOPBACK) -> None:
    if not is_free(port, host=host):
        raise PortTaken(port, setting=setting)


def any_free() -> int:
    """A port that is free now; somebody else may take it before its user does."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])
