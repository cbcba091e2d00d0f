"""Sealing: what went in comes out at its own place, and nothing comes out of anything else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medicalcor.core.crypto.vault import Vault, new_master_key, seal, unseal
from medicalcor.core.errors import MissingSetting, SealBroken

KEY = bytes(range(32))
OTHER = bytes(range(1, 33))


@given(plain=st.binary(max_size=300), place=st.binary(max_size=40))
def test_what_was_sealed_comes_out_at_its_place(plain: bytes, place: bytes) -> None:
    assert unseal(KEY, seal(KEY, plain, place), place) == plain


@given(plain=st.binary(min_size=1, max_size=60), data=st.data())
def test_one_bit_anywhere_breaks_the_seal(plain: bytes, data: st.DataObject) -> None:
    sealed = bytearray(seal(KEY, plain, b"place"))
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(SealBroken):
        unseal(KEY, bytes(sealed), b"place")


@given(plain=st.binary(max_size=60), data=st.data())
def test_what_was_cut_short_is_broken(plain: bytes, data: st.DataObject) -> None:
    sealed = seal(KEY, plain, b"place")
    with pytest.raises(SealBroken):
        unseal(KEY, sealed[: data.draw(st.integers(0, len(sealed) - 1))], b"place")


@given(plain=st.binary(max_size=60), place=st.binary(max_size=40), other=st.binary(max_size=40))
def test_it_opens_nowhere_else_and_under_no_other_key(plain: bytes, place: bytes, other: bytes) -> None:
    sealed = seal(KEY, plain, place)
    with pytest.raises(SealBroken):
        unseal(OTHER, sealed, place)
    if other != place:
        with pytest.raises(SealBroken):
            unseal(KEY, sealed, other)


def test_the_same_words_never_look_the_same() -> None:
    assert len({seal(KEY, b"Ana", b"place") for _ in range(50)}) == 50


@pytest.mark.parametrize(
    "key",
    ["", "short", "é" * 32, new_master_key()[:-4], new_master_key() + "AAAA"],
    ids=["none", "short", "letters", "cut", "longer"],
)
def test_a_master_key_of_another_form_is_refused_with_what_to_do(key: str) -> None:
    with pytest.raises(MissingSetting, match="medicalcor keys new"):
        Vault(key)


@given(value=st.text(), other=st.text())
def test_a_keyed_hash_is_the_same_only_for_the_same(value: str, other: str) -> None:
    vault, elsewhere = Vault(MASTER), Vault(new_master_key())
    assert vault.keyed_hash("phone", value) == Vault(MASTER).keyed_hash("phone", value)
    assert (vault.keyed_hash("phone", value) == vault.keyed_hash("phone", other)) is (value == other)
    assert vault.keyed_hash("phone", value) != vault.keyed_hash("email", value)
    assert vault.keyed_hash("phone", value) != elsewhere.keyed_hash("phone", value)


MASTER = new_master_key()


def test_the_signing_key_follows_from_the_master_key() -> None:
    raw = Vault(MASTER).signer().public_key().public_bytes_raw()
    assert Vault(MASTER).signer().public_key().public_bytes_raw() == raw
    assert Vault(new_master_key()).signer().public_key().public_bytes_raw() != raw
