"""Each way in which Vapi may prove itself, and the ways in which others may try."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medicalcor.integrations.vapi.signature import Proof
from medicalcor.schemas.wire.vapi import AuthPlan

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
BODY = b'{"message":{"type":"hang"}}'
PROOF = Proof(secrets=["new", "old"])


def signed(  # the sender's side, written independently
    body: bytes,
    *,
    secret: bytes = b"new",
    at: datetime = NOW,
    milliseconds: bool = True,
    algorithm: str = "sha256",
) -> dict[bytes, bytes]:
    stamp = str(int(at.timestamp() * (1000 if milliseconds else 1))).encode()
    signature = hmac.new(secret, stamp + b"." + body, getattr(hashlib, algorithm)).hexdigest()
    return {b"x-signature": signature.encode(), b"x-timestamp": stamp}


@pytest.mark.parametrize(
    "headers",
    [
        {b"authorization": b"Bearer new"},
        {b"authorization": b"bearer old"},
        {b"authorization": b"new"},
        {b"x-vapi-secret": b"old"},
        {b"authorization": b"Basic of-a-proxy", b"x-vapi-secret": b"new"},
        signed(BODY),
        signed(BODY, secret=b"old", milliseconds=False),
        signed(BODY, at=NOW - timedelta(minutes=5)),
        signed(BODY, at=NOW + timedelta(minutes=5)),
    ],
)
def test_accepted(headers: dict[bytes, bytes]) -> None:
    assert PROOF.accepts(headers, BODY, now=NOW)


@pytest.mark.parametrize("value", [b"new", b"Bearer old"])
def test_a_token_may_stand_in_a_header_that_the_plan_names(value: bytes) -> None:
    named = Proof(secrets=["new", "old"], plan=AuthPlan.model_validate({"headerName": "X-API-Key"}))
    headers = {b"x-api-key": value}
    assert named.accepts(headers, BODY, now=NOW)
    assert not PROOF.accepts(headers, BODY, now=NOW)
    assert not named.accepts({b"x-api-key": b"wrong"}, BODY, now=NOW)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {b"authorization": b"Bearer "},
        {b"authorization": b"Bearer wrong"},
        {b"x-vapi-secret": b""},
        {b"x-vapi-secret": b"n\xffew"},
        signed(BODY, secret=b"wrong"),
        signed(BODY + b" "),
        signed(BODY, at=NOW - timedelta(minutes=5, seconds=1)),
        signed(BODY, at=NOW + timedelta(minutes=6)),
        {b"x-signature": signed(BODY)[b"x-signature"]},
        {**signed(BODY), b"x-timestamp": b"yesterday"},
        {**signed(BODY), b"x-timestamp": b""},
        {**signed(BODY), b"x-timestamp": b"9" * 400},
        {**signed(BODY, secret=b"wrong"), b"authorization": b"Bearer new"},
    ],
)
def test_refused(headers: dict[bytes, bytes]) -> None:
    assert not PROOF.accepts(headers, BODY, now=NOW)


def test_without_a_secret_nothing_is_accepted() -> None:
    for proof in (Proof(secrets=[]), Proof(secrets=[""])):
        assert not proof.configured
        for headers in (
            {},
            {b"authorization": b""},
            {b"authorization": b"Bearer "},
            signed(BODY, secret=b""),
        ):
            assert not proof.accepts(headers, BODY, now=NOW)


def test_by_a_plan_of_its_own() -> None:
    plan = AuthPlan.model_validate(
        {
            "type": "hmac",
            "algorithm": "sha512",
            "signatureHeader": "X-Clinic-Signature",
            "timestampHeader": "X-Clinic-Time",
            "signaturePrefix": "v1,",
            "payloadFormat": "{svix-id}.{timestamp}.{method}.{url}.{body}",
            "signatureEncoding": "base64",
            "secretIsBase64": True,
        }
    )
    key, stamp = b"\x00\xff key", str(int(NOW.timestamp())).encode()
    payload = b"msg_1." + stamp + b".POST.https://clinic.example/webhooks/vapi." + BODY
    signature = base64.b64encode(hmac.new(key, payload, hashlib.sha512).digest())
    headers = {b"x-clinic-signature": b"v1," + signature, b"x-clinic-time": stamp, b"svix-id": b"msg_1"}
    proof = Proof(secrets=[base64.b64encode(key).decode()], plan=plan)
    url = "https://clinic.example/webhooks/vapi"
    assert proof.accepts(headers, BODY, now=NOW, url=url)
    assert not proof.accepts(headers, BODY, now=NOW, url=url + "/")
    assert not proof.accepts({**headers, b"svix-id": b"msg_2"}, BODY, now=NOW, url=url)
    assert not proof.accepts({**headers, b"x-clinic-signature": signature}, BODY, now=NOW, url=url)


@pytest.mark.parametrize("format_", ["{timestamp}.{body}", "{body}"])
def test_a_plan_without_a_timestamp(format_: str) -> None:
    plan = AuthPlan.model_validate(
        {"algorithm": "sha1", "includeTimestamp": False, "signaturePrefix": "sha1=", "payloadFormat": format_}
    )
    signature = b"sha1=" + hmac.new(b"new", BODY, hashlib.sha1).hexdigest().upper().encode()
    assert Proof(secrets=["new"], plan=plan).accepts({b"x-signature": signature}, BODY, now=NOW)


def test_a_secret_that_is_not_the_base64_it_should_be_signs_nothing() -> None:
    proof = Proof(secrets=["not base64!"], plan=AuthPlan(secret_is_base64=True))
    assert not proof.accepts(signed(BODY, secret=b""), BODY, now=NOW)


@given(body=st.binary(max_size=200), secret=st.text(min_size=1, max_size=40))
def test_what_is_signed_is_accepted_and_nothing_else(body: bytes, secret: str) -> None:
    proof = Proof(secrets=[secret])
    headers = signed(body, secret=secret.encode())
    assert proof.accepts(headers, body, now=NOW)
    assert not proof.accepts(headers, body + b"\x00", now=NOW)
    assert not proof.accepts(headers, body, now=NOW + timedelta(minutes=6))


@given(
    headers=st.dictionaries(
        st.sampled_from([b"authorization", b"x-vapi-secret", b"x-signature", b"x-timestamp"]),
        st.binary(max_size=80),
    ),
    body=st.binary(max_size=80),
)
def test_guesses_are_refused(headers: dict[bytes, bytes], body: bytes) -> None:
    assert not Proof(secrets=["a-secret-nobody-guesses"]).accepts(headers, body, now=NOW)
