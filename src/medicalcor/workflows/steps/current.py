"""The one runtime of this process: the engine stores arguments, so they cannot carry it."""

from medicalcor.core.errors import ProductError
from medicalcor.runtime import Runtime

_installed: list[Runtime] = []


class NotRunning(ProductError):
    """This process runs no workflows."""

    code = "not_running"


def install(runtime: Runtime) -> None:
    _installed[:] = [runtime]


def uninstall() -> None:
    _installed.clear()


def current() -> Runtime:
    if not _installed:
        raise NotRunning
    return _installed[0]
