"""Dialogues about visits, turn by turn, on a clock of their own. It is Wednesday, 11 March 2026, ten o'clock."""

from typing import Any
from uuid import UUID

import pytest
from tests.integration.booking.conftest import Talk, local
from tests.open_clinic import carry_on

from medicalcor.core import ids
from medicalcor.core.database.transaction import transaction
from medicalcor.core.eventstore.store import Append, Cause
from medicalcor.operations import appointments, booking_agent, conversations
from medicalcor.operations.ledger import by_patient
from medicalcor.schemas.appointments import Choice, Wish
from medicalcor.schemas.events.people import PersonCreated

ASKS = "Vreau o programare la implant mâine după 5"


def rows(said: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What can be tapped of the last thing that was said."""
    assert said, "nothing was said"
    assert said[-1]["kind"] == "whatsapp.choices", said[-1]
    listed: list[dict[str, Any]] = said[-1]["choices"]
    assert len(listed) <= 10
    return listed


def body(said: list[dict[str, Any]]) -> str:
    return " ".join(one.get("body", "") for one in said)


async def booked(talk: Talk, place: int = 1) -> dict[str, Any]:
    """A visit that this patient has arranged."""
    listed = rows(await talk.say(ASKS))
    await talk.tap(listed[place])
    [visit] = await talk.visits()
    return visit


async def somebody_books(talk: Talk, option: dict[str, Any]) -> None:
    """Everybody who could serve is taken at that time."""
    for practitioner in await talk.rows("select id from practitioners"):
        person = ids.new_id()
        made = PersonCreated(person_id=person, name="Alt Pacient", source="web")
        async with transaction(talk.ledger.pool) as connection:
            entry = Append(f"person-{person}", (made,), person, expected=0)
            await talk.ledger.store.append(connection, entry, cause=Cause("c", "system"))
        choice = Choice(
            procedure_id=option["procedure_id"],
            practitioner_id=practitioner["id"],
            starts_at=option["starts_at"],
        )
        wish = Wish(person_id=person, choice=choice, key="other")
        await appointments.book(talk.ledger, wish=wish, cause=by_patient("c"))


async def test_a_wish_is_offered_times_and_a_tap_books_exactly_that_one(talk: Talk) -> None:
    said = await talk.say(ASKS)
    assert said[0]["name"] == "hot_lead_ack"
    listed = rows(said)
    assert [row["title"] for row in listed][:2] == ["Joi 12.03, 17:00", "Joi 12.03, 17:15"]
    done = await talk.tap(listed[1])
    assert "joi, 12 martie, ora 17:15" in body(done)
    assert "Florilor 5" in body(done)
    [visit] = await talk.visits()
    assert (local(visit["starts_at"]), visit["status"]) == ("Thu 12.03 17:15", "booked")
    [booking] = await talk.bookings()
    assert (booking["closed_because"], booking["appointment_id"]) == ("done", visit["id"])


@pytest.mark.parametrize(
    ("asks", "chooses", "confirmed"),
    [
        ("I'd like an appointment for a cleaning next Tuesday morning", "the second one", "Tuesday, 17 March at"),
        ("Ich hätte gern einen Termin für eine Zahnreinigung, nicht vor 10 Uhr, am Freitag", "die zweite bitte",
         "Freitag, 13. März, um"),
        ("as vrea o programare la detartraj vineri dimineata", "a doua", "vineri, 13 martie, ora"),
    ],
)  # fmt: skip
async def test_words_choose_as_well_as_taps(talk: Talk, asks: str, chooses: str, confirmed: str) -> None:
    listed = rows(await talk.say(asks))
    done = await talk.say(chooses)
    assert confirmed in body(done)
    [visit] = await talk.visits()
    assert listed[1]["title"].endswith(local(visit["starts_at"])[-5:])


async def test_a_time_taken_meanwhile_is_said_so_and_others_are_offered(talk: Talk) -> None:
    listed = rows(await talk.say(ASKS))
    [booking] = await talk.bookings()
    option = booking["offers"][0][1]
    await somebody_books(talk, option)
    said = await talk.tap(listed[1])
    assert "tocmai s-a ocupat" in body(said)
    assert await talk.visits() == []
    fresh = rows(said)
    assert listed[1]["title"] not in [row["title"] for row in fresh]
    await talk.tap(fresh[-1])
    [visit] = await talk.visits()
    assert fresh[-1]["title"].endswith(local(visit["starts_at"])[-5:])


async def test_the_same_tap_again_says_that_it_is_booked(talk: Talk) -> None:
    listed = rows(await talk.say(ASKS))
    await talk.tap(listed[1])
    said = await talk.tap(listed[1])
    assert body(said).startswith("Aveți deja programarea")
    assert len(await talk.visits()) == 1


async def test_another_tap_on_a_used_list_asks_before_it_moves(talk: Talk) -> None:
    listed = rows(await talk.say(ASKS))
    await talk.tap(listed[1])
    said = await talk.tap(listed[2])
    assert "Doriți să o mutăm" in body(said)
    [visit] = await talk.visits()
    assert local(visit["starts_at"]) == "Thu 12.03 17:15"
    await talk.tap(rows(said)[0])
    [visit] = await talk.visits()
    assert (local(visit["starts_at"]), visit["moves"]) == ("Thu 12.03 17:30", 1)


async def test_a_tap_when_the_time_is_over_gets_fresh_ones(talk: Talk) -> None:
    listed = rows(await talk.say(ASKS))
    talk.still.forward(days=3)
    said = await talk.tap(listed[1])
    assert "a trecut deja" in body(said)
    assert await talk.visits() == []
    await talk.tap(rows(said)[0])
    assert len(await talk.visits()) == 1


async def test_days_may_lie_between_two_turns(talk: Talk) -> None:
    listed = rows(await talk.say("vreau o programare la detartraj saptamana viitoare"))
    talk.still.forward(days=4)
    done = await talk.say("ultima varianta va rog")
    assert "Programarea este făcută" in body(done)
    [visit] = await talk.visits()
    assert listed[-1]["title"].endswith(local(visit["starts_at"])[-5:])


async def test_an_older_list_books_what_it_says(talk: Talk) -> None:
    first = rows(await talk.say("vreau o programare la detartraj joi"))
    second = rows(await talk.say("sau mai bine vineri?"))
    assert second[0]["title"].startswith("Vin 13.03")
    await talk.tap(first[0])
    [visit] = await talk.visits()
    assert local(visit["starts_at"]).startswith("Thu 12.03")


@pytest.mark.parametrize(
    ("question", "answer"),
    [("cat costa?", "RON"), ("aveti parcare?", "Parcare gratuită"), ("unde sunteti?", "Florilor 5"),
     ("cat dureaza?", "45 de minute")],
)  # fmt: skip
async def test_a_question_in_between_is_answered_and_the_times_are_asked_again(
    talk: Talk, question: str, answer: str
) -> None:
    listed = rows(await talk.say("vreau o programare la detartraj joi"))
    said = await talk.say(question)
    expected = "EUR" if answer == "RON" else answer
    assert expected in body(said) or "€" in body(said)
    assert [row["id"] for row in rows(said)] == [row["id"] for row in listed]
    await talk.say("prima")
    assert len(await talk.visits()) == 1


async def test_what_the_clinic_has_not_said_is_left_to_a_colleague(talk: Talk) -> None:
    await talk.say("vreau o programare la detartraj joi")
    said = await talk.say("aveti contract cu casa de sanatate?")
    assert "răspunde un coleg" in body(said)
    assert "wants_a_person" in await talk.alerts()
    rows(said)


async def test_a_mind_is_changed(talk: Talk) -> None:
    await talk.say("vreau o programare la detartraj joi")
    said = await talk.say("m-am razgandit, vreau albire vineri dupa 15")
    assert "albire" in body(said)
    assert all(row["title"].startswith("Vin 13.03") for row in rows(said))


async def test_what_for_is_asked_when_it_is_missing_and_the_day_is_kept(talk: Talk) -> None:
    said = await talk.say("Bună ziua, aș dori o programare mâine după-amiază")
    assert [row["title"] for row in rows(said)] == ["Consultație", "Detartraj", "Implant dentar", "Albire"]
    said = await talk.tap(rows(said)[1])
    assert all("Joi 12.03" in row["title"] for row in rows(said))
    assert all(row["title"][-5:] >= "12:00" for row in rows(said))


async def test_later_earlier_and_none(talk: Talk) -> None:
    listed = rows(await talk.say("vreau o programare la detartraj joi dimineata"))
    later = rows(await talk.say("ceva mai tarziu?"))
    assert later[0]["title"][-5:] >= listed[-1]["title"][-5:]
    others = rows(await talk.say("niciuna"))
    assert others[0]["title"] != later[0]["title"]


async def test_another_doctor(talk: Talk) -> None:
    listed = rows(await talk.say("vreau o programare la detartraj joi la doamna doctor Popescu"))
    assert {row["description"] for row in listed} == {"Dr. Ana Popescu"}
    other = rows(await talk.say("la alt doctor se poate?"))
    assert {row["description"] for row in other} == {"Dr. Mihai Ionescu"}


async def test_a_visit_is_moved(talk: Talk) -> None:
    await booked(talk)
    said = await talk.say("vreau sa mut programarea pe luni dupa 16")
    assert "rămâne cum este" in body(said)
    done = await talk.tap(rows(said)[0])
    assert body(done).startswith("Am mutat programarea")
    [visit] = await talk.visits()
    assert (local(visit["starts_at"])[:9], visit["moves"], visit["status"]) == ("Mon 16.03", 1, "booked")


@pytest.mark.parametrize("yes", ["da", "tap"])
async def test_a_visit_is_cancelled_once_it_is_sure(talk: Talk, yes: str) -> None:
    await booked(talk)
    said = await talk.say("vreau sa anulez programarea")
    [visit] = await talk.visits()
    assert visit["status"] == "booked"
    done = await (talk.tap(rows(said)[0]) if yes == "tap" else talk.say("da"))
    assert body(done).startswith("Am anulat programarea")
    [visit] = await talk.visits()
    assert (visit["status"], visit["end_reason"]) == ("cancelled", "patient")


async def test_a_visit_stays_when_it_is_not_sure(talk: Talk) -> None:
    await booked(talk)
    await talk.say("vreau sa anulez programarea")
    said = await talk.say("nu")
    assert "programarea rămâne" in body(said)
    [visit] = await talk.visits()
    assert visit["status"] == "booked"


async def test_an_old_tap_after_cancelling_books_anew(talk: Talk) -> None:
    listed = rows(await talk.say(ASKS))
    await talk.tap(listed[1])
    await talk.say("anulez programarea")
    await talk.say("da")
    done = await talk.tap(listed[1])
    assert "Programarea este făcută" in body(done)
    assert sorted(v["status"] for v in await talk.visits()) == ["booked", "cancelled"]


async def test_somebody_who_is_not_understood_twice_gets_a_person(talk: Talk) -> None:
    await talk.say("vreau o programare la detartraj joi")
    first = await talk.say("hmm vedem cum o fi cu soacra si cu pisica")
    assert "Nu sunt sigur" in body(first)
    second = await talk.say("soacra zice ca pisica nu vrea")
    assert "Un coleg de la Clinica Zâmbet preia" in body(second)
    assert "wants_a_person" in await talk.alerts()
    [booking] = await talk.bookings()
    assert booking["closed_because"] == "to_a_person"


async def test_giving_up_is_taken_kindly(talk: Talk) -> None:
    await talk.say("vreau o programare la detartraj joi")
    said = await talk.say("lasati, ma mai gandesc")
    assert "nu am rezervat nimic" in body(said)
    [booking] = await talk.bookings()
    assert booking["closed_because"] == "given_up"


async def test_an_emergency_in_the_dialogue_goes_first(talk: Talk) -> None:
    await talk.say("vreau o programare la detartraj joi")
    said = await talk.say("nu pot respira, mi s-a umflat gatul")
    assert "112" in body(said)
    assert all(one["kind"] != "whatsapp.choices" for one in said)


async def test_a_wish_for_silence_in_the_dialogue_is_kept(talk: Talk) -> None:
    listed = rows(await talk.say("vreau o programare la detartraj joi"))
    said = await talk.say("STOP, nu ma mai contactati")
    assert len(listed) > 0
    assert all("Nu vă mai trimitem mesaje" in one["body"] for one in said)
    assert await talk.visits() == []


async def test_a_complaint_in_the_dialogue_is_answered_as_one(talk: Talk) -> None:
    await talk.say("vreau o programare la detartraj joi")
    said = await talk.say(
        "sunt foarte nemultumit, am asteptat doua ore data trecuta si nimeni nu si-a cerut scuze"
    )
    assert all(one["kind"] != "whatsapp.choices" for one in said)


async def test_a_colleague_who_takes_over_silences_the_agent(talk: Talk) -> None:
    await talk.say("vreau o programare la detartraj joi")
    [booking] = await talk.bookings()
    user: UUID = ids.new_id()
    await conversations.take_over(talk.ledger, conversation_id=booking["conversation_id"], by=user)
    [booking] = await talk.bookings()
    assert booking["closed_because"] == "to_a_person"
    await talk.said()
    async with talk.ledger.pool.acquire() as connection:
        before = await connection.fetchval(
            "select count(*) from effects where kind like 'whatsapp.%' and status <> 'refused'"
        )
    await talk.say("prima")
    async with talk.ledger.pool.acquire() as connection:
        after = await connection.fetchval(
            "select count(*) from effects where kind like 'whatsapp.%' and status <> 'refused'"
        )
    assert (before, await talk.visits()) == (after, [])


async def test_begun_again_after_a_crash_nothing_is_said_or_booked_twice(talk: Talk) -> None:
    await talk.say("vreau o programare la detartraj joi")
    await talk.say("prima")
    said, visits = len(talk.sent), await talk.visits()
    [last] = await talk.rows("select id from messages order by id desc limit 1")
    again = await booking_agent.understand(talk.ledger, ai=None, message_id=last["id"], correlation_id="c")
    await carry_on(talk.ledger, again, message_id=last["id"])
    await talk.said()
    assert (len(talk.sent), await talk.visits()) == (said, visits)


async def test_a_colleague_has_times_offered(talk: Talk) -> None:
    await talk.say("Bună ziua, mă interesează o albire, cât costă?")
    lead = (await talk.rows("select id from leads"))[0]["id"]
    begun = await booking_agent.begin(talk.ledger, lead_id=lead, by=None, request="r", correlation_id="c")
    assert begun.next == "find"
    await booking_agent.begin(talk.ledger, lead_id=lead, by=None, request="r", correlation_id="c")
    assert len(await talk.bookings()) == 1


async def test_a_late_answer_to_an_old_question_is_told_so(talk: Talk) -> None:
    await booked(talk)
    sure = rows(await talk.say("vreau sa anulez programarea"))
    await talk.tap(sure[0])
    said = await talk.tap(sure[0])
    assert "nu mai este deschisă" in body(said)
    [visit] = await talk.visits()
    assert visit["status"] == "cancelled"


async def test_the_price_of_something_else_is_no_other_wish(talk: Talk) -> None:
    listed = rows(await talk.say("vreau o programare la detartraj joi"))
    said = await talk.say("dar un implant cat costa?")
    assert "Implant dentar" in body(said)
    assert [row["id"] for row in rows(said)] == [row["id"] for row in listed]


async def test_pain_waits_for_no_question(talk: Talk) -> None:
    said = await talk.say(
        "ma doare ingrozitor o masea, vreau sa vin azi la dumneavoastra, o programare va rog"
    )
    assert all(row["title"].startswith("Mie 11.03") for row in rows(said))


async def test_a_day_that_is_over_is_said_to_be(talk: Talk) -> None:
    said = await talk.say("vreau o programare la detartraj pe 5 martie 2026")
    assert "a trecut deja" in body(said)
    rows(await talk.say("atunci pe 20 martie"))


@pytest.mark.parametrize(
    ("thanks", "kind"),
    [
        ("Mulțumesc!", "Cu plăcere"),
        ("ok", "Cu plăcere"),
        ("👍", "Cu plăcere"),
        ("Vielen Dank!", "Gern geschehen"),
        ("thank you very much", "You are welcome"),
    ],
)
async def test_thanks_after_a_booking_get_a_kind_word_and_no_promise_of_a_call(
    talk: Talk, thanks: str, kind: str
) -> None:
    await booked(talk)
    alerts = await talk.alerts()
    [said] = await talk.say(thanks)
    assert said["body"].startswith(kind)
    assert await talk.alerts() == alerts
    assert len(await talk.visits()) == 1


async def test_thanks_with_a_question_are_answered_as_a_question(talk: Talk) -> None:
    await booked(talk)
    said = await talk.say("Mulțumesc, cât costă o albire?")
    assert "Cu plăcere" not in body(said)


async def test_long_after_it_thanks_are_no_part_of_it(talk: Talk) -> None:
    await booked(talk)
    talk.still.forward(minutes=49 * 60)
    assert "Cu plăcere" not in body(await talk.say("Mulțumesc!"))


@pytest.mark.parametrize(
    ("words", "because"),
    [("STOP", "opted_out"), ("Nu mai pot respira, mi s-a umflat gâtul și sângerează tare", "to_a_person")],
)
async def test_a_wish_for_silence_and_an_emergency_end_the_dialogue(
    talk: Talk, words: str, because: str
) -> None:
    await talk.say(ASKS)
    await talk.say(words)
    [booking] = await talk.bookings()
    assert booking["closed_because"] == because


async def test_a_tap_on_a_tuesday_keeps_the_language(talk: Talk) -> None:
    """`Mar 17.03, 10:00` is Romanian of ours, whatever it looks like."""
    listed = rows(await talk.say("Aș vrea o programare la detartraj marți dimineața"))
    assert listed[0]["title"].startswith("Mar ")
    assert body(await talk.tap(listed[0])).startswith("Programarea este făcută")
    assert [one["language"] for one in await talk.rows("select language from people")] == ["ro"]


async def test_a_week_that_is_named_is_not_the_first_option(talk: Talk) -> None:
    await talk.say("Vreau o programare la detartraj vineri")
    listed = rows(await talk.say("mai bine în prima săptămână din aprilie, după 16"))
    assert await talk.visits() == []
    assert all(" 0" in row["title"] and ".04," in row["title"] for row in listed)


async def test_an_hour_close_to_an_offered_one_is_not_that_one(talk: Talk) -> None:
    first = rows(await talk.say("Vreau o programare la detartraj vineri dimineața"))[0]["title"].split()[-1]
    said = await talk.say(f"{first[:3]}07 e ok")
    assert await talk.visits() == []
    assert rows(said)


async def test_an_appointment_on_a_day_is_wished_for_that_day(talk: Talk) -> None:
    listed = rows(await talk.say("Hello, I need an appointment on Monday for a cleaning"))
    assert all(row["title"].startswith("Mon ") for row in listed)


async def test_two_people_at_once_are_for_a_colleague(talk: Talk) -> None:
    said = await talk.say("Vreau o programare la detartraj pentru mine și soția mea luni dimineața")
    assert "Un coleg" in body(said)
    assert (await talk.alerts())[-1] == "wants_a_person"
    assert await talk.visits() == []


async def test_who_cannot_come_is_asked_and_an_hour_later_moves(talk: Talk) -> None:
    visit = await booked(talk)
    said = await talk.say("Nu mai pot veni mâine")
    assert [row["title"] for row in rows(said)] == ["Da, anulați", "Altă oră", "Rămâne așa"]
    await talk.tap(rows(said)[2])
    said = await talk.say("se poate cu o oră mai târziu?")
    await talk.say("da")
    [moved] = await talk.visits()
    assert (moved["starts_at"] - visit["starts_at"]).total_seconds() == 3600
    assert moved["status"] == "booked"
