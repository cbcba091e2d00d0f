"""Passwords: Argon2id with the library's own parameters (RFC 9106, low memory)."""

import asyncio
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from medicalcor.core import ids
from medicalcor.core.errors import InvalidInput

SHORTEST = 12
LONGEST = 200

_hasher = PasswordHasher()


class WeakPassword(InvalidInput):
    """The password must have at least 12 characters."""

    code = "weak_password"


def hash_password(password: str) -> str:
    """For the table. Refuses what is too short to be worth hashing."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise WeakPassword
    return _hasher.hash(password)


async def verify_password(password: str, *, hashed: str | None) -> bool:
    """Whether they belong together; with `hashed` None it takes as long, and is False.

    Hashing is slow on purpose, so it runs beside the event loop.
    """
    known = await asyncio.to_thread(_matches, password, hashed or _nobody())
    return known and hashed is not None


def needs_rehash(hashed: str) -> bool:
    """Whether it was made with weaker parameters than today's."""
    return _hasher.check_needs_rehash(hashed)


def _matches(password: str, hashed: str) -> bool:
    try:
        return _hasher.verify(hashed, password[:LONGEST])
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobody() -> str:
    return _hasher.hash(ids.token())
