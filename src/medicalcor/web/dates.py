"""Moments in the clinic's time zone and the reader's language."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_timedelta, get_day_names
from markupsafe import Markup, escape

from medicalcor.core import clock
from medicalcor.web.translate import translator

_WITH_DAY = {"ro": "EEEE, d MMM, HH:mm", "en": "EEE d MMM, HH:mm", "de": "EEE, d. MMM, HH:mm"}
_DAY = {"ro": "EEEE, d MMMM", "en": "EEEE d MMMM", "de": "EEEE, d. MMMM"}
_WITH_YEAR = {"ro": "d MMM y, HH:mm", "en": "d MMM y, HH:mm", "de": "d. MMM y, HH:mm"}
_DATE = {"ro": "d MMM", "en": "d MMM", "de": "d. MMM"}
_RECENT = timedelta(days=300)


class Dates:
    """Formats for one language and zone."""

    def __init__(self, language: str, zone: str) -> None:
        self._language = language
        self._zone = ZoneInfo(zone)
        self._words = translator(language)

    def moment(self, at: datetime) -> str:
        """ "joi, 26 nov., 09:30"; with the year when it is long ago."""
        pattern = _WITH_DAY if clock.now() - at < _RECENT else _WITH_YEAR
        return self._format(at, pattern[self._language])

    def clock(self) -> str:
        """The clinic's clock, as of now."""
        return self.moment(clock.now())

    def brief(self, at: datetime) -> Markup:
        """As little as tells it apart: "09:30" today, "Wed 09:30" this week, else the date."""
        age = clock.now().astimezone(self._zone).date() - at.astimezone(self._zone).date()
        patterns = (
            (timedelta(days=1), "HH:mm"),
            (timedelta(days=6), "EEE HH:mm"),
            (_RECENT, _DATE[self._language]),
        )
        pattern = next((found for length, found in patterns if age < length), "d MMM y")
        return self._element(at, self._format(at, pattern), live=False)

    def soon(self, at: datetime) -> Markup:
        """What lies ahead: the time alone when it is today, else the day too; the full moment on hover."""
        today = clock.now().astimezone(self._zone).date() == at.astimezone(self._zone).date()
        return self.short(at) if today else self._element(at, self.moment(at), live=False)

    def time(self, at: datetime) -> str:
        """ "09:30"."""
        return self._format(at, "HH:mm")

    def day(self, at: datetime) -> str:
        """ "today", "yesterday", or the date with its weekday."""
        today = clock.now().astimezone(self._zone).date()
        day = at.astimezone(self._zone).date()
        if day == today:
            return self._words.gettext("Today")
        if day == today - timedelta(days=1):
            return self._words.gettext("Yesterday")
        text = self._format(at, _DAY[self._language] + ("" if day.year == today.year else " y"))
        return text[0].upper() + text[1:]

    def calendar_day(self, day: date) -> str:
        """ "Thursday 3 December 2026", of the calendar, not of a moment."""
        return format_date(day, "full", locale=self._language)

    def day_of_week(self, nth: int, *, long: bool = False) -> str:
        """Monday is 0."""
        names = get_day_names("wide" if long else "abbreviated", "stand-alone", locale=self._language)
        return str(names[nth])

    def weekday(self, day: date) -> str:
        """ "Thursday 12 March" """
        text = format_date(day, _DAY[self._language], locale=self._language)
        return text[0].upper() + text[1:]

    def date(self, day: date) -> str:
        """ "12 Mar" """
        return format_date(day, _DATE[self._language], locale=self._language)

    def ago(self, at: datetime) -> Markup:
        """ "6 minutes ago", as an element that the page keeps fresh."""
        passed = clock.now() - at
        if abs(passed) < timedelta(seconds=45):
            words = self._words.gettext("just now")
        else:
            words = format_timedelta(-passed, add_direction=True, threshold=1.2, locale=self._language)
        return self._element(at, words, live=True)

    def lasting(self, length: timedelta) -> str:
        """ "3 hours"."""
        return format_timedelta(length, threshold=1.2, locale=self._language)

    def minutes(self, number: float) -> str:
        """ "40 minutes"; less than one is one."""
        return self.lasting(timedelta(minutes=max(round(number), 1)))

    def iso_day(self, at: datetime) -> str:
        """The clinic's day, as addresses carry it: "2026-11-26"."""
        return at.astimezone(self._zone).date().isoformat()

    def length(self, seconds: int) -> str:
        """Of a call: "42 s", "3 min 05 s", "1 h 02 min"."""
        minutes, rest = divmod(seconds, 60)
        if minutes >= 60:
            return self.remaining(timedelta(seconds=seconds))
        return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"

    def remaining(self, length: timedelta) -> str:
        """ "5 h 20 min"."""
        minutes = max(int(length.total_seconds() // 60), 0)
        hours, rest = divmod(minutes, 60)
        return f"{hours} h {rest:02d} min" if hours else f"{rest} min"

    def stamp(self, at: datetime) -> Markup:
        """The moment, with its full form for machines and on hover."""
        return self._element(at, self.moment(at), live=False)

    def short(self, at: datetime) -> Markup:
        """The time alone; the full moment on hover."""
        return self._element(at, self.time(at), live=False)

    def _format(self, at: datetime, pattern: str) -> str:
        return format_datetime(at.astimezone(self._zone), pattern, locale=self._language)

    def _element(self, at: datetime, words: str, *, live: bool) -> Markup:
        marker = Markup(" data-ago") if live else Markup("")
        return Markup('<time datetime="{at}" title="{full}"{marker}>{words}</time>').format(
            at=at.isoformat(timespec="seconds"), full=self.moment(at), marker=marker, words=escape(words)
        )
