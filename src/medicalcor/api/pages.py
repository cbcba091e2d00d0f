"""The few pages that the gateway shows to patients: plain, readable anywhere, with nothing from outside."""

from html import escape

from medicalcor.api.exchange import Answer
from medicalcor.schemas.common import Language

POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
_STYLE = (
    ":root{color-scheme:light dark}body{font:17px/1.6 system-ui,sans-serif;max-width:34rem;margin:12vh auto;padding:0 1.25rem;"
    "color:#1c2733;background:#fff}h1{font-size:1.4rem;line-height:1.3}button{font:inherit;font-weight:600;padding:.7rem 1.2rem;"
    "border:0;border-radius:.5rem;background:#0b5cad;color:#fff;cursor:pointer}button:focus-visible{outline:3px solid #f2a900;"
    "outline-offset:2px}.who{color:#5b6875}@media(prefers-color-scheme:dark){body{color:#e8edf2;background:#15191e}"
    ".who{color:#a3b0bd}button{background:#3b8de0;color:#08131f}}"
)


def page(*, title: str, inside: str, language: Language, clinic: str) -> str:
    """`inside` is HTML, `title` and `clinic` are not."""
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">'
        f"<title>{escape(title)} · {escape(clinic)}</title><style>{_STYLE}</style></head>"
        f'<body><main><p class="who">{escape(clinic)}</p><h1>{escape(title)}</h1>{inside}</main></body></html>'
    )


def answer(status: int, *, title: str, inside: str, language: Language, clinic: str) -> Answer:
    body = page(title=title, inside=inside, language=language, clinic=clinic).encode()
    return Answer(status, body, b"text/html; charset=utf-8", ((b"content-security-policy", POLICY.encode()),))
