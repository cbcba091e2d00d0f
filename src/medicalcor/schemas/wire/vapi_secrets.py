"""Takes out of Vapi's messages what must not be kept: keys of the telephone provider, and addresses that are keys.

A message repeats the definition of its phone number, and with it what the number was made with: Twilio's token too.
"""

import re
from functools import lru_cache
from typing import Any

_SECRET = re.compile(
    r"secret|password|authtoken|apikey|privatekey|^token$|accesstoken|calltoken|^authorization$"
)
_ADDRESS = re.compile(
    r"^presigned.*url$|^\w*recordingurl$|^(listen|control|log|pcap|stereo|combined|assistant|customer|video)url$"
)
"""Whoever has one of these may listen in, take the call over, or fetch what was recorded."""
_PLACES = frozenset({"server", "credentials", "headers"})
"""Server definitions may carry headers with keys of our own."""
_NESTED = (dict, list)


def without_secrets(value: Any) -> Any:
    """The same JSON without them, at any depth. Names go too: nobody should believe that they were empty."""
    if isinstance(value, dict):
        return {
            name: without_secrets(inner) if isinstance(inner, _NESTED) else inner
            for name, inner in value.items()
            if not _must_go(name)
        }
    if isinstance(value, list):
        return [without_secrets(inner) if isinstance(inner, _NESTED) else inner for inner in value]
    return value


@lru_cache(maxsize=4096)
def _must_go(name: str) -> bool:
    plain = name.lower().replace("-", "").replace("_", "")
    return plain in _PLACES or bool(_SECRET.search(plain) or _ADDRESS.search(plain))
