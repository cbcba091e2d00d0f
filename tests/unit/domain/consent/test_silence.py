"""A wish for silence is heard by the parts that words play, and not in what only looks like one."""

import pytest

from medicalcor.domain.consent.silence import heard
from medicalcor.domain.consent.withdrawal import wish


@pytest.mark.parametrize(
    "text",
    [
        "nu-mi mai scrieți",
        "Termin passt, aber bitte keine Werbung mehr schicken",
        "do not call or text this number",
        "ne m'écrivez plus",
        "ya no tienen permiso para contactarme",
        "vi prego di cessare ogni comunicazione",
        "nem akarom, hogy megkeressenek",
        "stop using my data",
        "Could you please stop writing to me?",
        "plz stop sendng mesages",
        "m-am săturat de voi",
        "Sagen Sie den Termin ab und schreiben Sie mir nicht mehr",
        "your messages are unwanted",
        "vous me dérangez",
    ],
)
def test_its_parts_make_a_wish_in_any_language(text: str) -> None:
    assert heard(text) == "wish"


@pytest.mark.parametrize(
    "text",
    [
        "don't send the photos any more, I found them",
        "nu mai sunați la fix, sunați pe mobil",
        "please don't delete my number",
        "Ich habe keine Nachrichten mehr bekommen",
        "why don't you write to me any more?",
        "nu-mi scrieți, sunați-mă",
        "can I unsubscribe later?",
        "please take me off the waiting list",
        "I get no more messages from you",
        "don't forget to write to me",
    ],
)
def test_what_speaks_of_else_tells_or_asks_is_doubtful(text: str) -> None:
    assert heard(text) == "doubt"


@pytest.mark.parametrize("text", ["", "nu mai pot de durere", "ok, vin mâine", "Was kostet ein Implantat?"])
def test_other_matters_are_none(text: str) -> None:
    assert heard(text) == "nothing"


def test_not_wanting_messages_means_it_only_as_an_answer() -> None:
    assert heard("no texts please") == "nothing"
    assert heard("no texts please", asked=True) == "wish"
    assert heard("not too many messages please", asked=True) == "doubt"


@pytest.mark.parametrize("text", ["stop, am uitat, vin la 11", "please don't forget my number"])
def test_what_the_scoring_took_for_one_is_weighed_again(text: str) -> None:
    assert wish(text, silence=True).scope == "none"


@pytest.mark.parametrize("text", ["STOP. vin la 11", "nu mă mai căutați că mi-am rezolvat dinții"])
def test_what_the_scoring_heard_stands_where_nothing_speaks_against_it(text: str) -> None:
    assert wish(text, silence=True).scope == "everything"
