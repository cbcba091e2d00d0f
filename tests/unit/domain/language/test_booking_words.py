"""What is said while a visit is arranged is there in every language, with the same places, and fits its buttons."""

from string import Formatter

import pytest

from medicalcor.domain.language.phrases import booking_words
from medicalcor.operations.wording import BUTTON_LENGTH
from medicalcor.schemas.common import LANGUAGES, Language

ON_BUTTONS = ("opener", "procedures", "visits", "yes_cancel", "move_it", "keep_it", "yes_move")


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_the_same(language: Language) -> None:
    words, english = booking_words(language), booking_words("en")
    assert words.keys() == english.keys()
    assert {key: places(text) for key, text in words.items()} == {
        key: places(text) for key, text in english.items()
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_stands_on_buttons_fits_them(language: Language) -> None:
    words = booking_words(language)
    assert all(len(words[key]) <= BUTTON_LENGTH for key in ON_BUTTONS)
