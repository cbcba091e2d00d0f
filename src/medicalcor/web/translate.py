"""The dashboard's words in the reader's language: gettext catalogues, read from their sources at start."""

from collections.abc import Callable
from functools import cache
from gettext import c2py
from importlib import resources
from typing import Any

from babel.messages.pofile import read_po

LANGUAGES = ("ro", "en", "de")
SOURCE = "en"
"""The language of the strings in the code."""


def marked(message: str) -> str:
    """Names a string for the catalogues where it stands in a table and is translated later."""
    return message


class Translator:
    """gettext over one catalogue."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._singular: dict[str, str] = {}
        self._plural: dict[str, tuple[str, ...]] = {}
        self._form: Callable[[int], int] = lambda number: number != 1
        if language != SOURCE:
            self._read()

    def gettext(self, message: str, **values: Any) -> str:
        return self.find(message) % values if values else self.find(message)

    def find(self, message: str) -> str:
        """The translation with its places still open."""
        return self._singular.get(message, message)

    def find_plural(self, singular: str, plural: str, number: int) -> str:
        """The form that goes with the number, with its places still open."""
        forms = self._plural.get(singular, (singular, plural))
        return forms[self._form(number)]

    def _read(self) -> None:
        path = resources.files("medicalcor.web").joinpath("locale", self.language, "messages.po")
        with path.open("rb") as file:
            catalogue = read_po(file, locale=self.language)
        self._form = c2py(catalogue.plural_expr)
        for message in catalogue:
            if isinstance(message.id, (tuple, list)):
                self._plural[message.id[0]] = tuple(message.string or ())
            elif message.id and message.string:
                self._singular[message.id] = str(message.string)


@cache
def translator(language: str) -> Translator:
    return Translator(language if language in LANGUAGES else SOURCE)
