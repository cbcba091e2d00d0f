"""What the documents claim, held against what there is: links, make targets, commands, settings."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import outreach_page

from medicalcor.cli.checks import SETTINGS
from medicalcor.cli.main import COMMANDS
from medicalcor.core.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
SETTINGS_PAGE = ROOT / "docs" / "reference" / "settings.md"
OUTREACH_PAGE = ROOT / "docs" / "reference" / "outreach.md"


def documents() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "*.md"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / name for name in listed.stdout.splitlines()]


def broken_links(page: Path, text: str) -> Iterator[str]:
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text):
        if "://" not in target and not target.startswith("mailto:") and not (page.parent / target).exists():
            yield f"links to {target}, which is not there"


def unknown_targets(text: str) -> Iterator[str]:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    known = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    for target in re.findall(r"`make ([a-z]+)`|^(?:\s*\$ )?make ([a-z]+)\s*$", text, re.MULTILINE):
        name = "".join(target)
        if name not in known:
            yield f"names `make {name}`, which is no target"


def unknown_commands(text: str) -> Iterator[str]:
    for name in re.findall(r"(?:`|^\s*(?:\$ )?)medicalcor ([a-z]+)", text, re.MULTILINE):
        if name not in COMMANDS:
            yield f"names `medicalcor {name}`, which is no command"


def settings_page() -> str:
    """The reference of settings, from the code."""
    rows = [
        f"| `{name.upper()}` | {'needed' if setting.needed else _default(name)} | {setting.without} |"
        for name, setting in SETTINGS.items()
    ]
    head = "# Settings\n\nFrom the environment; `NAME_FILE` reads `NAME` from a file. Written by `make docs`.\n\n"
    return (
        head
        + "| name | default | what it is for, or what is missing without it |\n| --- | --- | --- |\n"
        + "\n".join(rows)
        + "\n"
    )


def _default(name: str) -> str:
    default = Settings.model_fields[name].default
    return "" if default in (None, (), {}) else f"`{default}`"


def problems() -> Iterator[str]:
    for page in documents():
        text = page.read_text(encoding="utf-8")
        for found in (*broken_links(page, text), *unknown_targets(text), *unknown_commands(text)):
            yield f"{page.relative_to(ROOT)} {found}"
    if SETTINGS.keys() != Settings.model_fields.keys():
        odd = SETTINGS.keys() ^ Settings.model_fields.keys()
        yield f"cli/checks.py and core/settings.py differ in {', '.join(sorted(odd))}"
    elif not SETTINGS_PAGE.exists() or SETTINGS_PAGE.read_text(encoding="utf-8") != settings_page():
        yield f"{SETTINGS_PAGE.relative_to(ROOT)} is out of date; `make docs` writes it"
    if not OUTREACH_PAGE.exists() or OUTREACH_PAGE.read_text(encoding="utf-8") != outreach_page.page():
        yield f"{OUTREACH_PAGE.relative_to(ROOT)} is out of date; `make docs` writes it"


if "--write" in sys.argv:
    SETTINGS_PAGE.parent.mkdir(parents=True, exist_ok=True)
    SETTINGS_PAGE.write_text(settings_page(), encoding="utf-8")
    OUTREACH_PAGE.write_text(outreach_page.page(), encoding="utf-8")
found = list(problems())
sys.stderr.writelines(f"{line}\n" for line in found)
sys.exit(bool(found))
