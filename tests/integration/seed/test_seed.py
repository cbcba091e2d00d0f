"""The demo clinic: real history, whole, and quiet."""

import asyncio
import os
import sys
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from tests.conftest import _numbers, _statement, copy_of_template

from medicalcor.cli import demo_links
from medicalcor.cli.seeding import stories as told
from medicalcor.cli.seeding.clinic import NotEmpty, SignIn, fill
from medicalcor.core import clock
from medicalcor.core.auth import accounts
from medicalcor.core.auth.roles import Role
from medicalcor.core.crypto.vault import Vault
from medicalcor.core.database.embedded import EmbeddedPostgres
from medicalcor.core.database.pool import Pool, open_pool
from medicalcor.core.database.transaction import transaction
from medicalcor.core.eventstore.store import EventStore
from medicalcor.core.eventstore.verify import verify
from medicalcor.core.settings import Settings
from medicalcor.operations import availability, upkeep
from medicalcor.operations.ledger import open_ledger
from medicalcor.operations.replaying import everything
from medicalcor.readmodels.leads import queries as leads
from medicalcor.readmodels.leads.queries import Filters, Need
from medicalcor.readmodels.projections import PROJECTIONS, TABLES
from medicalcor.readmodels.rebuild import compare
from medicalcor.schemas.appointments import SlotQuery
from medicalcor.schemas.common import LANGUAGES, Procedure

SIGN_IN = SignIn("elena@clinic.example", "a long enough password")
AFTERNOON = datetime(2026, 11, 19, 13, 20, tzinfo=UTC)
JUST_PAST_MIDNIGHT = datetime(2026, 11, 15, 22, 10, tzinfo=UTC)
"""A Monday in the clinic: last week is whole, and the answers of this morning are still to come."""


def quiet(_played: int, _of: int) -> None:
    """Nobody watches."""


@pytest.fixture(scope="module")
def settings(master_key: str) -> Settings:
    return Settings(
        medicalcor_master_key=master_key,  # type: ignore[arg-type]  # pydantic makes the secret
        clinic_name="Clinica Aurora",
    )


@pytest.fixture
async def empty(database_url: str) -> AsyncIterator[Pool]:
    async with await open_pool(database_url) as opened:
        yield opened


@pytest.fixture(scope="module")
def filled_once(postgres: EmbeddedPostgres, settings: Settings) -> str:
    """A database with the demo clinic as of an afternoon, for copies."""
    name = "seeded"

    async def make() -> None:
        await _statement(postgres.url(), copy_of_template(name))
        async with await open_pool(postgres.url(database=name)) as pool:
            await filled(pool, settings, at=AFTERNOON)

    asyncio.run(make())
    return name


@pytest.fixture
async def clinic(postgres: EmbeddedPostgres, filled_once: str) -> AsyncIterator[Pool]:
    """The demo clinic, the test's own."""
    name = f"clinic_{next(_numbers)}"
    await _statement(postgres.url(), copy_of_template(name, filled_once))
    async with await open_pool(postgres.url(database=name)) as opened:
        yield opened
    await _statement(postgres.url(), f"drop database {name} with (force)")


async def filled(pool: Pool, settings: Settings, *, at: datetime) -> None:
    with clock.using(clock.Still(at)):
        assert await fill(pool, settings, sign_in=SIGN_IN, progress=quiet)


async def test_the_log_is_whole_and_the_read_models_are_what_it_says(clinic: Pool, vault: Vault) -> None:
    await proven(clinic, vault)


async def test_it_can_be_made_at_any_hour(empty: Pool, settings: Settings, vault: Vault) -> None:
    await filled(empty, settings, at=JUST_PAST_MIDNIGHT)
    await proven(empty, vault)


async def proven(pool: Pool, vault: Vault) -> None:
    async with transaction(pool) as connection:
        report = await verify(connection, vault, deep=True)
    assert report.is_whole, report.findings
    assert report.events > 3000
    assert report.checkpoints == 1
    assert report.unsigned == 0
    async with transaction(pool) as connection:
        assert await compare(connection, EventStore(vault, PROJECTIONS)) == []


async def test_everything_lies_in_the_past_in_the_order_of_time(clinic: Pool) -> None:
    rows = await clinic.fetch("select occurred_at, recorded_at from domain_events order by position")
    assert rows[-1]["recorded_at"] <= AFTERNOON
    assert (AFTERNOON - rows[0]["occurred_at"]).days >= 35
    recorded = [row["recorded_at"] for row in rows]
    assert recorded == sorted(recorded)
    assert all(row["occurred_at"] <= row["recorded_at"] for row in rows)


async def test_nothing_is_left_to_send(clinic: Pool, settings: Settings) -> None:
    assert not await clinic.fetchval("select count(*) from dbos.workflow_status")
    assert not await clinic.fetchval(
        "select count(*) from effects where status in ('planned', 'held', 'unknown', 'delayed')"
    )
    assert not await clinic.fetchval(
        "select count(*) from inbox where handled_at is null and kind <> 'unread'"
    )
    ledger = open_ledger(settings, clinic)
    assert await upkeep.sweep_effects(ledger) == 0
    assert await upkeep.sweep_inbox(ledger) == 0


async def test_every_decision_and_every_score_can_be_made_again_from_what_was_kept(clinic: Pool) -> None:
    async with clinic.acquire() as connection:
        again = [one async for one in everything(connection)]
    made_again = Counter(one.noun for one in again if one.again is not None)
    assert made_again["effect"] == sum(one.noun == "effect" for one in again) > 500
    assert made_again["score"] > 5  # the others were scored by AI
    assert not [one for one in again if one.differs]


async def test_the_front_desk_finds_every_kind_of_need(clinic: Pool) -> None:
    async with clinic.acquire() as connection:
        found = await leads.page(connection, filters=Filters(), now=AFTERNOON, limit=200)
    assert {row.need for row in found} == set(Need)
    waiting = [row for row in found if row.need.person]
    assert 5 <= len(waiting) <= 9
    newest = [row for row in waiting if row.need is Need.HOT]
    assert [(AFTERNOON - row.need_at).seconds // 60 for row in newest] == [5]
    assert any(row.taken_over_by and row.need is Need.UNANSWERED for row in found)
    assert any(row.phone is None and row.name == "Zina" for row in found)


async def test_people_write_in_every_language_and_staff_answers(clinic: Pool) -> None:
    spoken = {row["language"] for row in await clinic.fetch("select distinct language from people")}
    assert spoken >= set(LANGUAGES)
    written = dict(
        await clinic.fetch(
            "select content ->> 'written_by', count(*) from effects"
            " where kind = 'whatsapp.text' and status <> 'refused' group by 1"
        )
    )
    assert written["ai"] > 50
    assert written["staff"] > 100
    assert written["phrases"] > 5
    by = dict(await clinic.fetch("select scorer, count(*) from scores group by 1"))
    assert by["ai"] > by["rules"] > 0


async def test_an_opt_out_and_media_and_reasons_are_kept(clinic: Pool) -> None:
    after_opt_out = (
        "select count(*) from effects e join people p on p.id = e.person_id where e.sent_at > p.opted_out_at"
        " and e.purpose <> 'opt_out_notice'"
    )
    assert await clinic.fetchval(f"{after_opt_out} and e.kind like 'whatsapp.%'") == 0
    assert await clinic.fetchval("select count(*) from people where opted_out_at is not null") == 3
    assert await clinic.fetchval("select count(*) from messages where media is not null") == 2
    assert await clinic.fetchval("select count(*) from inbox where kind = 'unread'") == 2
    reasons = {
        row["reason"]
        for row in await clinic.fetch(
            "select decision -> 'reasons' ->> 0 as reason from effects where status = 'refused'"
        )
    }
    assert reasons == {"taken_over", "not_a_prospect", "opted_out", "no_consent"}
    assert await clinic.fetchval("select count(*) from effects where reason = 'undeliverable'") == 2


async def test_calls_of_every_outcome_are_in_the_log(clinic: Pool) -> None:
    rows = await clinic.fetch("select outcome, caller_kind, transcript, analysis from calls")
    by = Counter(row["outcome"] for row in rows)
    assert by == {"answered_by_agent": 6, "missed": 3, "voicemail": 2, "handed_over": 1}
    assert [row["caller_kind"] for row in rows].count("withheld") == 1
    talked = [row for row in rows if row["outcome"] != "missed"]
    assert all(row["transcript"] and row["analysis"]["summary"] for row in talked)
    assert not await clinic.fetchval("select count(*) from call_sounds")


async def test_mails_are_answered_by_machine_and_colleague_and_one_comes_back(clinic: Pool) -> None:
    written = dict(
        await clinic.fetch(
            "select content ->> 'written_by', count(*) from effects"
            " where kind = 'email.message' and status in ('sent', 'failed') group by 1"
        )
    )
    assert written["ai"] > 5
    assert written["staff"] > 4
    assert written["phrases"] > 1
    assert await clinic.fetchval("select count(*) from messages where kind = 'automatic'") == 3
    assert await clinic.fetchval("select count(*) from effects where reason = 'bounced'") == 1
    assert await clinic.fetchval("select count(*) from messages where body like '%> Ce zi v-ar%'") == 0


async def test_forms_tell_where_people_come_from_and_what_they_agreed_to(clinic: Pool) -> None:
    assert await clinic.fetchval("select count(*) from leads where channel = 'web'") == 6
    assert await clinic.fetchval("select count(*) from leads where campaign ->> 'source' = 'google'") == 3
    told = dict(
        await clinic.fetch("select type, count(*) from timeline where type like 'consent.%' group by 1")
    )
    assert told == {
        "consent.granted": 6,
        "consent.claimed": 5,
        "consent.asked": 5,
        "consent.withdrawn": 1,
    }


async def test_money_of_every_kind_is_with_its_payer_or_in_the_work_list(clinic: Pool) -> None:
    rows = await clinic.fetch("select state, unmatched from payments where merged_into is null")
    by = Counter(row["state"] for row in rows)
    assert by == {"paid": 11, "partly_refunded": 1, "failed": 2, "disputed": 1}
    assert {row["unmatched"] for row in rows} == {None, "nobody", "conflict"}
    assert await clinic.fetchval("select count(*) from payments where tied_by = 'request'") == 2
    links = await clinic.fetch(
        "select e.status from payment_requests r join effects e on e.key = 'payment-link:' || r.id"
    )
    assert len(links) == 3
    unpaid = await clinic.fetch(demo_links.SQL["open_links"], "http://127.0.0.1:3900/pay/")
    assert [(row["amount"], row["currency"]) for row in unpaid] == [(15_000, "RON")]
    receipts = "select count(*) from effects where purpose = 'receipt' and sent_at is not null"
    assert await clinic.fetchval(receipts) == 12


async def test_somebody_uses_every_channel_and_is_one_lead(clinic: Pool) -> None:
    channels = await clinic.fetchval(
        "select max(n) from (select count(distinct channel) n from conversations group by lead_id) x"
    )
    assert channels == 4


async def test_twice_is_once(clinic: Pool, settings: Settings) -> None:
    before = await counts(clinic)
    assert not await fill(clinic, settings, sign_in=SIGN_IN, progress=quiet)
    assert await counts(clinic) == before


async def counts(pool: Pool) -> dict[str, int]:
    tables = (*TABLES, "domain_events", "inbox", "users", "event_checkpoints")
    return {table: await pool.fetchval(f"select count(*) from {table}") for table in tables}  # noqa: S608 - our own names


async def test_other_data_is_left_alone(empty: Pool, settings: Settings, vault: Vault) -> None:
    await empty.execute(
        "insert into inbox (id, provider, event_key, kind, partition_key, key_day, body, correlation_id, received_at)"
        " values (gen_random_uuid(), 'whatsapp', 'k', 'message', 'p', current_date, '', 'c', now())"
    )
    with pytest.raises(NotEmpty):
        await fill(empty, settings, sign_in=SIGN_IN, progress=quiet)
    assert not await empty.fetchval("select count(*) from users")


async def test_it_is_all_or_nothing(empty: Pool, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    class Interrupted(Exception):
        """Ctrl-C, in the middle."""

    def stop(played: int, of: int) -> None:
        if played == of // 2:
            raise Interrupted

    with pytest.raises(Interrupted):
        await fill(empty, settings, sign_in=SIGN_IN, progress=stop)
    assert set((await counts(empty)).values()) == {0}


async def test_the_first_account_may_have_been_there(empty: Pool, settings: Settings) -> None:
    known = await accounts.add(
        empty, email=SIGN_IN.email, name="Elena", role=Role.ADMIN, password="another password"
    )
    await filled(empty, settings, at=AFTERNOON)
    assert await empty.fetchval("select id from users where email = $1", SIGN_IN.email) == known
    assert await empty.fetchval("select count(*) from users") == 4


async def test_the_command(database_url: str, master_key: str) -> None:
    async def run() -> tuple[int | None, str, str]:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "medicalcor", "seed"),
            env={**os.environ, "DATABASE_URL": database_url, "MEDICALCOR_MASTER_KEY": master_key},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await process.communicate()
        return process.returncode, out.decode(), err.decode()

    code, out, err = await run()
    assert code == 0, err
    assert "The demo clinic is ready" in out
    assert "Sign in as elena@demo.medicalcor.example with" in out
    assert "messages and acts" in err
    assert await run() == (0, "The demo clinic is already there; nothing was changed.\n", "")


def test_no_number_is_somebodys() -> None:
    ranges = ("4070000", "491555000", "4477009", "436605550", "393000000", "3620555", "33639980", "34600000")
    fictional = (*ranges, "37360000", "1202555")
    for story in told.stories(now=AFTERNOON, zone=UTC):
        assert story.phone is None or story.phone.startswith(fictional), story.key


async def test_the_calendar_has_weeks_of_visits(clinic: Pool) -> None:
    statuses = dict(await clinic.fetch("select status, count(*) from appointments group by 1"))
    assert set(statuses) == {"booked", "confirmed", "completed", "missed", "cancelled"}
    assert 200 < sum(statuses.values()) < 800
    assert await clinic.fetchval("select count(*) from appointments where starts_at > $1", AFTERNOON) > 80
    assert not await clinic.fetchval(
        "select count(*) from appointments where starts_at < $1::timestamptz - interval '4 hours'"
        " and status in ('held', 'booked', 'confirmed')",
        AFTERNOON,
    )
    assert await clinic.fetchval("select count(*) from appointments where lead_id is not null") > 20
    assert {row["code"] for row in await clinic.fetch("select code from procedures")} == set(Procedure)
    assert not await clinic.fetchval(
        "select count(*) from occupancies a join occupancies b on a.resource_no = b.resource_no"
        " and a.appointment_id < b.appointment_id and a.during && b.during"
        " where a.status in ('booked', 'confirmed') and b.status in ('booked', 'confirmed')"
    )


async def test_free_times_are_found_for_every_procedure(clinic: Pool, settings: Settings) -> None:
    ledger = open_ledger(settings, clinic)
    with clock.using(clock.Still(AFTERNOON)):
        for row in await clinic.fetch("select id, code from procedures"):
            query = SlotQuery(
                procedure_id=row["id"],
                first_day=AFTERNOON.date(),
                last_day=AFTERNOON.date() + timedelta(days=14),
            )
            assert await availability.find(ledger, query=query), row["code"]
