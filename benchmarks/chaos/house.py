"""A whole installation as `huiying up` runs it, in a home of its own, and which of its processes can be killed."""

import base64
import os
import secrets
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from contextlib import AbstractContextManager, suppress
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

import psycopg

from benchmarks.district import PROFILES
from benchmarks.district.mailbox import MAIL_HOST, fetch_from
from benchmarks.http_accept import free_port
from core.cli.context import open_installation, prepare
from core.embedded import processes
from core.embedded.home import Home, find_home
from core.embedded.services import Services, ensure
from core.journey.people import add_account, issue_token
from core.kit.keys import Keyring
from core.people.queries import accounts
from core.people.service import start_session
from core.tenancy.scope import Scope
from tenants.apply import apply_profile
from tenants.profile import read_profiles
from tests.inbound.imap_double import ImapBox

UNITS = ("roads", "parks", "water")
CLERKS = ("taker-a", "taker-b", "taker-c", "taker-d")
START_PATIENCE = 120.0
STOP_PATIENCE = 60.0
DIST_INFO = {
    "METADATA": "Metadata-Version: 2.1\nName: bench-hurry\nVersion: 0\n",
    "entry_points.txt": "[huiying.plugins]\nbench = benchmarks.district\n",
}
KEY_OF_MARKS_AWAY = (
    "ALTER TABLE sla_event DROP CONSTRAINT pk_sla_event;"
    "CREATE INDEX chaos_sla_event ON sla_event (tenant_id, clock_id, mark, arm)"
)
COMMAND_LINE = "from core.cli import main; main()"


class Victim(StrEnum):
    """What can be killed."""

    WEB = "web"
    WEB_WORKER = "web worker"
    WORKER = "worker"
    CLOCK = "clock"
    VALKEY = "valkey"
    POSTGRES = "postgres"
    BACKEND = "postgres backend"
    SEALER = "sealer"
    IMPORT = "import"
    FETCH = "fetch of mails"


COMMANDS = (Victim.SEALER, Victim.IMPORT, Victim.FETCH)
"""What is given on the command line, and dies with it: given once more, it must add nothing twice."""
PROGRAMS = (Victim.WEB, Victim.WORKER, Victim.CLOCK)
"""What the supervisor starts again, unless it falls five times within a minute."""


class House:
    """The installation: prepared, started, asked for its processes, stopped."""

    def __init__(self, home: Path, sms_url: str) -> None:
        self.port = free_port()
        self.path = home
        self._plugin = home.parent / "plugin"
        self._sms_url = sms_url
        self._sms_secret = base64.b64encode(secrets.token_bytes(32)).decode()
        self._up: subprocess.Popen[bytes] | None = None
        self.slug = ""
        self.tenant_id = 0
        self.owner_url = ""
        self.tokens: Mapping[str, str] = {}
        self.sessions: Mapping[str, str] = {}
        self._mailbox: ImapBox | None = None
        self._commands: dict[int, Victim] = {}

    @property
    def log(self) -> Path:
        """What the installation said."""
        return self.path.parent / "up.log"

    @property
    def home(self) -> Home:
        found = find_home(self.path)
        assert found is not None
        return found

    @property
    def keys(self) -> Keyring:
        """The keys of the installation."""
        return Keyring.load(self.path / "keys.json")

    def prepare(self, *, without_key_of_marks: bool = False, mailbox: ImapBox | None = None) -> None:
        """Make the home, the schema, the shipped tenants, the measured district, and a token for every role.

        `without_key_of_marks` takes away what forbids a mark to be reached twice: then the locks alone prevent it.
        Mails are fetched from `mailbox`.
        """
        self._mailbox = mailbox
        self._install_plugin()
        with self._prepared() as services:
            assert services.owner_url
            self.owner_url = services.owner_url
            if without_key_of_marks:
                with psycopg.connect(services.owner_url) as owner:
                    owner.execute(KEY_OF_MARKS_AWAY)

    def _prepared(self) -> AbstractContextManager[Services]:
        return ensure(self.path, prepare=self._prepare, edition="bench")

    def start(self) -> None:
        """Start everything by `huiying up`, and wait until the pages answer."""
        with self.log.open("ab") as log:
            self._up = subprocess.Popen(
                [sys.executable, "-P", "-c", COMMAND_LINE, "up", "--port", str(self.port)],
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        give_up = time.monotonic() + START_PATIENCE
        while not self.is_healthy():
            if not self.is_up() or time.monotonic() > give_up:
                raise TimeoutError(f"it did not start: {self.log.read_text(encoding='utf-8')[-2000:]}")
            time.sleep(0.2)

    def stop(self) -> None:
        """End everything politely; nothing is left."""
        if self._up is not None and self._up.poll() is None:
            self._up.send_signal(signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                self._up.wait(STOP_PATIENCE)
        self.command("down")

    def is_up(self) -> bool:
        """Whether the supervisor has not given up."""
        return self._up is not None and self._up.poll() is None

    def is_healthy(self) -> bool:
        """Whether pages, database and queue answer."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=2) as answer:
                return b'"redis":"ok"' in answer.read().replace(b" ", b"")
        except (urllib.error.URLError, OSError):
            return False

    def command(self, *arguments: str, victim: Victim | None = None) -> "subprocess.CompletedProcess[str]":
        """Run a command of `huiying` on this home; as a `victim` it can be killed meanwhile."""
        command = [sys.executable, "-P", "-c", COMMAND_LINE, *arguments]
        pipe = subprocess.PIPE
        with subprocess.Popen(command, env=self._environment(), stdout=pipe, stderr=pipe, text=True) as process:
            if victim is not None:
                self._commands[process.pid] = victim
            said, complained = process.communicate()
            self._commands.pop(process.pid, None)
        return subprocess.CompletedProcess(command, process.returncode, said, complained)

    def environment_of(self, pid: int) -> dict[str, str]:
        """Return the environment that a program of this home was started with."""
        given = (processes.PROC / str(pid) / "environ").read_bytes().decode()
        return dict(pair.split("=", 1) for pair in given.split("\0") if "=" in pair)

    def kill(self, victim: Victim, number: int) -> bool:
        """Kill one process of this kind with -9, the `number`-th of those that live; False when none does."""
        pids = self.processes(victim)
        if not pids:
            return False
        with suppress(ProcessLookupError):
            os.kill(pids[number % len(pids)], signal.SIGKILL)
            return True
        return False

    def processes(self, victim: Victim) -> list[int]:
        """Return the living processes of this kind that belong to this home, and to no other."""
        home = self.home
        match victim:
            case Victim.VALKEY:
                return processes.working_in(home.queue, "valkey-server")
            case Victim.POSTGRES | Victim.BACKEND:
                servers = processes.working_in(home.cluster, "postgres")
                masters = [pid for pid in servers if _parent(pid) not in servers]
                return masters if victim is Victim.POSTGRES else [pid for pid in servers if _serves(pid)]
            case Victim.SEALER | Victim.IMPORT | Victim.FETCH:
                return [pid for pid, command in tuple(self._commands.items()) if command is victim]
            case _:
                ours = {pid: _words(pid) for pid in processes.holding(home.up_lock)}
                name = {Victim.WORKER: "core.worker", Victim.CLOCK: "core.jobs.clock"}.get(victim, "gunicorn")
                named = [pid for pid, words in ours.items() if name in words]
                if name != "gunicorn":
                    return named
                return [pid for pid in named if (_parent(pid) in named) == (victim is Victim.WEB_WORKER)]

    def _install_plugin(self) -> None:
        """Put the measured district's feature where every process of this home finds it as an installed package."""
        folder = self._plugin / "bench_hurry-0.dist-info"
        folder.mkdir(parents=True)
        for name, content in DIST_INFO.items():
            (folder / name).write_text(content, encoding="utf-8")
        sys.path.insert(0, str(self._plugin))

    def _prepare(self, services: Services) -> None:
        prepare(services)
        (profile,) = read_profiles(PROFILES)
        installation = open_installation(services)
        try:
            apply_profile(installation, profile, now=datetime.now(UTC))
            tenant = installation.tenant(profile.slug)
            self.slug, self.tenant_id = tenant.slug, tenant.id
            self.tokens = installation.run(profile.slug, _issue_tokens)
            if self._mailbox is not None:
                fetch_from(installation, profile.slug, self._mailbox)
            self.sessions = installation.run(profile.slug, _begin_sessions)
        finally:
            installation.database.engine.dispose()

    def _environment(self) -> dict[str, str]:
        paths = [str(self._plugin), os.getcwd(), *filter(None, [os.environ.get("PYTHONPATH")])]
        return os.environ | {
            "HUIYING_HOME": str(self.path),
            "PYTHONPATH": os.pathsep.join(paths),
            "SMS_URL": self._sms_url,
            "SMS_SECRET": self._sms_secret,
            "HUIYING_OUTSIDE_HOSTS": MAIL_HOST,
        }


def _issue_tokens(scope: Scope) -> dict[str, str]:
    """Issue a token for each role that works on tickets, under its name, and one for each unit, under its code."""
    now = datetime.now(UTC)
    desk = {
        role: issue_token(scope, f"bench-{role}", role=role, now=now)
        for role in ("operator", "reviewer", "supervisor", "leader")
    }
    units = {unit: issue_token(scope, f"bench-{unit}", role="clerk", unit=unit, now=now) for unit in UNITS}
    return {**desk, **units, "hotline": issue_token(scope, "bench-hotline", now=now)}


def _begin_sessions(scope: Scope) -> dict[str, str]:
    """Let those who take calls be signed in, past the second factor; return their sessions' tokens by login."""
    now = datetime.now(UTC)
    for login in CLERKS:
        add_account(scope, login=login, name=login, roles=["operator"], unit=None, password=None, now=now)
    return {
        account.login: start_session(scope, account.id, address="127.0.0.1", now=now)
        for account in accounts(scope)
        if account.login in CLERKS
    }


def _words(pid: int) -> str:
    try:
        return (processes.PROC / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def _parent(pid: int) -> int:
    try:
        stat = (processes.PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return 0
    return int(stat.rpartition(")")[2].split()[1])


def _serves(pid: int) -> bool:
    """Whether the process serves a connection of the app."""
    return "huiying_app" in _words(pid)
