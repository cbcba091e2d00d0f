import pytest

from medicalcor.domain.language.text import read
from medicalcor.domain.scoring.lexicon import lexicon
from medicalcor.domain.scoring.patterns import PatternBook, PatternError


def find(pattern: str, text: str, **sets: str) -> list[str]:
    book = PatternBook()
    book.add(pattern, means="procedure:x", language="ro", sets=sets)
    words = read(text)
    found = book.find(words, languages=frozenset({"ro"}), anywhere=frozenset())
    return [words.quote(match.first, match.last)[2] for match in found]


@pytest.mark.parametrize(
    ("pattern", "text", "quoted"),
    [
        ("implant*", "Vreau IMPLANTURI, da", ["IMPLANTURI"]),
        ("fateta", "fațetă", ["fațetă"]),
        ("scos _2 masea", "mi-au scos deja o măsea", ["scos deja o măsea"]),
        ("scos _2 masea", "scos. azi o masea", []),
        ("^ stop $", "STOP. De ce?", ["STOP"]),
        ("^ stop $", "nu stop", []),
        ("cat mai? repede", "cât repede", ["cât repede"]),
        ("gasit _2 in? alta", "găsit deja ceva alta", ["găsit deja ceva alta"]),
        ("a|b+c d", "b c d", ["b c d"]),
        ("#4+ dinti", "6 dinti, 2 dinti", ["6 dinti"]),
        ("@zi", "vineri", ["vineri"]),
        ("detartraj", "detatraj", ["detatraj"]),
        ("pat", "pot", []),
    ],
)
def test_notation(pattern: str, text: str, quoted: list[str]) -> None:
    assert find(pattern, text, zi="luni vineri") == quoted


@pytest.mark.parametrize("pattern", ["", "_2", "mai? repede", "@nothing"])
def test_a_pattern_that_cannot_be_read_is_named(pattern: str) -> None:
    with pytest.raises(PatternError, match=r"pattern|set"):
        find(pattern, "x")


def test_the_whole_lexicon_can_be_read() -> None:
    words = read("implant")
    assert list(lexicon().find(words, languages=frozenset({"ro"}), anywhere=frozenset()))
