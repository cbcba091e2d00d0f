"""`medicalcor sandbox`: the providers' stand-ins, on this machine only."""

import click


@click.command()
@click.option("--port", type=int, help="Port on 127.0.0.1. [default: $SANDBOX_PORT or 3900]")
def sandbox(port: int | None) -> None:
    """Serve the simulated providers, /_sandbox and the patient's phone at /phone."""
    from medicalcor.sandbox.app import create_app
    from medicalcor.sandbox.server import serve
    from medicalcor.sandbox.settings import SandboxSettings

    settings = SandboxSettings()
    serve(create_app(settings=settings), port=port or settings.sandbox_port)
