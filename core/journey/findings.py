"""What a unit found and did: whether the appeal is true 核实, what enforcement came to 执法结果; and looking again later."""

from collections.abc import Mapping
from typing import Literal

from core.handling.findings import MEASURE_LABELS, VERIFICATION_LABELS, WITH_AMOUNT
from core.handling.models import Enforcement, Verification
from core.handling.tracking import NoTracking, close, find_tracking, set_tracking
from core.journey.command import command
from core.kit import saying
from core.kit.errors import Refused
from core.people.roles import Permission
from core.routing.models import Assignment
from core.routing.service import own_assignment
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.service import check_state, note, reason_of
from core.tickets.states import CONCLUDED, WITH_UNIT
from core.tickets.timeline import Order
from core.units.queries import directory

Finding = Literal["true", "partly", "false"]
Measure = Literal[
    "rectify",
    "stop",
    "warning",
    "fine",
    "confiscation",
    "demolition",
    "closure",
    "transferred",
    "case",
    "none",
]
MOST_YUAN = 10**12


class UnknownFinding(Refused):
    """A result of verification, or a measure of enforcement, that there is not."""

    code = "unknown-finding"


class AmountUnusable(Refused):
    """A fine without an amount, an amount without a fine, or one that cannot be."""

    code = "amount-unusable"


@command(Permission.HANDLE, "核实")
def verify(scope: Scope, ticket: Ticket, order: Order, *, result: Finding, found: str, on_site: bool = False) -> None:
    """Say whether what the appeal says is true 属实/部分属实/不属实, and what was found; the newest word of a unit counts.

    Raises `ReasonMissing` without what was found, `UnknownFinding`, `NotYours`, `MoveNotAllowed`.
    """
    check_state(ticket, WITH_UNIT, "登记核实结果")
    keep_verification(scope, ticket, own_assignment(scope, ticket, order.actor), order, result, found, on_site=on_site)


def keep_verification(
    scope: Scope, ticket: Ticket, assignment: Assignment, order: Order, result: Finding, found: str, *, on_site: bool
) -> None:
    """Keep what a unit found, and tell it in the timeline. Raises `ReasonMissing`, `UnknownFinding`."""
    _refuse_unknown(result, VERIFICATION_LABELS, "核实结果")
    words = reason_of(found, "核实结果（查到了什么）")
    record = Verification(
        tenant_id=scope.tenant.id,
        id=scope.new_id(),
        ticket_id=ticket.id,
        assignment_id=assignment.id,
        cycle_no=ticket.cycle_no,
        result=result,
        found=words,
        on_site=on_site,
        by=order.actor.name,
        at=order.now,
    )
    scope.session.add(record)
    name, where = directory(scope).name_of(assignment.unit_id), "现场核实" if on_site else "核实"
    note(
        scope,
        ticket,
        "verification",
        order,
        summary=saying.said(
            "{name}{where}：{verification}。{words}",
            name=name,
            where=saying.word(where),
            verification=saying.word(VERIFICATION_LABELS[result]),
            words=words,
        ),
        detail={"assignment": assignment.id, "result": result},
        records=[record],
    )


@command(Permission.HANDLE, "执法结果")
def record_enforcement(
    scope: Scope,
    ticket: Ticket,
    order: Order,
    *,
    measure: Measure,
    words: str,
    amount: int | None = None,
    document: str = "",
) -> None:
    """Keep what enforcement came to 执法结果: the measure, against whom and why in words, the yuan of a fine.

    Raises `ReasonMissing` without words, `UnknownFinding`, `AmountUnusable`, `NotYours`, `MoveNotAllowed`.
    """
    check_state(ticket, WITH_UNIT, "登记执法结果")
    _refuse_unknown(measure, MEASURE_LABELS, "执法结果")
    said = reason_of(words, "执法结果（对谁、为什么）")
    _refuse_amount(measure, amount)
    assignment = own_assignment(scope, ticket, order.actor)
    record = Enforcement(
        tenant_id=scope.tenant.id,
        id=scope.new_id(),
        ticket_id=ticket.id,
        assignment_id=assignment.id,
        measure=measure,
        words=said,
        document=document.strip(),
        amount=amount,
        by=order.actor.name,
        at=order.now,
    )
    scope.session.add(record)
    name, yuan = (
        directory(scope).name_of(assignment.unit_id),
        saying.said(" {amount:,} 元", amount=amount) if amount else "",
    )
    number = saying.said("（{document}）", document=record.document) if record.document else ""
    note(
        scope,
        ticket,
        "enforcement",
        order,
        summary=saying.said(
            "{name}{measure}{yuan}{number}：{said}",
            name=name,
            measure=saying.word(MEASURE_LABELS[measure]),
            yuan=yuan,
            number=number,
            said=said,
        ),
        detail={"assignment": assignment.id, "measure": measure},
        records=[record],
    )


@command(Permission.FOLLOW_UP, "定期再看")
def track(scope: Scope, ticket: Ticket, order: Order, *, days: int, why: str) -> None:
    """Set a day, so many days from today, on which the desk looks again whether it still holds 效能追踪.

    Raises `ReasonMissing`, `TrackingUnusable`, `MoveNotAllowed`.
    """
    check_state(ticket, CONCLUDED, "定期再看")
    set_tracking(scope, ticket, order, days=days, why=reason_of(why, "定期再看（看什么）"))


@command(Permission.FOLLOW_UP, "再看的结果")
def look_again(scope: Scope, ticket: Ticket, order: Order, *, holds: bool, found: str) -> None:
    """Say what was found when somebody looked again. Where it does not hold, whoever may has the ticket done again 重办.

    Raises `ReasonMissing`, `NoTracking`.
    """
    said = reason_of(found, "再看的结果")
    tracking = find_tracking(scope, ticket)
    if tracking is None:
        raise NoTracking(saying.said("工单 {serial_no} 没有定日子再看。请刷新后再看。", serial_no=ticket.serial_no))
    close(tracking, "holds" if holds else "fails", order, found=said)
    words = "再看：效果保持" if holds else "再看：问题反复"
    note(
        scope,
        ticket,
        "tracking",
        order,
        summary=saying.said("{words}。{said}", words=saying.word(words), said=said),
        detail={"tracking": tracking.id},
    )


def _refuse_unknown(said: str, labels: Mapping[str, str], what: str) -> None:
    if said not in labels:
        choices = saying.joined(
            "、",
            (saying.said("{code}（{label}）", code=code, label=saying.word(label)) for code, label in labels.items()),
        )
        raise UnknownFinding(
            saying.said(
                "{what}没有“{said}”这一项。可选：{choices}。", what=saying.word(what), said=said, choices=choices
            )
        )


def _refuse_amount(measure: Measure, amount: int | None) -> None:
    if amount is not None and measure not in WITH_AMOUNT:
        raise AmountUnusable("只有罚款和没收写金额。请删去金额，或改选执法结果。")
    if measure == "fine" and amount is None:
        raise AmountUnusable("罚款要写金额（元）。请填写后再提交。")
    if amount is not None and not 0 < amount <= MOST_YUAN:
        raise AmountUnusable("金额要填大于 0 的整数（元）。请改正后再提交。")
