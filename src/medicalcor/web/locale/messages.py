"""Which strings the dashboard says: found in its templates and code, for the catalogues and their test.

`python -m medicalcor.web.locale.messages` brings the catalogues up to date: new strings arrive empty, gone ones go.
"""

from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

WEB = Path(__file__).parent.parent
LOCALE = Path(__file__).parent
TRANSLATED = ("ro", "de")
_METHODS = [("**/static/**", "ignore"), ("**.html", "jinja2"), ("**.py", "python")]
_OPTIONS = {
    "**.html": {
        "extensions": "jinja2.ext.do",
        "trim_blocks": "true",
        "lstrip_blocks": "true",
        "silent": "false",
    }
}
_KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "marked": None}


def said() -> Iterator[tuple[str, str | tuple[str, str]]]:
    """Where each string stands, and the string; two forms where a number decides."""
    found = extract_from_dir(WEB, method_map=_METHODS, options_map=_OPTIONS, keywords=_KEYWORDS)
    for file, _line, message, _comments, _context in found:
        yield file, (message[0], message[1]) if isinstance(message, tuple) else message


def path_of(language: str) -> Path:
    return LOCALE / language / "messages.po"


def catalogue(language: str) -> Catalog:
    with path_of(language).open("rb") as file:
        return read_po(file, locale=language)


def update() -> None:
    """Bring every catalogue's list of strings up to date, keeping what is translated."""
    for language in TRANSLATED:
        known = catalogue(language)
        fresh = Catalog(locale=language, charset="utf-8")
        for _file, message in said():
            old = known.get(message)
            fresh.add(message, string=old.string if old else None)
        with path_of(language).open("wb") as file:
            write_po(file, fresh, width=0, no_location=True, sort_output=True, omit_header=True)


if __name__ == "__main__":
    update()
