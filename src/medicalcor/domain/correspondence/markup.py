"""Mail in HTML as the text that a person would have read."""

import re
from dataclasses import dataclass
from html.parser import HTMLParser

_UNSEEN = frozenset({"script", "style", "head", "title", "template", "svg", "object", "noscript"})
_EMPTY = frozenset(
    {"br", "hr", "img", "input", "meta", "link", "area", "base", "col", "embed", "source", "wbr"}
)
_BLOCKS = frozenset({
    "p", "div", "tr", "table", "ul", "ol", "li", "h1", "h2", "h3", "h4", "h5", "h6", "section", "article",
    "header", "footer", "pre", "address", "blockquote", "dl", "dt", "dd", "center",
})  # fmt: skip
_APART = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "table", "ul", "ol", "blockquote"})
"""Blocks with an empty line around them."""
_INTRODUCTIONS = ("gmail_attr", "moz-cite-prefix", "moz-email-headers-table")
_QUOTES = ("yahoo_quoted", "protonmail_quote", "zmail_extra")
_OUTLOOK = ("divrplyfwdmsg", "appendonsend", "mail-editor-reference-message-container")
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all", re.IGNORECASE)
_SPACES = re.compile(r"[ \t\r\f\v]+")
_LARGEST = 500_000
"""Characters looked at: more is no letter."""
_DEEPEST = 100
"""Elements within elements that are told apart."""


@dataclass
class _Open:
    tag: str
    unseen: bool
    quoted: bool


class _Reader(HTMLParser):
    """Quotations come out as mail programs write them in text: with `>` before each line."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._open: list[_Open] = []
        self._lines: list[str] = []
        self._line = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("br", "hr"):
            self._end_line(apart=not self._line.strip())
        if tag in _EMPTY or len(self._open) >= _DEEPEST:
            return
        above = self._open[-1] if self._open else _Open("", unseen=False, quoted=False)
        given = {name: (value or "").lower() for name, value in attrs}
        if tag in _BLOCKS:
            self._end_line(apart=tag in _APART)
        if given.get("id", "") in _OUTLOOK:
            self._separate()
        unseen = above.unseen or tag in _UNSEEN or _is_unseen(given)
        self._open.append(_Open(tag, unseen=unseen, quoted=above.quoted or _is_quote(tag, given)))
        if tag == "li":
            self._line += "- "

    def handle_endtag(self, tag: str) -> None:
        if not any(one.tag == tag for one in self._open):
            return
        if tag in _BLOCKS:
            self._end_line(apart=tag in _APART)
        while self._open.pop().tag != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1].unseen:
            return
        as_it_is = any(one.tag == "pre" for one in self._open)
        if not as_it_is:
            self._line += data.replace("\n", " ")
            return
        first, *rest = data.split("\n")
        self._line += first
        for line in rest:
            self._end_line(blank=True)
            self._line = line

    def _end_line(self, *, apart: bool = False, blank: bool = False) -> None:
        line = _SPACES.sub(" ", self._line.replace("\u00a0", " ")).strip()
        marks = "> " if self._open and self._open[-1].quoted else ""
        self._line = ""
        if line or blank:
            self._lines.append(marks + line)
        if apart and self._lines and self._lines[-1]:
            self._lines.append("")

    def _separate(self) -> None:
        self._end_line()
        self._lines.append("-----Original Message-----")

    def text(self) -> str:
        self._end_line()
        return re.sub(r"\n{3,}", "\n\n", "\n".join(self._lines)).strip()


def _is_unseen(given: dict[str, str]) -> bool:
    classes = given.get("class", "")
    return bool("hidden" in given or _HIDDEN.search(given.get("style", ""))) or any(
        name in classes for name in _INTRODUCTIONS
    )


def _is_quote(tag: str, given: dict[str, str]) -> bool:
    return tag == "blockquote" or any(name in given.get("class", "") for name in _QUOTES)


def to_text(markup: str) -> str:
    """The text of a mail that came in HTML only. Nothing in it is fetched, and nothing that is hidden is shown."""
    reader = _Reader()
    reader.feed(markup[:_LARGEST])
    reader.close()
    return reader.text()
