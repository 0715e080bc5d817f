"""`huiying demo`: the cases, replayed on their own days in the right district, each timeline printed."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import click
from sqlalchemy import select

from core.cli.context import installed, say_json
from core.cli.entitled import for_the_machine
from core.kit.errors import Refused
from core.tenancy.scope import Installation
from core.tickets.models import Ticket, TicketEvent
from core.tickets.states import STATE_LABELS, State
from tenants.demonstration import replay
from tenants.interviews import demo_interview
from tenants.light.command import light
from tenants.scenario import Scenario, shipped_scenarios


class UnknownCase(Refused):
    """No case has this number or name."""

    code = "unknown-case"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a printed timeline."""

    at: datetime
    actor: str
    summary: str
    kind: str


@dataclass(frozen=True, slots=True)
class Told:
    """A ticket of a case with its whole timeline."""

    serial_no: str
    title: str
    state: str
    entries: tuple[Entry, ...]


CASES = "cases"


class CasesUnlessNamed(click.Group):
    """`huiying demo 8` replays a case; what is named as a demonstration of its own runs that."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the command that replays in front of a case's name, or of nothing."""
        if not {"--help", *self.commands} & {*args[:1]}:
            args = [CASES, *args]
        return super().parse_args(ctx, args)


@click.group(cls=CasesUnlessNamed)
def demo() -> None:
    """演示：`huiying demo [CASE]` 重演公开案例；其余各演示一件事。"""


demo.add_command(light)
demo.add_command(demo_interview)


@demo.command(name=CASES)
@for_the_machine
@click.argument("case", required=False, default="")
@click.option("--json", "as_json", is_flag=True, help="最后一行输出一个 JSON 对象")
def replay_cases(case: str, *, as_json: bool) -> None:
    """重演公开报道中的九个案例和一个虚构的案例，打印每件工单的流转记录。CASE 为案例编号或名称，不写则全部重演。"""
    scenarios = _chosen(case)
    with installed() as installation:
        told = {scenario.id: _tell(installation, scenario) for scenario in scenarios}
        zones = {scenario.id: installation.tenant(scenario.tenant) for scenario in scenarios}
    for scenario in scenarios:
        tenant = zones[scenario.id]
        invented = "（虚构）" if scenario.invented else ""
        click.echo(f"\n{scenario.number}. {scenario.title}{invented}（{tenant.name}）")
        for ticket in told[scenario.id]:
            click.echo(f"   {ticket.serial_no} {ticket.title} — {ticket.state}")
            for entry in ticket.entries:
                click.echo(f"     {_local(entry.at, tenant.zone)}  {entry.actor}  {entry.summary}")
    if as_json:
        say_json({"cases": [_as_json(scenario, told[scenario.id]) for scenario in scenarios]})


def _chosen(case: str) -> tuple[Scenario, ...]:
    scenarios = shipped_scenarios()
    if not case:
        return scenarios
    chosen = tuple(each for each in scenarios if case in (each.id, str(each.number), each.title))
    if not chosen:
        known = "、".join(f"{each.id}（{each.title}）" for each in scenarios)
        raise UnknownCase(f"没有案例 {case}。现有：{known}。")
    return chosen


def _tell(installation: Installation, scenario: Scenario) -> tuple[Told, ...]:
    serials = replay(installation, scenario)
    with installation.scope(scenario.tenant) as scope:
        tickets = scope.session.scalars(
            select(Ticket).where(Ticket.tenant_id == scope.tenant.id, Ticket.serial_no.in_(serials))
        ).all()
        entries = scope.session.scalars(
            select(TicketEvent)
            .where(TicketEvent.tenant_id == scope.tenant.id, TicketEvent.ticket_id.in_([row.id for row in tickets]))
            .order_by(TicketEvent.ticket_id, TicketEvent.seq)
        ).all()
    by_serial = {ticket.serial_no: ticket for ticket in tickets}
    return tuple(
        Told(
            serial_no=serial_no,
            title=by_serial[serial_no].title,
            state=STATE_LABELS[State(by_serial[serial_no].state)],
            entries=tuple(
                Entry(entry.at, entry.actor_name, entry.summary, entry.kind)
                for entry in entries
                if entry.ticket_id == by_serial[serial_no].id
            ),
        )
        for serial_no in serials
    )


def _local(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M:%S}"


def _as_json(scenario: Scenario, tickets: tuple[Told, ...]) -> dict[str, object]:
    return {
        "id": scenario.id,
        "title": scenario.title,
        "invented": scenario.invented,
        "tenant": scenario.tenant,
        "tickets": [
            {
                "serial_no": ticket.serial_no,
                "title": ticket.title,
                "state": ticket.state,
                "timeline": [
                    {"at": entry.at.isoformat(), "actor": entry.actor, "kind": entry.kind, "summary": entry.summary}
                    for entry in ticket.entries
                ],
            }
            for ticket in tickets
        ],
    }
