"""What triage asks of colleagues: once, of whom, until when, and what happens when nobody acts."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.web_story import Told, told

from medicalcor.core import clock
from medicalcor.core.auth import accounts
from medicalcor.core.auth.roles import Role
from medicalcor.core.database.pool import Pool
from medicalcor.core.errors import InvalidInput
from medicalcor.core.settings import Settings
from medicalcor.operations import conversations, leads, lexicon, replaying, triaging
from medicalcor.operations.ledger import Ledger, open_ledger

HOT = "Cât costă un implant și când pot veni la consultație?"
COMPLAINT = "Sunt foarte dezamăgit, nimeni nu răspunde la telefon"


@pytest.fixture
def ledger(pool: Pool, master_key: str, database_url: str) -> Ledger:
    settings = Settings(
        database_url=database_url,
        medicalcor_master_key=master_key,  # type: ignore[arg-type]  # pydantic makes the secret
        clinic_name="Clinica Aurora",
        whatsapp_api_key="key",  # type: ignore[arg-type]  # as above
        hubspot_access_token="key",  # type: ignore[arg-type]  # as above
    )
    return open_ledger(settings, pool)


async def hired(pool: Pool, name: str, role: Role) -> UUID:
    mail = f"{name.lower()}@clinic.example"
    return await accounts.add(
        pool, email=mail, name=name, role=role, password="a long enough password", language="ro"
    )


async def lead(ledger: Ledger, phone: str = "+40722000801") -> Told:
    return await told(ledger, "Ana Popescu", phone, start=30).begin()


async def says(ledger: Ledger, story: Told, text: str, *, ago: float, kind: str = "text") -> UUID:
    message = await story.writes(text, ago=ago, kind=kind)
    await leads.score(ledger, ai=None, message_id=message, correlation_id="c")
    return message


async def work(pool: Pool, story: Told) -> list[tuple[str, bool]]:
    rows = await pool.fetch(
        "select rule, closed_at is null as open from lead_work where lead_id = $1 order by opened_at, id",
        story.lead_id,
    )
    return [(row["rule"], row["open"]) for row in rows]


async def effects(pool: Pool, story: Told) -> list[tuple[str, str | None]]:
    rows = await pool.fetch(
        "select kind, coalesce(content ->> 'code', content ->> 'subject') as what from effects"
        " where lead_id = $1 order by planned_at, id",
        story.lead_id,
    )
    return [(row["kind"], row["what"]) for row in rows]


async def owner(pool: Pool, story: Told) -> Any:
    return await pool.fetchval("select owner_id from leads where id = $1", story.lead_id)


async def test_what_a_rule_asks_becomes_an_alert_a_task_and_work_once(ledger: Ledger, pool: Pool) -> None:
    story = await lead(ledger)
    message = await says(ledger, story, HOT, ago=20)
    await leads.score(ledger, ai=None, message_id=message, correlation_id="c", request="again")
    await says(ledger, story, "Deci cât costă implantul?", ago=10)
    assert await work(pool, story) == [("hot", True)]
    assert sorted(await effects(pool, story)) == [
        ("hubspot.task", "HOT lead: call back"),
        ("staff.alert", "hot_lead"),
    ]


async def test_work_is_over_when_a_colleague_acts_and_only_new_words_bring_it_back(
    ledger: Ledger, pool: Pool
) -> None:
    elena = await hired(pool, "Elena", Role.RECEPTIONIST)
    story = await lead(ledger)
    await says(ledger, story, COMPLAINT, ago=20)
    assert await work(pool, story) == [("complaint", True)]
    await leads.mark_seen(ledger, lead_id=story.lead_id, by=elena)
    assert await work(pool, story) == [("complaint", False)]
    await says(ledger, story, "ok", ago=-1)
    assert await work(pool, story) == [("complaint", False)]
    await says(ledger, story, "Tot nu m-a sunat nimeni, este inacceptabil, sunt foarte nemulțumit", ago=-2)
    assert await work(pool, story) == [("complaint", False), ("complaint", True)]


async def test_a_complaint_stays_owed_whatever_is_asked_after_it(ledger: Ledger, pool: Pool) -> None:
    story = await lead(ledger)
    await says(ledger, story, COMPLAINT, ago=20)
    await says(ledger, story, "Și cât costă o albire?", ago=10)
    assert ("complaint", True) in await work(pool, story)


async def test_a_colleague_who_is_writing_is_not_asked_to_write_but_told_of_an_emergency(
    ledger: Ledger, pool: Pool
) -> None:
    elena = await hired(pool, "Elena", Role.RECEPTIONIST)
    story = await lead(ledger)
    await story.writes("Bună ziua", ago=25)
    await conversations.take_over(ledger, conversation_id=story.conversation_id, by=elena)
    await says(ledger, story, HOT, ago=20)
    assert await work(pool, story) == []
    await says(ledger, story, "Nu mai pot respira și mi se umflă gâtul", ago=10)
    assert await work(pool, story) == [("emergency", True)]


async def test_the_owner_is_who_has_the_fewest_leads_of_the_role(ledger: Ledger, pool: Pool) -> None:
    elena = await hired(pool, "Elena", Role.RECEPTIONIST)
    ioana = await hired(pool, "Ioana", Role.RECEPTIONIST)
    doctor = await hired(pool, "Stan", Role.DOCTOR)
    stories = [await lead(ledger, f"+4072200081{number}") for number in range(3)]
    for story in stories:
        await says(ledger, story, HOT, ago=20)
    assert [await owner(pool, story) for story in stories] == [elena, ioana, elena]
    hurts = await lead(ledger, "+40722000819")
    await says(ledger, hurts, "Mă doare îngrozitor o măsea, nu pot dormi", ago=20)
    assert await owner(pool, hurts) == doctor


async def test_a_persons_choice_of_an_owner_stands(ledger: Ledger, pool: Pool) -> None:
    elena = await hired(pool, "Elena", Role.RECEPTIONIST)
    await hired(pool, "Stan", Role.DOCTOR)
    audit = await hired(pool, "Dpo", Role.PRIVACY_OFFICER)
    story = await lead(ledger)
    await triaging.choose_owner(ledger, lead_id=story.lead_id, owner=elena, by=elena)
    await says(ledger, story, "Mă doare îngrozitor o măsea, nu pot dormi", ago=20)
    assert await owner(pool, story) == elena
    await triaging.choose_owner(ledger, lead_id=story.lead_id, owner=None, by=elena)
    await says(ledger, story, HOT, ago=10)
    assert await owner(pool, story) is None
    with pytest.raises(InvalidInput):
        await triaging.choose_owner(ledger, lead_id=story.lead_id, owner=audit, by=elena)


async def later(pool: Pool, minutes: int) -> None:
    """As if the work had been asked for so long ago."""
    await pool.execute(
        "update lead_work set escalate_at = escalate_at - $1::interval", timedelta(minutes=minutes)
    )


async def test_when_nobody_acts_in_time_somebody_is_told_once(ledger: Ledger, pool: Pool) -> None:
    story = await lead(ledger)
    await says(ledger, story, HOT, ago=20)
    await triaging.sweep(ledger)
    assert ("staff.alert", "nobody_acted") not in await effects(pool, story)
    await later(pool, 61)
    assert await triaging.sweep(ledger) == 1
    assert await triaging.sweep(ledger) == 0
    found = await effects(pool, story)
    assert found.count(("staff.alert", "nobody_acted")) == 1
    assert found.count(("hubspot.task", "Nobody has acted: look at this lead")) == 1
    told_to = "select content ->> 'to' from effects where content ->> 'code' = 'nobody_acted'"
    assert await pool.fetchval(told_to) == "manager"


async def test_a_deadline_is_void_once_somebody_has_acted(ledger: Ledger, pool: Pool) -> None:
    elena = await hired(pool, "Elena", Role.RECEPTIONIST)
    story = await lead(ledger)
    await says(ledger, story, HOT, ago=20)
    await conversations.take_over(ledger, conversation_id=story.conversation_id, by=elena)
    await later(pool, 61)
    assert await triaging.sweep(ledger) == 0
    assert ("staff.alert", "nobody_acted") not in await effects(pool, story)


async def test_what_is_said_of_ones_health_is_kept_sealed_and_goes_with_the_person(
    ledger: Ledger, pool: Pool
) -> None:
    story = await lead(ledger)
    await says(ledger, story, "Vreau un implant, dar iau Sintrom. Cât costă?", ago=20)
    await says(ledger, story, "Și când pot veni?", ago=10)
    health = await pool.fetchval("select health from leads where id = $1", story.lead_id)
    assert health == {"anticoagulants": "Sintrom"}
    plain = await pool.fetch("select payload::text from domain_events where type = 'lead.triaged'")
    assert not any("anticoagulants" in row["payload"] or "Sintrom" in row["payload"] for row in plain)
    assert ("medical_history", True) in await work(pool, story)
    assert clock.now() > await pool.fetchval("select min(opened_at) from lead_work")


async def test_scores_by_own_words_and_the_triage_after_them_can_be_made_again_after_the_words_have_changed(
    ledger: Ledger, pool: Pool
) -> None:
    elena = await hired(pool, "Elena", Role.ADMIN)
    phrase = await lexicon.add_phrase(
        ledger, means="procedure:implant", language="ro", phrase="șurubel", by=elena
    )
    story = await lead(ledger)
    await says(ledger, story, "Cât costă un șurubel?", ago=20)
    await lexicon.remove_phrase(ledger, phrase_id=phrase, by=elena)
    other = await lead(ledger, "+40722000802")
    await says(ledger, other, "Cât costă un șurubel?", ago=10)
    task = await pool.fetchval(
        "select id from effects where kind = 'hubspot.task' and lead_id = $1", story.lead_id
    )
    async with pool.acquire() as connection:
        again = [one async for one in replaying.everything(connection)]
        why = await replaying.why(connection, effect_id=task)
    made = {(one.noun, one.then) for one in again if one.noun != "effect"}
    assert {then for noun, then in made if noun == "score"} == {"HOT 5", "COLD 2"}
    assert any(noun == "triage" and then.startswith("hot: call_now") for noun, then in made)
    assert not [one for one in again if one.differs or one.again is None]
    assert [rule for rule, _ in why.asked_by] == ["hot"]


async def test_triage_by_other_rules_is_shown_and_not_made_again(
    ledger: Ledger, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    story = await lead(ledger)
    await says(ledger, story, HOT, ago=20)
    monkeypatch.setattr("medicalcor.domain.triage.rules.version", lambda: "other")
    async with pool.acquire() as connection:
        [triage] = [one async for one in replaying.everything(connection) if one.noun == "triage"]
    assert triage.again is None
    assert triage.because is not None
    assert "triaged by rules" in triage.because
