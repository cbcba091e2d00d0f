"""Accounts of staff, and signing in to them."""

from uuid import UUID

from medicalcor.core import clock, ids
from medicalcor.core.auth import lockout, sessions
from medicalcor.core.auth.passwords import hash_password, needs_rehash, verify_password
from medicalcor.core.auth.roles import Role
from medicalcor.core.crypto.vault import Vault
from medicalcor.core.database.pool import Connection, Pool, Row, UniqueViolation
from medicalcor.core.database.queries import statements
from medicalcor.core.database.transaction import transaction
from medicalcor.core.errors import Conflict, NotFound, ProductError

_SQL = statements("medicalcor.core.auth")


class WrongCredentials(ProductError):
    """No account has this e-mail address and password together."""

    code = "wrong_credentials"
    http_status = 422


def normalised(email: str) -> str:
    return email.strip().lower()


async def add(pool: Pool, *, email: str, name: str, role: Role, password: str, language: str = "ro") -> UUID:
    """A new colleague; `Conflict` when the address has an account already."""
    hashed, user_id = hash_password(password), ids.new_id()
    try:
        async with transaction(pool) as connection:
            await connection.execute(
                _SQL["add_account"],
                user_id,
                normalised(email),
                name.strip(),
                role,
                language,
                hashed,
                clock.now(),
            )
    except UniqueViolation:
        raise Conflict("This e-mail address has an account already.") from None
    return user_id


async def disable(pool: Pool, *, email: str) -> None:
    """From now on: sessions end at once, history keeps the name."""
    async with transaction(pool) as connection:
        account = await _account(connection, email)
        await connection.execute(_SQL["disable_account"], account["id"], clock.now())
        await connection.execute(_SQL["end_sessions_of"], account["id"])


async def unlock(pool: Pool, *, vault: Vault, email: str) -> None:
    """Forget the failed tries of this account."""
    async with transaction(pool) as connection:
        await _account(connection, email)
        await lockout.forget(connection, keys=(_key_of(vault, email),))


async def set_language(pool: Pool, *, user_id: UUID, language: str) -> None:
    async with transaction(pool) as connection:
        await connection.execute(_SQL["set_language"], user_id, language)


async def sign_in(pool: Pool, *, vault: Vault, email: str, password: str, client: str) -> str:
    """A fresh session's secret. `WrongCredentials`, or `LockedOut` with the moment to come back.

    The failure is counted before the password is looked at: parallel guesses count too.
    """
    keys = (_key_of(vault, email), vault.keyed_hash("sign-in client", client))
    async with transaction(pool) as connection:
        await lockout.refuse_locked(connection, keys=keys)
        until = await lockout.count_failure(connection, key=keys[0], free=lockout.FREE_TRIES)
        until = until or await lockout.count_failure(connection, key=keys[1], free=lockout.FREE_TRIES_FROM)
        account = await connection.fetchrow(_SQL["account_by_email"], normalised(email))
    usable = account is not None and account["disabled_at"] is None
    right = await verify_password(password, hashed=account["password_hash"] if account and usable else None)
    if account is None or not right:
        raise lockout.LockedOut(until) if until else WrongCredentials
    async with transaction(pool) as connection:
        await lockout.forget(connection, keys=keys)
        if needs_rehash(account["password_hash"]):
            await connection.execute(_SQL["set_password"], account["id"], hash_password(password))
        return await sessions.start(connection, user_id=account["id"])


async def note_access(
    pool: Pool, *, user_id: UUID, person_id: UUID | None, what: str, object_id: UUID
) -> None:
    """Put on record who looked at whom."""
    async with transaction(pool) as connection:
        await connection.execute(
            _SQL["note_access"], ids.new_id(), user_id, person_id, what, object_id, clock.now()
        )


async def _account(connection: Connection, email: str) -> Row:
    row = await connection.fetchrow(_SQL["account_by_email"], normalised(email))
    if row is None:
        raise NotFound("No account has this e-mail address. `medicalcor users list` shows them all.")
    return row


def _key_of(vault: Vault, email: str) -> str:
    return vault.keyed_hash("sign-in account", normalised(email))
