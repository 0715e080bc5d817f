"""Keys that live outside the database, and what is done with them: encrypting, looking up, deriving codes."""

import hashlib
import hmac
import os
from collections.abc import Mapping
from functools import lru_cache, partial
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from core.kit import ciphers
from core.kit.ciphers import CipherName, number_of, prefix_of
from core.kit.key_file import Keys, KeysUnusable, read_keys
from core.kit.saying import said

__all__ = ["CROCKFORD", "Keyring", "KeysUnusable"]
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
Stamp = tuple[int, int, int]


class Keyring:
    """The installation's master keys by number; the newest encrypts, all of them decrypt until they are retired.

    Every purpose and every tenant has a key of its own, derived by HKDF, so no key is used for two things. A ring that
    was loaded from a file sees at its next use when the file was changed: a rotation asks no process to start anew.
    """

    def __init__(self, masters: Mapping[int, bytes], *, cipher: CipherName = "aes-256-gcm") -> None:
        self._keys = Keys(dict(masters), cipher=cipher)
        self._path: Path | None = None
        self._stamp: Stamp | None = None

    @classmethod
    def load(cls, path: Path) -> "Keyring":
        """Read the key file, making it (mode 0600) when there is none. Raises `KeysUnusable`."""
        keys = read_keys(path)
        ring = cls(keys.masters)
        ring._path, ring._stamp, ring._keys = path, _stamp_of(path), keys
        return ring

    @property
    def keys(self) -> Keys:
        """The keys as the file has them now."""
        self._refresh()
        return self._keys

    @property
    def path(self) -> Path | None:
        """Where the keys are kept, None of a ring that was made in memory."""
        return self._path

    @property
    def prefix(self) -> bytes:
        """How every value begins that is encrypted now."""
        keys = self.keys
        return prefix_of(keys.newest, keys.cipher)

    def derive(self, purpose: str, tenant_id: int, *, number: int | None = None) -> bytes:
        """Return the 32-byte key of one purpose in one tenant."""
        return _derive(self._master(number or self.keys.newest), f"{purpose}/{tenant_id}")

    def encrypt(self, plain: str, *, tenant_id: int, field: str, row_id: int) -> bytes:
        """Encrypt a text for one field of one row; moved to another row it no longer decrypts."""
        return self.encrypt_bytes(plain.encode(), tenant_id=tenant_id, field=field, row_id=row_id)

    def encrypt_bytes(self, plain: bytes, *, tenant_id: int, field: str, row_id: int) -> bytes:
        """Encrypt what need not be text, as `encrypt` does."""
        keys = self.keys
        return ciphers.encrypt(
            plain,
            number=keys.newest,
            cipher=keys.cipher,
            derive=partial(self.derive, tenant_id=tenant_id, number=keys.newest),
            context=f"{field}/{row_id}".encode(),
        )

    def decrypt(self, stored: bytes, *, tenant_id: int, field: str, row_id: int) -> str:
        """Return the text that `encrypt` was given.

        Raises cryptography's InvalidTag when the row was tampered with, `KeysUnusable` when its key is missing or retired.
        """
        return self.decrypt_bytes(stored, tenant_id=tenant_id, field=field, row_id=row_id).decode()

    def decrypt_bytes(self, stored: bytes, *, tenant_id: int, field: str, row_id: int) -> bytes:
        """Return what `encrypt_bytes` was given. Raises as `decrypt`."""
        number = number_of(stored)
        if number in self._keys.retired_at:
            raise KeysUnusable(
                said(
                    "数据是用已停用的第 {number} 号密钥加密的，不能解密。请检查数据库是否由旧备份恢复。", number=number
                )
            )
        derive = partial(self.derive, tenant_id=tenant_id, number=number)
        return ciphers.decrypt(stored, derive=derive, context=f"{field}/{row_id}".encode())

    def lookup_hash(self, value: str, *, tenant_id: int, field: str) -> bytes:
        """Return a keyed hash by which an encrypted value can be found again, and nothing be learnt.

        Always of the first master key: what was stored under it must be found after a newer one came.
        """
        return hmac.digest(self.derive(f"lookup/{field}", tenant_id, number=1), value.encode(), hashlib.sha256)

    def seal(self, content: bytes, *, tenant_id: int) -> bytes:
        """Return the number of the newest key and a keyed digest of the content, which nobody makes without that key."""
        return self._seal(content, tenant_id, self.keys.newest)

    def possible_seals(self, content: bytes, *, tenant_id: int) -> tuple[bytes, ...]:
        """Return what `seal` gives for this content under each of our keys, of which one was the newest then."""
        return tuple(self._seal(content, tenant_id, number) for number in sorted(self.keys.masters))

    def _seal(self, content: bytes, tenant_id: int, number: int) -> bytes:
        key = self.derive("timeline-seal", tenant_id, number=number)
        return number.to_bytes(2, "big") + hmac.digest(key, content, hashlib.sha256)

    def _master(self, number: int) -> bytes:
        if number not in self._keys.masters:
            self._refresh()
        if number not in self._keys.masters:
            raise KeysUnusable(
                said(
                    "密钥文件里没有第 {number} 号密钥，用它加密的数据不能解密。请把更换密钥后的文件放到这台机器上，"
                    "或从备份恢复。",
                    number=number,
                )
            )
        return self._keys.masters[number]

    def _refresh(self) -> None:
        """Read the file again when it is another one than was read. One that cannot be read just now changes nothing."""
        if self._path is None:
            return
        stamp = _stamp_of(self._path)
        if stamp is not None and stamp != self._stamp:
            try:
                self._keys, self._stamp = read_keys(self._path), stamp
            except KeysUnusable:
                return


def _stamp_of(path: Path) -> Stamp | None:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_mtime_ns, status.st_ino, status.st_size


@lru_cache(maxsize=4096)
def _derive(master: bytes, purpose: str) -> bytes:
    return HKDFExpand(algorithm=SHA256(), length=32, info=purpose.encode()).derive(master)
