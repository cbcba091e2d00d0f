"""A model that writes what may not be said is not passed on: a fixed text is, and why."""

import pytest

from tests.drafts import BAD
from tests.journeys.test_api import Client, client, said
from tests.stack import Stack

__all__ = ["client"]

ASKED = {
    "ro": "Cât costă o coroană dentară?",
    "en": "How much is a dental crown?",
    "de": "Was kostet eine Zahnkrone bei Ihnen?",
    "it": "Quanto costa una corona dentale?",
    "fr": "Combien coûte une couronne dentaire ?",
    "es": "¿Cuánto cuesta una corona dental?",
    "hu": "Mennyibe kerül egy fogkorona?",
}


@pytest.mark.parametrize("language", BAD)
def test_no_bad_draft_reaches_a_colleague(stack: Stack, client: Client, language: str) -> None:
    for reason, words in BAD[language]:
        stack.fault(provider="openai", kind="nonsense", content=words)
        reply = client.ask("suggest_reply", messages=said(ASKED[language]), language=language)
        assert (reply["written_by"], reply["why"], reply["language"]) == (
            "phrases",
            f"unfit_{reason}",
            language,
        )
        assert words not in reply["text"]
        assert reply["text"]
