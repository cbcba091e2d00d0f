"""The administrator's pages about scoring: own words, AI against rules, measuring."""

import json
import re
from uuid import UUID

import pytest
from tests import web_story
from tests.integration.web.conftest import PASSWORD, Browser

from medicalcor.core.auth import accounts
from medicalcor.core.auth.roles import Role
from medicalcor.core.database.pool import Pool
from medicalcor.domain.scoring import rules
from medicalcor.domain.scoring.lexicon import VERSION
from medicalcor.operations import lexicon
from medicalcor.operations.ledger import Ledger
from medicalcor.schemas.scoring import ScoringInput, Turn

PAGE = "/settings/scoring"
SAMPLE = "Bună ziua, cât costă dantura nouă?"


@pytest.fixture
async def boss(pool: Pool) -> UUID:
    return await accounts.add(
        pool, email="boss@clinic.example", name="Dan Pop", role=Role.ADMIN, password=PASSWORD, language="en"
    )


@pytest.fixture
async def admin(anonymous: Browser, boss: UUID) -> Browser:
    await anonymous.sign_in(email="boss@clinic.example")
    return anonymous


def phrase(**fields: str) -> dict[str, str]:
    return {"means": "procedure:denture", "language": "ro", "phrase": "dantură nouă", **fields}


async def judged(pool: Pool, text: str) -> int:
    async with pool.acquire() as connection:
        own = await lexicon.current(connection)
    return rules.score(
        ScoringInput(channel="whatsapp", messages=(Turn(role="user", content=text),)), own
    ).score


async def test_a_phrase_is_tried_added_counted_and_removed(admin: Browser, pool: Pool) -> None:
    assert VERSION in (await admin.get(PAGE)).text
    tried = (await admin.post(f"{PAGE}/try", phrase(sample=SAMPLE), htmx=True)).text
    assert "Without it" in tried
    assert re.findall(r"chip-(\w+)", tried) == ["COLD", "WARM"]
    assert "dantura nouă" in tried
    assert await judged(pool, SAMPLE) == 2
    added = await admin.post(f"{PAGE}/phrases", phrase(), htmx=True)
    assert f"{VERSION}+1" in added.text
    assert "Dan Pop" in added.text
    assert await judged(pool, SAMPLE) == 3
    phrase_id = await pool.fetchval("select id from own_phrases")
    removed = await admin.post(f"{PAGE}/phrases/{phrase_id}/remove", htmx=True)
    assert f"{VERSION}+2" in removed.text
    assert "Removed words" in removed.text
    assert await judged(pool, SAMPLE) == 2


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"phrase": ""}, "Write the word or phrase"),
        ({"phrase": "vreau"}, "everyday word"),
        ({"phrase": "a|b *"}, "Only letters"),
        ({"phrase": "unu doi trei patru cinci sase sapte"}, "At most six words"),
        ({"phrase": "implant", "means": "procedure:implant"}, "The lexicon has this already"),
        ({"means": "neg"}, "Choose a meaning"),
        ({"language": "xx"}, "Choose a meaning"),
    ],
)
async def test_what_would_not_work_is_refused_with_the_reason(
    admin: Browser, pool: Pool, fields: dict[str, str], told: str
) -> None:
    for act in ("try", "phrases"):
        answer = await admin.post(f"{PAGE}/{act}", phrase(sample=SAMPLE, **fields), htmx=True)
        assert told in answer.text
    assert await pool.fetchval("select count(*) from own_phrases") == 0


async def test_the_same_phrase_is_listed_once(admin: Browser) -> None:
    await admin.post(f"{PAGE}/phrases", phrase())
    again = await admin.post(f"{PAGE}/phrases", phrase(phrase="DANTURA noua"), htmx=True)
    assert "on your list already" in again.text


async def test_who_changed_the_words_is_in_the_log(admin: Browser, pool: Pool, boss: UUID) -> None:
    await admin.post(f"{PAGE}/phrases", phrase())
    await admin.post(f"{PAGE}/phrases", phrase(phrase="perluțe albe", means="procedure:veneers"))
    first = await pool.fetchval("select id from own_phrases order by version limit 1")
    await admin.post(f"{PAGE}/phrases/{first}/remove")
    actors = await pool.fetch(
        "select type, actor from domain_events where stream = 'lexicon-clinic' order by version"
    )
    assert [tuple(row) for row in actors] == [
        ("lexicon.phrase_added", f"user:{boss}"),
        ("lexicon.phrase_added", f"user:{boss}"),
        ("lexicon.phrase_removed", f"user:{boss}"),
    ]
    counting = await pool.fetch("select phrase from own_phrases where removed_at is null")
    assert [row["phrase"] for row in counting] == ["perluțe albe"]


async def test_the_lexicon_is_shown_by_meaning_and_language(admin: Browser) -> None:
    page = (await admin.get(f"{PAGE}?means=procedure:whitening&language=de")).text
    assert "bleich" in page.lower() or "aufhell" in page.lower()


async def test_a_person_says_who_was_right_and_takes_the_case_away(
    admin: Browser, pool: Pool, ledger: Ledger, boss: UUID
) -> None:
    story = await web_story.told(ledger, "Ana Canarescu", "+40722000111", start=30).begin()
    await story.writes("Sunt Ana Canarescu, cât costă un implant?", ago=20)
    await story.scored(2, ago=19, rules_score=5)
    page = f"{PAGE}/disagreements"
    shown = (await admin.get(page)).text
    assert f"/leads/{story.lead_id}" in shown
    message = await pool.fetchval("select message_id from scores")
    decided = await admin.post(f"{page}/{message}", {"right": "rules"}, htmx=True)
    assert "Nothing to decide" in decided.text
    assert "The rules were right: 1" in decided.text
    case = json.loads((await admin.get(f"{page}/cases.jsonl")).text)
    assert (case["score"], case["procedures"], case["budget"]) == (5, ["implant"], True)
    assert "Canarescu" not in json.dumps(case)
    accesses = await pool.fetch("select user_id, person_id from record_accesses where what = 'scoring_case'")
    assert [tuple(row) for row in accesses] == [(boss, story.person_id)]
    assert (await admin.post(f"{page}/{message}", {"right": "maybe"}, htmx=True)).status_code == 422


CASE = {
    "id": "1", "channel": "whatsapp", "messages": [{"role": "user", "content": "cât costă un implant?"}], "language": "ro",
    "score": 5, "procedures": ["implant"], "budget": True, "intent_to_book": False, "urgency": "high",
    "emergency": False, "opt_out": False,
}  # fmt: skip


async def measured(browser: Browser, data: bytes) -> str:
    await browser.get(f"{PAGE}/measure")
    token = browser.http.cookies["csrftoken"]
    answer = await browser.http.post(
        f"{PAGE}/measure", data={"_csrf_token": token}, files={"file": ("cases.jsonl", data)}
    )
    assert answer.status_code == 200, answer.text
    return answer.text


async def test_a_file_of_the_clinics_own_is_measured_and_its_bad_lines_named(
    admin: Browser, pool: Pool
) -> None:
    lines = [
        json.dumps(CASE),
        "{",
        json.dumps(CASE | {"urgency": "canary"}),
        json.dumps(CASE | {"classification": "COLD"}),
    ]
    page = await measured(admin, "\n".join(lines).encode())
    assert "100.0 %" in page
    assert "Line 2:" in page
    assert "not JSON" in page
    assert "Line 3:" in page
    assert "urgency" in page
    assert "canary" not in page
    assert "a score of 5 is HOT" in page


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "at least one line"),
        (b"[]\n", "No line of the file"),
        ((json.dumps(CASE) + "\n").encode() * 2_001, "too large"),
    ],
)
async def test_a_file_that_cannot_be_measured(admin: Browser, data: bytes, told: str) -> None:
    assert told in await measured(admin, data)
