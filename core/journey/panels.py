"""Opening a third-party panel 第三方评议: a person decides that outsiders are to judge, and the lot decides who they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from core.evaluation.panels import draw as rules
from core.evaluation.panels.drawing import draw_for, parties_of, refuse_lacking, seat, seed_for
from core.evaluation.panels.findings import find_disputable, find_open_dispute
from core.evaluation.panels.models import PanelDraw, ReviewPanel
from core.evaluation.panels.rules_in_force import kept, rules_for, rules_of
from core.evaluation.panels.voting import (
    PanelClosed,
    PanelUnderWay,
    find_panel_under_way,
    panel_on,
    voting_ends,
)
from core.evaluation.panels.words import CAUSE_LABELS
from core.journey.command import command
from core.kit.errors import Refused
from core.kit.saying import joined, said, word
from core.kit.serials import serial_no as number_of
from core.people.roles import Permission, SameHands
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.queries import get_ticket_id
from core.tickets.service import check_state, note, reason_of
from core.tickets.states import ANSWERED
from core.tickets.timeline import Actor, Detail, Order
from core.units.queries import DirectoryUnit, directory

PREFIX = "PY"
"""How the numbers of panels begin 评议."""


class CauseUnknown(Refused):
    """Not one of the reasons for which a panel is opened."""

    code = "cause-unknown"


class NothingToShift(Refused):
    """Another unit was named, but nothing counts against any unit that could be shifted to it."""

    code = "nothing-to-shift"


@dataclass(frozen=True, slots=True)
class Tried:
    """A draw that was only tried: its seed, whence that comes, and what would be drawn."""

    seed: str
    source: str
    drawn: rules.Draw


@command(Permission.SUPERVISE, "提请第三方评议")
def open_panel(
    scope: Scope, ticket: Ticket, order: Order, *, cause: str, question: str, other_unit: str = "", seed: str = ""
) -> None:
    """Put an answered ticket before a panel and draw its seats; members are asked, and the time to vote runs.

    `cause` is one of `words.CAUSE_LABELS`, `question` what is to be judged. `other_unit` names the unit to which the
    panel may shift what counts against the one that handled it. `seed` empty = one that nobody could choose.

    Raises `ReasonMissing`, `CauseUnknown`, `MoveNotAllowed`, `PanelUnderWay`, `SameHands`, `NoSuchUnit`,
    `NothingToShift`, `SeedUnusable`, `TooFewMembers`.
    """
    asked = reason_of(question, "提请评议")
    if cause not in CAUSE_LABELS:
        known = joined(
            "、", (said("{code}（{label}）", code=code, label=word(label)) for code, label in CAUSE_LABELS.items())
        )
        raise CauseUnknown(said("没有提请评议的情形“{cause}”。可选：{known}。", cause=cause, known=known))
    check_state(ticket, ANSWERED, "提请评议")
    refuse_under_way(scope, ticket)
    parties = parties_of(scope, ticket)
    refuse_party(scope, parties, order.actor)
    other = _other_unit(scope, other_unit, parties)
    panel_rules = rules_for(scope, ticket)
    panel_id = scope.new_id()
    dispute = find_open_dispute(scope, ticket)
    panel = ReviewPanel(
        tenant_id=scope.tenant.id,
        id=panel_id,
        number=number_of(
            scope.keys,
            tenant_id=scope.tenant.id,
            prefix=PREFIX,
            day=order.now.astimezone(scope.tenant.zone).date(),
            number=panel_id,
        ),
        ticket_id=ticket.id,
        cycle_no=ticket.cycle_no,
        cause=cause,
        question=asked,
        parties=list(parties),
        verdicts=_verdicts(scope, ticket, other),
        rules=kept(panel_rules),
        opened_by=order.actor.name,
        opened_by_id=order.actor.id,
        opened_at=order.now,
        closes_at=voting_ends(scope, panel_rules.days, order.now),
        other_unit_id=other.id if other else None,
        dispute_id=dispute.id if dispute else None,
    )
    scope.session.add(panel)
    scope.session.flush()
    drawn = _drawn(scope, ticket, panel, parties, order, seed=seed)
    tell(
        scope,
        ticket,
        order,
        panel,
        said(
            "{cause}，提请第三方评议：{asked}。{drawn}",
            cause=word(CAUSE_LABELS[cause]),
            asked=asked,
            drawn=_drawn_words(drawn),
        ),
        records=[drawn],
    )


@command(Permission.SUPERVISE, "评议延期")
def extend_panel(scope: Scope, ticket: Ticket, order: Order, *, panel: str) -> None:
    """Give the members more time, once, also when too few votes were in. Raises `NoSuchPanel`, `PanelClosed`."""
    found = panel_on(scope, ticket, panel, states=("voting", "no_quorum"), deed="延期")
    if found.extended_at is not None:
        raise PanelClosed(said("评议 {panel} 已延期一次，不能再延。票数不足的，请重新抽签。", panel=panel))
    days = rules_of(found.rules).extension_days
    found.closes_at = voting_ends(scope, days, max(order.now, found.closes_at))
    found.state, found.closed_at, found.extended_at, found.reminded_at = "voting", None, order.now, None
    tell(
        scope,
        ticket,
        order,
        found,
        said("评议延期 {days} 个工作日，至 {local}", days=days, local=_local(scope, found.closes_at)),
    )


@command(Permission.SUPERVISE, "重新抽签")
def redraw_panel(scope: Scope, ticket: Ticket, order: Order, *, panel: str, seed: str = "") -> None:
    """Draw other members where too few votes were in; who sat before is not drawn again, and their votes do not count.

    Raises `NoSuchPanel`, `PanelClosed`, `SeedUnusable`, `TooFewMembers`.
    """
    found = panel_on(scope, ticket, panel, states=("no_quorum",), deed="重新抽签")
    days = rules_of(found.rules).days
    found.round += 1
    found.closes_at = voting_ends(scope, days, order.now)
    found.state, found.closed_at, found.extended_at, found.reminded_at = "voting", None, None, None
    units = directory(scope)
    parties = {code: unit.name for code in found.parties if (unit := units.find_unit(code))}
    drawn = _drawn(scope, ticket, found, parties, order, seed=seed)
    tell(scope, ticket, order, found, said("票数不足，重新抽签。{drawn}", drawn=_drawn_words(drawn)), records=[drawn])


def try_draw(scope: Scope, serial: str, *, seed: str, now: datetime) -> Tried:
    """Draw for a ticket without writing anything, also where the pool is too small: then the draw says what is lacking.

    Raises `NoSuchTicket`, `MoveNotAllowed`, `SeedUnusable`.
    """
    ticket = scope.session.get_one(Ticket, (scope.tenant.id, get_ticket_id(scope, serial)))
    check_state(ticket, ANSWERED, "提请评议")
    panel_rules = rules_for(scope, ticket)
    wanted = seed_for(scope, ticket, given=seed, number=1)
    drawn = draw_for(
        scope,
        ticket,
        panel_rules,
        seed=wanted.value,
        parties=parties_of(scope, ticket),
        first=now,
        last=voting_ends(scope, panel_rules.days, now),
    )
    return Tried(wanted.value, wanted.source, drawn)


def refuse_under_way(scope: Scope, ticket: Ticket) -> None:
    """Raise `PanelUnderWay` when the ticket has a panel of which something is still to come."""
    if under_way := find_panel_under_way(scope, ticket):
        raise PanelUnderWay(
            said(
                "工单 {serial_no} 已有评议 {number} 正在进行，不能另开。请先办完这一件。",
                serial_no=ticket.serial_no,
                number=under_way.number,
            )
        )


def refuse_party(scope: Scope, parties: Mapping[str, str], actor: Actor) -> None:
    """Raise `SameHands` when the actor is of a unit whose work is judged."""
    unit = directory(scope).unit_of_id(actor.unit_id) if actor.unit_id else None
    if unit is not None and unit.code in parties:
        raise SameHands("当事单位的人员不能办理与本单位有关的评议。请由其他单位的人员办理。")


def tell(
    scope: Scope,
    ticket: Ticket,
    order: Order,
    panel: ReviewPanel,
    words: str,
    *,
    records: Sequence[PanelDraw] = (),
) -> None:
    """Write what happened with a panel into the timeline; no member is named there."""
    detail: Detail = {"panel": panel.number, "round": panel.round, "state": panel.state}
    note(scope, ticket, "panel", order, summary=words, detail=detail, records=records)


def as_member(order: Order) -> Order:
    """Return the order of a member as the timeline tells of it: by role, not by name."""
    return replace(order, actor=replace(order.actor, name="评议员"))


def _other_unit(scope: Scope, code: str, parties: Mapping[str, str]) -> DirectoryUnit | None:
    if not code:
        return None
    unit = directory(scope).get_unit(code)
    if code in parties:
        raise NothingToShift(said("{name}就是当事单位，不能改由它承担。请另选单位，或留空。", name=unit.name))
    return unit


def _verdicts(scope: Scope, ticket: Ticket, other: DirectoryUnit | None) -> list[str]:
    """Return what the panel can find; what counts against nobody can be neither left out nor shifted."""
    waiting = find_open_dispute(scope, ticket)
    has_subject = (waiting is not None and waiting.kind != "review") or find_disputable(scope, ticket) is not None
    if other is not None and not has_subject:
        raise NothingToShift("本件没有不满意评价或超期计入单位考核，无从改由其他单位承担。请不要填写其他单位。")
    responsibility = waiting is not None and waiting.kind == "responsibility"
    found = ["keep", "redo"]
    if has_subject and not responsibility:
        found.append("exclude")
    return [*found, "shift"] if other is not None else found


def _drawn(
    scope: Scope, ticket: Ticket, panel: ReviewPanel, parties: Mapping[str, str], order: Order, *, seed: str
) -> PanelDraw:
    wanted = seed_for(scope, ticket, given=seed, number=panel.round)
    drawn = draw_for(
        scope,
        ticket,
        rules_of(panel.rules),
        seed=wanted.value,
        parties=parties,
        first=order.now,
        last=panel.closes_at,
    )
    refuse_lacking(drawn)
    return seat(scope, panel, drawn, wanted, order)


def _drawn_words(record: PanelDraw) -> str:
    seats, excluded = len(record.record["seats"]), len(record.record["excluded"])
    return said(
        "抽签确定 {seats} 席，排除 {excluded} 人，种子 {seed}", seats=seats, excluded=excluded, seed=record.seed
    )


def _local(scope: Scope, at: datetime) -> str:
    return f"{at.astimezone(scope.tenant.zone):%Y-%m-%d %H:%M}"
