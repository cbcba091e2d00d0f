"""Several people of one phone: who comes is heard, kept and said, whatever the writer's own name is. It is Wednesday,
11 March 2026, ten o'clock."""

from typing import Any

import pytest
from tests.integration.booking.conftest import Talk, local
from tests.integration.booking.test_dialogues import body, rows


async def arrange(talk: Talk, wish: str, place: int = 0) -> dict[str, Any]:
    """The visit that comes of a wish and a tap."""
    await talk.tap(rows(await talk.say(wish))[place])
    return (await talk.visits())[-1]


async def sure(talk: Talk, said: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return await talk.tap(rows(said)[0])


async def test_a_visit_for_a_son_is_the_sons_in_offer_confirmation_and_calendar(talk: Talk) -> None:
    said = await talk.say("I need an appointment for my son Andrei, 9 years, tomorrow")
    assert "Andrei: " in body(said)
    done = await talk.tap(rows(said)[0])
    assert "Andrei: " in body(done)
    [visit] = await talk.visits()
    assert (visit["for_name"], visit["relation"]) == ("Andrei", "son")


@pytest.mark.parametrize(
    ("wish", "said", "relation"),
    [
        ("Vreau o programare la control pentru fiul meu mâine", "fiul dumneavoastră", "son"),
        ("Ich möchte morgen einen Termin zur Kontrolle für meine Frau", "Ihre Frau", "wife"),
        ("I need a check-up for my dad tomorrow", "your father", "father"),
        ("Vorrei un appuntamento di controllo per mia moglie domani", "Sua moglie", "wife"),
        ("Je voudrais un rendez-vous de contrôle pour ma femme demain", "votre femme", "wife"),
        ("Quisiera una cita de revisión para mi marido mañana", "su esposo", "husband"),
        ("Időpontot szeretnék kontrollra a feleségemnek holnap", "az Ön felesége", "wife"),
    ],
)
async def test_whoever_is_not_named_is_called_what_they_are(
    talk: Talk, wish: str, said: str, relation: str
) -> None:
    offered = await talk.say(wish)
    assert said.lower() in body(offered).lower()
    done = await talk.tap(rows(offered)[0])
    assert f"{said}: " in body(done)
    [visit] = await talk.visits()
    assert (visit["for_name"], visit["relation"]) == (None, relation)


async def test_nobody_else_is_made_of_a_wish_of_ones_own(talk: Talk) -> None:
    visit = await arrange(talk, "Soțul meu mi-a recomandat clinica, vreau un detartraj mâine")
    assert (visit["for_name"], visit["relation"]) == (None, None)


async def test_the_name_may_come_later_and_nothing_is_asked_twice(talk: Talk) -> None:
    await talk.say("Vreau o programare la control pentru fiul meu mâine")
    again = await talk.say("îl cheamă Andrei")
    assert "Andrei: " in body(again)
    await talk.tap(rows(again)[0])
    [visit] = await talk.visits()
    assert (visit["for_name"], visit["relation"]) == ("Andrei", "son")


async def test_whom_it_was_about_before_is_not_forgotten_when_it_comes_to_a_visit(talk: Talk) -> None:
    await talk.say("Cât costă un control pentru fetița mea Sofia?")
    talk.still.forward(minutes=5)
    offered = await talk.say("Bine, aș vrea o programare la control mâine")
    assert "Sofia: " in body(offered)
    await talk.tap(rows(offered)[0])
    own = await arrange(talk, "Vreau și o programare la detartraj vineri")
    assert [one["for_name"] for one in await talk.visits()] == ["Sofia", None]
    assert own["relation"] is None


async def test_of_several_the_one_who_is_named_is_moved(talk: Talk) -> None:
    own = await arrange(talk, "Vreau un detartraj mâine")
    son = await arrange(talk, "Vreau o programare la control pentru fiul meu Andrei vineri")
    offered = await talk.say("mutați programarea lui Andrei pe luni")
    assert body(offered).startswith("Andrei: ")
    await talk.tap(rows(offered)[0])
    now = {visit["id"]: visit for visit in await talk.visits()}
    assert now[own["id"]]["starts_at"] == own["starts_at"]
    assert local(now[son["id"]]["starts_at"]).startswith("Mon 16.03")


async def test_of_several_it_is_asked_which_and_a_name_answers(talk: Talk) -> None:
    own = await arrange(talk, "Vreau un detartraj mâine")
    son = await arrange(talk, "Vreau o programare la control pentru fiul meu Andrei vineri")
    asked = await talk.say("vreau să anulez programarea")
    told = [row["description"] for row in rows(asked)]
    assert [one.startswith("Andrei: ") for one in told] == [False, True]
    done = await sure(talk, await talk.say("a lui Andrei"))
    assert "Andrei: " in body(done)
    now = {visit["id"]: visit["status"] for visit in await talk.visits()}
    assert now == {own["id"]: "booked", son["id"]: "cancelled"}


async def test_whoever_has_no_visit_is_asked_about_and_nobody_elses_is_touched(talk: Talk) -> None:
    await arrange(talk, "Vreau o programare la control pentru fiul meu Andrei vineri")
    asked = await talk.say("vreau să anulez programarea soției mele")
    assert "La care dintre programări" in body(asked)
    assert [visit["status"] for visit in await talk.visits()] == ["booked"]


async def test_ones_own_visit_is_told_from_the_childs(talk: Talk) -> None:
    await arrange(talk, "Vreau o programare la control pentru fiul meu Andrei vineri")
    own = await arrange(talk, "Mai vreau o programare la detartraj pentru mine luni")
    assert own["for_name"] is None
    done = await sure(talk, await talk.say("anulați programarea mea"))
    assert "Andrei" not in body(done)
    assert [visit["status"] for visit in await talk.visits()] == ["booked", "cancelled"]


async def test_two_at_once_are_for_a_colleague(talk: Talk) -> None:
    await talk.say("Vreau o programare la control pentru fiul meu și pentru fiica mea mâine")
    assert "wants_a_person" in await talk.alerts()
    assert await talk.visits() == []


async def test_who_takes_it_back_comes_themselves(talk: Talk) -> None:
    await talk.say("I need a check-up for my son tomorrow")
    visit = await arrange(talk, "Sorry, not for my son, for me")
    assert (visit["for_name"], visit["relation"]) == (None, None)


async def test_a_husband_who_drives_is_not_the_patient(talk: Talk) -> None:
    visit = await arrange(talk, "My husband can drive me on Friday, I need a check-up")
    assert (visit["for_name"], visit["relation"]) == (None, None)
