"""The product as its first user meets it: `make demo` on free ports, something by every door, Ctrl-C."""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from threading import Event

import httpx

from medicalcor.cli import environment as kept
from medicalcor.core import clock, ports, processes

ROOT = Path(__file__).resolve().parent.parent
PATIENT = "+40722000001"
QUESTION = "Bună ziua! Cât costă un implant dentar și când aș putea veni la o consultație?"
CALL = "CA5a5a0000000000000000000000000001"
COMMANDS = (
    ("call", "--from", "+40722000011", "--id", CALL),
    ("call", "--from", "+40722000011", "--id", CALL, "--status", "no-answer"),
    (
        "email",
        "--from",
        "Dan Proba <dan@exemplu.example>",
        "--subject",
        "Programare",
        "--text",
        "Aș dori o consultație",
    ),
    ("form", "--name", "Mara Proba", "--phone", "0722000012", "--message", "Vreau o programare"),
    ("payment", "--phone", PATIENT, "--amount", "12345"),
)
ARRIVED = {
    "/calls": r"722\D{1,8}000\D{1,8}011",
    "/leads?channel=email": "Dan Proba",
    "/leads?channel=web": "Mara Proba",
    "/payments": "123[.,]45",
}
"""What each page shows once the command for it has arrived; the payment is the WhatsApp patient's."""
PORTS = ("API_PORT", "WEB_PORT", "SANDBOX_PORT", "SANDBOX_SMTP_PORT", "POSTGRES_PORT")


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="mc-") as folder:
        environment = {
            **{
                name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")
            },
            **{name: str(ports.any_free()) for name in PORTS},
            "MEDICALCOR_DATA_DIR": f"{folder}/data",
        }
        output = Path(folder) / "demo.txt"
        with output.open("w", encoding="utf-8") as screen:
            demo = subprocess.Popen(["make", "demo"], cwd=ROOT, env=environment, stdout=screen, stderr=screen)
        try:
            use(demo, environment=environment, output=output)
        finally:
            stop(demo)
            sys.stdout.write(output.read_text(encoding="utf-8"))
        left = leftovers(environment)
        if left:
            sys.exit("left running after the stop:\n" + "\n".join(left))


def use(demo: subprocess.Popen[bytes], *, environment: dict[str, str], output: Path) -> None:
    wait_for(lambda: "MedicalCor is ready" in output.read_text(encoding="utf-8"), process=demo, seconds=180)
    sent = clock.monotonic()
    simulate("whatsapp", "--from", PATIENT, "--name", "Ana", "--text", QUESTION, environment=environment)
    calls = f"http://127.0.0.1:{environment['SANDBOX_PORT']}/_sandbox/calls?provider=whatsapp"
    wait_for(lambda: answered(calls), process=demo, seconds=30)
    sys.stdout.write(f"answered within {clock.monotonic() - sent:.1f} s of the command\n")
    for command in COMMANDS:
        simulate(*command, environment=environment)
    with closing(signed_in(environment)) as dashboard:
        for page, shown in ARRIVED.items():
            wait_for(lambda: re.search(shown, dashboard.get(page).text), process=demo, seconds=30)  # noqa: B023 - called at once
            sys.stdout.write(f"{page} shows it\n")


def simulate(*command: str, environment: dict[str, str]) -> None:
    program = (sys.executable, "-m", "medicalcor", "simulate")
    subprocess.run([*program, *command], cwd=ROOT, env=environment, check=True)


def signed_in(environment: dict[str, str]) -> httpx.Client:
    """A colleague's browser, as far as it needs to be one."""
    made = kept.read_env_file(kept.demo_env(Path(environment["MEDICALCOR_DATA_DIR"])))
    browser = httpx.Client(
        base_url=f"http://127.0.0.1:{environment['WEB_PORT']}", trust_env=False, timeout=10
    )
    token = re.search(r'name="_csrf_token" value="([^"]+)"', browser.get("/sign-in").text)
    form = {
        "email": made["DEMO_EMAIL"],
        "password": made["DEMO_PASSWORD"],
        "_csrf_token": token[1] if token else "",
    }
    if browser.post("/sign-in", data=form).status_code != 303:
        sys.exit("the sign-in that the demo printed does not open the dashboard")
    return browser


def answered(calls: str) -> bool:
    with urllib.request.urlopen(calls, timeout=5) as reply:  # noqa: S310 - our own sandbox
        told = json.load(reply)
    return any(call["body"].get("to") == PATIENT.removeprefix("+") and call["status"] == 200 for call in told)


def wait_for(condition: Callable[[], object], *, process: subprocess.Popen[bytes], seconds: float) -> None:
    give_up = clock.monotonic() + seconds
    while not condition():
        if process.poll() is not None:
            sys.exit(f"the demo ended by itself with {process.returncode}")
        if clock.monotonic() > give_up:
            sys.exit(f"nothing after {seconds:.0f} s")
        Event().wait(0.1)


def stop(demo: subprocess.Popen[bytes]) -> None:
    """As Ctrl-C in a terminal does it: make and what it started."""
    if demo.poll() is None:
        children = [pid for pid, line in processes.command_lines().items() if is_demo_of(pid, line, demo.pid)]
        processes.send([*children, demo.pid], signal.SIGINT)
    demo.wait(60)


def is_demo_of(pid: int, line: str, parent: int) -> bool:
    if "medicalcor demo" not in line:
        return False
    status = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    return int(status.rpartition(")")[2].split()[1]) == parent


def leftovers(environment: dict[str, str]) -> list[str]:
    """Our ports are free again, and no PostgreSQL of ours runs."""
    taken = [f"{name} {environment[name]}" for name in PORTS if not ports.is_free(int(environment[name]))]
    mark = f" port={environment['POSTGRES_PORT']} "
    return taken + [line for line in processes.command_lines().values() if mark in line]


main()
