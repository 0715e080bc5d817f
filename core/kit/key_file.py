"""The key file: master keys by number, how values are encrypted, and which keys are retired. Written whole or not at all."""

import base64
import fcntl
import json
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from core.kit.ciphers import CIPHERS, HIGHEST_KEY, CipherName
from core.kit.errors import Refused
from core.kit.saying import said

KEY_BYTES = 32


class KeysUnusable(Refused):
    """The key file is missing, unreadable or not ours, or lacks the key that a value was encrypted with."""

    code = "keys-unusable"


@dataclass(frozen=True, slots=True)
class Keys:
    """What stands in the key file. `made_at` is known of keys that a rotation made, `unfinished` while one is under way."""

    masters: Mapping[int, bytes] = field(repr=False)
    cipher: CipherName = "aes-256-gcm"
    made_at: Mapping[int, datetime] = field(default_factory=dict)
    retired_at: Mapping[int, datetime] = field(default_factory=dict)
    unfinished: bool = False

    @property
    def newest(self) -> int:
        """The number of the key that encrypts."""
        return max(self.masters)

    def with_new_key(self, *, cipher: CipherName, now: datetime) -> "Keys":
        """Return the keys with one more, which encrypts from now on."""
        number = self.newest + 1
        if number > HIGHEST_KEY:
            raise KeysUnusable(said("密钥已编到第 {newest} 号，不能再添加。", newest=self.newest))
        return replace(
            self,
            masters={**self.masters, number: secrets.token_bytes(KEY_BYTES)},
            made_at={**self.made_at, number: now},
            cipher=cipher,
            unfinished=True,
        )


def read_keys(path: Path) -> Keys:
    """Read the key file, making it (mode 0600) when there is none. Raises `KeysUnusable`."""
    if not path.exists():
        _create(path)
    try:
        stored = json.loads(path.read_text())
        cipher = stored.get("cipher", "aes-256-gcm")
        if cipher not in CIPHERS or not stored["masters"]:
            raise ValueError(cipher)
        return Keys(
            masters={int(number): base64.b64decode(key, validate=True) for number, key in stored["masters"].items()},
            cipher=cipher,
            made_at=_times(stored.get("made_at", {})),
            retired_at=_times(stored.get("retired_at", {})),
            unfinished=bool(stored.get("unfinished", False)),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise KeysUnusable(
            said(
                "密钥文件 {name} 无法读取（{type_name}）。请从备份恢复它；切勿新建，否则旧数据无法解密。",
                name=path.name,
                type_name=type(error).__name__,
            )
        ) from error


def write_keys(path: Path, keys: Keys) -> None:
    """Put the keys in the place of the file. Raises `KeysUnusable` where the folder cannot be written to."""
    try:
        draft = _draft(path, _as_text(keys))
        draft.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise KeysUnusable(
            said(
                "密钥文件 {name} 无法写入（{strerror}），没有改动。请检查文件夹的权限。",
                name=path.name,
                strerror=error.strerror,
            )
        ) from error


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Keep others from changing the key file meanwhile. Raises `KeysUnusable` when somebody is changing it."""
    descriptor = os.open(path.with_name(f".{path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise KeysUnusable("另一个更换密钥的命令正在进行，没有改动。请等它结束后再试。") from None
        yield
    finally:
        os.close(descriptor)


def _create(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = _draft(path, _as_text(Keys({1: secrets.token_bytes(KEY_BYTES)})))
    try:
        os.link(draft, path)  # the first of two processes wins; the other one reads the winner's file
    except FileExistsError:
        return
    finally:
        draft.unlink()


def _draft(path: Path, content: str) -> Path:
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return draft


def _as_text(keys: Keys) -> str:
    stored: dict[str, object] = {
        "masters": {str(number): base64.b64encode(key).decode() for number, key in sorted(keys.masters.items())}
    }
    if keys.cipher != "aes-256-gcm":
        stored["cipher"] = keys.cipher
    for name, times in (("made_at", keys.made_at), ("retired_at", keys.retired_at)):
        if times:
            stored[name] = {str(number): at.isoformat() for number, at in sorted(times.items())}
    if keys.unfinished:
        stored["unfinished"] = True
    return json.dumps(stored)


def _times(stored: Mapping[str, str]) -> dict[int, datetime]:
    return {int(number): datetime.fromisoformat(at) for number, at in stored.items()}
