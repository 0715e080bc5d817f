"""What leaders do by themselves: say that they have read 阅 or hand on 转阅, answer a resident, and order a check of all alike 举一反三."""

from collections.abc import Sequence
from datetime import datetime

from core.coordination.checks import open_check
from core.coordination.errands import usable_due
from core.coordination.models import Reading
from core.escalation.instructions import instruction_of
from core.escalation.rules import words_of
from core.journey.answer_news import tell_answer
from core.journey.command import command
from core.journey.desk import StillAttached, conclude_with_answer
from core.journey.press import PRESSABLE
from core.kit.errors import Refused
from core.kit.saying import said
from core.people.queries import find_credentials, find_staff_of
from core.people.roles import Permission, permissions_of
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.service import check_state, note
from core.tickets.timeline import Order
from core.units.queries import directory


class NoSuchLeader(Refused):
    """Nobody else of this login gives instructions."""

    code = "no-such-leader"


@command(Permission.INSTRUCT, "阅")
def read_ticket(scope: Scope, ticket: Ticket, order: Order) -> None:
    """Say that one has read the ticket as it stands 阅; it leaves the leader's list until something new happens."""
    note(scope, ticket, "read", order, summary="阅", records=[_read(scope, ticket, order)])


@command(Permission.INSTRUCT, "转阅")
def hand_on(scope: Scope, ticket: Ticket, order: Order, *, to: str, words: str = "") -> None:
    """Hand the ticket on to another leader 转阅, by login: it leaves the own list and stands in that leader's until they read it.

    Nobody is instructed by it: who shall do something is given an instruction. Raises `NoSuchLeader`, `MoveNotAllowed`.
    """
    check_state(ticket, PRESSABLE, "转阅")
    credentials = find_credentials(scope, to.strip().lower(), now=order.now)
    leader = find_staff_of(scope, credentials.account_id, now=order.now) if credentials else None
    if leader is None or leader.account_id == order.actor.id or Permission.INSTRUCT not in permissions_of(leader.roles):
        raise NoSuchLeader("请选择要转给的另一位领导。没有列出的，请安全管理员核对其账号和角色。")
    asked = words.strip()
    summary = (
        said("转{name}阅处：{words}", name=leader.name, words=asked)
        if asked
        else said("转{name}阅处", name=leader.name)
    )
    note(
        scope,
        ticket,
        "handed_on",
        order,
        summary=summary,
        detail={"to": leader.account_id},
        records=[_read(scope, ticket, order)],
    )


@command(Permission.INSTRUCT, "领导直接答复")
def answer_as_leader(scope: Scope, ticket: Ticket, order: Order, *, text: str) -> None:
    """A leader answers the resident by themselves, while the ticket is with no unit; it goes out, and the ticket is concluded.

    Raises `ReplyUnusable`, `StillAttached` and the refusals of moves.
    """
    if ticket.is_attached:
        raise StillAttached(
            said("工单 {serial_no} 已并单，随主单一并答复。请在主单上答复。", serial_no=ticket.serial_no)
        )
    conclude_with_answer(scope, ticket, order, text=text, disposition="explained")
    tell_answer(scope, ticket, text.strip(), now=order.now)


@command(Permission.INSTRUCT, "举一反三")
def order_check(
    scope: Scope,
    ticket: Ticket,
    order: Order,
    *,
    alike: str,
    demand: str,
    units: Sequence[str],
    due: datetime,
    areas: str = "",
    instruction_id: int | None = None,
) -> None:
    """Order a check of all that is like this ticket 举一反三: each unit has an errand of its own, until `due`.

    `alike` is what to look at, `areas` where, `demand` what to do about it; `instruction_id` the instruction that
    called for it. Raises `NothingSaid` also without a unit, `NoSuchUnit`, `NoSuchInstruction`, `DueTimeUnusable`,
    `MoveNotAllowed`.
    """
    what, wanted = words_of(alike, "排查对象"), words_of(demand, "排查要求")
    check_state(ticket, PRESSABLE, "举一反三")
    until = usable_due(due, now=order.now)
    words_of(" ".join(units), "排查单位")
    checking = [directory(scope).get_unit(code) for code in dict.fromkeys(units)]
    if instruction_id is not None:
        instruction_of(scope, ticket, instruction_id)
    open_check(
        scope,
        ticket,
        order,
        checking,
        alike=what,
        areas=areas.strip(),
        demand=wanted,
        due=until,
        instruction_id=instruction_id,
    )


def _read(scope: Scope, ticket: Ticket, order: Order) -> Reading:
    reading = Reading(
        tenant_id=scope.tenant.id,
        id=scope.new_id(),
        ticket_id=ticket.id,
        by=order.actor.name,
        by_id=order.actor.id,
        at=order.now,
    )
    scope.session.add(reading)
    return reading
