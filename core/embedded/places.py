"""Where on this machine the servers' data and sockets may lie."""

import hashlib
import os
import sys
import tempfile
from itertools import count
from pathlib import Path

from core.embedded.account import Account
from core.embedded.errors import HomeUnusable

LONGEST_SOCKET_PATH = 103 if sys.platform == "darwin" else 107
LONGEST_SOCKET_NAME = len("/.s.PGSQL.5432")
ROOTS_DATA = Path("/var/lib")


def state_for(path: Path, account: Account) -> Path:
    """Return the home itself, or for another account and for HUIYING_DATA a folder of its own elsewhere."""
    named = os.environ.get("HUIYING_DATA")
    if not named and account.uid == os.geteuid():
        return path
    digest = hashlib.sha256(os.fsencode(path)).hexdigest()[:12]
    state = (Path(named).absolute() if named else ROOTS_DATA) / f"huiying-{digest}"
    if (state / "postgres").exists() and not (path / "keys.json").exists():
        # The home was removed to begin anew: without its keys the old data cannot be read any more.
        return next(fresh for number in count(2) if not (fresh := state.with_name(f"{state.name}-{number}")).exists())
    return state


def sockets_for(state: Path, account: Account) -> Path:
    """Return the folder for sockets: `run` in the state, or when that is too long a fresh private one elsewhere."""
    if _fits(state / "run"):
        return state / "run"
    folder = Path(tempfile.mkdtemp(prefix="huiying-", dir=_short_parent(account)))
    os.chown(folder, account.uid, account.gid)
    return folder


def _fits(folder: Path) -> bool:
    return len(os.fsencode(folder)) + LONGEST_SOCKET_NAME <= LONGEST_SOCKET_PATH


def _short_parent(account: Account) -> Path:
    """Return a folder for a private folder of the account, whose name is about as long as `huiying-12345678`."""
    own = os.environ.get("XDG_RUNTIME_DIR") if account.uid == os.geteuid() else None
    named = [own, tempfile.gettempdir(), "/tmp"]  # noqa: S108 -- mkdtemp makes it private  # nosec B108
    parents = (Path(name) for name in named if name and os.access(name, os.W_OK))
    found = next((parent for parent in parents if _fits(parent / "huiying-12345678")), None)
    if found is None:
        raise HomeUnusable("HUIYING_HOME 的路径太长，又没有可写的临时文件夹来存放套接字。请换一个较短的 HUIYING_HOME。")
    return found
