"""The long-running processes; scale each by starting more of it."""

from typing import Any

import click

from medicalcor.core.ports import require_free
from medicalcor.core.settings import load_settings

_BACKLOG = 2048
_DRAIN_SECONDS = 5


@click.command()
def api() -> None:
    """Serve the gateway on API_PORT."""
    settings = load_settings()
    _serve(
        "medicalcor.asgi:gateway",
        host=settings.bind_host,
        port=settings.api_port,
        setting="API_PORT",
        # who a proxy speaks for is the gateway's to say: TRUSTED_PROXIES
        proxy_headers=False,
        http="medicalcor.api.protocol:Guarded",
    )


@click.command()
def web() -> None:
    """Serve the dashboard on WEB_PORT."""
    settings = load_settings()
    _serve("medicalcor.asgi:dashboard", host=settings.bind_host, port=settings.web_port, setting="WEB_PORT")


@click.command()
def worker() -> None:
    """Carry out the durable work until told to stop."""
    from medicalcor.workflows.engine import run_worker

    run_worker()


def _serve(app: str, *, host: str, port: int, setting: str, **options: Any) -> None:
    import uvicorn

    require_free(port, setting=setting, host=host)
    uvicorn.run(
        app,
        factory=True,
        host=host,
        port=port,
        loop="uvloop",
        ws="none",
        lifespan="on",
        access_log=False,
        log_config=None,
        server_header=False,
        backlog=_BACKLOG,
        timeout_graceful_shutdown=_DRAIN_SECONDS,
        **{"http": "httptools", **options},
    )
