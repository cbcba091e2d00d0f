"""`medicalcor doctor` as somebody who sets the system up meets it."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from medicalcor.cli.checks import RETIRED_MODELS, SETTINGS
from medicalcor.core import ports
from medicalcor.core.crypto.vault import new_master_key
from medicalcor.core.settings import Settings


def doctor(folder: Path, **environment: str) -> tuple[int, dict[str, dict[str, str]]]:
    usual = {
        "API_PORT": str(ports.any_free()),
        "WEB_PORT": str(ports.any_free()),
        "POSTGRES_PORT": str(ports.any_free()),
    }
    done = subprocess.run(
        [sys.executable, "-m", "medicalcor", "doctor", "--json"],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(sys.path), **usual, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert not done.stderr, done.stderr
    return done.returncode, {finding["name"]: finding for finding in json.loads(done.stdout)}


def enough() -> dict[str, str]:
    return {"MEDICALCOR_MASTER_KEY": new_master_key(), "API_SECRET_KEY": "0123456789abcdef"}


def test_it_knows_every_setting_there_is() -> None:
    assert SETTINGS.keys() == Settings.model_fields.keys()


def test_nothing_set_names_what_is_needed_and_what_is_off(tmp_path: Path) -> None:
    code, found = doctor(tmp_path)
    assert code == 1
    assert {name for name, one in found.items() if one["level"] == "missing"} == {
        "MEDICALCOR_MASTER_KEY",
        "API_SECRET_KEY",
    }
    assert found["OPENAI_API_KEY"] == {
        "name": "OPENAI_API_KEY",
        "level": "off",
        "says": "not set: rules score and fixed texts answer, without AI",
    }


def test_enough_is_enough(tmp_path: Path) -> None:
    code, found = doctor(tmp_path, **enough())
    assert code == 0
    assert not [one for one in found.values() if one["level"] in ("wrong", "missing")]


def test_everything_wrong_is_named_at_once(tmp_path: Path) -> None:
    taken = ports.any_free()
    with socket.create_server(("127.0.0.1", taken)):
        code, found = doctor(
            tmp_path,
            MEDICALCOR_MASTER_KEY="c2hvcnQ=",
            API_SECRET_KEY="short",
            API_PORT="many",
            WEB_PORT=str(taken),
            DATABASE_URL="mysql://localhost/clinic",
            REDIS_URL="redis://127.0.0.1:1/0",
            CLINIC_TIMEZONE="Europe/Bucarest",
            PUBLIC_URL="crm.clinic.example",
            OPENAI_MODEL="gpt-4o",
            RATE_LIMITS="sometimes",
            WHATSAPP_API_KEY_FILE=str(tmp_path / "nowhere"),
        )
    assert code == 1
    wrong = {name for name, one in found.items() if one["level"] == "wrong"}
    assert wrong - {"port 3000"} == {  # the usual port is looked at where the setting cannot be used
        "MEDICALCOR_MASTER_KEY",
        "API_SECRET_KEY",
        "API_PORT",
        f"port {taken}",
        "DATABASE_URL",
        "database",
        "redis",
        "CLINIC_TIMEZONE",
        "PUBLIC_URL",
        "OPENAI_MODEL",
        "RATE_LIMITS",
        "WHATSAPP_API_KEY_FILE",
    }
    assert found[f"port {taken}"]["says"] == "is taken by another program; set WEB_PORT to a free one"


@pytest.mark.parametrize("model", [*RETIRED_MODELS, "gpt-4o-2024-08-06"])
def test_a_retired_model_is_named_with_its_last_day(model: str) -> None:
    wrong = SETTINGS["openai_model"].wrong
    assert wrong
    said = wrong(model)
    assert said
    assert said.startswith(f"{model} is retired by OpenAI (shut down on ")
    assert wrong(Settings.model_fields["openai_model"].default) is None


def test_a_secret_is_never_shown(tmp_path: Path) -> None:
    secrets = {
        **enough(),
        "WHATSAPP_WEBHOOK_SECRET": "sealed-lips-1,sealed-lips-2",
        "OPENAI_API_KEY": "sk-sealed-lips",
    }
    _, found = doctor(tmp_path, **secrets)
    said = json.dumps(list(found.values()))
    assert not [secret for secret in secrets.values() if secret in said]
    assert "sealed-lips" not in said


async def test_the_database_is_asked(tmp_path: Path, database_url: str) -> None:
    code, found = doctor(tmp_path, DATABASE_URL=database_url, **enough())
    assert (code, found["database"]["says"]) == (0, "PostgreSQL 18, up to date")


async def test_missing_migrations_are_counted(tmp_path: Path, database_url: str) -> None:
    empty = database_url.rpartition("/")[0] + "/postgres"
    code, found = doctor(tmp_path, DATABASE_URL=empty, **enough())
    assert code == 1
    assert "run `medicalcor migrate`" in found["database"]["says"]
