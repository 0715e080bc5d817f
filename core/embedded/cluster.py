"""The database cluster on disk: made once, its configuration written anew at every start."""

import os
import re
import shutil
import subprocess
from pathlib import Path

from core.embedded import archiving
from core.embedded.account import own_account
from core.embedded.binaries import POSTGRES_MAJOR, postgres_programs
from core.embedded.errors import ServerNotStarted
from core.embedded.files import private_folder, write_private
from core.embedded.home import Home

SUPERUSER = "postgres"

ACCESS = """\
# Written by huiying at every start; edits are lost.
# The superuser only from the account that runs huiying, everyone else by password; nobody is trusted or remote.
local all {superuser} peer map=huiying
local all all scram-sha-256
"""

SETTINGS = """\
# Written by huiying at every start; edits are lost.
listen_addresses = ''
unix_socket_directories = '{sockets}'
unix_socket_permissions = 0700
password_encryption = 'scram-sha-256'
max_wal_size = '512MB'          # bounds how long recovery after a crash takes
checkpoint_timeout = '5min'
fsync = {durable}
synchronous_commit = {durable}
full_page_writes = {durable}
timezone = 'UTC'
log_timezone = 'UTC'
log_error_verbosity = 'terse'   # a constraint's DETAIL line would carry a resident's words into the log
log_min_error_statement = 'panic'
"""


def make_cluster(home: Home) -> None:
    """Make the cluster if there is none. Raises `ServerNotStarted` with the reason in words."""
    if (home.cluster / "PG_VERSION").exists():
        _refuse_other_version(home.cluster)
        return
    private_folder(home.cluster, uid=home.account.uid, gid=home.account.gid)
    for leftover in home.cluster.iterdir():  # of an initdb that was interrupted
        shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink()
    options = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    # Authentication by password without any password: nobody gets in until our own rules are in place.
    options += [f"--username={SUPERUSER}", "--auth=reject", "--no-instructions"]
    made = subprocess.run(  # noqa: S603 -- the wheel's own program with arguments of ours, no shell  # nosec B603
        [postgres_programs(home) / "initdb", *options, f"--pgdata={home.cluster}"],
        capture_output=True,
        text=True,
        cwd=home.state,
        env={"PATH": os.defpath, "LC_ALL": "C"},
        **home.account.launch_arguments(),
    )
    if made.returncode != 0:
        raise ServerNotStarted(f"无法建立数据库：{_last_line(made.stderr)}。请检查磁盘空间和 {home.state} 的权限。")
    with (home.cluster / "postgresql.conf").open("a", encoding="utf-8") as file:
        file.write("\ninclude = 'huiying.conf'\n")


def configure_cluster(home: Home, *, durable: bool) -> None:
    """Write who may connect and how the server runs. `durable` is False only in tests: a power cut loses data then.

    Where a backup folder was set up, the server hands its log over to it, and the superuser may also copy the cluster.
    """
    access = ACCESS.format(superuser=SUPERUSER)
    mapped = f"huiying {_quoted(own_account().name)} {SUPERUSER}\n"
    settings = SETTINGS.format(sockets=archiving.quoted(str(home.sockets)), durable="on" if durable else "off")
    if archive := archiving.find_archive(home):
        settings += archiving.archive_settings(archive)
        access += archiving.ACCESS.format(superuser=SUPERUSER)
    for name, content in {
        "pg_hba.conf": access,
        "pg_ident.conf": mapped,
        "huiying.conf": settings,
    }.items():
        write_private(home.cluster / name, content, uid=home.account.uid, gid=home.account.gid)


def unsafe_access_lines(rules: str) -> list[str]:
    """Return the lines of a pg_hba.conf that let someone in without proof or from another machine."""
    lines = (re.sub(r"\s+", " ", line.partition("#")[0]).strip() for line in rules.splitlines())
    return [line for line in lines if _is_unsafe(line.split(" "))]


def _is_unsafe(words: list[str]) -> bool:
    kind, methods = words[0], words[3:]
    return bool({"trust", "password", "ident", "md5"} & set(methods)) or kind in ("host", "hostnossl", "include")


def _refuse_other_version(cluster: Path) -> None:
    found = (cluster / "PG_VERSION").read_text(encoding="ascii").strip()
    if found != str(POSTGRES_MAJOR):
        raise ServerNotStarted(
            f"{cluster} 中的数据属于 PostgreSQL {found}，而自带的是 {POSTGRES_MAJOR}。"
            "请先换回原来的版本，用它的 pg_dump 导出，再恢复到新的 HUIYING_HOME 中。"
        )


def _last_line(output: str) -> str:
    return next(
        (line.strip() for line in reversed(output.splitlines()) if "error" in line.lower()), output.strip()[-200:]
    )


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
