"""The golden flow 全程: one appeal from intake to rating in a district made for it, as every district must be able to go."""

import re
import secrets
from collections.abc import Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from core.conformance.places import DUTIES, UNITS
from core.escalation.accountability.models import AccountabilityCase
from core.hooks.breaker import Breaker
from core.hooks.core_features import ROUTING
from core.hooks.features import Feature
from core.hooks.roster import Roster
from core.hooks.specs import ALL_HOOKS
from core.hooks.table import Enabled, HookTable, Report, unreported
from core.hooks.values import Context
from core.intake.rules import Appeal
from core.journey import conclude, desk, give_back, handle
from core.journey.accept import accept
from core.journey.command import Carried
from core.journey.supervise import supervise
from core.kit.db import Database
from core.kit.errors import Refused
from core.kit.keys import Keyring
from core.people.roles import permissions_of
from core.tenancy.models import Tenant
from core.tenancy.revisions import FILES, make_active, set_state, write_revision
from core.tenancy.scope import Installation, Scope
from core.tickets.failing import KIND as RULE_FAILED
from core.tickets.models import Ticket, TicketEvent
from core.tickets.timeline import RESIDENT, Actor, Order
from core.units.catalogue.catalogue import Catalogue
from core.units.catalogue.coding import coded
from core.units.catalogue.rows import Row
from core.units.catalogue.service import draft
from core.units.models import Unit
from core.workdays.service import publish
from core.workdays.shipped import SHIPPED

BEIJING = ZoneInfo("Asia/Shanghai")
LONG_AGO = datetime(2010, 1, 1, tzinfo=UTC)
KEYS = {1: b"conformance kit, no secrets here"}
STEPS: Sequence[tuple[str, str, Carried[...], str, Mapping[str, Any]]] = (
    ("2026-03-12 10:10", "operator", desk.dispatch, "desk", {"lead": "roads", "reason": "核实后判定"}),
    (
        "2026-03-12 11:00",
        "clerk",
        give_back.request_return,
        "roads",
        {"reason_code": "not_duty", "evidence": "不属本单位职责", "proposed_unit": "parks"},
    ),
    ("2026-03-12 11:10", "operator", give_back.approve_return, "desk", {}),
    ("2026-03-12 11:20", "operator", desk.dispatch, "desk", {"lead": "parks", "reason": "核实后判定"}),
    ("2026-03-20 11:00", "operator", desk.redirect, "desk", {"lead": "roads", "reason": "派错了"}),
    ("2026-03-20 11:05", "clerk", handle.sign, "roads", {}),
    ("2026-03-20 11:06", "clerk", handle.contact, "roads", {"reached": True, "what": "已联系"}),
    ("2026-03-20 11:10", "clerk", handle.reply, "roads", {"text": "已修补", "disposition": "resolved"}),
    ("2026-03-20 11:20", "reviewer", conclude.pass_reply, "desk", {}),
    ("2026-03-20 15:00", "operator", conclude.follow_up, "desk", {"outcome": "reached"}),
    ("2026-03-20 15:05", "resident", conclude.rate, "", {"resolved": "yes", "satisfaction": "satisfied"}),
)
"""When, who, does what, for which unit, how."""
LOADED = frozenset(hook.name for hook in ALL_HOOKS if hook.kind == "load")
SUPERVISED = "2026-03-20 10:00"
"""When the clocks are looked at: after all of them have run out."""


@dataclass(frozen=True)
class District:
    """A district that exists for one examination."""

    installation: Installation
    slug: str

    def switch(self, *features: Feature, on: bool, values: Mapping[str, Mapping[str, Any]] | None = None) -> None:
        """Switch features on with these settings, or off."""
        with self.installation.scope(self.slug) as scope:
            for feature in features:
                if on and feature.id in (values or {}):
                    self._set(scope, feature, (values or {})[feature.id])
                set_state(scope, feature.id, "on" if on else "off", reason="")
        self.installation.forget()

    def walk(self) -> list[str]:
        """Take an appeal in, go with it to the end, and tell what became of it: each entry, and what was refused."""
        appeal = Appeal(channel="desk", text="道路坑洼，出行不便", matter="0101", urgency="urgent")
        now = _beijing("2026-03-12 10:00")
        taken = self.installation.run(
            self.slug, lambda scope: accept(scope, appeal, actor=self._actor("operator", "desk"), now=now)
        )
        refused: list[str] = []
        is_supervised = False
        for at, who, deed, unit, how in STEPS:
            if at > SUPERVISED and not is_supervised:
                is_supervised = True
                self.installation.run(self.slug, lambda scope: supervise(scope, now=_beijing(SUPERVISED)))
            order = Order(RESIDENT if who == "resident" else self._actor(who, unit), _beijing(at))
            try:
                self.installation.run(self.slug, partial(_carry_out, deed, taken.serial_no, order, how))
            except Refused as refusal:
                refused.append(f"{at} 拒绝 {deed.name}：{refusal.code}")
        return self.installation.run(self.slug, lambda scope: _told(scope, taken.serial_no)) + refused

    def unit_id(self, scope: Scope, code: str) -> int | None:
        """Return the id of a unit; None where there is none."""
        return scope.session.scalar(select(Unit.id).where(Unit.tenant_id == scope.tenant.id, Unit.code == code))

    def _set(self, scope: Scope, feature: Feature, values: Mapping[str, Any]) -> None:
        revision = write_revision(
            scope,
            feature.id,
            values=values,
            schema_version=feature.schema().VERSION,
            reason="检查",
            author=FILES,
            now=LONG_AGO,
        )
        make_active(scope, feature.id, revision.number, actor=FILES, now=LONG_AGO)

    def _actor(self, role: str, code: str) -> Actor:
        with self.installation.scope(self.slug) as scope:
            unit_id = self.unit_id(scope, code)
        return Actor("staff", role, 1 + len(role), unit_id, permissions_of([role]))


class Impatient(Breaker):
    """A breaker that asks what is loaded once and no more: a second of it that hangs is as good as five."""

    def __init__(self) -> None:
        super().__init__()
        self._failed: set[Hashable] = set()

    def allows(self, key: Hashable) -> bool:
        return key not in self._failed and super().allows(key)

    def failed(self, key: Hashable) -> bool:
        if isinstance(key, tuple) and key[2] in LOADED:
            self._failed.add(key)
        return super().failed(key)


class ImpatientRoster(Roster):
    """A roster whose tables lose patience soon."""

    def __init__(self, features: Sequence[Feature]) -> None:
        super().__init__(features)
        self._impatient = Impatient()

    def compiled(
        self, ctx: Context, enabled: Sequence[Enabled], *, report: Report = unreported, breaker: Breaker | None = None
    ) -> HookTable:
        return super().compiled(ctx, enabled, report=report, breaker=breaker or self._impatient)


@contextmanager
def opened(database_url: str, features: Sequence[Feature]) -> Iterator[Installation]:
    """Have an installation on a database, in which these features are installed."""
    installation = Installation(Database(database_url), Keyring(KEYS), ImpatientRoster(features))
    try:
        yield installation
    finally:
        installation.database.engine.dispose()


def make_district(installation: Installation) -> District:
    """Make a district with a calendar, units and duties, and no feature on."""
    mark = secrets.token_hex(4)
    slug = f"check-{mark}"
    with installation.database.transaction(None) as session:
        session.add(
            Tenant(
                slug=slug,
                name=f"检查区 {mark}",
                kind="district",
                zone="Asia/Shanghai",
                serial_prefix=f"C{mark.upper()}",
            )
        )
    with installation.scope(slug) as scope:
        publish(scope, "工作日历", SHIPPED["GZ"](), now=LONG_AGO)
        _add_units(scope)
        _add_duties(scope)
    installation.forget()
    return District(installation, slug)


def _add_units(scope: Scope) -> None:
    ids = {unit.code: scope.new_id() for unit in UNITS}
    scope.session.add_all(
        Unit(tenant_id=scope.tenant.id, id=ids[unit.code], code=unit.code, name=unit.name, kind=unit.kind)
        for unit in UNITS
    )
    scope.session.flush()
    for unit in UNITS:
        if unit.parent:
            scope.session.get_one(Unit, (scope.tenant.id, ids[unit.code])).parent_id = ids[unit.parent]
    scope.session.flush()


def _add_duties(scope: Scope) -> None:
    """Let a duty list hold from long ago."""
    nodes, _ = coded(
        {(duty.category, duty.subcategory): duty.code for duty in DUTIES} | {(duty.category,): "" for duty in DUTIES}
    )
    rows = (Row(matter=duty.code, lead=duty.lead, co=duty.co) for duty in DUTIES)
    drafted = draft(scope, Catalogue.of(nodes, (), rows), gazetteer=0, reason="检查", author=FILES, now=LONG_AGO)
    revision = write_revision(
        scope,
        ROUTING.id,
        values={"duty_list": drafted.number},
        schema_version=1,
        reason="检查",
        author=FILES,
        now=LONG_AGO,
    )
    make_active(scope, ROUTING.id, revision.number, actor=FILES, now=LONG_AGO)


def _carry_out(deed: Carried[...], serial_no: str, order: Order, how: Mapping[str, Any], scope: Scope) -> None:
    deed(scope, serial_no, order, **how)


def _told(scope: Scope, serial_no: str) -> list[str]:
    """Return the timeline, an entry in a line, without what is only noted about a feature's failure.

    The numbers that the district counts on, of the ticket and of its cases, are left out: they differ at every walk.
    """
    ticket = scope.session.scalars(
        select(Ticket).where(Ticket.tenant_id == scope.tenant.id, Ticket.serial_no == serial_no)
    ).one()
    entries = scope.session.scalars(
        select(TicketEvent)
        .where(TicketEvent.tenant_id == scope.tenant.id, TicketEvent.ticket_id == ticket.id)
        .order_by(TicketEvent.seq)
    )
    cases = scope.session.scalars(
        select(AccountabilityCase).where(
            AccountabilityCase.tenant_id == scope.tenant.id, AccountabilityCase.ticket_id == ticket.id
        )
    )
    counted = re.compile("|".join(map(re.escape, (serial_no, *(case.label for case in cases)))))
    return [
        f"{entry.at.astimezone(BEIJING):%m-%d %H:%M} {entry.kind} {entry.from_state or '∅'}→{entry.to_state} "
        f"{counted.sub('…', entry.summary)}"
        for entry in entries
        if entry.kind != RULE_FAILED
    ]


def _beijing(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING).astimezone(UTC)
