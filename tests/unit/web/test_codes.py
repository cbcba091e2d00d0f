"""Every code that lower layers can hand up has words, in every language."""

import re
import tomllib
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from medicalcor.api.webhooks import email
from medicalcor.api.webhooks.items import Item
from medicalcor.api.webhooks.stripe import item_of
from medicalcor.api.webhooks.whatsapp_items import split
from medicalcor.domain.language.text import read
from medicalcor.domain.scoring import explain, facts, opinion
from medicalcor.domain.scoring.patterns import Match
from medicalcor.domain.scoring.reading import Said
from medicalcor.schemas.common import Procedure
from medicalcor.web import unread, words
from medicalcor.web.consent_words import CONSENT
from medicalcor.web.money_words import MONEY
from medicalcor.web.practice_words import PRACTICE
from medicalcor.web.reasons import REASONS
from medicalcor.web.scoring_words import SCORING
from medicalcor.web.translate import LANGUAGES, translator
from medicalcor.web.triage_words import TRIAGE
from medicalcor.web.visit_words import VISITS
from medicalcor.web.words import TABLES, meaning


def _headings() -> set[str]:
    """Every heading of the lexicon's files."""
    files = resources.files("medicalcor.domain.scoring.lexicon").iterdir()
    texts = [file.read_text("utf-8") for file in files if file.name.endswith(".toml")]
    return {means for text in texts for means in tomllib.loads(text)["patterns"]}


def _emitted() -> set[str]:
    """What the evidence can count for: one turn in which every pattern of the lexicon has matched."""
    said = Said(0, read("one word"), frozenset())
    for means in _headings():
        said.add(Match(0, 1, means, "ro"))
    said.struck.append((Match(0, 1, "budget", "ro"), "denied"))
    known = facts.Facts("ro", [said], [None], emergency=True, procedures={Procedure.VENEERS})
    likely = {f"likely:{fact}" for fact in opinion.LIMITS}
    return {item.means for item in explain.evidence_of(known)} | likely | {"unlikely"}


def test_what_a_passage_counted_for_has_words() -> None:
    codes = _emitted()
    assert {"many", "denied", "call_me", "emergency:trauma", "procedure:implant"} <= codes
    for code in codes:
        kind, _, detail = code.partition(":")
        tables = (TABLES["procedure"], TABLES["flag"], TABLES["means"])
        assert any(detail in table or code in table or kind in table for table in tables), code
        for language in LANGUAGES:
            assert not re.search(r"_|:\b", meaning(code, translator(language)))


def _delivery(**value: Any) -> dict[str, Any]:
    """A delivery of one change, for one of the clinic's numbers."""
    value = {"metadata": {"phone_number_id": "1000"}, **value}
    return {"entry": [{"id": "1", "changes": [{"field": "messages", "value": value}]}]}


def _message(**changed: Any) -> dict[str, Any]:
    return _delivery(messages=[{"id": "wamid.1", "from": "40722000001", "type": "text", **changed}])


_KINDS = (
    "text", "image", "video", "audio", "document", "sticker", "button", "interactive", "location", "reaction",
    "contacts", "order", "system", "edit", "revoke",
)  # fmt: skip
BROKEN = [
    {},
    {"entry": [{}]},
    {"entry": [{"changes": ["x"]}]},
    {"entry": [{"changes": [{"field": "messages", "value": "x"}]}]},
    _delivery(),
    _delivery(messages="x"),
    _delivery(statuses="x"),
    _delivery(messages=["x"]),
    _delivery(metadata={}, messages=[{"id": "wamid.1"}]),
    _delivery(statuses=[{}]),
    _message(id=None),
    _message(type=None),
    _message(text={"body": 1}),
    _message(**{"from": None}, text={"body": "x"}),
    *(_message(type=kind) for kind in _KINDS),
]

BROKEN_MAILS: list[Any] = [[], {}, {"from": "nobody"}]


@pytest.mark.parametrize("payload", BROKEN_MAILS)
def test_why_a_mail_could_not_be_read_has_words(payload: Any) -> None:
    reason = email.item_of(payload, delivery="1").reason
    assert reason is not None
    assert len({unread.in_words(reason, translator(language)) for language in LANGUAGES} - {reason}) == 3


BROKEN_EVENTS: list[dict[str, Any]] = [
    {},
    {"id": "evt_1", "type": "invoice.paid", "data": {}},
    {"object": "v2.core.event", "id": "evt_1", "type": "v1.invoice.paid"},
]


def _items(payload: dict[str, Any]) -> list[Item]:
    return [item_of(payload)] if payload in BROKEN_EVENTS[1:] else split(payload)


@pytest.mark.parametrize("payload", [*BROKEN, *BROKEN_EVENTS[1:]])
def test_why_something_could_not_be_read_has_words(payload: dict[str, Any]) -> None:
    [item] = _items(payload)
    assert item.reason is not None
    said = {unread.in_words(item.reason, translator(language)) for language in LANGUAGES}
    assert len(said) == len(LANGUAGES)
    assert item.reason not in said
    assert all("`" not in sentence and sentence[0].isupper() for sentence in said)


def test_those_reasons_are_all_there_are() -> None:
    kept = {item.reason for payload in [*BROKEN, *BROKEN_EVENTS] for item in _items(payload)}
    kept |= {email.item_of(payload, delivery="1").reason for payload in BROKEN_MAILS}
    by_the_worker = {reason for reason in unread.REASONS if reason[0].isupper()}
    assert set(unread.REASONS) - by_the_worker <= kept
    assert len(by_the_worker) == 10


def test_a_new_reason_is_shown_as_it_was_kept() -> None:
    assert unread.in_words("something else", translator("ro")) == "something else"


def test_no_table_of_words_hides_another() -> None:
    named = re.findall(r'^    "([a-z_]+)": \{', Path(words.__file__).read_text("utf-8"), flags=re.MULTILINE)
    parts = (SCORING, MONEY, PRACTICE, CONSENT, TRIAGE, VISITS, REASONS)
    everywhere = [*named, *(name for part in parts for name in part)]
    assert sorted({name for name in everywhere if everywhere.count(name) > 1}) == []
    assert set(TABLES) | set(MONEY) <= set(everywhere)
