"""Supervision 督办 of a unit: opened with a letter and a clock, raised, answered by the unit, closed by somebody else."""

from core.escalation.labels import SUPERVISION_LABELS
from core.escalation.letters import issue_letter, number_of
from core.escalation.models import Supervision
from core.escalation.rules import is_higher
from core.kit.errors import Refused
from core.kit.saying import said, word
from core.routing.service import NotYours
from core.sla.models import Clock
from core.sla.service import cancel_clocks, start_clock, stop_clock
from core.tenancy.scope import Scope
from core.tickets.messages import say
from core.tickets.models import Ticket
from core.tickets.service import note
from core.tickets.timeline import Actor, Detail, Order
from core.units.queries import DirectoryUnit, directory

RESPOND = "respond"


class NoSuchSupervision(Refused):
    """The ticket has no supervision with this id."""

    code = "no-such-supervision"


class SupervisionEnded(Refused):
    """The supervision has been answered, or closed, already."""

    code = "supervision-ended"


class LevelNotHigher(Refused):
    """A supervision is only ever raised."""

    code = "level-not-higher"


class OwnSupervision(Refused):
    """Whoever is supervised does not close the supervision."""

    code = "own-supervision"
    is_trespass = True


def open_supervision(
    scope: Scope,
    ticket: Ticket,
    order: Order,
    *,
    unit: DirectoryUnit,
    level: str,
    source: str,
    demand: str,
    why: str,
    rule_id: str,
    by: str,
    cause: str,
) -> Supervision:
    """Put a unit under supervision for a ticket: its clock `respond` starts, and a 督办函 goes to it."""
    supervision = Supervision(
        tenant_id=scope.tenant.id,
        id=scope.new_id(),
        ticket_id=ticket.id,
        unit_id=unit.id,
        level=level,
        source=source,
        demand=demand,
        cause=cause,
        issued_by=order.actor.name,
        issued_at=order.now,
    )
    scope.session.add(supervision)
    detail = {"to": unit.code, "rule_id": rule_id, "by": by, "cause": cause, "source": source}
    _tell(
        scope,
        ticket,
        supervision,
        order,
        said(
            "{supervision} → {name}（{why}）：{demand}",
            supervision=word(SUPERVISION_LABELS[level]),
            name=unit.name,
            why=why,
            demand=demand,
        ),
        detail,
    )
    clock = start_clock(scope, ticket, RESPOND, order, supervision_id=supervision.id)
    _write_to(scope, ticket, supervision, unit, order, clock=clock, why=why, rule_id=rule_id, by=by)
    return supervision


def supervision_of(scope: Scope, ticket: Ticket, supervision_id: int) -> Supervision:
    """Return a supervision of this ticket. Raises `NoSuchSupervision`."""
    found = scope.session.get(Supervision, (scope.tenant.id, supervision_id))
    if found is None or found.ticket_id != ticket.id:
        raise NoSuchSupervision(
            said(
                "工单 {serial_no} 没有编号为 {supervision_id} 的督办。请从督办列表中选择。",
                serial_no=ticket.serial_no,
                supervision_id=supervision_id,
            )
        )
    return found


def raise_level(
    scope: Scope,
    ticket: Ticket,
    supervision: Supervision,
    order: Order,
    *,
    level: str,
    why: str,
    rule_id: str,
    by: str,
    cause: str,
) -> None:
    """Raise a supervision to a graver level, with another letter; one that was answered needs a new answer.

    Raises `SupervisionEnded` when it is closed, `LevelNotHigher`.
    """
    if supervision.state == "closed":
        raise SupervisionEnded(
            said("工单 {serial_no} 的这项督办已销号，不能升级。需要时请另行督办。", serial_no=ticket.serial_no)
        )
    if not is_higher(level, supervision.level):
        raise LevelNotHigher(
            said(
                "这项督办现为{supervision}，只能升级，不能改为{supervision_2}。",
                supervision=word(SUPERVISION_LABELS[supervision.level]),
                supervision_2=word(SUPERVISION_LABELS[level]),
            )
        )
    units = directory(scope)
    unit = units.unit_of_id(supervision.unit_id) or units.desk
    summary = said(
        "{supervision}升为{supervision_2} → {name}（{why}）",
        supervision=word(SUPERVISION_LABELS[supervision.level]),
        supervision_2=word(SUPERVISION_LABELS[level]),
        name=unit.name,
        why=why,
    )
    was_answered, supervision.level, supervision.state = supervision.state == "answered", level, "open"
    detail = {"to": unit.code, "rule_id": rule_id, "by": by, "cause": cause}
    _tell(scope, ticket, supervision, order, summary, detail)
    clock = start_clock(scope, ticket, RESPOND, order, supervision_id=supervision.id) if was_answered else None
    _write_to(scope, ticket, supervision, unit, order, clock=clock, why=why, rule_id=rule_id, by=by)


def answer_supervision(scope: Scope, ticket: Ticket, supervision: Supervision, order: Order, *, text: str) -> None:
    """Keep the unit's answer; its clock `respond` stops. Raises `NotYours`, `SupervisionEnded`."""
    if not order.actor.acts_for(supervision.unit_id):
        raise NotYours(
            said("工单 {serial_no} 的这项督办是发给其他单位的，您不能代为答复。", serial_no=ticket.serial_no)
        )
    if supervision.state != "open":
        ended = "销号" if supervision.state == "closed" else "答复"
        raise SupervisionEnded(
            said("工单 {serial_no} 的这项督办已{ended}，不能再答复。", serial_no=ticket.serial_no, ended=word(ended))
        )
    supervision.state, supervision.answer = "answered", text
    supervision.answered_by, supervision.answered_by_id = order.actor.name, order.actor.id
    supervision.answered_at = order.now
    _tell(
        scope,
        ticket,
        supervision,
        order,
        said("答复{supervision}：{text}", supervision=word(SUPERVISION_LABELS[supervision.level]), text=text),
        {},
    )
    stop_clock(scope, ticket, RESPOND, at=order.now, now=order.now, supervision_id=supervision.id)


def close_supervision(scope: Scope, ticket: Ticket, supervision: Supervision, order: Order, *, why: str) -> None:
    """Close a supervision 销号; one that was never answered ends without a verdict on its clock.

    Raises `OwnSupervision` for somebody of the supervised unit or who answered, `SupervisionEnded`.
    """
    if _is_supervised(scope, supervision, order.actor):
        raise OwnSupervision(
            said(
                "工单 {serial_no} 的这项督办针对您的单位，不能由您销号。请由督办单位办理。", serial_no=ticket.serial_no
            )
        )
    if supervision.state == "closed":
        raise SupervisionEnded(said("工单 {serial_no} 的这项督办已销号，不必再销。", serial_no=ticket.serial_no))
    was_answered, supervision.state = supervision.state == "answered", "closed"
    supervision.closed_by, supervision.closed_at = order.actor.name, order.now
    unanswered = "" if was_answered else "（未经答复）"
    _tell(
        scope,
        ticket,
        supervision,
        order,
        said(
            "{supervision}销号{unanswered}：{why}",
            supervision=word(SUPERVISION_LABELS[supervision.level]),
            unanswered=word(unanswered),
            why=why,
        ),
        {},
    )
    if not was_answered:
        cancel_clocks(scope, ticket, (RESPOND,), now=order.now, supervision_id=supervision.id)


def _is_supervised(scope: Scope, supervision: Supervision, actor: Actor) -> bool:
    """Tell whether the actor answered, or belongs to the supervised unit or to one below it."""
    if actor.id is not None and actor.id == supervision.answered_by_id:
        return True
    units, unit_id = directory(scope), actor.unit_id
    while unit_id is not None and unit_id != supervision.unit_id:
        unit = units.unit_of_id(unit_id)
        unit_id = unit.parent_id if unit else None
    return unit_id is not None


def _tell(scope: Scope, ticket: Ticket, supervision: Supervision, order: Order, summary: str, detail: Detail) -> None:
    note(
        scope,
        ticket,
        "escalate" if order.actor.kind == "system" else "supervision",
        order,
        summary=summary,
        detail={"kind": "supervise", "supervision": supervision.id, "level": supervision.level, **detail},
    )


def _write_to(
    scope: Scope,
    ticket: Ticket,
    supervision: Supervision,
    unit: DirectoryUnit,
    order: Order,
    *,
    clock: Clock | None,
    why: str,
    rule_id: str,
    by: str,
) -> None:
    """Send the unit the letter that belongs to the supervision's level, and a note that it is there."""
    label = SUPERVISION_LABELS[supervision.level]
    until = (
        said("于 {due_at:%Y-%m-%d %H:%M} 前", due_at=clock.due_at.astimezone(scope.tenant.zone))
        if clock and clock.due_at
        else ""
    )
    demand = supervision.demand.rstrip("。")
    text = said(
        "工单 {serial_no}「{title}」列入{label}（{why}）。督办要求：{demand}。请{until}书面答复。",
        serial_no=ticket.serial_no,
        title=ticket.title,
        label=word(label),
        why=why,
        demand=demand,
        until=until,
    )
    letter = issue_letter(
        scope,
        ticket,
        order,
        unit=unit,
        kind="supervision",
        text=text,
        why=label,
        rule_id=rule_id,
        by=by,
        cause=f"supervision/{supervision.id}/{supervision.level}",
    )
    words = said("{number}：{text}", number=number_of(letter), text=text)
    say(scope, ticket_id=ticket.id, transport="inbox", text=words, to_unit_id=unit.id, now=order.now)
