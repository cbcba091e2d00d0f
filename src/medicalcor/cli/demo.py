"""`medicalcor demo`: the whole product on one machine, with nobody's account and nobody's data."""

import base64
import os
import shlex
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import click

from medicalcor.cli import demo_links, environment, system
from medicalcor.cli.processes import Program
from medicalcor.cli.system import Port, Run, System
from medicalcor.cli.up import addresses, say, table
from medicalcor.core import ids
from medicalcor.core.crypto.vault import new_master_key
from medicalcor.core.settings import Settings, load_settings

_SECRETS = """\
# Secrets made once for the demo on this machine; its database is sealed under them.
# The environment wins over them. To start afresh, delete the whole folder.
"""
CLINIC = "Clinica Dentară Zâmbet"
FACTS = """
hours = "Luni-Vineri 9-19, Sâmbătă 9-14"
address = "Strada Florilor 7, București, la două minute de stația de metrou Piața Victoriei"
prices = "Consultație 150 lei, igienizare 350 lei, albire 900 lei, implant de la 2500 lei, coroană ceramică de la 1200 lei"
procedures = "Implanturi, coroane și punți, fațete, albire, aparat dentar, tratamente de canal, stomatologie pentru copii"
insurance = "Nu lucrăm cu Casa de Asigurări; dăm factură pentru asigurările private."
parking = "Parcare gratuită pentru pacienți, în curtea clinicii."
payment = "Numerar, card, sau în rate fără dobândă prin bancă."
"""
_ADDRESSES = "# Where the running demo is; written at every start.\n"
MADE_ONCE = (
    "MEDICALCOR_MASTER_KEY",
    "API_SECRET_KEY",
    "WHATSAPP_API_KEY",
    "WHATSAPP_WEBHOOK_SECRET",
    "WHATSAPP_VERIFY_TOKEN",
    "HUBSPOT_ACCESS_TOKEN",
    "OPENAI_API_KEY",
    "STRIPE_API_KEY",
    "STRIPE_WEBHOOK_SECRET",
    "TWILIO_ACCOUNT_SID",
    "TWILIO_AUTH_TOKEN",
    "VAPI_API_KEY",
    "VAPI_WEBHOOK_SECRET",
    "EMAIL_WEBHOOK_SECRET",
    "DEMO_EMAIL",
    "DEMO_PASSWORD",
)


@click.command()
def demo() -> None:
    """Run everything here until Ctrl-C: the system, simulated providers, and a clinic with some history.

    What it makes is in MEDICALCOR_DATA_DIR (.medicalcor): secrets in demo.env, the database, the logs.
    """
    folder = environment.data_dir()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    secrets = load(environment.demo_env(folder))
    settings = load_settings()
    sandbox = Program("sandbox", ready_url=f"http://127.0.0.1:{settings.sandbox_port}/_sandbox/calls")
    Run(
        System(
            settings=settings,
            data_dir=folder,
            programs=[sandbox, *system.core_programs(settings)],
            ports=[*system.core_ports(settings), Port(settings.sandbox_port, "SANDBOX_PORT")],
            prepare=partial(_prepare, secrets=secrets),
            announce=_announce,
        ),
        say=say,
    ).until_stopped()


def _prepare(run: Run, *, secrets: Mapping[str, str]) -> None:
    _write(environment.demo_env(run.system.data_dir), run=run, secrets=secrets)
    unfinished = run.system.data_dir / "seeding"
    if unfinished.exists():
        run.say("the first start was interrupted while seeding; beginning again")
        run.empty_database()
    system.migrate(run)
    if system.is_empty(run.database_url):
        run.say("seeding a clinic with some weeks of history (once)")
        unfinished.touch()
        run.run_once(Program("seed"))
    unfinished.unlink(missing_ok=True)


def _announce(run: Run) -> None:
    settings = run.system.settings
    sandbox = f"http://127.0.0.1:{settings.sandbox_port}"
    demo_links.remember(run.database_url, sandbox=sandbox, clinic=settings.clinic_name)
    sign_in = f"{os.environ['DEMO_EMAIL']} / {os.environ['DEMO_PASSWORD']}"
    rows = [
        ("Sign in as", sign_in),
        ("Patient's phone", f"{sandbox}/phone"),
        ("Mailbox", f"{sandbox}/mailbox"),
        ("Clinic's website", f"{sandbox}/website (with the form for new patients)"),
        (
            "Calls, payments",
            "`medicalcor simulate call|vapi|payment`; a lead's page asks for a deposit by link",
        ),
        (
            "API",
            f"http://127.0.0.1:{settings.api_port}/docs (key: Settings, or `medicalcor apikeys new NAME`)",
        ),
        ("Sandbox", f"{sandbox}/_sandbox/calls?provider=whatsapp"),
        ("Secrets", str(environment.demo_env(run.system.data_dir))),
    ]
    first, *rest = addresses(run)
    table(run, [first, *rows, *rest])


def load(path: Path) -> dict[str, str]:
    """The demo's secrets, of earlier starts or new; they and the sandbox's addresses go into the environment.

    What the environment already names stays as it is, and is not written into the demo's file.
    """
    kept = environment.read_env_file(path) if path.exists() else {}
    if kept.get("DATABASE_URL") and os.environ.get("DATABASE_URL") == kept["DATABASE_URL"]:
        del os.environ["DATABASE_URL"]  # this file was sourced in the shell; its database is the one we start
    new = _new_secrets()
    secrets = {name: kept.get(name) or new[name] for name in MADE_ONCE}
    environment.adopt(secrets)
    port = os.environ.get("SANDBOX_PORT") or Settings.model_fields["sandbox_port"].default
    environment.adopt(
        {"CLINIC_NAME": CLINIC, "CLINIC_FACTS": FACTS, **_sandbox_addresses(f"http://127.0.0.1:{port}")}
    )
    mail = os.environ.get("SANDBOX_SMTP_PORT") or Settings.model_fields["sandbox_smtp_port"].default
    environment.adopt(_mail_addresses(mail))
    return secrets


def _write(path: Path, *, run: Run, secrets: Mapping[str, str]) -> None:
    settings = run.system.settings
    addresses = {
        "API_PORT": settings.api_port,
        "WEB_PORT": settings.web_port,
        "SANDBOX_PORT": settings.sandbox_port,
        "POSTGRES_PORT": settings.postgres_port,
        "CLINIC_NAME": settings.clinic_name,
        "DATABASE_URL": run.database_url,
        **_sandbox_addresses(f"http://127.0.0.1:{settings.sandbox_port}"),
        "SANDBOX_SMTP_PORT": settings.sandbox_smtp_port,
        **_mail_addresses(settings.sandbox_smtp_port),
    }
    unfinished = path.with_suffix(".new")
    unfinished.unlink(missing_ok=True)
    unfinished.touch(mode=0o600)
    unfinished.write_text(
        _SECRETS + _lines(secrets) + "\n" + _ADDRESSES + _lines(addresses), encoding="utf-8"
    )
    unfinished.rename(path)


def _lines(values: Mapping[str, object]) -> str:
    return "".join(f"{name}={shlex.quote(str(value))}\n" for name, value in values.items())


def _new_secrets() -> dict[str, str]:
    return {
        **{name: ids.token(24) for name in MADE_ONCE},
        "MEDICALCOR_MASTER_KEY": new_master_key(),
        "TWILIO_ACCOUNT_SID": f"AC{ids.random_bytes(16).hex()}",
        "EMAIL_WEBHOOK_SECRET": f"whsec_{base64.b64encode(ids.random_bytes(24)).decode()}",
        "DEMO_EMAIL": "elena@demo.medicalcor.example",
        "DEMO_PASSWORD": ids.token(12),
    }


def _sandbox_addresses(base: str) -> dict[str, str]:
    """Where the clients find the simulated providers, and where the clinic's web page is."""
    return {
        "WHATSAPP_BASE_URL": f"{base}/whatsapp",
        "HUBSPOT_BASE_URL": f"{base}/hubspot",
        "OPENAI_BASE_URL": f"{base}/openai/v1",
        "STRIPE_BASE_URL": f"{base}/stripe",
        "TWILIO_BASE_URL": f"{base}/twilio",
        "VAPI_BASE_URL": f"{base}/vapi",
        "VAPI_SIP_URI": "sip:demo@sip.vapi.ai",
        "CORS_ORIGINS": base,
    }


def _mail_addresses(port: int | str) -> dict[str, str]:
    """Where mail is handed over, and whose it is."""
    return {
        "SMTP_URL": f"smtp://127.0.0.1:{port}",
        "EMAIL_FROM": f"{CLINIC} <office@demo.medicalcor.example>",
    }
