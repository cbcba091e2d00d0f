"""A mother's phone, and her son's visit: his name where it is wanted, and nowhere else."""

import pytest

from tests.journeys.test_booking_agent import rows_of, tap, the_list, visits_of, words_to
from tests.open_clinic import open_clinic
from tests.stack import Stack

SON = "Kanarandrei"
WISHES = {
    "ro": f"Vreau o programare pentru fiul meu {SON}, 9 ani, la control mâine după-amiază",
    "en": f"I need an appointment for my son {SON}, 9 years, a check-up tomorrow afternoon",
    "de": f"Ich möchte morgen Nachmittag einen Termin zur Kontrolle für meinen Sohn {SON}, 9 Jahre",
}
MOVE = f"mutați programarea lui {SON}"


@pytest.fixture
def family(own_system: Stack) -> Stack:
    open_clinic(own_system)
    own_system.settle(60)
    own_system.reset()
    return own_system


@pytest.mark.parametrize("language", WISHES)
def test_the_visit_is_the_sons_from_the_offer_to_the_calendar_file(
    family: Stack, phone: str, language: str
) -> None:
    family.say(phone, WISHES[language], name="Maria Pop")
    offered = the_list(family, phone)
    assert f"{SON}: " in offered["interactive"]["body"]["text"]
    tap(family, phone, rows_of(offered)[0])
    said = family.until(
        lambda: next((one for one in words_to(family, phone) if "/visits/" in one), None),
        what="the confirmation",
    )
    assert f"{SON}: " in said
    assert "Maria" not in said
    [visit] = visits_of(family, phone)
    assert (visit["for_name"], visit["relation"], visit["status"]) == (SON, "son", "booked")
    link = said[said.index(f"{family.api_url}/visits/") :].split()[0]
    assert SON not in link
    assert SON in family.http.get(link).text.replace("\r\n ", "")


def test_the_right_visit_of_two_is_moved_and_his_name_lies_nowhere_open(family: Stack, phone: str) -> None:
    for wish in ("Vreau o programare la detartraj mâine", WISHES["ro"]):
        count = len(visits_of(family, phone))
        family.say(phone, wish, name="Maria Pop")
        tap(family, phone, rows_of(the_list(family, phone, count + 1))[0])
        family.until(lambda count=count: len(visits_of(family, phone)) > count, what="the visit")
    family.say(phone, MOVE)
    offered = the_list(family, phone, 3)
    assert offered["interactive"]["body"]["text"].startswith(f"{SON}: ")
    tap(family, phone, rows_of(offered)[-1])
    family.until(
        lambda: [v["moves"] for v in visits_of(family, phone) if v["for_name"] == SON] == [1],
        what="his visit to be moved",
    )
    assert [v["moves"] for v in visits_of(family, phone) if v["for_name"] is None] == [0]
    family.settle()
    for table in (
        "dbos.workflow_status", "dbos.workflow_input", "dbos.operation_outputs", "asks", "api_requests", "inbox",
        "domain_events", "timeline",
    ):  # fmt: skip
        rows = family.rows(f"select t::text as text from {table} t")  # noqa: S608 - names of ours
        assert not any(SON.lower() in row["text"].lower() for row in rows), table
    assert SON.lower() not in family.logs(10**7).lower()
