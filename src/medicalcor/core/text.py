"""Text as people search for it."""

import unicodedata

_LETTERS = str.maketrans({"ß": "ss", "ł": "l", "đ": "d", "ø": "o", "æ": "ae", "œ": "oe"})


def folded(text: str) -> str:
    """Lower case, without diacritics: "Ștefan Müller" is found by "stefan muller"."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))
