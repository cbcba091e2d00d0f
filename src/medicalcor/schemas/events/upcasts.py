"""How an old version of an event reads as the next one: pure, one step each.

UPCASTS = {("lead.created", 1): lambda data: {**data, "source": "unknown"}}
"""

from collections.abc import Mapping

from medicalcor.schemas.events.registry import Upcast

UPCASTS: Mapping[tuple[str, int], Upcast] = {
    ("message.received", 1): lambda data: {**data, "guest": False},
    ("consent.granted", 1): lambda data: {**data, "how": "form", "address_key": None, "expires_at": None},
    ("consent.withdrawn", 1): lambda data: {**data, "how": "link", "address_key": None},
    ("lead.triaged", 1): lambda data: {**data, "mentions": []},
}
"""(type, version it is stored in) → the data in the following version.

Once a person is erased, the data comes without its personal fields.
"""
