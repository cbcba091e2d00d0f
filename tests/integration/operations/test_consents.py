"""What people agree to: asked, answered, withdrawn, ended; and what that does to what waits."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from pydantic_core import to_json
from tests.webhooks import message

from medicalcor.core import clock, ids
from medicalcor.core.crypto.vault import seal
from medicalcor.core.database.pool import Connection, Pool
from medicalcor.core.database.transaction import record
from medicalcor.core.errors import InvalidInput
from medicalcor.core.eventstore.store import Append
from medicalcor.core.settings import Settings
from medicalcor.domain.consent import links, texts
from medicalcor.operations import (
    choices,
    consent_answers,
    consent_desk,
    consent_upkeep,
    consents,
    effects,
    inbox,
    receiving,
)
from medicalcor.operations.effects import Intent, Planned
from medicalcor.operations.ledger import Act, Ledger, by_system, open_ledger
from medicalcor.schemas.effects import WhatsAppText
from medicalcor.schemas.events.consents import ConsentPurpose
from medicalcor.schemas.events.effects import EffectSent

PHONE = "+40722555001"
MAIL = "ana@canary-consent.example"
HELLO = "Bună ziua, cât costă un implant?"
OFFERS: tuple[ConsentPurpose, ...] = ("marketing_whatsapp",)
REMINDERS: tuple[ConsentPurpose, ...] = ("appointment_reminders", "treatment_updates")


@pytest.fixture
def still() -> Any:
    source = clock.Still(datetime(2026, 11, 9, 9, 0, tzinfo=UTC))
    with clock.using(source):
        yield source


@pytest.fixture
def ledger(pool: Pool, master_key: str, still: clock.Still) -> Ledger:
    settings = Settings(
        medicalcor_master_key=master_key,
        whatsapp_api_key="k",
        smtp_url="smtp://127.0.0.1:1",
        email_from="Clinica <office@zambet.example>",
        clinic_name="Clinica Zâmbet",
        public_url="https://crm.zambet.example",
    )
    return open_ledger(settings, pool)


class Patient:
    """Somebody who writes on WhatsApp, and what is known of them."""

    def __init__(self, ledger: Ledger, still: clock.Still) -> None:
        self.ledger, self.still, self.phone = ledger, still, PHONE

    async def put(self, provider: str, kind: str, body: bytes, partition: str) -> UUID:
        """An item of the inbox, as the gateway keeps it."""
        item, now = ids.new_id(), clock.now()
        async with self.ledger.pool.acquire() as connection, connection.transaction():
            key = await self.ledger.vault.day_key(connection, now.date())
            await connection.execute(
                "insert into inbox (id, provider, event_key, kind, partition_key, key_day, body, correlation_id,"
                " received_at) values ($1, $2, $3, $4, $5, $6, $7, 'c', $8)",
                item,
                provider,
                item.hex,
                kind,
                partition,
                now.date(),
                seal(key, body, item.bytes),
                now,
            )
        return item

    async def say(
        self, text: str, *, choice: str | None = None, quoting: str | None = None
    ) -> receiving.Received:
        self.still.forward(seconds=5)
        told: dict[str, Any] = {"timestamp": str(int(clock.now().timestamp()))}
        if choice is not None:
            told |= {
                "type": "interactive",
                "interactive": {"type": "button_reply", "button_reply": {"id": choice, "title": text}},
            }
        if quoting is not None:
            told["context"] = {"id": quoting}
        body = {
            "phone_number_id": "1001",
            **message(self.phone, text, wamid=f"wamid.{ids.token(8)}", **told),
        }
        item = await self.put("whatsapp", "message", to_json(body), f"line-{self.phone}")
        received = await receiving.receive(self.ledger, inbox_id=item)
        again = await receiving.receive(self.ledger, inbox_id=item)
        assert again == received, "a repeat changes nothing"
        for _ in range(2 if received.next == "choose" else 0):
            assert await choices.take(self.ledger, message_id=item, correlation_id="c")
        return received

    async def rows(self, sql: str, *args: Any) -> list[Any]:
        async with self.ledger.pool.acquire() as connection:
            return [dict(row) for row in await connection.fetch(sql, *args)]

    async def place(self) -> tuple[UUID, UUID]:
        [row] = await self.rows(
            "select c.person_id, c.id from conversations c join addresses a using (person_id)"
            " where a.value = $1 and c.channel = 'whatsapp'",
            self.phone,
        )
        return row["person_id"], row["id"]

    async def asked(
        self, wanted: tuple[ConsentPurpose, ...] = OFFERS, *, delivered: bool = True, key: str | None = None
    ) -> UUID:
        """The clinic asks; tells the question's id."""
        self.still.forward(seconds=5)
        person, conversation = await self.place()

        async def decide(connection: Connection) -> Planned | None:
            act = Act(self.ledger, connection, by_system("c"))
            return await consents.ask(
                act,
                conversation_id=conversation,
                wanted=wanted,
                occasion="question",
                key=key or ids.token(8),
            )

        planned = await record(self.ledger.pool, decide, subject=person)
        assert planned is not None
        assert planned.decision.verdict == "send", planned.decision
        if delivered:
            await self.delivered(planned.effect_id, person)
        [row] = await self.rows("select id from consent_questions where effect_id = $1", planned.effect_id)
        return UUID(str(row["id"]))

    async def delivered(self, effect: UUID, person: UUID) -> None:
        async def decide(connection: Connection) -> None:
            event = EffectSent(
                effect_id=effect, kind="whatsapp.choices", provider_id=f"wamid.{effect}", at=clock.now()
            )
            act = Act(self.ledger, connection, by_system("c"))
            await act.append(Append(effects.stream(effect), (event,), person))

        await record(self.ledger.pool, decide, subject=person)

    async def told(
        self, body: str, *, purpose: Any = "answer", hold: bool = False, key: str | None = None
    ) -> UUID:
        """Something else that the clinic says or has still to say."""
        self.still.forward(seconds=5)
        person, conversation = await self.place()
        intent = Intent(
            key=key or ids.token(8),
            content=WhatsAppText(body=body, language="ro", written_by="phrases"),
            purpose=purpose,
            cause_id=ids.new_id(),
        )

        async def decide(connection: Connection) -> Planned:
            act = Act(self.ledger, connection, by_system("c"))
            [planned] = await effects.plan(
                act, conversation_id=conversation, intents=[intent], caller_sends=True
            )
            return planned

        planned = await record(self.ledger.pool, decide, subject=person)
        assert planned.decision.verdict == "send", planned.decision
        if not hold:
            await self.delivered(planned.effect_id, person)
        return planned.effect_id

    async def agreed(self) -> set[str]:
        """What counts now, as the policy is told."""
        _person, conversation = await self.place()
        async with self.ledger.pool.acquire() as connection:
            about = await effects.standing(connection, conversation_id=conversation)
        return set(about["consents"])

    async def state(self, purpose: str = "marketing_whatsapp") -> str | None:
        rows = await self.rows(
            "select c.state from consents c join addresses a using (person_id)"
            " where a.value = $1 and c.purpose = $2 order by c.since desc",
            self.phone,
            purpose,
        )
        return rows[0]["state"] if rows else None

    async def bodies(self) -> list[str]:
        """What the clinic said or has still to say, oldest first."""
        rows = await self.rows(
            "select content ->> 'body' as body from effects e join addresses a using (person_id)"
            " where a.value = $1 and e.kind like 'whatsapp.%' and e.status <> 'refused' order by planned_at",
            self.phone,
        )
        return [row["body"] for row in rows]

    async def alerts(self) -> list[str]:
        rows = await self.rows("select content ->> 'code' as code from effects where kind = 'staff.alert'")
        return [row["code"] for row in rows]

    async def status(self, effect: UUID) -> tuple[str, str | None]:
        [row] = await self.rows("select status, reason from effects where id = $1", effect)
        return row["status"], row["reason"]


@pytest.fixture
async def ana(ledger: Ledger, still: clock.Still) -> Patient:
    patient = Patient(ledger, still)
    received = await patient.say(HELLO)
    await patient.told("Vă sunăm noi.", key=f"answer:{received.message_id}")
    return patient


async def test_a_typed_yes_agrees_to_exactly_what_was_asked_in_those_words(ana: Patient) -> None:
    question = await ana.asked(REMINDERS)
    assert await ana.agreed() == set()
    received = await ana.say("Da, sunt de acord")
    assert received.next == "nothing"
    assert await ana.agreed() == set(REMINDERS)
    [row] = await ana.rows(
        "select c.*, e.content ->> 'body' as shown from consents c join consent_questions q on q.id = c.question_id"
        " join effects e on e.id = q.effect_id where c.purpose = 'treatment_updates'"
    )
    text = texts.wording(
        row["occasion"], REMINDERS, row["language"], clinic=row["clinic"], version=row["text_version"]
    )
    assert (row["question_id"], row["shown"], row["text_hash"]) == (question, text.body, text.hash)
    assert row["expires_at"] == clock.now().replace(year=2029)
    assert (await ana.bodies())[-1].startswith("Vă mulțumim, am notat acordul")


async def test_a_no_right_after_a_yes_takes_it_back_and_a_no_to_something_else_does_not(ana: Patient) -> None:
    await ana.asked(REMINDERS)
    await ana.say("da")
    assert await ana.agreed() == set(REMINDERS)
    received = await ana.say("NU")
    assert received.next == "nothing"
    assert await ana.agreed() == set()
    assert await ana.state("treatment_updates") == "withdrawn"
    await ana.asked(REMINDERS)
    await ana.say("da")
    await ana.told("Doriți o consultație?")
    await ana.say("nu")
    assert await ana.agreed() == set(REMINDERS)


async def test_it_holds_for_that_number_only(ana: Patient, ledger: Ledger) -> None:
    await ana.asked()
    await ana.say("da")
    person, _ = await ana.place()
    rows = await ana.rows("select address_key from consents where purpose = 'marketing_whatsapp'")
    assert [row["address_key"] for row in rows] == [ledger.vault.keyed_hash("phone", PHONE)]
    async with ledger.pool.acquire() as connection, connection.transaction():
        await connection.execute(
            "update conversations set reply_to = '+40722555999' where person_id = $1", person
        )
    assert await ana.agreed() == set()


@pytest.mark.parametrize(
    "text", ["ok, vin mâine", "Cât costă?", "Nu mai pot de durere", "👍", "da, dar cât costă?"]
)
async def test_what_is_no_answer_decides_nothing(ana: Patient, text: str) -> None:
    await ana.asked()
    received = await ana.say(text)
    assert received.next in ("score", "answer")
    assert await ana.state() is None


async def test_a_doubt_goes_to_a_colleague_once_it_is_one(ana: Patient) -> None:
    question = await ana.asked()
    unclear = await ana.say("da, dar nu prea des vă rog")
    [row] = await ana.rows("select state, doubt_message_id from consent_questions where id = $1", question)
    assert row["state"] == "doubt"
    assert row["doubt_message_id"] is not None
    assert await ana.alerts() == ["consent_unclear"]
    await ana.told("Am înțeles.", key=f"answer:{unclear.message_id}")
    await ana.say("da")
    assert await ana.agreed() == {"marketing_whatsapp"}


async def test_yes_to_something_else_is_no_consent(ana: Patient) -> None:
    await ana.asked()
    await ana.told("Vă convine vineri la 10?")
    received = await ana.say("da")
    assert received.next == "score"
    assert await ana.state() is None


async def test_whoever_quotes_the_question_answers_it(ana: Patient) -> None:
    question = await ana.asked()
    await ana.told("Vă convine vineri la 10?")
    [row] = await ana.rows(
        "select e.provider_id from effects e join consent_questions q on q.effect_id = e.id where q.id = $1",
        question,
    )
    await ana.say("da", quoting=row["provider_id"])
    assert await ana.agreed() == {"marketing_whatsapp"}


async def test_words_are_an_answer_for_some_days_and_only_to_what_arrived(
    ana: Patient, still: clock.Still
) -> None:
    await ana.asked(delivered=False)
    await ana.say("da")
    assert await ana.state() is None
    await ana.asked()
    still.forward(days=8)
    await ana.say("da")
    assert await ana.state() is None


async def test_taps_answer_their_question_and_old_ones_get_an_honest_answer(
    ana: Patient, still: clock.Still
) -> None:
    question = await ana.asked()
    await ana.told("Vă convine vineri la 10?")
    await ana.say("Da", choice=f"consent:{question}:yes")
    assert await ana.agreed() == {"marketing_whatsapp"}
    await ana.say("Da", choice=f"consent:{question}:yes")
    assert "deja notat" in (await ana.bodies())[-1]
    await ana.say("Nu", choice=f"consent:{question}:no")
    assert await ana.state() == "withdrawn"
    assert "retras" in (await ana.bodies())[-1]
    await ana.say("Da", choice=f"consent:{question}:yes")
    assert await ana.state() == "withdrawn"
    assert "nu mai este deschisă" in (await ana.bodies())[-1]
    late = await ana.asked()
    still.forward(days=31)
    await ana.say("Da", choice=f"consent:{late}:yes")
    assert await ana.state() == "withdrawn"


@pytest.mark.parametrize("text", ["Nu, mulțumesc", "I don't consent", "Nu vă dau acordul"])
async def test_no_is_kept_and_ends_nothing_else(ana: Patient, text: str) -> None:
    await ana.asked()
    received = await ana.say(text)
    assert (received.next, await ana.state()) == ("nothing", "denied")
    assert await ana.rows("select 1 from people where opted_out_at is not null") == []


async def test_an_end_of_offers_ends_those_and_calls_back_what_waits(ana: Patient) -> None:
    await ana.asked(OFFERS)
    await ana.say("da")
    await ana.asked(REMINDERS)
    await ana.say("da")
    offer = await ana.told("Reducere la albire", purpose="marketing", hold=True)
    reminder = await ana.told("Mâine la 10", purpose="reminder", hold=True)
    received = await ana.say("Nu mai vreau oferte, vă rog")
    assert received.next == "nothing"
    assert await ana.agreed() == set(REMINDERS)
    assert await ana.status(offer) == ("void", "consent_withdrawn")
    assert (await ana.status(reminder))[0] == "planned"
    assert await ana.rows("select 1 from suppressions") == []
    assert "retras" in (await ana.bodies())[-1]


async def test_stop_ends_everything_is_confirmed_once_and_start_brings_nothing_back(
    ana: Patient, ledger: Ledger
) -> None:
    await ana.asked(OFFERS)
    await ana.say("da")
    reminder = await ana.told("Mâine la 10", purpose="reminder", hold=True)
    await ana.say("STOP")
    await ana.say("stop")
    assert await ana.agreed() == set()
    assert (await ana.status(reminder))[0] == "void"
    notices = [body for body in await ana.bodies() if body.startswith("Am înțeles. Nu vă mai trimitem")]
    assert len(notices) == 1
    await ana.say("START")
    assert await ana.agreed() == set()
    assert await ana.alerts() == ["consent_unclear"]
    assert await ana.rows("select 1 from people where opted_out_at is null") == []
    [lead] = await ana.rows("select id from leads")
    for _ in range(2):
        await consent_desk.note_down(
            ledger,
            lead_id=lead["id"],
            wanted=REMINDERS,
            agrees=True,
            how="in_person",
            note="at the desk",
            by=ids.new_id(),
            key="pressed-twice",
        )
    assert await ana.agreed() == set(REMINDERS), "what was signed brings back what it says, and no more"
    assert await ana.rows("select 1 from people where opted_out_at is null") != []


async def test_an_unknown_number_is_silenced_without_becoming_a_lead(
    ledger: Ledger, still: clock.Still
) -> None:
    nobody = Patient(ledger, still)
    received = await nobody.say("STOP")
    assert received.next == "nothing"
    for table in ("people", "leads", "conversations", "messages", "effects"):
        assert await nobody.rows(f"select 1 from {table}") == []  # noqa: S608 - our own names
    assert [row["address_key"] for row in await nobody.rows("select * from suppressions")] == [
        ledger.vault.keyed_hash("phone", PHONE)
    ]
    stored = await nobody.rows("select payload::text from domain_events")
    assert all(PHONE not in str(row) for row in stored)
    await nobody.say(HELLO)
    assert len(await nobody.rows("select 1 from people where opted_out_at is not null")) == 1


async def test_consents_end_are_asked_about_before_and_the_audit_repeats_nothing(
    ana: Patient, ledger: Ledger, still: clock.Still
) -> None:
    await ana.asked()
    await ana.say("da")
    still.forward(days=640)
    assert await consent_upkeep.audit(ledger) == 0
    still.forward(days=70)
    assert await consent_upkeep.audit(ledger) == 1
    assert await consent_upkeep.audit(ledger) == 0
    [question] = await ana.rows("select * from consent_questions where occasion = 'renewal'")
    [asked] = await ana.rows("select content from effects where id = $1", question["effect_id"])
    assert asked["content"]["kind"] == "whatsapp.template"
    assert await ana.agreed() == {"marketing_whatsapp"}
    still.forward(days=21)
    assert await ana.agreed() == set(), "it counts no more even before the audit has seen it"
    assert await consent_upkeep.audit(ledger) == 1
    assert await ana.state() == "expired"
    assert await consent_upkeep.audit(ledger) == 0
    person, _ = await ana.place()
    await ana.delivered(question["effect_id"], person)
    await ana.say("Da", choice=f"consent:{question['id']}:yes")
    assert await ana.agreed() == {"marketing_whatsapp"}
    steps = await ana.rows("select type from consent_steps order by position")
    assert [row["type"] for row in steps][-2:] == ["consent.expired", "consent.renewed"]


FORM: dict[str, Any] = {
    "phone": PHONE,
    "email": MAIL,
    "language": "ro",
    "consent": {
        "accepted": True,
        "text_version": "web-7",
        "purposes": ["marketing_email", "marketing_whatsapp", "appointment_reminders"],
    },
}


async def confirmed(ana: Patient, item: UUID) -> None:
    [row] = await ana.rows("select person_id from messages where id = $1", item)

    async def decide(connection: Connection) -> None:
        act = Act(ana.ledger, connection, by_system("c"))
        await consents.confirm_form(act, person_id=row["person_id"], cause_id=item)

    for _ in range(2):
        await record(ana.ledger.pool, decide, subject=row["person_id"])


async def test_a_form_s_ticks_count_when_the_owner_of_each_address_says_so(
    ledger: Ledger, still: clock.Still
) -> None:
    ana = Patient(ledger, still)
    item = await ana.put("web", "message", to_json(FORM), "form")
    await receiving.receive(ledger, inbox_id=item)
    await confirmed(ana, item)
    states = await ana.rows("select purpose, state from consents order by purpose")
    assert {row["purpose"]: row["state"] for row in states} == {
        "appointment_reminders": "pending",
        "data_processing": "granted",
        "marketing_email": "pending",
        "marketing_whatsapp": "pending",
    }
    questions = await ana.rows(
        "select q.*, e.content from consent_questions q join effects e on e.id = q.effect_id order by q.channel"
    )
    assert [row["occasion"] for row in questions] == ["confirmation", "confirmation"]
    by_mail, by_whatsapp = questions
    assert by_mail["purposes"] == ["marketing_email"]
    assert by_whatsapp["content"]["name"] == "consent_confirmation"
    token = by_mail["content"]["body"].rpartition("/consent/")[2].strip()
    link = links.unpacked(ledger.vault.open_token(links.PURPOSE, token))
    assert link.question_id == by_mail["id"]
    body = to_json({"question_id": link.question_id, "agrees": True})
    answered = await ana.put("web", "consent", body, "link")
    for _ in range(2):
        await consent_answers.follow(ledger, await inbox.open_item(ledger, inbox_id=answered))
    states = await ana.rows("select purpose, state from consents where state = 'granted' order by purpose")
    assert [row["purpose"] for row in states] == ["data_processing", "marketing_email"]
    person, _ = await ana.place()
    await ana.delivered(by_whatsapp["effect_id"], person)
    await ana.say("Da")
    assert await ana.agreed() >= {"marketing_whatsapp", "appointment_reminders"}
    assert len(await ana.rows("select 1 from consent_steps where type = 'consent.granted'")) == 4


async def test_the_machine_asks_once_when_a_good_conversation_has_come_to_rest(
    ana: Patient, ledger: Ledger, still: clock.Still
) -> None:
    await ana.told("Implantul costă între 500 și 900 euro.")
    async with ledger.pool.acquire() as connection:
        await connection.execute("update leads set classification = 'HOT', intent = 'prospect'")
    assert await consent_upkeep.ask_for_missing(ledger) == 0
    still.forward(minutes=31)
    assert await consent_upkeep.ask_for_missing(ledger) == 1
    assert await consent_upkeep.ask_for_missing(ledger) == 0
    [question] = await ana.rows("select * from consent_questions")
    assert question["purposes"] == list(REMINDERS)
    async with ledger.pool.acquire() as connection:
        await connection.execute("update leads set emergency_since = now()")
    still.forward(days=61)
    await ana.say("Mulțumesc")
    await ana.told("Cu drag.")
    still.forward(minutes=31)
    assert await consent_upkeep.ask_for_missing(ledger) == 0, "never after an emergency"


async def test_a_broken_commit_withdraws_nothing_and_calls_back_nothing(
    ana: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both or neither: the wish and what it calls back are one commit."""
    await ana.asked()
    await ana.say("da")
    offer = await ana.told("Reducere la albire", purpose="marketing", hold=True)
    done = consent_answers.effects.void

    async def void(act: Act, **given: Any) -> None:
        await done(act, **given)
        raise RuntimeError("the process dies here")

    with monkeypatch.context() as broken:
        broken.setattr("medicalcor.operations.effects.void", void)
        with pytest.raises(RuntimeError):
            await ana.say("Nu mai vreau oferte")
    assert await ana.agreed() == {"marketing_whatsapp"}
    assert (await ana.status(offer))[0] == "planned"
    await ana.say("Nu mai vreau oferte")
    assert (await ana.status(offer))[0] == "void"


@pytest.mark.parametrize("seed", range(4))
async def test_nothing_counts_that_was_not_agreed_to_last(
    ana: Patient, ledger: Ledger, still: clock.Still, seed: int
) -> None:
    """Whatever happens in whatever order: what counts is what a plain yes to a question said last, until it ends."""
    dice = random.Random(seed)  # noqa: S311 - dice for a test
    agreed_at: datetime | None = None
    open_since: datetime | None = None
    for _ in range(12):
        act = dice.choice(["ask", "yes", "yes", "no", "other", "offers", "wait", "audit"])
        if act == "ask":
            await ana.asked()
            open_since = clock.now()
        elif act == "wait":
            still.forward(days=dice.choice([1, 8, 400]))
        elif act == "audit":
            await consent_upkeep.audit(ledger)
        else:
            words = {"yes": "da", "no": "nu", "other": "cât costă?", "offers": "nu mai vreau oferte"}[act]
            received = await ana.say(words)
            if received.next != "nothing":
                await ana.told("Am înțeles.", key=f"answer:{received.message_id}")
            answers = open_since is not None and clock.now() - open_since < timedelta(days=7)
            if act == "yes" and answers:
                agreed_at, open_since = clock.now(), None
            elif act == "offers" or (act == "no" and answers):
                agreed_at, open_since = None, None
        counts = agreed_at is not None and clock.now() < agreed_at.replace(year=agreed_at.year + 2)
        assert ("marketing_whatsapp" in await ana.agreed()) == counts, act


async def test_the_desk_asks_for_offers_apart_and_says_what_cannot_be_asked(
    ana: Patient, ledger: Ledger
) -> None:
    [lead] = await ana.rows("select id from leads")
    about: dict[str, Any] = {"lead_id": lead["id"], "by": ids.new_id(), "key": "pressed-once"}
    with pytest.raises(InvalidInput, match="apart"):
        await consent_desk.ask(ledger, wanted=(*OFFERS, *REMINDERS), by_mail=False, **about)
    with pytest.raises(InvalidInput, match="no address"):
        await consent_desk.ask(ledger, wanted=REMINDERS, by_mail=True, **about)
    for _ in range(2):
        await consent_desk.ask(ledger, wanted=REMINDERS, by_mail=False, **about)
    assert len(await ana.rows("select 1 from consent_questions where asked_by is not null")) == 1


async def test_asked_about_consent_odder_words_for_silence_are_understood_too(ana: Patient) -> None:
    await ana.asked()
    await ana.say("Uitați de mine, vă rog")
    assert await ana.rows("select 1 from people where opted_out_at is not null") != []
    assert (await ana.bodies())[-1].startswith("Am înțeles. Nu vă mai trimitem")
