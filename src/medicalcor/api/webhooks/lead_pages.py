"""What a browser without a script is shown after it has sent the form."""

from collections.abc import Mapping
from html import escape

from medicalcor.api import pages
from medicalcor.api.exchange import Answer
from medicalcor.core.errors import ProductError
from medicalcor.domain.language.phrases import form_words as words
from medicalcor.schemas.common import Language

__all__ = ["refused", "thanks", "words"]


def thanks(*, language: Language, clinic: str) -> Answer:
    said = words(language)
    return pages.answer(
        202,
        title=said["thanks_title"],
        inside=f"<p>{escape(said['thanks'])}</p>",
        language=language,
        clinic=clinic,
    )


def refused(problem: ProductError, *, language: Language, clinic: str) -> Answer:
    said = words(language)
    wrong: list[Mapping[str, str]] = getattr(problem, "errors", [])
    lines = [one["message"] for one in wrong] or [
        said["later"] if problem.http_status >= 500 else said["unreadable"]
    ]
    listed = "".join(f"<li>{escape(line)}</li>" for line in dict.fromkeys(lines))
    return pages.answer(
        problem.http_status,
        title=said["wrong_title"] if problem.http_status < 500 else clinic,
        inside=f"<ul>{listed}</ul><p>{escape(said['back'])}</p>",
        language=language,
        clinic=clinic,
    )
