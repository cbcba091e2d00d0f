"""Standard Webhooks, by its published example and by property."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medicalcor.integrations.email.signature import Proof, key_of

KEY = b"a key of twenty-four byt"
SECRET = "whsec_" + base64.b64encode(KEY).decode()
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
BODY = b'{"type":"email.received"}'
OTHER = "whsec_" + base64.b64encode(b"another key of some bytes").decode()


def signed(
    body: bytes = BODY, *, key: bytes = KEY, at: datetime = NOW, identifier: bytes = b"msg_1"
) -> dict[bytes, bytes]:
    stamp = str(int(at.timestamp())).encode()
    raw = hmac.new(key, identifier + b"." + stamp + b"." + body, hashlib.sha256).digest()
    return {
        b"webhook-id": identifier,
        b"webhook-timestamp": stamp,
        b"webhook-signature": b"v1," + base64.b64encode(raw),
    }


def test_the_example_of_the_specification() -> None:
    at = datetime.fromtimestamp(1614265330, UTC)
    headers = {
        b"webhook-id": b"msg_p5jXN8AQM9LWM0D4loKWxJek",
        b"webhook-timestamp": b"1614265330",
        b"webhook-signature": b"v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    proof = Proof(secrets=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"])
    assert proof.accepts(headers, b'{"test": 2432232314}', now=at)


def test_either_secret_is_accepted_and_any_of_several_signatures() -> None:
    assert Proof(secrets=[OTHER, SECRET]).accepts(signed(), BODY, now=NOW)
    assert Proof(secrets=[SECRET.removeprefix("whsec_")]).accepts(signed(), BODY, now=NOW)
    headers = signed()
    several = b"v1a,xxxx v1,bm9uc2Vuc2U= " + headers[b"webhook-signature"]
    assert Proof(secrets=[SECRET]).accepts({**headers, b"webhook-signature": several}, BODY, now=NOW)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        signed(BODY + b" "),
        signed(key=b"another key"),
        signed(at=NOW - timedelta(minutes=5, seconds=1)),
        signed(at=NOW + timedelta(minutes=5, seconds=1)),
        {**signed(), b"webhook-id": b"msg_2"},
        {**signed(), b"webhook-id": b""},
        {**signed(identifier=b""), b"webhook-id": b""},
        {**signed(), b"webhook-timestamp": b"1.5"},
        {**signed(), b"webhook-timestamp": b"-1"},
        {**signed(), b"webhook-timestamp": b"9" * 5000},
        {**signed(), b"webhook-timestamp": "١٢".encode()},
        {**signed(), b"webhook-signature": b""},
        {**signed(), b"webhook-signature": signed()[b"webhook-signature"].removeprefix(b"v1,")},
        {**signed(), b"webhook-signature": signed()[b"webhook-signature"].replace(b"v1,", b"v2,")},
        {**signed(), b"webhook-signature": b" ".join([b"v1,x"] * 1000 + [signed()[b"webhook-signature"]])},
    ],
)
def test_refused(headers: dict[bytes, bytes]) -> None:
    assert not Proof(secrets=[SECRET]).accepts(headers, BODY, now=NOW)


def test_without_a_usable_secret_nothing_is_accepted() -> None:
    for secrets in ([], [""], ["whsec_"], ["whsec_not base64"]):
        proof = Proof(secrets=secrets)
        assert not proof.configured
        assert not proof.accepts(signed(key=b""), BODY, now=NOW)
    assert key_of("whsec_ă") is None


@given(
    body=st.binary(max_size=200),
    key=st.binary(min_size=1, max_size=64),
    identifier=st.binary(min_size=1, max_size=40),
)
def test_what_is_signed_is_accepted_and_nothing_else(body: bytes, key: bytes, identifier: bytes) -> None:
    proof = Proof(secrets=["whsec_" + base64.b64encode(key).decode()])
    headers = signed(body, key=key, identifier=identifier)
    assert proof.accepts(headers, body, now=NOW)
    assert not proof.accepts(headers, body + b"x", now=NOW)
    assert not proof.accepts({**headers, b"webhook-id": identifier + b"x"}, body, now=NOW)


@given(st.dictionaries(st.sampled_from(list(signed())), st.binary(max_size=60)), st.binary(max_size=60))
def test_guesses_are_refused(headers: dict[bytes, bytes], body: bytes) -> None:
    assert not Proof(secrets=[SECRET]).accepts(headers, body, now=NOW)
