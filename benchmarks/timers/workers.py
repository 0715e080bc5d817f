"""What the processes of the drain do: some fire timers as the clock process does, others pause, resume and conclude."""

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from sqlalchemy import select

from benchmarks.district.plugin import FEATURES
from benchmarks.timers.crashing import die_after
from benchmarks.timers.filling import District
from core.hooks.roster import Roster
from core.jobs.timers import Timers
from core.journey.conclude import pass_reply
from core.journey.handle import reply
from core.journey.time import decide_pause, request_pause, resume
from core.kit.clock import machine_time
from core.kit.db import Database
from core.kit.errors import Refused
from core.kit.keys import Keyring
from core.sla.models import Clock
from core.tenancy.scope import Installation, Scope
from core.tickets.models import Ticket
from core.tickets.timeline import Actor, Order

IDLE = 0.2
CONCLUDED_SHARE = 0.15
LEFT_PAUSED_SHARE = 0.1
PAUSES_AT_ONCE = 12


@dataclass(frozen=True, slots=True)
class Place:
    """Where a process finds the installation, and the files whose being there tells it to begin and to end."""

    database_url: str
    keys: Path
    begun: Path
    ended: Path

    def open(self) -> Installation:
        """Open the installation with the measured district's feature."""
        return Installation(Database(self.database_url), Keyring.load(self.keys), Roster(FEATURES))


def fire_timers(place: Place, fuse: int | None) -> None:
    """Fire what is due, as the clock process does, until told to end; die on the way when there is a fuse."""
    installation = place.open()
    if fuse is not None:
        die_after(installation.database.engine, fuse)
    timers = Timers(installation, is_ending=place.ended.exists)
    while not place.ended.exists():
        if not timers.fire(now=machine_time):
            time.sleep(IDLE)


def disturb(place: Place, districts: Sequence[District], seed: int, seconds: float, told: Path) -> None:
    """Pause random clocks that have not run out, resume them later, and conclude some tickets, by the real commands."""
    disturber = Disturber(place.open(), districts, random.Random(seed))
    while not place.begun.exists():
        time.sleep(IDLE / 10)
    disturber.run(until=time.time() + seconds, told=told)


class Disturber:
    """Somebody who pauses, resumes and concludes at random."""

    def __init__(self, installation: Installation, districts: Sequence[District], chance: random.Random) -> None:
        self._installation = installation
        self._districts = districts
        self._chance = chance
        self._paused: list[tuple[District, str]] = []
        self.done = {"pauses": 0, "resumptions": 0, "conclusions": 0, "refusals": 0}

    def run(self, *, until: float, told: Path) -> None:
        """Go on until the time of the clock on the wall is `until`, then write down how much was done."""
        while time.time() < until:
            if len(self._paused) >= PAUSES_AT_ONCE:
                self._resume_one()
            else:
                self._pause_or_conclude(self._chance.choice(self._districts))
        for _ in range(len(self._paused)):
            if self._chance.random() > LEFT_PAUSED_SHARE:
                self._resume_one()
            else:
                self._paused.pop()
        told.write_text(" ".join(f"{number} {name}" for name, number in self.done.items()), encoding="utf-8")

    def _pause_or_conclude(self, district: District) -> None:
        serial_no = self._installation.run(district.slug, partial(running_ticket, chance=self._chance))
        if serial_no is None:
            time.sleep(IDLE)
        elif self._chance.random() < CONCLUDED_SHARE:
            if self._do(district, serial_no, reply, district.clerk, text="已修复。", disposition="resolved"):
                self._do(district, serial_no, pass_reply, district.reviewer)
                self.done["conclusions"] += 1
        elif self._do(
            district, serial_no, request_pause, district.clerk, reason_code="judicial", evidence="鉴定中", days=2
        ) and self._do(district, serial_no, decide_pause, district.reviewer, approved=True):
            self._paused.append((district, serial_no))
            self.done["pauses"] += 1

    def _resume_one(self) -> None:
        district, serial_no = self._paused.pop(self._chance.randrange(len(self._paused)))
        self.done["resumptions"] += self._do(district, serial_no, resume, district.clerk)

    def _do(self, district: District, serial_no: str, command: object, actor: Actor, **how: object) -> bool:
        assert callable(command)
        try:
            self._installation.run(
                district.slug, lambda scope: command(scope, serial_no, Order(actor, datetime.now(UTC)), **how)
            )
        except Refused:
            self.done["refusals"] += 1
            return False
        return True


def running_ticket(scope: Scope, *, chance: random.Random) -> str | None:
    """Return a ticket whose handling clock runs and is not over, one of the next to run out."""
    serials = scope.session.scalars(
        select(Ticket.serial_no)
        .join(Clock, (Clock.tenant_id == Ticket.tenant_id) & (Clock.ticket_id == Ticket.id))
        .where(
            Clock.tenant_id == scope.tenant.id,
            Clock.name == "handle",
            Clock.state == "running",
            Clock.due_at > datetime.now(UTC),
            Ticket.state == "in_progress",
        )
        .order_by(Clock.due_at)
        .limit(200)
    ).all()
    return chance.choice(serials) if serials else None
