"""What the core would send: a ticket, a duty item, a clock, each with plain values that a test may replace."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from core.conformance.appeals import PLAIN
from core.hooks import Alike, Budget, ClockView, Context, DutyView, TicketView, UnitView
from core.hooks.contract import Hook
from core.hooks.roster import Roster, Wanted
from core.hooks.settings import SecretText

SHIPPED = Roster.installed()
"""The features that come with the product."""
CONTEXT = Context(tenant_id=7, tenant="somewhere", zone="Asia/Shanghai")

A_DUTY = DutyView(
    code="0101",
    category="道路交通",
    subcategory="路面坑洼",
    lead="roads",
    co=("street",),
    limit=None,
    on_site=None,
    legal_basis="",
    standard="",
)

A_CLOCK = ClockView(
    name="reply",
    budget=Budget("wd_eod", 5),
    started_at=datetime(2026, 3, 10, 2, 0, tzinfo=UTC),
    due_at=datetime(2026, 3, 17, 10, 0, tzinfo=UTC),
    rule_id="core.sla/default",
)

UNITS = (
    UnitView("roads", "道路管理处", "district_department"),
    UnitView("market", "市场监督管理局", "district_department"),
    UnitView("street", "幸福街道办事处", "street"),
)


def make_ticket(**values: Any) -> TicketView:
    """Return a normal ticket with these values."""
    return replace(PLAIN, **values)


def make_alike(ticket: TicketView, *, metres: int | None = None) -> Alike:
    """Return a ticket as it is compared with others."""
    return Alike(
        serial_no=ticket.serial_no,
        title=ticket.title,
        text=ticket.text,
        place=ticket.place,
        matter=ticket.matter,
        area=ticket.area,
        submitted_at=ticket.submitted_at,
        metres=metres,
    )


def make_duty(**values: Any) -> DutyView:
    """Return an item of the duty list with these values."""
    return replace(A_DUTY, **values)


def make_clock(**values: Any) -> ClockView:
    """Return a running reply clock with these values."""
    return replace(A_CLOCK, **values)


def answers(
    feature: str,
    hook: Hook[..., Any],
    settings: Mapping[str, Any] | None = None,
    *,
    secrets: Mapping[str, SecretText] | None = None,
    **question: Any,
) -> list[Any]:
    """Ask one feature as the core does and return what it answers."""
    return SHIPPED.table(CONTEXT, [Wanted(feature, settings or {}, secrets=secrets or {})]).ask(hook, **question).values
