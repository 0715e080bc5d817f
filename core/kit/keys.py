"""Keys that live outside the database, and what is done with them: encrypting, looking up, deriving codes."""

import base64
import hashlib
import hmac
import json
import os
import secrets
from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from core.kit.errors import Refused

NONCE_BYTES = 12
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


class KeysUnusable(Refused):
    """The key file is missing, unreadable or not ours."""

    code = "keys-unusable"


class Keyring:
    """The installation's master keys by number; the newest encrypts, all of them decrypt.

    Every purpose and every tenant has a key of its own, derived by HKDF, so no key is used for two things.
    """

    def __init__(self, masters: dict[int, bytes]) -> None:
        self._masters = masters
        self.newest = max(masters)

    @classmethod
    def load(cls, path: Path) -> "Keyring":
        """Read the key file, making it (mode 0600) when there is none. Raises `KeysUnusable`."""
        if not path.exists():
            _create(path)
        try:
            stored = json.loads(path.read_text())
            return cls({int(number): base64.b64decode(key, validate=True) for number, key in stored["masters"].items()})
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise KeysUnusable(
                f"密钥文件 {path.name} 无法读取（{type(error).__name__}）。请从备份恢复它；切勿新建，否则旧数据无法解密。"
            ) from error

    def derive(self, purpose: str, tenant_id: int, *, number: int | None = None) -> bytes:
        """Return the 32-byte key of one purpose in one tenant."""
        return _derive(self._masters[number or self.newest], f"{purpose}/{tenant_id}")

    def encrypt(self, plain: str, *, tenant_id: int, field: str, row_id: int) -> bytes:
        """Encrypt a text for one field of one row (AES-256-GCM); moved to another row it no longer decrypts."""
        return self.encrypt_bytes(plain.encode(), tenant_id=tenant_id, field=field, row_id=row_id)

    def encrypt_bytes(self, plain: bytes, *, tenant_id: int, field: str, row_id: int) -> bytes:
        """Encrypt what need not be text, as `encrypt` does."""
        nonce = os.urandom(NONCE_BYTES)
        cipher = AESGCM(self.derive("field", tenant_id)).encrypt(nonce, plain, f"{field}/{row_id}".encode())
        return self.newest.to_bytes(2, "big") + nonce + cipher

    def decrypt(self, stored: bytes, *, tenant_id: int, field: str, row_id: int) -> str:
        """Return the text that `encrypt` was given. Raises cryptography's InvalidTag when the row was tampered with."""
        return self.decrypt_bytes(stored, tenant_id=tenant_id, field=field, row_id=row_id).decode()

    def decrypt_bytes(self, stored: bytes, *, tenant_id: int, field: str, row_id: int) -> bytes:
        """Return what `encrypt_bytes` was given. Raises as `decrypt`."""
        number, nonce, cipher = (
            int.from_bytes(stored[:2], "big"),
            stored[2 : 2 + NONCE_BYTES],
            stored[2 + NONCE_BYTES :],
        )
        key = self.derive("field", tenant_id, number=number)
        return AESGCM(key).decrypt(nonce, cipher, f"{field}/{row_id}".encode())

    def lookup_hash(self, value: str, *, tenant_id: int, field: str) -> bytes:
        """Return a keyed hash by which an encrypted value can be found again, and nothing be learnt.

        Always of the first master key: what was stored under it must be found after a newer one came.
        """
        return hmac.digest(self.derive(f"lookup/{field}", tenant_id, number=1), value.encode(), hashlib.sha256)

    def seal(self, content: bytes, *, tenant_id: int) -> bytes:
        """Return the number of the newest key and a keyed digest of the content, which nobody makes without that key."""
        return self._seal(content, tenant_id, self.newest)

    def possible_seals(self, content: bytes, *, tenant_id: int) -> tuple[bytes, ...]:
        """Return what `seal` gives for this content under each of our keys, of which one was the newest then."""
        return tuple(self._seal(content, tenant_id, number) for number in sorted(self._masters))

    def _seal(self, content: bytes, tenant_id: int, number: int) -> bytes:
        key = self.derive("timeline-seal", tenant_id, number=number)
        return number.to_bytes(2, "big") + hmac.digest(key, content, hashlib.sha256)


def _create(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    content = json.dumps({"masters": {"1": base64.b64encode(secrets.token_bytes(32)).decode()}})
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)  # the first of two processes wins; the other one reads the winner's file
    except FileExistsError:
        return
    finally:
        draft.unlink()


@lru_cache(maxsize=4096)
def _derive(master: bytes, purpose: str) -> bytes:
    return HKDFExpand(algorithm=SHA256(), length=32, info=purpose.encode()).derive(master)
