"""Passwords, waits and rights, without a database."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medicalcor.core.auth.lockout import LONGEST_WAIT, wait_after
from medicalcor.core.auth.passwords import WeakPassword, hash_password, verify_password
from medicalcor.core.auth.roles import MAY, Right, Role


async def test_a_password_opens_only_its_own_hash() -> None:
    hashed = hash_password("a long enough password")
    assert hashed.startswith("$argon2id$")
    assert await verify_password("a long enough password", hashed=hashed)
    assert not await verify_password("a long enough passwore", hashed=hashed)
    assert not await verify_password("a long enough password", hashed=None)
    assert not await verify_password("a long enough password", hashed="not a hash")


@pytest.mark.parametrize("password", ["short", "", "x" * 201])
def test_what_is_not_worth_hashing_is_refused(password: str) -> None:
    with pytest.raises(WeakPassword):
        hash_password(password)


def test_the_wait_begins_after_the_free_tries_and_doubles() -> None:
    waits = [wait_after(failures, free=5) for failures in range(4, 8)]
    assert waits == [None, timedelta(seconds=30), timedelta(seconds=60), timedelta(seconds=120)]


@given(st.integers(min_value=0, max_value=10**6))
def test_no_wait_is_longer_than_the_longest(failures: int) -> None:
    assert (wait_after(failures, free=5) or LONGEST_WAIT) <= LONGEST_WAIT


def test_every_right_is_somebodys_and_administrators_have_all() -> None:
    assert set(MAY) == set(Right)
    assert all(Role.ADMIN in roles for roles in MAY.values())
