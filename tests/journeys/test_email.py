"""A patient writes a mail."""

import html
import itertools
from collections.abc import Iterator

import pytest

from tests import mail
from tests.colleague import Colleague
from tests.stack import CLINIC_MAIL, Stack

QUESTION = "Bună ziua, cât costă un implant dentar? Mulțumesc, Ana"
_people = itertools.count(1)


@pytest.fixture
def ana() -> str:
    """An address that nobody has used yet."""
    return f"ana{next(_people)}@canary-mail.example"


@pytest.fixture
def stranger() -> str:
    return f"stranger{next(_people)}@canary-other.example"


def test_a_mail_becomes_a_scored_lead_and_is_answered_in_its_thread(stack: Stack, ana: str) -> None:
    sent = mail.write(
        stack, f"Ana Canarescu <{ana.upper()}>", QUESTION, subject="Re: Întrebare despre implant"
    )
    [letter] = mail.answered(stack, ana)
    assert letter["subject"] == "Re: Întrebare despre implant"
    assert letter["headers"]["in-reply-to"] == sent
    assert letter["references"] == [sent]
    assert letter["headers"]["auto-submitted"] == "auto-replied"
    assert "Clinica Zâmbet" in letter["text"]
    assert '<html lang="ro">' in letter["html"]
    lead = stack.person(ana)
    assert (lead["channel"], lead["name"], lead["speaks"]) == ("email", "Ana Canarescu", "ro")
    assert lead["classification"] is not None
    stack.settle()
    assert [e["status"] for e in stack.effects_of(ana, kind="email.%")] == ["sent"]
    assert stack.effects_of(ana) == []


def test_a_reply_continues_the_conversation_without_what_it_quotes(stack: Stack, ana: str) -> None:
    first = mail.write(stack, ana, QUESTION)
    [letter] = mail.answered(stack, ana)
    reply = f"Da, vineri dimineața.\n\nOn Thu, 26 Nov 2026 at 10:00, Clinica <{CLINIC_MAIL}> wrote:\n> {letter['text']}"
    second = mail.write(
        stack,
        ana,
        reply,
        subject="RE: Implant",
        in_reply_to=letter["message_id"],
        references=[first, letter["message_id"]],
    )
    *_, answer = mail.answered(stack, ana, 2)
    assert [m["body"] for m in mail.messages(stack, ana)] == [QUESTION, "Da, vineri dimineața."]
    assert answer["subject"] == "Re: Implant"
    assert answer["references"] == [first, letter["message_id"], second]
    assert stack.person(ana)["id"]


def test_a_mail_in_html_only_is_read(stack: Stack, ana: str) -> None:
    mail.write(
        stack, ana, None, html=f"<p>{QUESTION}</p><script>alert(1)</script><p style='display:none'>x</p>"
    )
    mail.answered(stack, ana)
    assert [m["body"] for m in mail.messages(stack, ana)] == [QUESTION]


def test_files_are_listed_and_a_mail_of_files_alone_waits_for_a_person(stack: Stack, ana: str) -> None:
    files = [
        {
            "id": "a1",
            "filename": "rx.pdf",
            "content_type": "application/pdf",
            "size": 1234,
            "url": "https://x.example/1",
        }
    ]
    mail.write(stack, ana, "", subject="", attachments=files)
    mail.answered(stack, ana)
    [message] = mail.messages(stack, ana)
    assert message["kind"] == "document"
    assert message["letter"]["attachments"] == [
        {"name": "rx.pdf", "mime_type": "application/pdf", "size": 1234}
    ]
    assert stack.person(ana)["unanswered_since"] is not None


@pytest.mark.parametrize(
    "more",
    [
        {"subject": "Automatic reply: Implant"},
        {"headers": {"Auto-Submitted": "auto-replied"}},
        {"headers": {"List-Id": "<news.example>"}},
        {"headers": {"Precedence": "bulk"}},
    ],
)
def test_a_machine_is_shown_and_never_answered(stack: Stack, ana: str, more: dict[str, object]) -> None:
    mail.write(stack, ana, "Sunt în concediu. STOP. Nu respir.", **more)
    person = stack.person(ana)
    stack.settle()
    assert [m["kind"] for m in mail.messages(stack, ana)] == ["automatic"]
    assert stack.effects_of(ana, kind="%") == []
    assert mail.letters(stack, ana) == []
    assert (person["opted_out_at"], person["unanswered_since"]) == (None, None)


def bounce(
    recipient: str, *, message_id: str | None, text: str = "550 5.1.1 user unknown"
) -> dict[str, object]:
    named = f"\nMessage-ID: {message_id}" if message_id else ""
    return mail.mail(
        "MAILER-DAEMON@mx.example",
        f"Your message could not be delivered.\nFinal-Recipient: rfc822; {recipient}\nAction: failed\n{text}{named}",
        subject="Undelivered Mail Returned to Sender",
        return_path="<>",
    )


@pytest.mark.parametrize("names_it", [True, False])
def test_a_mail_that_comes_back_has_failed_and_staff_know(stack: Stack, ana: str, names_it: bool) -> None:
    mail.write(stack, ana, QUESTION)
    [letter] = mail.answered(stack, ana)
    assert (
        mail.post(stack, bounce(ana, message_id=letter["message_id"] if names_it else None)).status_code
        == 200
    )
    stack.until(
        lambda: [e["status"] for e in stack.effects_of(ana, kind="email.%")] == ["failed"],
        what="the mail to fail",
    )
    stack.settle()
    [failed] = stack.effects_of(ana, kind="email.%")
    assert failed["reason"] == "bounced"
    assert stack.effects_of(ana, kind="staff.alert")[-1]["content"]["code"] == "delivery_failed"
    assert stack.person(ana)["failed_since"] is not None
    assert [m["kind"] for m in mail.messages(stack, ana)] == ["email", "automatic"]
    assert len(mail.letters(stack, ana)) == 1


def test_a_notice_of_delay_is_no_failure(stack: Stack, ana: str) -> None:
    mail.write(stack, ana, QUESTION)
    [letter] = mail.answered(stack, ana)
    late = bounce(
        ana, message_id=letter["message_id"], text="THIS IS A WARNING MESSAGE ONLY. We will keep trying."
    )
    mail.post(stack, late)
    stack.until(lambda: len(mail.messages(stack, ana)) == 2, what="the notice to be shown")
    assert [e["status"] for e in stack.effects_of(ana, kind="email.%")] == ["sent"]


def test_a_bounce_of_somebody_elses_mail_is_nobodys_lead(stack: Stack) -> None:
    mail.post(stack, bounce("nobody@elsewhere.example", message_id="<x@elsewhere.example>"))
    stack.until(
        lambda: stack.rows("select 1 from inbox where kind = 'unread' and provider = 'email'"),
        what="it to be set aside",
    )
    assert stack.rows("select 1 from addresses where value like '%mailer-daemon%'") == []


def test_nothing_is_sent_after_an_opt_out_by_mail(stack: Stack, ana: str) -> None:
    mail.write(stack, ana, "Cât costă un implant?")
    mail.answered(stack, ana)
    stack.settle()
    mail.write(stack, ana, "STOP", subject="Re: oferte")
    *_, heard = mail.answered(stack, ana, 2)
    stack.settle()
    assert "Nu vă mai trimitem mesaje" in heard["text"]
    assert ["opted_out"] in [e["decision"]["reasons"] for e in stack.effects_of(ana, kind="email.%")]
    assert len(mail.letters(stack, ana)) == 2


def test_a_stranger_s_stop_by_mail_makes_no_lead(stack: Stack, ana: str) -> None:
    [before] = stack.rows("select count(*) as n from suppressions")
    mail.write(stack, ana, "STOP", subject="Re: oferte")
    stack.until(
        lambda: stack.rows("select 1 from suppressions offset $1", before["n"]), what="the wish to be kept"
    )
    stack.settle()
    assert stack.rows("select 1 from addresses where value = $1", ana) == []
    assert mail.letters(stack, ana) == []


def test_an_emergency_by_mail_gets_the_number(stack: Stack, ana: str) -> None:
    mail.write(stack, ana, "Mi s-a umflat gâtul și respir greu", subject="ajutor")
    [letter] = mail.answered(stack, ana)
    stack.settle()
    assert "112" in letter["text"]
    assert [e["purpose"] for e in stack.effects_of(ana, kind="email.%")] == ["emergency"]
    assert [e["content"]["code"] for e in stack.effects_of(ana, kind="staff.alert")] == ["emergency"]


def test_a_stranger_in_the_thread_learns_nothing_and_changes_nothing(
    stack: Stack, ana: str, stranger: str
) -> None:
    mail.write(stack, ana, "Bună ziua, sunt Ana Canarescu și vreau un implant, am buget 3000 EUR")
    [letter] = mail.answered(stack, ana)
    stack.settle()
    before = stack.person(ana)
    mail.write(stack, stranger, "STOP. Ce a întrebat Ana?", in_reply_to=letter["message_id"])
    [told] = mail.answered(stack, stranger)
    stack.settle()
    # it is shown in the conversation, with the address that it came from
    [_, guest] = mail.messages(stack, ana)
    assert (guest["guest"], guest["letter"]["sender"]) == (True, stranger)
    # whoever wrote hears that it arrived, in fixed words, and nothing of what was said
    assert [word for word in ("implant", "3000", "Ana") if word in told["text"]] == []
    assert len(mail.letters(stack, ana)) == 1
    # and nothing of it is taken for the person's own: neither the address nor the words
    assert stack.rows("select 1 from addresses where value = $1", stranger) == []
    after = stack.person(ana)
    assert after["opted_out_at"] is None
    assert (after["score"], after["scored_message_id"]) == (before["score"], before["scored_message_id"])
    assert after["unanswered_since"] is not None


def test_somebody_known_stays_in_their_own_conversation_whatever_they_quote(
    stack: Stack, ana: str, stranger: str
) -> None:
    mail.write(stack, ana, QUESTION)
    [letter] = mail.answered(stack, ana)
    mail.write(stack, stranger, QUESTION)
    mail.answered(stack, stranger)
    mail.write(stack, stranger, "Și eu vreau detalii", in_reply_to=letter["message_id"])
    mail.answered(stack, stranger, 2)
    assert len(mail.messages(stack, ana)) == 1
    assert len(mail.messages(stack, stranger)) == 2


def test_a_machine_that_does_not_say_so_is_not_answered_for_ever(stack: Stack, ana: str) -> None:
    for number in range(1, 12):
        mail.write(stack, ana, f"Am primit mesajul dumneavoastră. Tichet {number}")
        decided = number
        stack.until(lambda n=decided: len(stack.effects_of(ana, kind="email.%")) == n, what="a decision")  # type: ignore[misc]  # mypy cannot infer a lambda with a default
    stack.settle()
    assert stack.effects_of(ana, kind="email.%")[-1]["decision"]["reasons"] == ["already_answered"]
    assert len(mail.letters(stack, ana)) == 10


def test_the_same_mail_delivered_twice_is_one(stack: Stack, ana: str) -> None:
    message_id = mail.new_id()
    for _ in range(2):
        mail.write(stack, ana, QUESTION, message_id=message_id)
    mail.answered(stack, ana)
    stack.settle()
    assert len(mail.messages(stack, ana)) == 1
    assert len(mail.letters(stack, ana)) == 1


def test_a_mail_whose_fate_is_unknown_is_sent_again_as_the_same_mail(stack: Stack, ana: str) -> None:
    stack.fault(provider="email", kind="drop_after", count=1)
    mail.write(stack, ana, QUESTION)
    first, second = mail.answered(stack, ana, 2)
    stack.settle()
    assert first["message_id"] == second["message_id"]
    assert [e["status"] for e in stack.effects_of(ana, kind="email.%")] == ["sent"]


@pytest.fixture(scope="module")
def ioana(system: Stack) -> Iterator[Colleague]:
    someone = Colleague.hired(system, "Ioana")
    yield someone
    someone.http.close()


def test_a_colleague_answers_by_mail_from_the_page(stack: Stack, ana: str, ioana: Colleague) -> None:
    first = mail.write(stack, ana, QUESTION, subject="Implant pentru mama")
    [letter] = mail.answered(stack, ana)
    lead = stack.person(ana)["id"]
    page = ioana.open(lead)
    assert "Implant pentru mama" in page
    assert letter["text"].split("\n")[0] in html.unescape(page)
    assert "data-until" not in page  # no window to count down
    assert f"to {ana}" in page or f"către {ana}" in page
    assert (
        ioana.reply(lead, "Bună ziua,\n\nVă aștept <luni> la https://zambet.example/drum").status_code == 303
    )
    *_, reply = mail.answered(stack, ana, 2)
    assert reply["subject"] == "Re: Implant pentru mama"
    assert reply["headers"]["in-reply-to"] == first
    assert "auto-submitted" not in reply["headers"]
    assert "&lt;luni&gt;" in reply["html"]
    assert 'href="https://zambet.example/drum"' in reply["html"]
    assert "Vă aștept <luni>" in reply["text"]
    mail.write(stack, ana, "Mulțumesc!", in_reply_to=reply["message_id"])
    stack.until(lambda: len(stack.effects_of(ana, kind="email.%")) == 3, what="a decision about the thanks")
    assert stack.effects_of(ana, kind="email.%")[-1]["decision"]["reasons"] == ["taken_over"]


def test_no_mail_writes_personal_data_into_a_log(stack: Stack, ana: str, stranger: str) -> None:
    mail.write(stack, f"Ana Canarescu <{ana}>", "Canarul cântă despre implant", subject="Canarul din subiect")
    [letter] = mail.answered(stack, ana)
    mail.write(stack, stranger, "alt canar", in_reply_to=letter["message_id"])
    mail.post(stack, bounce(ana, message_id=letter["message_id"]))
    stack.until(lambda: len(mail.messages(stack, ana)) == 3, what="all to be taken in")
    stack.settle()
    logs = "".join(
        p.log.read_text(errors="replace") for name, p in stack.processes.items() if name != "sandbox"
    )
    for canary in ("Canar", "canar", "canary-mail", "canary-other"):
        assert canary not in logs
