"""Files and folders that only their owner may read."""

import os
import stat
from pathlib import Path

from core.embedded.errors import HomeUnusable

OTHERS = stat.S_IRWXG | stat.S_IRWXO


def private_folder(path: Path, *, uid: int, gid: int) -> None:
    """Make a folder of mode 0700 for this account, or see that it is one. Raises `HomeUnusable`.

    An existing folder is only tightened when it is the account's own: whoever made it first in a folder open to
    all could otherwise read what is put there.
    """
    try:
        path.mkdir(mode=0o700, parents=True)
        os.chown(path, uid, gid)
    except FileExistsError:
        found = path.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != uid:
            raise HomeUnusable(
                f"{path} 不是本账户自己的文件夹,不能存放数据。请移走它,或换一个 HUIYING_HOME。"
            ) from None
        if found.st_mode & OTHERS:
            path.chmod(0o700)
    except OSError as error:
        raise HomeUnusable(
            f"无法建立文件夹 {path}({error.strerror})。请检查权限和磁盘,或换一个 HUIYING_HOME。"
        ) from error


def write_private(path: Path, content: str, *, uid: int | None = None, gid: int | None = None) -> None:
    """Replace a file at once and whole; its mode is 0600 from the first moment."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    if uid is not None and gid is not None:
        os.chown(draft, uid, gid)
    draft.replace(path)


def is_open_to_others(path: Path) -> bool:
    """Return whether anyone but the owner may read, write or enter."""
    return bool(path.stat().st_mode & OTHERS)
