"""`Stripe-Signature`: time and raw bytes, under any of the secrets in force."""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medicalcor.integrations.stripe.signature import Proof

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SECRET = "whsec_new"
BODY = b'{\n  "id": "evt_1"\n}'


def v1(body: bytes = BODY, *, secret: str = SECRET, at: datetime = NOW) -> str:
    signed = f"{int(at.timestamp())}.".encode() + body
    return hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def header(*parts: str, at: datetime = NOW) -> dict[bytes, bytes]:
    return {b"stripe-signature": ",".join([f"t={int(at.timestamp())}", *parts]).encode()}


@pytest.fixture
def proof() -> Proof:
    return Proof(secrets=(SECRET, "whsec_old"))


def test_a_signature_under_either_secret_counts(proof) -> None:
    for secret in (SECRET, "whsec_old"):
        assert proof.accepts(header(f"v1={v1(secret=secret)}"), BODY, now=NOW)
    assert not proof.accepts(header(f"v1={v1(secret='whsec_other')}"), BODY, now=NOW)


def test_of_several_signatures_one_is_enough(proof) -> None:
    assert proof.accepts(header("v1=" + "0" * 64, f"v1={v1()}", "v0=" + "1" * 64), BODY, now=NOW)
    assert proof.accepts(
        {b"stripe-signature": f"t={int(NOW.timestamp())}, v1={v1()}".encode()}, BODY, now=NOW
    )


def test_another_scheme_proves_nothing(proof) -> None:
    assert not proof.accepts(header(f"v0={v1()}"), BODY, now=NOW)


@pytest.mark.parametrize(
    ("seconds", "taken"), [(0, True), (300, True), (301, False), (-300, True), (-301, False), (86_400, False)]
)
def test_five_minutes_both_ways(proof, seconds: int, taken: bool) -> None:
    given = header(f"v1={v1()}")
    assert proof.accepts(given, BODY, now=NOW + timedelta(seconds=seconds)) is taken


def test_the_time_is_signed_too(proof) -> None:
    moved = header(f"v1={v1()}", at=NOW + timedelta(seconds=10))
    assert not proof.accepts(moved, BODY, now=NOW)


@pytest.mark.parametrize(
    "value",
    [
        b"", b"t=", b"v1=abc", b"t=now,v1=abc", b"t=-5,v1=abc", b"t=1e9,v1=a", b"t=\xb2,v1=\xff\xfe", b"=,=,=", b"t" * 9000,
        b"t=99999999999999999999999999,v1=a",
    ],
)  # fmt: skip
def test_no_header_breaks_it(proof, value: bytes) -> None:
    assert not proof.accepts({b"stripe-signature": value}, BODY, now=NOW)
    assert not proof.accepts({}, BODY, now=NOW)


def test_two_times_are_one_too_many(proof) -> None:
    moment = int(NOW.timestamp())
    twice = f"t={moment},t={moment},v1={v1()}".encode()
    assert not proof.accepts({b"stripe-signature": twice}, BODY, now=NOW)


def test_without_a_secret_nothing_is_accepted() -> None:
    assert not Proof(secrets=()).configured
    assert not Proof(secrets=()).accepts(header(f"v1={v1(secret='')}"), BODY, now=NOW)


@given(body=st.binary(max_size=300), at=st.integers(0, len(BODY) - 1), bit=st.integers(0, 7))
def test_only_the_very_bytes_that_were_signed(body: bytes, at: int, bit: int) -> None:
    proof = Proof(secrets=(SECRET,))
    assert proof.accepts(header(f"v1={v1(body)}"), body, now=NOW)
    altered = bytearray(BODY)
    altered[at] ^= 1 << bit
    assert not proof.accepts(header(f"v1={v1()}"), bytes(altered), now=NOW)


@given(st.binary(max_size=200))
def test_any_header_is_survived(value: bytes) -> None:
    assert not Proof(secrets=(SECRET,)).accepts({b"stripe-signature": value}, BODY, now=NOW)
