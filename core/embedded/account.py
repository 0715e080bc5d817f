"""The account of the operating system under which the servers run."""

import fcntl
import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from core.embedded.errors import HomeUnusable

SERVICE_ACCOUNT = "huiying-db"
LAST_RESORT = "nobody"


@dataclass(frozen=True, slots=True)
class Account:
    """Who a server is, to the operating system."""

    name: str
    uid: int
    gid: int

    def launch_arguments(self) -> dict[str, Any]:
        """Return what `subprocess` needs to become this account; nothing when we are it already."""
        return {} if self.uid == os.geteuid() else {"user": self.uid, "group": self.gid, "extra_groups": []}


def own_account() -> Account:
    """Return the account we run as. Raises `HomeUnusable` when the system has no name for it."""
    try:
        entry = pwd.getpwuid(os.geteuid())
    except KeyError:
        raise HomeUnusable(
            f"操作系统中没有编号为 {os.geteuid()} 的账户，自带的数据库无法启动。"
            "请以有名称的账户运行，或设置 DATABASE_URL。"
        ) from None
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def service_account() -> Account:
    """Return the account for the servers: our own, or for root an unprivileged one, made when there is none.

    PostgreSQL refuses to run as root. Where no account can be made it is `nobody`, which the doctor reports.
    """
    if os.geteuid() != 0:
        return own_account()
    return _find(SERVICE_ACCOUNT) or _create(SERVICE_ACCOUNT) or _last_resort()


def _find(name: str) -> Account | None:
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def _create(name: str) -> Account | None:
    useradd = shutil.which("useradd", path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin")
    if useradd is None:
        return None
    options = ["--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
    command = [useradd, *options, "--shell", "/usr/sbin/nologin", name]
    with _alone():
        if (made_meanwhile := _find(name)) is None:
            subprocess.run(command, capture_output=True, check=False)  # noqa: S603 -- fixed arguments, no shell  # nosec B603
    return made_meanwhile or _find(name)


@contextmanager
def _alone() -> Iterator[None]:
    """Keep other processes of ours from making the account too: two at once may leave one with a number that is gone."""
    descriptor = os.open("/etc", os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _last_resort() -> Account:
    found = _find(LAST_RESORT)
    if found is None:
        raise HomeUnusable(
            "以 root 运行时需要一个普通账户来启动数据库，但无法建立。请以普通账户运行，或设置 DATABASE_URL。"
        )
    return found
