"""The drill 恢复演练: what was taken in before a moment is there after a restore to it, and what came later is not."""

import shutil
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from core.cli.context import open_installation, prepare
from core.cli.restored import Proof, prove
from core.embedded.archiving import Archive
from core.embedded.backup.base_backups import Counts, count_rows, hand_over_log, take_backup
from core.embedded.backup.restoring import restore
from core.embedded.home import Home
from core.embedded.locks import Tell
from core.embedded.postgres import Postgres
from core.embedded.roles import DATABASE
from core.embedded.services import Services, ensure
from core.intake.rules import Appeal
from core.journey.accept import accept
from core.kit.fingerprints import fingerprints
from core.kit.keys import Keyring
from core.migrations import edition, installed_manifests
from core.tenancy.scope import Installation
from core.tickets.timeline import SYSTEM

TEXT = "备份恢复演练，无需办理。"
APART_SECONDS = 0.05
"""Between the moment restored to and the commits around it."""


@dataclass(frozen=True, slots=True)
class Drill:
    """What a drill showed: how long each step took, which tickets had to be there and which not, and all faults."""

    seconds: Mapping[str, float]
    at: datetime
    kept: str
    undone: str
    proof: Proof
    faults: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "seconds": {name: round(seconds, 2) for name, seconds in self.seconds.items()},
            "at": self.at.isoformat(),
            "proof": self.proof.as_json(),
            "faults": self.faults,
        }


@dataclass
class _Watch:
    """Times of the steps, each from the end of the one before."""

    began: float = field(default_factory=time.monotonic)
    seconds: dict[str, float] = field(default_factory=dict)

    def note(self, step: str) -> None:
        self.seconds[step] = time.monotonic() - self.began - sum(self.seconds.values())


@dataclass(frozen=True, slots=True)
class _Marked:
    """The tickets taken in before and after a moment, and the rows there were just before and just after it."""

    before: tuple[str, ...]
    after: str
    at: datetime
    least: Counts
    most: Counts


def drill_backup(home: Home, archive: Archive, *, tenant: str, tell: Tell) -> Drill:
    """Back up, take in three tickets, restore to the moment before the third in a scratch home, prove it, clean up.

    The backup stays, and so do the tickets: nothing is ever deleted. Raises what backing up and restoring refuse.
    """
    watch, ring = _Watch(), Keyring.load(home.keys)
    with ensure(home.path, prepare=prepare, edition=edition(installed_manifests()), tell=tell) as services:
        backup = take_backup(home, archive, keys=fingerprints(ring))
        watch.note("backup")
        marked = _mark(home, services, tenant)
        hand_over_log(home, archive)
        watch.note("archive")
    # The socket's path must be short, and another account must reach it when root started this.
    scratch = Path(tempfile.mkdtemp(prefix="huiying-drill-"))
    restored = None
    try:
        restored = restore(backup, into=scratch / "home", keys=home.keys, at=marked.at, tell=tell)
        watch.seconds |= {"unpack": restored.unpacked_seconds, "recover": restored.recovered_seconds}
        with ensure(restored.home.path, tell=tell):
            proof = prove(restored.home, at_least=marked.least, tell=tell)
            misplaced = _misplaced(restored.home, tenant, marked)
        watch.seconds["verify"] = proof.seconds
        faults = (*proof.faults, *_beyond(marked.most, proof.counts), *misplaced)
    finally:
        if restored is not None:
            for folder in (restored.home.sockets, restored.home.state):
                shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(scratch, ignore_errors=True)
    watch.seconds["total"] = time.monotonic() - watch.began
    return Drill(watch.seconds, marked.at, "、".join(marked.before), marked.after, proof, faults)


def _mark(home: Home, services: Services, tenant: str) -> _Marked:
    installation = open_installation(services)
    try:
        before = (_take_in(installation, tenant), _take_in(installation, tenant))
        with Postgres(home).connect(DATABASE) as connection:
            least = count_rows(connection)
            time.sleep(APART_SECONDS)
            row = connection.execute("SELECT clock_timestamp()").fetchone()
            time.sleep(APART_SECONDS)
            most = count_rows(connection)
        assert row is not None
        assert isinstance(row[0], datetime)
        return _Marked(before, _take_in(installation, tenant), row[0], least, most)
    finally:
        installation.database.engine.dispose()


def _take_in(installation: Installation, tenant: str) -> str:
    appeal = Appeal(channel="desk", text=TEXT)
    now = datetime.now(UTC)
    return installation.run(tenant, lambda scope: accept(scope, appeal, actor=SYSTEM, now=now)).serial_no


def _beyond(most: Counts, found: Counts) -> list[str]:
    return [
        f"{tenant} 的 {table} 应至多 {most.get(tenant, {}).get(table, 0)} 行，恢复出 {rows} 行"
        for tenant, tables in sorted(found.items())
        for table, rows in sorted(tables.items())
        if rows > most.get(tenant, {}).get(table, 0)
    ]


def _misplaced(home: Home, tenant: str, marked: _Marked) -> list[str]:
    """Return, in words, the tickets that are missing although they came before the moment, or there although after."""
    with Postgres(home).connect(DATABASE) as connection:
        query = "SELECT serial_no FROM ticket JOIN tenant ON tenant.id = tenant_id WHERE slug = %s"
        found = {serial_no for (serial_no,) in connection.execute(query, [tenant])}
    lost = [f"工单 {serial_no} 在恢复的时刻之前登记，却不在" for serial_no in marked.before if serial_no not in found]
    return [*lost, *([f"工单 {marked.after} 在恢复的时刻之后登记，却在"] if marked.after in found else [])]
