"""Files and folders that only their owner may read."""

import os
import stat
import tempfile
from pathlib import Path

from core.embedded.errors import HomeUnusable

OTHERS = stat.S_IRWXG | stat.S_IRWXO


def private_folder(path: Path, *, uid: int, gid: int) -> None:
    """Make a folder of mode 0700 for this account, or see that it is one. Raises `HomeUnusable`.

    An existing folder is only tightened when it is the account's own: whoever made it first in a folder open to
    all could otherwise read what is put there.
    """
    try:
        if not path.exists():
            _make_folder(path, uid=uid, gid=gid)
        found = path.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != uid:
            raise HomeUnusable(f"{path} 不是本账户自己的文件夹，不能存放数据。请移走它，或换一个 HUIYING_HOME。")
        if found.st_mode & OTHERS:
            path.chmod(0o700)
    except OSError as error:
        raise HomeUnusable(
            f"无法建立文件夹 {path}（{error.strerror}）。请检查权限和磁盘，或换一个 HUIYING_HOME。"
        ) from error


def _make_folder(path: Path, *, uid: int, gid: int) -> None:
    """Make the folder under another name first: nobody ever sees it without its owner."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
    os.chown(draft, uid, gid)
    try:
        draft.rename(path)
    except OSError:  # another process was faster and has already put something in
        draft.rmdir()


def write_private(path: Path, content: str, *, uid: int | None = None, gid: int | None = None) -> None:
    """Replace a file at once and whole; its mode is 0600 from the first moment."""
    draft = draft_private(path, content)
    if uid is not None and gid is not None:
        os.chown(draft, uid, gid)
    draft.replace(path)


def draft_private(path: Path, content: str) -> Path:
    """Write a file of mode 0600 beside `path`, safely on disk, and return where it is."""
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return Path(name)


def is_open_to_others(path: Path) -> bool:
    """Return whether anyone but the owner may read, write or enter."""
    return bool(path.stat().st_mode & OTHERS)
