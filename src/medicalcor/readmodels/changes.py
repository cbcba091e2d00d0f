"""That something changed since a position, for pages that are open."""

from medicalcor.core.eventstore.subscription import Notice, last_settled, settled

__all__ = ["Notice", "last_settled", "settled"]
