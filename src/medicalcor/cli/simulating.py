"""What the commands of `medicalcor simulate` have in common: where the gateway is, and what it is sent with."""

import os
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import click

from medicalcor.cli import environment


class Answer(NamedTuple):
    status: int
    body: str


def setting(name: str) -> str | None:
    """From the environment, else from what the demo made in its data folder."""
    made = environment.demo_env(environment.data_dir())
    if os.environ.get(name):
        return os.environ[name]
    return environment.read_env_file(made).get(name) if made.is_file() else None


def secret(name: str) -> str:
    """The newest of the values in a secret."""
    value = (setting(name) or "").split(",")[0].strip()
    if not value:
        raise click.ClickException(
            f"{name} is not set, and there is no demo.env in the data directory to take it from."
        )
    return value


def webhook(provider: str) -> str:
    return f"http://127.0.0.1:{setting('API_PORT') or '3000'}/webhooks/{provider}"


def post(url: str, *, body: bytes, headers: Mapping[str, str]) -> int:
    return exchange(url, body=body, headers=headers).status


def exchange(url: str, *, body: bytes, headers: Mapping[str, str]) -> Answer:
    import httpx

    try:
        with httpx.Client(timeout=30.0, trust_env=False) as client:
            answer = client.post(url, content=body, headers=dict(headers))
    except httpx.ConnectError:
        raise click.ClickException(
            f"Nothing answers at {url}. Start the gateway (`medicalcor up` or `medicalcor demo`), or give --url."
        ) from None
    except httpx.HTTPError as problem:
        raise click.ClickException(f"The gateway did not answer: {type(problem).__name__}.") from None
    return Answer(answer.status_code, answer.text)


def finish(statuses: Sequence[int], *, told: bool = False) -> None:
    """Print what was not `told` yet, and end with an error unless all are 200."""
    if not told:
        for status in statuses:
            click.echo(status)
    if any(status != 200 for status in statuses):
        raise SystemExit(1)
