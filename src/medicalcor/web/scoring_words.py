"""Codes of the scoring settings in words."""

from collections.abc import Mapping

from medicalcor.web.translate import marked as _

SCORING: Mapping[str, Mapping[str, str]] = {
    "who_was_right": {
        "ai": _("AI was right"),
        "rules": _("The rules were right"),
        "neither": _("Neither was"),
    },
    "phrase_refused": {
        "unknown_meaning": _("Choose a meaning and a language from the lists."),
        "empty": _("Write the word or phrase that should count."),
        "too_long": _("At most six words and 60 letters: a longer one is hardly ever written so again."),
        "letters_only": _("Only letters, spaces and hyphens; a * at the end for every ending."),
        "too_common": _("This is an everyday word: add the word beside it that makes it mean something."),
        "full": _("There are 500 phrases: remove some that are no longer needed."),
        "listed": _("This phrase is on your list already."),
        "known": _("The lexicon has this already: it counts without you."),
        "no_sample": _("Write a message to try it on."),
    },
    "measuring_problem": {
        "no_file": _("Choose a file with at least one line."),
        "too_large": _("The file is too large: at most 2,000 lines and 2 MB."),
        "no_case": _("No line of the file could be read."),
    },
}
