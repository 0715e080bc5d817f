"""A city and two districts that refer tickets to each other, and the jobs between them done as a worker does."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from core.jobs.drain import Drain, JobKind
from core.jobs.kinds import job_kinds
from core.kit.outbox import Job
from core.routing.models import Referral
from core.tenancy.models import Tenant
from core.tenancy.scope import Installation
from core.tickets.models import Ticket
from core.units.models import Unit
from tests.builders import beijing, make_district
from tests.journey.walking import Walk

CITY, EAST, WEST = "city", "east", "west"
NAMES = {CITY: "中心市", EAST: "东城区", WEST: "西城区"}
STANDS_FOR = {CITY: (EAST, WEST), EAST: (WEST, CITY), WEST: (EAST, CITY)}
"""In each tenant's directory the units, by code, that stand for the tenant of the same short name."""
ROUNDS = 10
TAKEN_IN = "2026-03-12 10:00"


@dataclass(frozen=True)
class Places:
    """The three tenants of one installation."""

    installation: Installation

    def walk(self, slug: str = CITY, serial_no: str = "") -> Walk:
        return Walk(self.installation, slug, serial_no)

    def refer(self, to: str = EAST, at: str = "2026-03-12 10:10", **appeal: Any) -> Walk:
        """Take in a ticket in the city and dispatch it to the unit that stands for a district; nothing is told yet."""
        walk = self.walk()
        walk.take_in(TAKEN_IN, **appeal)
        walk.dispatch(at, lead=to)
        return walk

    def referred(self, to: str = EAST, at: str = "2026-03-12 10:10", **appeal: Any) -> tuple[Walk, Walk]:
        """Refer a ticket from the city and have both sides told; return its walks in the city and in the district."""
        here = self.refer(to, at, **appeal)
        self.carry(at)
        return here, self.arrived(to)

    def carry(self, at: str, *, kinds: Mapping[str, JobKind] | None = None) -> None:
        """Do all due jobs of all tenants, as a worker does that is woken by what it wrote, until none is left."""
        drain = Drain(self.installation, kinds or self.kinds())
        for _ in range(ROUNDS):
            drain.run(now=lambda: beijing(at))
            if not any(job.run_after <= beijing(at) for slug in NAMES for job in self.jobs(slug)):
                return
        raise AssertionError("the two sides never come to rest")

    def kinds(self) -> Mapping[str, JobKind]:
        return job_kinds({}, self.installation)

    def arrived(self, slug: str, *, number: int = -1) -> Walk:
        """Return the walk of a ticket that was referred to the tenant, the newest if not said otherwise."""
        return self.walk(slug, self.tickets(slug)[number].serial_no)

    def tickets(self, slug: str) -> list[Ticket]:
        with self.installation.scope(slug) as scope:
            return list(
                scope.session.scalars(select(Ticket).where(Ticket.tenant_id == scope.tenant.id).order_by(Ticket.id))
            )

    def referrals(self, slug: str) -> list[Referral]:
        with self.installation.scope(slug) as scope:
            mine = select(Referral).where(Referral.tenant_id == scope.tenant.id).order_by(Referral.id)
            return list(scope.session.scalars(mine))

    def jobs(self, slug: str, state: str = "pending") -> list[Job]:
        with self.installation.scope(slug) as scope:
            return list(
                scope.session.scalars(
                    select(Job).where(Job.tenant_id == scope.tenant.id, Job.state == state).order_by(Job.id)
                )
            )

    def due(self, walk: Walk, name: str = "reply") -> datetime | None:
        """Return when the newest clock of this name is due."""
        clocks = [clock for clock in walk.clocks() if clock.name == name]
        return clocks[-1].due_at if clocks else None


def make_places(installation: Installation, **features: Mapping[str, Mapping[str, Any]]) -> Places:
    """Make the three tenants, each with units that stand for the two others; `features` by tenant."""
    for slug, others in STANDS_FOR.items():
        units = [(other, NAMES[other], "district_department") for other in others]
        kind = "city" if slug == CITY else "district"
        make_district(installation, slug, kind=kind, units=units, features=features.get(slug))
        with installation.database.transaction(None) as session:
            session.execute(update(Tenant).where(Tenant.slug == slug).values(name=NAMES[slug]))
        with installation.scope(slug) as scope:
            scope.session.execute(
                update(Unit).where(Unit.tenant_id == scope.tenant.id, Unit.code.in_(others)).values(refers_to=Unit.code)
            )
    installation.forget()
    return Places(installation)


def words_of(walk: Walk, *kinds: str) -> list[str]:
    """Return what the entries of these kinds say, in order."""
    return [entry.summary for entry in walk.entries() if entry.kind in kinds]
