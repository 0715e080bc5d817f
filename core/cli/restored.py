"""Proving a restored home: every timeline, seal and file of every tenant is whole, and no row of evidence is missing."""

import time
from dataclasses import dataclass

from core.cli.context import open_installation, prepare
from core.embedded.backup.base_backups import Counts, count_rows, missing_rows
from core.embedded.home import Home
from core.embedded.locks import Tell
from core.embedded.postgres import Postgres
from core.embedded.roles import DATABASE
from core.embedded.services import ensure
from core.journey.audit import audit_tenant
from core.journey.file_audit import audit_files
from core.migrations import edition, installed_manifests
from core.tenancy.scope import Installation


@dataclass(frozen=True, slots=True)
class Proof:
    """What was looked at in a restored home, the rows it has, and in words all that is not as it must be."""

    tenants: int
    tickets: int
    seals: int
    counts: Counts
    faults: tuple[str, ...]
    seconds: float

    def as_json(self) -> dict[str, object]:
        return {
            "tenants": self.tenants,
            "tickets": self.tickets,
            "seals": self.seals,
            "faults": self.faults,
            "seconds": round(self.seconds, 2),
        }


def prove(home: Home, *, at_least: Counts, tell: Tell) -> Proof:
    """Start the servers of a restored home and audit all its tenants; `at_least` are the rows it must have.

    A schema of an older version is migrated first, as at any start.
    """
    began = time.monotonic()
    with ensure(home.path, tell=tell):
        with Postgres(home).connect(DATABASE) as connection:
            counts = count_rows(connection)
        faults = missing_rows(at_least, counts)
        with ensure(home.path, prepare=prepare, edition=edition(installed_manifests()), tell=tell) as services:
            installation = open_installation(services)
            try:
                tenants, tickets, seals, found = _audited(installation)
            finally:
                installation.database.engine.dispose()
    return Proof(tenants, tickets, seals, counts, (*faults, *found), time.monotonic() - began)


def _audited(installation: Installation) -> tuple[int, int, int, list[str]]:
    tenants, tickets, seals, found = installation.tenants(), 0, 0, []
    for tenant in tenants:
        with installation.scope(tenant.slug) as scope:
            audited = audit_tenant(scope)
        files = audit_files(installation, tenant.slug)
        tickets, seals = tickets + audited.tickets, seals + audited.seals
        found += [f"{tenant.slug}：{finding.serial_no} {finding.words}" for finding in audited.findings]
        found += [f"{tenant.slug}：{each.serial_no} 的附件 {each.file}：{each.words}" for each in files.findings]
    return len(tenants), tickets, seals, found
