"""Who may do what: one table. Every route of the dashboard names one of these rights."""

from collections.abc import Mapping
from enum import StrEnum


class Role(StrEnum):
    ADMIN = "admin"
    DOCTOR = "doctor"
    RECEPTIONIST = "receptionist"
    PRIVACY_OFFICER = "privacy_officer"


class Right(StrEnum):
    OWN_ACCOUNT = "own_account"
    """Language, theme, signing out."""
    SEE_LEADS = "see_leads"
    """Lists, conversations, scores, decisions."""
    WORK_LEADS = "work_leads"
    """Take over, write, mark as handled."""
    SEE_UNREAD = "see_unread"
    """What came in and could not be read, as it came."""
    SEE_MONEY = "see_money"
    """All payments: the list, whose they are, and asking for deposits."""
    SEE_PAID = "see_paid"
    """What one person has paid, on their page."""

    SEE_CALENDAR = "see_calendar"
    """Visits, with who comes."""
    BOOK = "book"
    """Book, move and cancel visits, and note who came."""
    MANAGE_API_KEYS = "manage_api_keys"
    """Let other systems in."""
    MANAGE_PRACTICE = "manage_practice"
    """Who treats and when, rooms, procedures, days off, addresses of calendars."""
    HEAR_CALLS = "hear_calls"
    """Listen to recordings that are kept."""
    BOOK_OVER = "book_over"
    """Put a visit over another one or outside working hours, saying why."""


EVERYBODY = frozenset(Role)

MAY: Mapping[Right, frozenset[Role]] = {
    Right.OWN_ACCOUNT: EVERYBODY,
    Right.SEE_LEADS: EVERYBODY,
    Right.WORK_LEADS: frozenset({Role.ADMIN, Role.DOCTOR, Role.RECEPTIONIST}),
    Right.SEE_UNREAD: frozenset({Role.ADMIN, Role.RECEPTIONIST, Role.PRIVACY_OFFICER}),
    Right.SEE_MONEY: frozenset({Role.ADMIN, Role.RECEPTIONIST}),
    Right.SEE_PAID: frozenset({Role.ADMIN, Role.DOCTOR, Role.RECEPTIONIST}),
    Right.SEE_CALENDAR: EVERYBODY,
    Right.BOOK: frozenset({Role.ADMIN, Role.DOCTOR, Role.RECEPTIONIST}),
    Right.MANAGE_API_KEYS: frozenset({Role.ADMIN}),
    Right.MANAGE_PRACTICE: frozenset({Role.ADMIN, Role.RECEPTIONIST}),
    Right.HEAR_CALLS: frozenset({Role.ADMIN, Role.DOCTOR, Role.RECEPTIONIST}),
    Right.BOOK_OVER: frozenset({Role.ADMIN, Role.DOCTOR}),
}


def may(role: Role, right: Right) -> bool:
    return role in MAY[right]
