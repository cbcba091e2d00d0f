"""`medicalcor events` as a person runs it."""

import asyncio
import json
import os
import sys
from dataclasses import dataclass
from typing import Any

import pytest
from log_story import NAME, PERSONAL, PHONE, Story, erase, tell

from medicalcor.core import ids
from medicalcor.core.crypto.vault import new_master_key
from medicalcor.core.database.pool import Connection, Pool
from medicalcor.core.eventstore.store import EventStore, Recorded


@dataclass
class Ran:
    code: int
    out: str
    err: str


@pytest.fixture
def events(database_url: str, master_key: str) -> Any:
    async def run(*arguments: str, **environment: str) -> Ran:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "medicalcor", "events", *arguments),
            env={
                **os.environ,
                "DATABASE_URL": database_url,
                "MEDICALCOR_MASTER_KEY": master_key,
                **environment,
            },
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await process.communicate()
        return Ran(process.returncode or 0, out.decode(), err.decode())

    return run


@pytest.fixture
def story() -> Story:
    return Story()


@pytest.fixture
async def told(pool: Pool, store: EventStore, story: Story) -> list[Recorded]:
    await tell(pool, store, Story())
    return await tell(pool, store, story)


def types(ran: Ran) -> list[str]:
    return [json.loads(line)["type"] for line in ran.out.splitlines()]


async def test_list_shows_the_latest_by_what_is_asked_and_nothing_personal(
    events: Any, told: list[Recorded], story: Story
) -> None:
    latest = await events("list", "--limit", "3")
    assert [line.split()[0] for line in latest.out.splitlines()] == [str(one.position) for one in told[-3:]]
    after = await events("list", "--json", "--after", str(told[0].position - 1), "--limit", "2")
    assert types(after) == [one.type for one in told[:2]]
    person = await events("list", "--json", "--person", str(story.person), "--limit", "200")
    hers = [one for one in told if one.subject_id == story.person]
    assert types(person) == [one.type for one in hers]
    lead = await events("list", "--json", "--lead", str(story.lead), "--limit", "200")
    apart = ("person.", "consent.", "payment.", "reminder.", "offer.", "opening.", "alert.")
    assert types(lead) == [one.type for one in hers if not one.type.startswith(apart)]
    stream = await events("list", "--json", "--stream", told[0].stream, "--type", "person.named")
    assert types(stream) == ["person.named"]
    for ran in (latest, person, lead):
        assert not [secret for secret in PERSONAL if secret in ran.out + ran.err]


async def test_show_opens_the_personal_part_only_when_told_and_says_so_in_the_log(
    events: Any, pool: Pool, store: EventStore, told: list[Recorded], story: Story
) -> None:
    named = told[0]
    shown = await events("show", str(named.position))
    assert json.loads(shown.out)["event_id"] == str(named.event_id)
    assert NAME not in shown.out
    assert "personal_data_shown" not in shown.err

    opened = await events("show", str(named.event_id), "--personal")
    assert json.loads(opened.out)["personal"] == {"name": NAME}
    assert json.loads(opened.err)["event"] == "personal_data_shown"
    assert NAME not in opened.err

    await erase(pool, store, story.person)
    erased = await events("show", str(named.event_id), "--personal")
    assert json.loads(erased.out)["personal"] == "erased"


async def test_show_says_what_it_could_not_find(events: Any) -> None:
    missing = await events("show", str(ids.new_id()))
    assert (missing.code, "There is no event" in missing.err) == (1, True)
    wrong = await events("show", "abc")
    assert (wrong.code, "id or its position" in wrong.err) == (1, True)


async def test_checkpoint_and_verify(events: Any, owner: Connection, told: list[Recorded]) -> None:
    unsigned = await events("verify")
    assert unsigned.code == 0
    assert "newer than the last checkpoint" in unsigned.out
    assert "Signed" in (await events("checkpoint")).out
    assert "Nothing new" in (await events("checkpoint")).out
    whole = await events("verify", "--deep")
    assert whole.code == 0
    assert "The log is whole." in whole.out

    await owner.execute("alter table domain_events disable trigger user")
    await owner.execute("update domain_events set actor = 'nobody' where position = $1", told[0].position)
    altered = await events("verify")
    assert altered.code == 1
    assert f"position {told[0].position} {told[0].stream}: was altered" in altered.out
    report = json.loads((await events("verify", "--json")).out)
    assert [found["position"] for found in report["findings"]] == [told[0].position]
    foreign = await events("verify", MEDICALCOR_MASTER_KEY=new_master_key())
    assert "another MEDICALCOR_MASTER_KEY" in foreign.out


async def test_rebuild_repairs_what_check_finds(
    events: Any, owner: Connection, told: list[Recorded], story: Story
) -> None:
    assert (await events("rebuild", "--check")).code == 0
    await owner.execute("update addresses set value = 'x' where person_id = $1", story.person)
    found = await events("rebuild", "--check")
    assert found.code == 1
    assert f"addresses {story.person.hex} differs in value" in found.out
    assert PHONE not in found.out
    rebuilt = await events("rebuild")
    assert (rebuilt.code, "leads" in rebuilt.out) == (0, True)
    assert (await events("rebuild", "--check")).code == 0


async def test_what_is_missing_is_said_in_one_line(events: Any, database_url: str) -> None:
    away = await events("list", DATABASE_URL="postgresql://nobody@127.0.0.1:9/none")
    assert away.code == 1
    assert "The database does not answer" in away.err
    empty = await events("list", DATABASE_URL=database_url.rpartition("/")[0] + "/postgres")
    assert empty.code == 1
    assert "medicalcor migrate" in empty.err
    keyless = await events("verify", MEDICALCOR_MASTER_KEY="")
    assert keyless.code == 1
    assert "MEDICALCOR_MASTER_KEY is not set" in keyless.err
