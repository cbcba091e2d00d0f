"""What a patient is told when a visit was booked, moved or cancelled, whoever did it."""

from uuid import UUID

from medicalcor.core.database.pool import Connection
from medicalcor.domain.language.phrases import booking_words
from medicalcor.domain.scheduling.news import News
from medicalcor.operations import visit_files, visit_words, wording
from medicalcor.operations.ledger import Ledger
from medicalcor.operations.wording import Line
from medicalcor.schemas.common import Language
from medicalcor.schemas.effects import Content, EmailMessage


async def content(
    ledger: Ledger,
    connection: Connection,
    line: Line,
    what: News,
    appointment_id: UUID,
    *,
    words: bool = True,
) -> Content:
    """In the form that the line carries. `words` False: WhatsApp takes only a template now.

    Beside what, when and with whom it says where, how to prepare, and where the calendar file is: a mail brings it.
    """
    [known] = await visit_words.known(connection, [appointment_id])
    visit = visit_words.in_words(ledger, [known.told], line.language)
    said = _said(ledger, line.language, what, visit, visit_words.preparation(known.told, line.language))
    if line.reply_kind == "email":
        return _mail(ledger, line.language, what, said, appointment_id)
    link = (
        await visit_files.link(ledger, connection, appointment_id, line.language)
        if what != "cancelled"
        else None
    )
    if not words:
        values = [ledger.settings.clinic_name, *([link] if link else []), visit]
        return wording.template(line, f"visit_{what}", *values)
    if link is not None:
        said = f"{said}\n{_say(ledger, line.language, 'calendar', link=link)}"
    return wording.text(line, said, written_by="phrases")


def _mail(ledger: Ledger, language: Language, what: News, said: str, appointment_id: UUID) -> EmailMessage:
    """The file that goes with it takes the visit into the calendar, moves it there, or takes it out again."""
    about_file = _say(ledger, language, "calendar_mail_off" if what == "cancelled" else "calendar_mail")
    return EmailMessage(
        subject=None,
        body=f"{said}\n{about_file}",
        language=language,
        written_by="phrases",
        calendar=appointment_id,
    )


def _said(ledger: Ledger, language: Language, what: News, visit: str, preparation: str | None) -> str:
    """What was arranged, where it is, how to prepare, and what to do if it cannot be.

    `preparation` is the procedure's own; without it what holds for every visit is said.
    """
    told = _say(ledger, language, what, visit=visit)
    if what == "cancelled":
        return told
    address = ledger.settings.clinic_facts.get("address")
    place = _say(ledger, language, "place", place=" ".join(address.split())) if address else ""
    prepare = preparation or _say(ledger, language, "preparation")
    rest = (place, prepare, _say(ledger, language, "change"))
    return "\n".join(one for one in (told, *rest) if one)


def _say(ledger: Ledger, language: Language, key: str, **values: str) -> str:
    return booking_words(language)[key].format(clinic=ledger.settings.clinic_name, **values)
