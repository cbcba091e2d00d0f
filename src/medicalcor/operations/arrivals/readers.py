"""Who reads what a provider's inbox items say."""

from collections.abc import Mapping

from medicalcor.operations.arrivals import email, web, whatsapp
from medicalcor.operations.arrivals.base import Read

READERS: Mapping[str, Read] = {"whatsapp": whatsapp.read, "email": email.read, "web": web.read}
"""By provider, for items of kind `message`."""
