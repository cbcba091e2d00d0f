"""Every page's routes, in one list."""

from litestar.handlers import HTTPRouteHandler

from medicalcor.web.pages.account.routes import ROUTES as ACCOUNT
from medicalcor.web.pages.alerts.routes import ROUTES as ALERTS
from medicalcor.web.pages.appointments.commands import ROUTES as CALENDAR_COMMANDS
from medicalcor.web.pages.appointments.newcomers import ROUTES as NEWCOMERS
from medicalcor.web.pages.appointments.routes import ROUTES as CALENDAR
from medicalcor.web.pages.calls.routes import ROUTES as CALLS
from medicalcor.web.pages.leads.assist import ROUTES as LEAD_ASSIST
from medicalcor.web.pages.leads.commands import ROUTES as LEAD_COMMANDS
from medicalcor.web.pages.leads.consents import ROUTES as CONSENTS
from medicalcor.web.pages.leads.deposits import ROUTES as DEPOSITS
from medicalcor.web.pages.leads.lead import ROUTES as LEAD
from medicalcor.web.pages.leads.offering import ROUTES as OFFERING
from medicalcor.web.pages.leads.routes import ROUTES as LEADS
from medicalcor.web.pages.leads.unread import ROUTES as UNREAD
from medicalcor.web.pages.leads.visits import ROUTES as LEAD_VISITS
from medicalcor.web.pages.live.routes import ROUTES as LIVE
from medicalcor.web.pages.patterns.routes import ROUTES as PATTERNS
from medicalcor.web.pages.payments.routes import ROUTES as PAYMENTS
from medicalcor.web.pages.settings.api_keys import ROUTES as API_KEYS
from medicalcor.web.pages.settings.disagreements import ROUTES as DISAGREEMENTS
from medicalcor.web.pages.settings.equipment import ROUTES as EQUIPMENT
from medicalcor.web.pages.settings.measuring import ROUTES as MEASURING
from medicalcor.web.pages.settings.practice import ROUTES as PRACTICE
from medicalcor.web.pages.settings.practitioner import ROUTES as PRACTITIONER
from medicalcor.web.pages.settings.scoring import ROUTES as SCORING
from medicalcor.web.pages.signin.routes import ROUTES as SIGN_IN
from medicalcor.web.pages.waitlist.routes import ROUTES as WAITLIST

ROUTES: list[HTTPRouteHandler] = [
    *SIGN_IN,
    *ACCOUNT,
    *LIVE,
    *LEADS,
    *LEAD,
    *LEAD_COMMANDS,
    *UNREAD,
    *CALLS,
    *PATTERNS,
    *PAYMENTS,
    *DEPOSITS,
    *CONSENTS,
    *API_KEYS,
    *SCORING,
    *DISAGREEMENTS,
    *MEASURING,
    *LEAD_ASSIST,
    *PRACTICE,
    *PRACTITIONER,
    *EQUIPMENT,
    *CALENDAR,
    *CALENDAR_COMMANDS,
    *LEAD_VISITS,
    *OFFERING,
    *WAITLIST,
    *NEWCOMERS,
    *ALERTS,
]
