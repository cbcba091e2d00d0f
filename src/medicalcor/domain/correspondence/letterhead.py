"""A mail of ours as it looks: the same words as text, and as HTML under the clinic's name."""

import re
from functools import cache
from html import escape
from importlib import resources
from string import Template

_LINK = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)]")
_PARAGRAPH = '<p style="margin:0 0 16px">{}</p>\n'
_FOOTER = (
    '<tr><td style="padding:16px 28px;border-top:1px solid #e3e6ea;'
    "font:13px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,Arial,sans-serif;color:#5b6875\">"
    '<a href="{url}" style="color:#5b6875">{words}</a></td></tr>\n'
)


def written(body: str, *, clinic: str, language: str, footer: tuple[str, str] | None) -> tuple[str, str]:
    """Text and HTML. `footer` is a link below both: its words and its address."""
    paragraphs = [part.strip("\n") for part in re.split(r"\n{2,}", body.strip())]
    html = _template().substitute(
        language=escape(language),
        clinic=escape(clinic),
        paragraphs="".join(_PARAGRAPH.format(_marked_up(part)) for part in paragraphs),
        footer=_FOOTER.format(words=escape(footer[0]), url=escape(footer[1])) if footer else "",
    )
    below = f"\n\n{footer[0]}: {footer[1]}" if footer else ""
    return f"{body.strip()}\n\n-- \n{clinic}{below}\n", html


def _marked_up(text: str) -> str:
    """Escaped, with its line breaks, and with links that can be followed."""
    parts: list[str] = []
    at = 0
    for link in _LINK.finditer(text):
        url = escape(link[0])
        parts += [escape(text[at : link.start()]), f'<a href="{url}" style="color:#0b6bcb">{url}</a>']
        at = link.end()
    return "".join([*parts, escape(text[at:])]).replace("\n", "<br>\n")


@cache
def _template() -> Template:
    file = resources.files("medicalcor.domain.correspondence").joinpath("letter.html")
    return Template(file.read_text("utf-8"))
