"""Our mails as text and as HTML: the same words, and nothing that the words could do."""

from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from medicalcor.domain.correspondence.letterhead import written


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.said = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name == "href"]

    def handle_data(self, data: str) -> None:
        self.said += data


def page(html: str) -> _Page:
    found = _Page()
    found.feed(html)
    return found


def test_paragraphs_lines_and_links_are_kept() -> None:
    text, html = written(
        "Bună ziua,\n\nPlătiți aici: https://pay.example/x?a=1&b=2.\nMulțumim",
        clinic="Zâmbet & Co",
        language="ro",
        footer=None,
    )
    assert text.startswith("Bună ziua,\n\nPlătiți aici: https://pay.example/x?a=1&b=2.\nMulțumim")
    shown = page(html)
    assert shown.links == ["https://pay.example/x?a=1&b=2"]
    assert shown.tags.count("p") == 2
    assert "Zâmbet & Co" in shown.said


def test_the_footer_is_a_link_in_both() -> None:
    text, html = written(
        "Ofertă", clinic="Z", language="ro", footer=("Nu mai doresc", "https://x.example/u/1")
    )
    assert "Nu mai doresc: https://x.example/u/1" in text
    assert page(html).links == ["https://x.example/u/1"]


@given(st.text(max_size=300))
def test_whatever_is_written_stays_words(body: str) -> None:
    plain = page(written("x", clinic="C", language="en", footer=None)[1]).tags
    tags = page(written(body, clinic=body, language="en", footer=None)[1]).tags
    assert set(tags) <= {*plain, "a", "br", "p"}
    assert tags.count("script") == 0
