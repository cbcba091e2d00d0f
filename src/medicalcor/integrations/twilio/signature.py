"""Whether a webhook really comes from Twilio: `X-Twilio-Signature`, base64 of HMAC-SHA1 under the account's token.

What is signed is the address as Twilio called it, then each distinct field of a form, sorted, with each of its
distinct values, sorted; blank ones count. A body that is no form is covered by its hash in the address
(`bodySHA256`); without that it is nobody's word and is refused.

Behind a proxy only the configured public address is what Twilio called, so nothing of the request's own `Host` or
`X-Forwarded-*` is believed. The scheme has no time in it: SIDs are what keeps a replay from counting twice.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from urllib.parse import SplitResult, parse_qs, unquote_to_bytes, urlsplit

from medicalcor.core.crypto.hmac import matches

HEADER = b"x-twilio-signature"
FORM = "application/x-www-form-urlencoded"
_FORM = FORM.encode()
_HASH = "bodySHA256"
_DEFAULT_PORTS = {"http": 80, "https": 443}
_MOST_FIELDS = 500


Fields = Sequence[tuple[str, str]]
"""Names and values, a character a byte (Latin-1): what does not decode as text can still be signed, and is sorted as
bytes are."""


class Proof:
    """`tokens` are the account's auth tokens: two while one is being replaced. `public_url` is where Twilio was told
    to call, without a path."""

    def __init__(self, *, tokens: Sequence[str], public_url: str) -> None:
        self._tokens = tuple(token.encode() for token in tokens)
        self._bases = [base.encode() for base in _with_and_without_port(public_url.rstrip("/"))]

    @property
    def configured(self) -> bool:
        return bool(self._tokens)

    def accepts(self, headers: Mapping[bytes, bytes], body: bytes, *, path: bytes, query: bytes) -> bool:
        """`headers` by lower-case name; `path` and `query` as they stood in the request line, `body` as it arrived."""
        return self.form(headers, body, path=path, query=query) is not None

    def form(
        self, headers: Mapping[bytes, bytes], body: bytes, *, path: bytes, query: bytes
    ) -> Mapping[str, str] | None:
        """The fields that Twilio has signed, as `form_of` has them; none where it has signed the body's hash, or an
        empty body. None when it is not Twilio's."""
        given = headers.get(HEADER)
        if not given:
            return None
        fields = _signed_fields(headers, body, query=query)
        if fields is None:
            return None
        written = _written(fields)
        tail = _as_called(path, query) + written
        text = given.decode("latin-1")
        for token in self._tokens:
            for base in self._bases:  # nearly always the first is it
                if matches(text, (_digest(token, base + tail),)):
                    return _text_of(fields, plain=written.isascii())
        return None


def _as_called(path: bytes, query: bytes) -> bytes:
    """What follows the public address."""
    rest = path + b"?" + query if query else path
    return rest if rest.isascii() else rest.decode("latin-1").encode()


def _written(fields: Fields) -> bytes:
    """The fields as they are signed."""
    found = dict(fields)
    if len(found) == len(fields):  # as nearly always: names are sorted faster than pairs
        return "".join([name + found[name] for name in sorted(found)]).encode("latin-1")
    return "".join([name + value for name, value in sorted(set(fields))]).encode("latin-1")


def _digest(token: bytes, signed: bytes) -> str:
    return base64.b64encode(hmac.digest(token, signed, "sha1")).decode()


def is_form(headers: Mapping[bytes, bytes]) -> bool:
    said = headers.get(b"content-type", b"")
    return said == _FORM or said.split(b";")[0].strip().lower() == _FORM


def form_of(body: bytes) -> dict[str, str]:
    """The form's fields as text; of a field that comes several times, the first."""
    return _text_of(_pairs(body), plain=False)


def _text_of(fields: Fields, *, plain: bool) -> dict[str, str]:
    """`plain`: it is known to be ASCII."""
    found = dict(fields)
    if len(found) != len(fields):
        found = dict(reversed(fields))
    if plain:
        return found
    return {_text(name): _text(value) for name, value in found.items()}


def _text(held: str) -> str:
    return held if held.isascii() else held.encode("latin-1").decode("utf-8", "replace")


def _signed_fields(headers: Mapping[bytes, bytes], body: bytes, *, query: bytes) -> Fields | None:
    """The fields that the signature covers; None when it cannot cover this body."""
    hashes = parse_qs(query.decode("latin-1"), keep_blank_values=True).get(_HASH) if query else None
    if hashes is not None:
        fits = len(hashes) == 1 and hmac.compare_digest(
            hashes[0].lower().encode(), hashlib.sha256(body).hexdigest().encode()
        )
        return () if fits else None
    if not body:
        return ()
    if not is_form(headers):
        return None
    if body.count(b"&") >= _MOST_FIELDS:
        return None
    return _pairs(body)


def _pairs(body: bytes) -> Fields:
    found = []
    # the plus of a number is nearly all there is to decode
    for part in body.replace(b"+", b" ").replace(b"%2B", b"+").decode("latin-1").split("&"):
        if part:
            name, _, value = part.partition("=")
            found.append((_unquoted(name), _unquoted(value)) if "%" in part else (name, value))
    return found


def _unquoted(held: str) -> str:
    return unquote_to_bytes(held.encode("latin-1")).decode("latin-1")


def _with_and_without_port(url: str) -> tuple[str, ...]:
    """Twilio signs the default port or leaves it out, whatever it was told to call."""
    parts = urlsplit(url)
    return (url, _at_port(parts, None if parts.port else _DEFAULT_PORTS.get(parts.scheme)))


def _at_port(parts: SplitResult, port: int | None) -> str:
    user, at, place = parts.netloc.rpartition("@")
    if parts.port:
        place = place.rpartition(":")[0]
    return parts._replace(netloc=user + at + place + (f":{port}" if port else "")).geturl()
