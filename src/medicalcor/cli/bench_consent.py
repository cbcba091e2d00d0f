"""`medicalcor bench consent`: how replies to a question about consent are read, on labelled ones."""

import json
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from medicalcor.core import clock
from medicalcor.domain.consent.grammar import Question, read_reply
from medicalcor.schemas.common import Language

_WANTED = {
    "yes": {"granted"},
    "no": {"denied"},
    "stop": {"withdrawn"},
    "trap": {"doubt", "nothing"},
}
Case = tuple[Language, str, str]
"""The question's language, the label, and the reply."""


def load(file: Path) -> list[Case]:
    """A TOML table a language, in it lists of replies: `yes`, `no`, `stop` and `trap` (must decide nothing)."""
    data: dict[Any, dict[str, list[str]]] = tomllib.loads(file.read_text("utf-8"))
    return [
        (language, label, text)
        for language, by in data.items()
        for label in _WANTED
        for text in by.get(label, ())
    ]


def judged(cases: Sequence[Case]) -> dict[str, Any]:
    """Figures, with what was got wrong. A plain answer that goes to a person is unread, not decided wrongly."""
    read = [
        (language, label, text, read_reply(text, Question(language, ("marketing_whatsapp",))).verdict)
        for language, label, text in cases
    ]
    wrong = [one for one in read if one[3] not in _WANTED[one[1]]]
    missed = [one for one in wrong if one[1] == "stop"]
    decided = [one for one in wrong if one[1] != "stop" and one[3] not in _WANTED["trap"]]
    plain = [one for one in read if one[1] in ("yes", "no")]
    unread = [one for one in wrong if one[1] in ("yes", "no") and one[3] in _WANTED["trap"]]
    return {
        "replies": len(read),
        "opt_outs": sum(one[1] == "stop" for one in read),
        "missed_opt_outs": missed,
        "false_decisions": round(len(decided) / len(read), 4) if read else None,
        "decided_wrongly": decided,
        "plain_answers_read": round(1 - len(unread) / len(plain), 4) if plain else None,
        "unread": unread,
    }


@click.command()
@click.option(
    "--file",
    "files",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    multiple=True,
    required=True,
    help="TOML: a table a language with lists `yes`, `no`, `stop`, `trap`. Several are read together.",
)
def consent(files: tuple[Path, ...]) -> None:
    """How replies to a question about consent are read."""
    cases = [case for file in files for case in load(file)]
    began = clock.monotonic()
    figures = judged(cases)
    seconds = clock.monotonic() - began
    figures["replies_per_second"] = round(len(cases) / seconds) if seconds else None
    click.echo(json.dumps(figures, ensure_ascii=False, indent=2))
