"""Sealing under a key per subject, wrapped by KMS; receipt secrets; erasing."""

import re

import pytest

from chalicelib.platform.keys import KEK_CONTEXT, Erased, SealedKeys
from chalicelib.platform.ports import Busy, ConditionFailed, Delete, Table
from chalicelib.platform.sealing import Broken
from chalicelib.wiring import SHAPES
from tests.contract.targets import Target
from tests.fakes.store import MemoryStore

TEXT = "某某 138\x00".encode()


@pytest.fixture
def keys(target: Target) -> SealedKeys:
    made = target.keys()
    made.setup()
    return made


def test_what_was_sealed_is_unsealed_by_another_container(
    target: Target, keys: SealedKeys, pk: str
) -> None:
    target.store.transact([keys.mint(pk)])
    sealed = keys.seal(pk, "answers#1", TEXT)

    assert target.keys().unseal(pk, "answers#1", sealed) == TEXT


def test_equal_texts_are_sealed_differently_and_not_readable(keys: SealedKeys, pk: str) -> None:
    keys.mint(pk)

    first, second = (keys.seal(pk, "answers#1", TEXT) for _ in range(2))

    assert first != second
    assert TEXT not in first


@pytest.mark.parametrize("size", [0, 1, 100_000])
def test_texts_of_every_size_are_sealed(keys: SealedKeys, pk: str, size: int) -> None:
    keys.mint(pk)

    assert keys.unseal(pk, "r", keys.seal(pk, "r", b"x" * size)) == b"x" * size


def test_sealed_bytes_do_not_open_in_another_row(keys: SealedKeys, pk: str) -> None:
    keys.mint(pk)
    sealed = keys.seal(pk, "answers#1", TEXT)

    with pytest.raises(Broken):
        keys.unseal(pk, "answers#2", sealed)


def test_sealed_bytes_do_not_open_for_another_subject(keys: SealedKeys, pk: str) -> None:
    keys.mint(pk)
    keys.mint(pk + "x")
    sealed = keys.seal(pk, "answers#1", TEXT)

    with pytest.raises(Broken):
        keys.unseal(pk + "x", "answers#1", sealed)


@pytest.mark.parametrize("cut", [0, 1, 12, 13, -1])
def test_sealed_bytes_that_were_cut_do_not_open(keys: SealedKeys, pk: str, cut: int) -> None:
    keys.mint(pk)
    sealed = keys.seal(pk, "r", TEXT)

    with pytest.raises(Broken):
        keys.unseal(pk, "r", sealed[:cut])


@pytest.mark.parametrize("place", [0, 1, 13, -1])
def test_sealed_bytes_that_were_changed_do_not_open(keys: SealedKeys, pk: str, place: int) -> None:
    keys.mint(pk)
    sealed = bytearray(keys.seal(pk, "r", TEXT))
    sealed[place] ^= 1

    with pytest.raises(Broken):
        keys.unseal(pk, "r", bytes(sealed))


def test_a_subject_is_minted_once(target: Target, keys: SealedKeys, pk: str) -> None:
    target.store.transact([keys.mint(pk)])

    with pytest.raises(ConditionFailed):
        target.store.transact([target.keys().mint(pk)])


def test_a_forgotten_key_seals_nothing_more(keys: SealedKeys, pk: str) -> None:
    keys.mint(pk)

    keys.forget(pk)

    with pytest.raises(Erased):
        keys.seal(pk, "r", TEXT)


def test_forgetting_the_loser_of_two_mints_leaves_the_key_that_was_committed(
    target: Target, keys: SealedKeys, pk: str
) -> None:
    winner = target.keys()
    target.store.transact([winner.mint(pk)])
    keys.mint(pk)

    keys.forget(pk)

    assert keys.unseal(pk, "r", winner.seal(pk, "r", TEXT)) == TEXT


def test_an_erased_subject_cannot_be_read_by_a_new_container(
    target: Target, keys: SealedKeys, pk: str
) -> None:
    mint = keys.mint(pk)
    target.store.transact([mint])
    sealed = keys.seal(pk, "r", TEXT)

    target.store.transact([Delete(Table.KEYS, "data_key", mint.key)])

    with pytest.raises(Erased):
        target.keys().unseal(pk, "r", sealed)


def test_a_wrapped_key_does_not_open_for_another_subject(
    target: Target, keys: SealedKeys, pk: str
) -> None:
    mint = keys.mint(pk)
    mint.row["pk"] += "x"
    target.store.transact([mint])

    with pytest.raises(Broken):
        target.keys().seal(pk + "x", "r", TEXT)


def test_a_receipt_secret_is_the_same_in_every_container(target: Target, keys: SealedKeys) -> None:
    secret = keys.secret("1234567897")

    assert secret == keys.secret("1234567897") == target.keys().secret("1234567897")
    assert re.fullmatch("[A-Z2-7]{4}(-[A-Z2-7]{4}){3}", secret)


def test_receipt_secrets_of_different_numbers_differ(keys: SealedKeys) -> None:
    assert len({keys.secret(str(number)) for number in range(500)}) == 500


def test_setting_up_twice_keeps_the_first_key(target: Target, keys: SealedKeys) -> None:
    before = keys.secret("1")

    target.keys().setup()

    assert target.keys().secret("1") == before


def test_without_setup_nothing_is_sealed_and_trying_again_can_help(target: Target, pk: str) -> None:
    fresh = SealedKeys(MemoryStore({Table.KEYS: SHAPES[Table.KEYS]}), target.kms)

    with pytest.raises(Busy):
        fresh.mint(pk)
    fresh.setup()
    fresh.mint(pk)

    assert fresh.unseal(pk, "r", fresh.seal(pk, "r", TEXT)) == TEXT


def test_kms_wraps_a_new_key_each_time_and_unwraps_the_same(target: Target) -> None:
    first, second = (target.kms.wrapped_key(KEK_CONTEXT) for _ in range(2))

    assert first != second
    assert len(target.kms.decrypt(first, KEK_CONTEXT)) == 32
    assert target.kms.decrypt(first, KEK_CONTEXT) == target.kms.decrypt(first, KEK_CONTEXT)
    assert target.kms.decrypt(first, KEK_CONTEXT) != target.kms.decrypt(second, KEK_CONTEXT)


def test_kms_unwraps_only_in_the_context_it_wrapped_in(target: Target) -> None:
    wrapped = target.kms.wrapped_key(KEK_CONTEXT)

    with pytest.raises(Busy):
        target.kms.decrypt(wrapped, {"bancheng": "other"})


def test_kms_refuses_bytes_it_did_not_wrap(target: Target) -> None:
    with pytest.raises(Busy):
        target.kms.decrypt(b"\x00" * 200, KEK_CONTEXT)
