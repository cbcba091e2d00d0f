"""Canaries go in everywhere a value can hide; none comes out."""

import json
import time
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, SecretStr, ValidationError

from medicalcor.core.errors import ProviderRejected
from medicalcor.core.redaction import HIDDEN, describe, is_personal, scrub, scrub_foreign, scrub_text

GAPS = st.sampled_from(["", " ", "-", ".", "/", "\u00a0", " - "])


@st.composite
def phones(draw: st.DrawFn) -> tuple[str, str]:
    """A number as somebody may write it, and its digits."""
    digits = draw(st.from_regex(r"[1-9]\d{9,11}", fullmatch=True))
    prefix = draw(st.sampled_from(["+", "00", "", "0"]))
    groups = [digits[0:3], digits[3:6], digits[6:]]
    return prefix + draw(GAPS).join(groups), digits


words = st.text(alphabet=st.characters(exclude_categories=("Nd", "Cs")), max_size=30)


@given(phone=phones(), before=words, after=words)
def test_no_phone_number_survives_in_a_text(phone: tuple[str, str], before: str, after: str) -> None:
    written, digits = phone
    left = scrub_text(before + written + after)
    assert digits not in "".join(c for c in left if c.isdigit())


@given(
    local=st.from_regex(r"[a-z][a-z0-9._+]{3,20}", fullmatch=True),
    before=st.sampled_from(["", "mail:", "<", "to ", "a@b "]),
    after=st.sampled_from(["", ">", ", ok", "\n"]),
)
def test_no_email_address_survives_in_a_text(local: str, before: str, after: str) -> None:
    assert "canary-host" not in scrub_text(f"{before}{local}@canary-host.example{after}")


@given(
    st.recursive(
        st.sampled_from(["+40 722 000 001", "ana@canary.example", "wamid.CANARYHBgLNDA3", 40722000001]),
        lambda inner: st.one_of(
            st.lists(inner, max_size=3),
            st.tuples(inner),
            st.dictionaries(st.sampled_from(["id", "kind", "+40722000001", "ana@canary.example"]), inner),
        ),
        max_leaves=12,
    )
)
def test_no_canary_survives_in_a_structure(value: Any) -> None:
    shown = json.dumps(scrub(value))
    for canary in ("722", "canary", "CANARY"):
        assert canary not in shown


@pytest.mark.parametrize(
    "key",
    [
        "text",
        "body",
        "name",
        "Authorization",
        "D360-API-KEY",
        "first_name",
        "from_phone",
        "access_token",
        "content",
    ],
)
@pytest.mark.parametrize("value", ["Ana", ["Ana"], {"inside": "Ana"}, 7, SecretStr("Ana"), b"Ana"])
def test_what_stands_under_a_personal_key_is_hidden_whatever_it_is(key: str, value: Any) -> None:
    assert scrub({key: value}) == {key: HIDDEN}


@pytest.mark.parametrize(
    "key", ["workflow", "effect_id", "status", "provider", "partition_key", "tokens", "at"]
)
def test_other_keys_are_not(key: str) -> None:
    assert not is_personal(key)


@pytest.mark.parametrize(
    "kept",
    [
        "01930000-1234-7abc-8def-123456789012",
        "2026-11-23T08:00:00.123456+00:00",
        "2026-11-23",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "a" * 31 + "1",
        "127.0.0.1:3000",
        "took 0.123 s, 12345678 rows",
        "inbox:42",
    ],
)
def test_ids_times_and_addresses_of_machines_stay(kept: str) -> None:
    assert scrub_text(kept) == kept


@pytest.mark.parametrize(
    "secret",
    [
        "Authorization: Bearer canary.token-value",
        "sk-canary1234567890",
        "pat-eu1-canary-0000",
        "postgresql://app:canary@127.0.0.1:5433/medicalcor",
        'password="canary"',
        "api_key=canary&x=1",
        "eyJhbGciOiJI.canary.c2ln",
    ],
)
def test_no_secret_survives_in_a_text(secret: str) -> None:
    assert "canary" not in scrub_text(secret)


def test_objects_are_named_never_shown() -> None:
    class Patient(BaseModel):
        whose: str

    shown = scrub({"it": Patient(whose="Ana"), "raw": b"Ana", "map": MappingProxyType({"a": 1})})
    assert shown == {"it": "<Patient>", "raw": "<bytes>", "map": {"a": 1}}


def test_plain_values_stay() -> None:
    value = {
        "id": UUID(int=7),
        "when": datetime(2026, 11, 23, tzinfo=UTC),
        "n": 5,
        "f": 0.5,
        "ok": True,
        "no": None,
    }
    assert scrub(value) == {
        "id": "00000000-0000-0000-0000-000000000007",
        "when": "2026-11-23 00:00:00+00:00",
        "n": 5,
        "f": 0.5,
        "ok": True,
        "no": None,
    }


def test_a_long_text_is_cut_and_says_so() -> None:
    shown = scrub_text("ab " * 5000)
    assert len(shown) < 2100
    assert shown.endswith("(15000 characters)")


class TestExceptions:
    def test_ours_keep_class_code_and_reason(self) -> None:
        shown = describe(
            ProviderRejected("The template is paused.", provider="whatsapp", reason="template_paused")
        )
        assert shown == {
            "type": "ProviderRejected",
            "code": "provider_rejected",
            "reason": "template_paused",
            "said": "The template is paused.",
        }

    def test_a_failed_validation_names_fields_not_values(self) -> None:
        class Patient(BaseModel):
            age: int

        with pytest.raises(ValidationError) as caught:
            Patient.model_validate({"age": "Ana Canary"})
        assert describe(caught.value)["said"] == "Patient: age: int_parsing"

    def test_a_key_that_was_missing_is_not_told(self) -> None:
        assert "Canary" not in str(describe(KeyError("Ana Canary")))

    def test_what_a_database_quotes_is_not_told(self) -> None:
        text = 'duplicate key value violates unique constraint "people_key"\nDETAIL:  Key (name)=(Ana Canary) exists.'
        assert scrub_foreign(text).endswith('constraint "people_key"\n[detail]')

    def test_quoted_words_of_people_are_not_told(self) -> None:
        assert scrub_foreign("invalid literal: 'mă doare'") == f"invalid literal: '{HIDDEN}'"

    @pytest.mark.parametrize("quote", ["'", '"'])
    def test_nor_when_they_are_long_or_have_several_lines(self, quote: str) -> None:
        for words in ("Ana Canary\nsays", "Ana Canary " * 1000):
            assert "Canary" not in scrub_foreign(f"cannot read {quote}{words}{quote} here")

    def test_hostile_texts_take_no_time(self) -> None:
        started = time.perf_counter()
        for text in ("'\\" * 100_000, "(" * 100_000, "1" * 100_000, "a@" * 100_000, "bearer " * 100_000):
            scrub_foreign(text)
        assert time.perf_counter() - started < 2

    def test_a_group_tells_of_its_members(self) -> None:
        group = ExceptionGroup("two", [ValueError("one"), OSError("+40722000001")])
        assert [inner["said"] for inner in describe(group)["within"]] == ["one", "[number]"]
