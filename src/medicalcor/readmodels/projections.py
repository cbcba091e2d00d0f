"""All projections, in the order in which they are applied: effects and appointments before those who look at them."""

from medicalcor.core.eventstore.store import Projections
from medicalcor.readmodels.alerts import projection as alerts
from medicalcor.readmodels.appointments import projection as appointments
from medicalcor.readmodels.bookings import projection as bookings
from medicalcor.readmodels.calls import projection as calls
from medicalcor.readmodels.consents import projection as consents
from medicalcor.readmodels.conversations import projection as conversations
from medicalcor.readmodels.effects import projection as effects
from medicalcor.readmodels.leads import projection as leads
from medicalcor.readmodels.lexicon import projection as lexicon
from medicalcor.readmodels.payments import projection as payments
from medicalcor.readmodels.people import projection as people
from medicalcor.readmodels.practice import projection as practice
from medicalcor.readmodels.templates import projection as templates
from medicalcor.readmodels.timeline import projection as timeline
from medicalcor.readmodels.waitlist import projection as waitlist

_ALL = (
    people,
    consents,
    effects,
    conversations,
    leads,
    payments,
    appointments,
    timeline,
    calls,
    practice,
    lexicon,
    bookings,
    templates,
    waitlist,
    alerts,
)

TABLES: tuple[str, ...] = tuple(table for noun in _ALL for table in noun.TABLES)
PROJECTIONS: Projections = tuple(noun.APPLY for noun in _ALL)
