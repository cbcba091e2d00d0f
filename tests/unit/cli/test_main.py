"""The list of commands, and how errors reach a person."""

import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from medicalcor.cli.checks import SETTINGS
from medicalcor.cli.main import COMMANDS, commands


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_listed_is_there(name: str) -> None:
    command = commands.get_command(click.Context(commands), name)
    assert isinstance(command, click.Command)
    assert command.name == name
    assert command.help


def test_the_list_imports_no_command() -> None:
    script = (
        "import sys\n"
        "from click.testing import CliRunner\n"
        "from medicalcor.cli.main import COMMANDS, commands\n"
        "said = CliRunner().invoke(commands, ['--help']).output\n"
        "assert all(name in said for name in COMMANDS)\n"
        "heavy = {'dbos', 'litestar', 'openai', 'asyncpg', 'uvicorn', 'httpx'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, env={"PYTHONPATH": ":".join(sys.path)})


def test_the_gateway_s_command_loads_neither_the_engine_nor_a_vendor() -> None:
    script = (
        "import sys\n"
        "import medicalcor.cli.main, medicalcor.cli.serve, medicalcor.asgi, medicalcor.api.app\n"
        "heavy = {'dbos', 'openai', 'sqlalchemy', 'medicalcor.web', 'medicalcor.sandbox'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, env={"PYTHONPATH": ":".join(sys.path)})


def test_a_foreseen_error_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("API_PORT", "three thousand")
    result = CliRunner().invoke(commands, ["api"])
    assert result.exit_code == 1
    assert result.output.startswith("Error: Settings that cannot be used: API_PORT")
    assert len(result.output.splitlines()) == 1


def test_an_unknown_command_is_named() -> None:
    result = CliRunner().invoke(commands, ["dance"])
    assert result.exit_code == 2
    assert "No such command 'dance'" in result.output


def test_new_keys_fit_the_settings() -> None:
    said = CliRunner().invoke(commands, ["keys", "new"]).output
    values = dict(line.split("=", 1) for line in said.splitlines())
    for name, value in values.items():
        wrong = SETTINGS[name.lower()].wrong
        assert wrong
        assert wrong(value) is None
