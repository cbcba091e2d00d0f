"""What is typed into the forms of the practice, as shapes; what cannot be used is refused in words."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import TypeVar
from zoneinfo import ZoneInfo

from litestar.datastructures import FormMultiDict
from pydantic import ValidationError

from medicalcor.core.errors import InvalidInput
from medicalcor.domain.language.text import fold
from medicalcor.schemas.common import LANGUAGES
from medicalcor.schemas.practice import Hours, Need, Practitioner, Resource, Terms, TimeOff, WeekHours

T = TypeVar("T")
_CENTS = 100
HOURS = "Write hours as 09:00-13:00, several with commas between them."
DATE = "Choose a day."
NUMBER = "Write minutes and prices in figures."


def practitioner(typed: FormMultiDict) -> Practitioner:
    skills = [*map(str, typed.getall("skill", [])), *codes(text(typed, "more_skills"))]
    return _made(
        lambda: Practitioner(
            name=text(typed, "name"),
            languages=tuple(one for one in LANGUAGES if one in typed.getall("language", [])),
            skills=tuple(dict.fromkeys(skills)),
            is_active=ticked(typed, "is_active"),
        )
    )


def week(typed: FormMultiDict) -> list[WeekHours]:
    return [
        _made(lambda one=one, weekday=weekday: WeekHours(weekday=weekday, opens=one.opens, closes=one.closes))  # type: ignore[misc]  # mypy cannot infer a lambda with defaults
        for weekday in range(7)
        for one in hours(text(typed, f"day{weekday}"))
    ]


def hours(written: str) -> list[Hours]:
    """ "09:00-13:00, 14:00-18:00"."""
    return [_stretch(part) for part in written.replace("–", "-").split(",") if part.strip()]


def _stretch(part: str) -> Hours:
    try:
        opens, closes = (time.fromisoformat(_full(side.strip())) for side in part.split("-"))
        return Hours(opens=opens, closes=time(0) if closes == time(0) else closes)
    except ValueError:
        raise InvalidInput(HOURS) from None


def _full(side: str) -> str:
    """ "9" and "9:30" mean what they look like; "24:00" is the day's end."""
    hour, _colon, minute = side.partition(":")
    return "00:00" if hour == "24" else f"{hour:0>2}:{minute or '00'}"


def resource(typed: FormMultiDict) -> Resource:
    return _made(
        lambda: Resource.model_validate(
            {
                "kind": text(typed, "kind"),
                "title": text(typed, "title"),
                "groups": codes(text(typed, "groups")),
                "is_active": ticked(typed, "is_active"),
            }
        )
    )


def terms(typed: FormMultiDict) -> Terms:
    titles = {language: text(typed, f"title_{language}") for language in LANGUAGES}
    preparation = {language: text(typed, f"preparation_{language}") for language in LANGUAGES}
    return _made(
        lambda: Terms.model_validate(
            {
                "code": text(typed, "code"),
                "titles": {language: words for language, words in titles.items() if words},
                "preparation": {language: words for language, words in preparation.items() if words},
                "minutes": whole(typed, "minutes"),
                "before_minutes": whole(typed, "before"),
                "after_minutes": whole(typed, "after"),
                "skill": text(typed, "skill") or None,
                "needs": tuple(_needs(typed)),
                "price_from": money(text(typed, "price_from")),
                "price_to": money(text(typed, "price_to")),
                "currency": text(typed, "currency").upper() or "EUR",
                "is_active": ticked(typed, "is_active"),
            }
        )
    )


def _needs(typed: FormMultiDict) -> Iterable[Need]:
    wanted = [("room", text(typed, "room"))] if text(typed, "room") else []
    for kind, group in [*wanted, *(("device", str(one)) for one in typed.getall("device", []))]:
        key = "room" if kind == "room" else group
        yield Need.model_validate(
            {
                "kind": kind,
                "group": group,
                "before_minutes": whole(typed, f"before_{key}"),
                "after_minutes": whole(typed, f"after_{key}"),
            }
        )


def time_off(typed: FormMultiDict, *, resource_id: object, zone: ZoneInfo) -> TimeOff:
    """Whole days, unless hours are given; the last day is off, too."""
    first, last = day(text(typed, "first")), day(text(typed, "last") or text(typed, "first"))
    from_, until = text(typed, "from"), text(typed, "until")
    try:
        starts = datetime.combine(first, time.fromisoformat(from_) if from_ else time(0), zone)
        ends = (
            datetime.combine(last, time.fromisoformat(until), zone)
            if until
            else datetime.combine(last + timedelta(days=1), time(0), zone)
        )
    except ValueError:
        raise InvalidInput(HOURS) from None
    return _made(
        lambda: TimeOff.model_validate(
            {"resource_id": resource_id, "starts_at": starts, "ends_at": ends, "kind": text(typed, "kind")}
        )
    )


def day(written: str) -> date:
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise InvalidInput(DATE) from None


def money(written: str) -> int | None:
    """Whole units and cents, as cents."""
    if not written:
        return None
    try:
        return int(Decimal(written.replace(",", ".")) * _CENTS)
    except (InvalidOperation, ValueError, OverflowError):
        raise InvalidInput(NUMBER) from None


def whole(typed: FormMultiDict, name: str) -> int:
    written = text(typed, name)
    if written and not written.isdecimal():
        raise InvalidInput(NUMBER)
    return int(written or 0)


def codes(written: str) -> list[str]:
    """ "Chair, Sala mare" as `chair`, `sala_mare`."""
    return ["_".join(fold(part).split()) for part in written.split(",") if part.strip()]


def text(typed: FormMultiDict, name: str) -> str:
    return str(typed.get(name, "")).replace("\x00", "").strip()


def ticked(typed: FormMultiDict, name: str) -> bool:
    return bool(typed.get(name))


def _made(make: Callable[[], T]) -> T:
    try:
        return make()
    except ValidationError as problem:
        raise InvalidInput(_said(problem)) from None


def _said(problem: ValidationError) -> str:
    """Our own sentences as they are; else which field it is."""
    faults: Sequence[str] = [
        error["msg"].removeprefix("Value error, ").capitalize() + "."
        if error["type"] == "value_error"
        else f"{'/'.join(map(str, error['loc']))}: {error['msg']}."
        for error in problem.errors(include_input=False, include_context=False, include_url=False)
    ]
    return " ".join(faults[:3])
