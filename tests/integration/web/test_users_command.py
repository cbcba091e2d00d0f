"""`medicalcor users`: letting people in, and out."""

import pytest
from click.testing import CliRunner, Result

from medicalcor.cli.users import users

PASSWORD = "a long enough password"


@pytest.fixture
def cli(database_url: str, master_key: str, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("MEDICALCOR_MASTER_KEY", master_key)
    return CliRunner()


def _run(cli: CliRunner, *words: str, typed: str = "") -> Result:
    return cli.invoke(users, list(words), input=typed)


def test_somebody_is_let_in_and_out(cli: CliRunner) -> None:
    assert "Nobody yet" in _run(cli, "list").output
    added = _run(
        cli, "add", "Ana@Clinic.example", "--name", "Ana", "--role", "doctor", "--password", PASSWORD
    )
    assert added.output == "Ana may sign in as doctor.\n"
    listed = _run(cli, "list").output
    assert "ana@clinic.example" in listed
    assert "active" in listed
    assert _run(cli, "disable", "ana@clinic.example").exit_code == 0
    assert "disabled" in _run(cli, "list").output
    assert _run(cli, "unlock", "ana@clinic.example").output == "Unlocked.\n"


def test_the_password_is_asked_for_twice(cli: CliRunner) -> None:
    result = _run(cli, "add", "a@clinic.example", "--name", "A", typed=f"{PASSWORD}\n{PASSWORD}\n")
    assert result.exit_code == 0
    assert PASSWORD not in result.output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("add", "a@clinic.example", "--name", "A", "--password", "short"), "at least 12 characters"),
        (("disable", "nobody@clinic.example"), "users list"),
    ],
)
def test_what_cannot_be_done_is_said(cli: CliRunner, words: tuple[str, ...], said: str) -> None:
    result = _run(cli, *words)
    assert result.exception is not None
    assert said in str(result.exception)


def test_one_address_has_one_account(cli: CliRunner) -> None:
    for _ in range(2):
        result = _run(cli, "add", "a@clinic.example", "--name", "A", "--password", PASSWORD)
    assert "account already" in str(result.exception)
