"""Files of settings: what the demo writes, a shell and we ourselves read the same."""

import os
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medicalcor.cli import demo, environment


@pytest.fixture(autouse=True, scope="module")
def _environment_as_it_was() -> Iterator[None]:
    """What these adopt is not for the tests after them."""
    with patch.dict(os.environ):
        yield


@given(st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=40))
def test_any_value_survives_the_file(tmp_path_factory: pytest.TempPathFactory, value: str) -> None:
    path = tmp_path_factory.mktemp("env") / "demo.env"
    path.write_text(f"# a comment\n\nNAME={shlex.quote(value)}\n", encoding="utf-8")
    assert environment.read_env_file(path) == {"NAME": value}


def test_a_shell_reads_it_too(tmp_path: Path) -> None:
    path = tmp_path / "demo.env"
    path.write_text("CLINIC_NAME='Clinica \"Zâmbet\" & fiii'\n", encoding="utf-8")
    shell = f'. {shlex.quote(str(path))}; printf %s "$CLINIC_NAME"'
    said = subprocess.run(["sh", "-c", shell], capture_output=True, text=True, check=True).stdout
    assert said == environment.read_env_file(path)["CLINIC_NAME"]


def test_the_environment_wins_over_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WHATSAPP_API_KEY", "mine")
    monkeypatch.setenv("HUBSPOT_ACCESS_TOKEN_FILE", "/run/secrets/hubspot")
    monkeypatch.setenv("OPENAI_API_KEY", "")
    monkeypatch.delenv("HUBSPOT_ACCESS_TOKEN", raising=False)
    environment.adopt({"WHATSAPP_API_KEY": "a", "HUBSPOT_ACCESS_TOKEN": "b", "OPENAI_API_KEY": "c"})
    assert os.environ["WHATSAPP_API_KEY"] == "mine"
    assert "HUBSPOT_ACCESS_TOKEN" not in os.environ
    assert os.environ["OPENAI_API_KEY"] == "c"


def test_the_demo_keeps_its_secrets_and_forgets_a_sourced_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody who sourced demo.env in the shell still gets the database that the demo starts."""
    for name in (*demo.MADE_ONCE, "SANDBOX_PORT", "CLINIC_NAME", "WHATSAPP_BASE_URL"):
        monkeypatch.setenv(name, "")
    path = tmp_path / "demo.env"
    path.write_text("API_SECRET_KEY=kept\nDATABASE_URL=postgresql://old\n", encoding="utf-8")
    monkeypatch.setenv("DATABASE_URL", "postgresql://old")
    secrets = demo.load(path)
    assert secrets["API_SECRET_KEY"] == "kept"
    assert len(set(secrets.values())) == len(demo.MADE_ONCE)
    assert "DATABASE_URL" not in os.environ
    assert os.environ["MEDICALCOR_MASTER_KEY"] == secrets["MEDICALCOR_MASTER_KEY"]
    assert os.environ["WHATSAPP_BASE_URL"] == "http://127.0.0.1:3900/whatsapp"


def test_a_database_of_ones_own_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in demo.MADE_ONCE:
        monkeypatch.setenv(name, "x")
    monkeypatch.setenv("DATABASE_URL", "postgresql://mine")
    demo.load(tmp_path / "demo.env")
    assert os.environ["DATABASE_URL"] == "postgresql://mine"
