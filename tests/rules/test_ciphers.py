"""Values are encrypted by AES-256-GCM or SM4-GCM, and both stand beside each other."""

import base64
import json
import os
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import SM4

from core.kit.ciphers import CIPHERS, CipherName, number_of, sm4_gcm_decrypt, sm4_gcm_encrypt
from core.kit.key_file import Keys, KeysUnusable, alone, read_keys, write_keys
from core.kit.keys import Keyring
from tests.builders import beijing

WHERE: dict[str, Any] = {"tenant_id": 7, "field": "contact.phone", "row_id": 42}
KEY, NEWER = b"k" * 32, b"n" * 32


def test_sm4_gives_the_block_of_the_standard() -> None:
    """GB/T 32907-2016, appendix A.1."""
    key = bytes.fromhex("0123456789abcdeffedcba9876543210")
    encryptor = Cipher(SM4(key), modes.ECB()).encryptor()
    assert encryptor.update(key).hex() == "681edf34d206965e86b3e94f536e4246"


def test_sm4_gcm_gives_the_text_and_tag_of_its_rfc() -> None:
    """RFC 8998, appendix A.1."""
    key = bytes.fromhex("0123456789abcdeffedcba9876543210")
    nonce = bytes.fromhex("00001234567800000000abcd")
    context = bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2")
    plain = bytes.fromhex(
        "aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbccccccccccccccccdddddddddddddddd"
        "eeeeeeeeeeeeeeeeffffffffffffffffeeeeeeeeeeeeeeeeaaaaaaaaaaaaaaaa"
    )

    hidden = sm4_gcm_encrypt(key, nonce, plain, context)

    assert hidden.hex() == (
        "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735"
        "d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d"
        "83de3541e4c2b58177e065a9bf7b62ec"
    )
    assert sm4_gcm_decrypt(key, nonce, hidden, context) == plain


@pytest.mark.parametrize("cipher", CIPHERS)
def test_what_was_encrypted_is_read_in_its_own_row_alone(cipher: CipherName) -> None:
    keys = Keyring({1: KEY}, cipher=cipher)
    stored = keys.encrypt("13800000001", **WHERE)

    assert keys.decrypt(stored, **WHERE) == "13800000001"
    assert b"13800000001" not in stored
    for elsewhere in ({"row_id": 43}, {"field": "contact.name"}, {"tenant_id": 8}):
        with pytest.raises(InvalidTag):
            keys.decrypt(stored, **{**WHERE, **elsewhere})
    for position in range(2, len(stored)):
        spoilt = bytearray(stored)
        spoilt[position] ^= 1
        with pytest.raises(InvalidTag):
            keys.decrypt(bytes(spoilt), **WHERE)


@pytest.mark.parametrize("stored", [b"\x00\x01", b"\x80\x01", b"\x80\x01" + b"n" * 12 + b"short"])
def test_what_is_too_short_is_nothing_of_ours(stored: bytes) -> None:
    with pytest.raises((InvalidTag, ValueError)):
        Keyring({1: KEY}).decrypt_bytes(stored, **WHERE)


def test_values_of_both_ways_and_of_several_keys_are_read_beside_each_other() -> None:
    newest = Keyring({1: KEY, 2: NEWER}, cipher="sm4-gcm")
    stored = [
        Keyring({1: KEY}).encrypt("甲", **WHERE),
        Keyring({1: KEY}, cipher="sm4-gcm").encrypt("乙", **WHERE),
        Keyring({1: KEY, 2: NEWER}).encrypt("丙", **WHERE),
        newest.encrypt("丁", **WHERE),
    ]

    assert [newest.decrypt(each, **WHERE) for each in stored] == ["甲", "乙", "丙", "丁"]
    assert [number_of(each) for each in stored] == [1, 1, 2, 2]
    assert [each.startswith(newest.prefix) for each in stored] == [False, False, False, True]


def test_the_same_value_is_never_stored_the_same_twice() -> None:
    keys = Keyring({1: KEY})
    assert len({keys.encrypt("13800000001", **WHERE)[2:14] for _ in range(10_000)}) == 10_000


def test_a_running_process_sees_a_new_key(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    running, other = Keyring.load(path), Keyring.load(path)
    before = running.encrypt("甲", **WHERE)

    write_keys(path, read_keys(path).with_new_key(cipher="sm4-gcm", now=beijing("2026-03-12 10:00")))
    after = other.encrypt("乙", **WHERE)

    assert [running.decrypt(each, **WHERE) for each in (before, after)] == ["甲", "乙"]
    assert number_of(running.encrypt("丙", **WHERE)) == 2
    assert running.lookup_hash("甲", tenant_id=7, field="phone") == other.lookup_hash("甲", tenant_id=7, field="phone")
    assert oct(path.stat().st_mode & 0o777) == "0o600"


def test_a_key_that_is_not_there_is_asked_for_in_words(tmp_path: Path) -> None:
    stored = Keyring({1: KEY, 2: NEWER}).encrypt("甲", **WHERE)
    with pytest.raises(KeysUnusable, match="没有第 2 号密钥"):
        Keyring({1: KEY}).decrypt(stored, **WHERE)


def test_what_is_under_a_retired_key_is_read_no_more(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    stored = Keyring.load(path).encrypt("甲", **WHERE)
    at = beijing("2026-03-12 10:00")
    keys = read_keys(path).with_new_key(cipher="aes-256-gcm", now=at)
    write_keys(path, Keys(keys.masters, made_at=keys.made_at, retired_at={1: at}))

    with pytest.raises(KeysUnusable, match="已停用的第 1 号密钥"):
        Keyring.load(path).decrypt(stored, **WHERE)
    assert read_keys(path) == Keys(keys.masters, made_at={2: at}, retired_at={1: at})


def test_a_file_of_before_is_read_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    path.write_text(json.dumps({"masters": {"1": base64.b64encode(KEY).decode()}}))
    assert read_keys(path) == Keys({1: KEY})


@pytest.mark.parametrize(
    "content", ["", "[]", '{"masters": {}}', '{"masters": {"1": "?"}}', '{"masters": {}, "cipher": "rot13"}']
)
def test_a_file_that_is_not_ours_is_refused_and_left_as_it_is(tmp_path: Path, content: str) -> None:
    path = tmp_path / "keys.json"
    path.write_text(content)
    with pytest.raises(KeysUnusable):
        read_keys(path)
    assert path.read_text() == content


def test_two_do_not_change_the_file_at_once(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    with alone(path), pytest.raises(KeysUnusable, match="正在进行"), alone(path):
        pass
    with alone(path):
        pass


def test_a_folder_that_cannot_be_written_to_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "keys.json"
    keys = read_keys(path)

    def fail(*_: object) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(KeysUnusable, match="无法写入"):
        write_keys(path, keys)
