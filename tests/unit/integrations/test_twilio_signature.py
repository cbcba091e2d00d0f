"""`X-Twilio-Signature`: the address as it was called, and every field of the form."""

import base64
import hashlib
import hmac
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medicalcor.integrations.twilio.signature import Proof, form_of

TOKEN = "a-token"
PUBLIC = "https://crm.clinic.example"
PATH = "/webhooks/voice"
FIELDS = [
    ("From", "+40722"), ("City", ""), ("M", "b"), ("M", "a"), ("M", "a"), ("Name", "Ștefan & <x>"), ("Z z", "ü+ %"),
]  # fmt: skip
FORM = {b"content-type": b"application/x-www-form-urlencoded; charset=UTF-8"}


def signed(url: str, fields: list[tuple[str, str]], *, token: str = TOKEN) -> bytes:
    """As Twilio documents it: by name, then each distinct value."""
    names = sorted({name for name, _ in fields})
    text = url + "".join(
        name + value for name in names for value in sorted({v for n, v in fields if n == name})
    )
    return base64.b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha1).digest())


def accepts(
    proof: Proof, signature: bytes, body: bytes, *, query: str = "", headers=FORM, path: str = PATH
) -> bool:
    given = {**headers, b"x-twilio-signature": signature}
    return proof.accepts(given, body, path=path.encode(), query=query.encode())


@pytest.fixture
def proof() -> Proof:
    return Proof(tokens=(TOKEN, "older"), public_url=PUBLIC)


def test_a_known_answer(proof) -> None:
    """Worked out with Twilio's own library, 9.13."""
    body = urlencode(FIELDS).encode()
    assert accepts(proof, b"AbE9MvUjFcY1i4m+QFI+pYFVjRg=", body, query="step=1")


def test_blank_and_repeated_fields_count(proof) -> None:
    body = urlencode(FIELDS).encode()
    assert accepts(proof, signed(PUBLIC + PATH, FIELDS), body)
    without_blank = [field for field in FIELDS if field[1]]
    assert not accepts(proof, signed(PUBLIC + PATH, without_blank), body)
    assert not accepts(proof, signed(PUBLIC + PATH, FIELDS), urlencode(without_blank).encode())
    first_only = list(dict(reversed(FIELDS)).items())
    assert not accepts(proof, signed(PUBLIC + PATH, first_only), body)


@pytest.mark.parametrize(
    ("told", "called"),
    [
        ("https://crm.clinic.example", "https://crm.clinic.example:443"),
        ("https://crm.clinic.example:443", "https://crm.clinic.example"),
        ("https://crm.clinic.example/", "https://crm.clinic.example"),
        ("http://127.0.0.1:3000", "http://127.0.0.1:3000"),
        ("http://127.0.0.1:3000", "http://127.0.0.1"),
        ("http://clinic.example", "http://clinic.example:80"),
        ("http://[::1]:3000", "http://[::1]:3000"),
        ("https://user:pass@crm.clinic.example", "https://user:pass@crm.clinic.example:443"),
    ],
)
def test_the_port_may_be_named_or_not(told: str, called: str) -> None:
    proof = Proof(tokens=(TOKEN,), public_url=told)
    body = urlencode(FIELDS).encode()
    assert accepts(proof, signed(f"{called}{PATH}?a=%20b", FIELDS), body, query="a=%20b")


def test_what_the_request_says_of_its_host_is_not_believed(proof) -> None:
    body = urlencode(FIELDS).encode()
    headers = {**FORM, b"host": b"evil.example", b"x-forwarded-host": b"evil.example"}
    assert not accepts(proof, signed(f"https://evil.example{PATH}", FIELDS), body, headers=headers)
    assert accepts(proof, signed(PUBLIC + PATH, FIELDS), body, headers=headers)


def test_either_token_counts_and_no_other(proof) -> None:
    body = urlencode(FIELDS).encode()
    assert accepts(proof, signed(PUBLIC + PATH, FIELDS, token="older"), body)
    assert not accepts(proof, signed(PUBLIC + PATH, FIELDS, token="other"), body)
    nobody = Proof(tokens=(), public_url=PUBLIC)
    assert not nobody.configured
    assert not accepts(nobody, signed(PUBLIC + PATH, FIELDS, token=""), body)


def test_json_is_covered_by_its_hash_in_the_address(proof) -> None:
    body, json = b'{"a": 1}', {b"content-type": b"application/json"}
    query = f"x=1&bodySHA256={hashlib.sha256(body).hexdigest()}"
    signature = signed(f"{PUBLIC}{PATH}?{query}", [])
    assert accepts(proof, signature, body, query=query, headers=json)
    assert not accepts(proof, signature, b'{"a": 2}', query=query, headers=json)
    # sent as a form instead, it is the same body and no other
    assert not accepts(proof, signature, b"a=1", query=query)
    assert not accepts(proof, signature, b"", query=query)


def test_a_body_that_nothing_covers_is_refused(proof) -> None:
    signature = signed(PUBLIC + PATH, [])
    for headers in ({b"content-type": b"application/json"}, {}, {b"content-type": b"text/plain"}):
        assert not accepts(proof, signature, b'{"a": 1}', headers=headers)
    assert accepts(proof, signature, b"", headers={})


def test_two_hashes_are_one_too_many(proof) -> None:
    body = b"{}"
    query = f"bodySHA256={'0' * 64}&bodySHA256={hashlib.sha256(body).hexdigest()}"
    assert not accepts(proof, signed(f"{PUBLIC}{PATH}?{query}", []), body, query=query, headers={})


def test_a_flood_of_fields_is_not_sorted(proof) -> None:
    fields = [(f"f{n}", "") for n in range(501)]
    assert not accepts(proof, signed(PUBLIC + PATH, fields), urlencode(fields).encode())


def test_no_signature_is_a_wrong_one(proof) -> None:
    assert not proof.accepts(FORM, b"", path=PATH.encode(), query=b"")
    assert not accepts(proof, b"", b"")
    assert not accepts(proof, b"\xff\xfe", b"")


Text = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)


@given(st.lists(st.tuples(Text.filter(bool), Text), max_size=8), st.randoms())
def test_any_form_in_any_order(fields: list[tuple[str, str]], random) -> None:
    proof = Proof(tokens=(TOKEN,), public_url=PUBLIC)
    signature = signed(PUBLIC + PATH, fields)
    shuffled = fields[:]
    random.shuffle(shuffled)
    assert accepts(proof, signature, urlencode(shuffled).encode())
    assert not accepts(proof, signature, urlencode([*fields, ("Added", "x")]).encode())
    assert form_of(urlencode(fields).encode()) == dict(reversed(fields))


@given(st.binary(max_size=200), st.binary(max_size=60), st.binary(max_size=60))
def test_nothing_that_arrives_breaks_it(body: bytes, query: bytes, content_type: bytes) -> None:
    proof = Proof(tokens=(TOKEN,), public_url=PUBLIC)
    headers = {b"content-type": content_type, b"x-twilio-signature": b"x" * 28}
    assert not proof.accepts(headers, body, path=b"/webhooks/voice", query=query)
    form_of(body)
