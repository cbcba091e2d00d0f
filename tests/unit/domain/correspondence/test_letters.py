"""Addresses, threads and machines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medicalcor.domain.correspondence.addresses import normalised
from medicalcor.domain.correspondence.machines import machine
from medicalcor.domain.correspondence.threads import message_ids, plain_subject


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("ana@example.ro", "ana@example.ro"),
        ("  Ana.Pop+dinte@Example.RO ", "ana.pop+dinte@example.ro"),
        ('"Pop, Ana" <Ana@Example.RO>', "ana@example.ro"),
        ("mailto:ana@example.ro", "ana@example.ro"),
        ("ana@clinică.example", "ana@clinică.example"),
        ("o'brien@mail.example.", "o'brien@mail.example"),
    ],
)
def test_addresses(written: str, address: str) -> None:
    assert normalised(written) == address


@pytest.mark.parametrize(
    "written",
    [
        None, "", "ana", "ana@", "@example.ro", "ana@localhost", "ana@@example.ro", "a b@example.ro", ".ana@example.ro",
        "ana@exa mple.ro", "ana@-example.ro", "ana@example..ro", "ana@127.0.0.1", "ana\n@example.ro", "x" * 65 + "@example.ro",
        "ana@" + "x" * 300 + ".ro", "ana@example.ro, ion@example.ro", "<>",
    ],
)  # fmt: skip
def test_what_is_no_address(written: str | None) -> None:
    assert normalised(written) is None


@given(st.text(max_size=80))
def test_a_normalised_address_is_safe_and_stays(written: str) -> None:
    address = normalised(written)
    if address is not None:
        assert normalised(address) == address
        assert not any(letter.isspace() or letter in '<>",;:' for letter in address)


def test_ids_are_read_from_whatever_surrounds_them() -> None:
    assert message_ids("<a@x>\r\n\t<b@x> (comment) <a@x>", ["<c@x>", "d@x"]) == ("<a@x>", "<b@x>", "<c@x>")


@pytest.mark.parametrize(
    "subject",
    ["Programare", "Re: Programare", "RE: FW: Programare", "Re[2]: Programare", "AW: Programare", "Vá: Programare",
     "R: Programare", "Răsp: Re:  Programare", " TR : Programare"],
)  # fmt: skip
def test_subjects(subject: str) -> None:
    assert plain_subject(subject) == "Programare"


def test_a_subject_is_one_line() -> None:
    assert plain_subject("Bună\r\nBcc: x@y.example") == "Bună Bcc: x@y.example"
    assert plain_subject("Recomandare: implant") == "Recomandare: implant"
    assert plain_subject(None) == ""


@pytest.mark.parametrize(
    ("headers", "kind"),
    [
        ({}, None),
        ({"auto-submitted": "no"}, None),
        ({"precedence": "normal", "x-auto-response-suppress": "None"}, None),
        ({"return-path": "<ana@example.ro>"}, None),
        ({"content-type": "multipart/report; report-type=disposition-notification"}, None),
        ({"return-path": "<>"}, "bounce"),
        ({"content-type": "multipart/report; report-type=delivery-status"}, "bounce"),
        ({"x-failed-recipients": "x@y.example"}, "bounce"),
        ({"auto-submitted": "auto-replied (vacation)"}, "auto_reply"),
        ({"auto-submitted": "auto-replied; owner-email=x"}, "auto_reply"),
        ({"auto-submitted": "auto-generated"}, "automatic"),
        ({"x-auto-response-suppress": "All"}, "automatic"),
        ({"x-autoreply": "yes"}, "auto_reply"),
        ({"precedence": "auto_reply"}, "auto_reply"),
        ({"precedence": "Bulk"}, "list"),
        ({"list-id": "<news.example>"}, "list"),
        ({"list-unsubscribe": "<https://x.example>"}, "list"),
    ],
)
def test_machines_by_header(headers: dict[str, str], kind: str | None) -> None:
    assert machine(headers, sender="ana@example.ro", subject="Programare") == kind


@pytest.mark.parametrize(
    ("sender", "subject", "kind"),
    [
        ("MAILER-DAEMON@mx.example", "Undelivered Mail Returned to Sender", "bounce"),
        ("postmaster@example.ro", "Nelivrat: Programare", "bounce"),
        ("noreply@shop.example", "Comanda", "automatic"),
        ("no-reply@shop.example", "Comanda", "automatic"),
        ("ana@example.ro", "Automatic reply: Programare", "auto_reply"),
        ("ana@example.ro", "Răspuns automat: Programare", "auto_reply"),
        ("ana@example.ro", "Automatische Antwort: Termin", "auto_reply"),
        ("ana@example.ro", "Réponse automatique : Rendez-vous", "auto_reply"),
        ("ana@example.ro", "Automatikus válasz: Időpont", "auto_reply"),
        ("ana@example.ro", "Programare pentru tata", None),
        ("nora@example.ro", "Vreau un răspuns", None),
    ],
)
def test_machines_by_sender_and_subject(sender: str, subject: str, kind: str | None) -> None:
    assert machine({}, sender=sender, subject=subject) == kind


def test_an_envelope_without_a_sender_is_a_bounce() -> None:
    assert machine({}, sender="ana@example.ro", subject="", return_path="<>") == "bounce"
    assert (
        machine({"return-path": "<>"}, sender="ana@example.ro", subject="", return_path="ana@example.ro")
        is None
    )
