"""The person inside the unit 承办人: a colleague hands a ticket over, absence never holds one, and the head hears of delay."""

from datetime import datetime

from sqlalchemy import select

from core.hooks.contract import CORE
from core.journey.command import command
from core.kit.errors import Refused
from core.kit.saying import said, word
from core.people.roles import Permission
from core.people.roster.queries import absences_on, find_colleague, head_of, name_of_person
from core.routing.models import Assignment
from core.routing.persons import hand_over, held_by, relieve, today
from core.routing.service import assignments_in_hand, own_assignment
from core.routing.states import AssignmentState
from core.sla.firing import Reached
from core.sla.limits import OVERDUE
from core.sla.service import live_clocks
from core.tenancy.scope import Scope
from core.tickets.messages import say
from core.tickets.models import Ticket
from core.tickets.service import lock_ticket_of_id, note, reason_of
from core.tickets.timeline import SYSTEM, Order
from core.units.queries import directory

UNSIGNED = "core.routing/unsigned"
"""The rule by which a unit's head hears that nobody has signed."""
HOW = {"sign": "签收时限将到", "overdue": "签收时限已过", "return_window": "退单期限将到，到期视同签收"}


class NotAColleague(Refused):
    """Nobody of this login handles the unit's tickets."""

    code = "not-a-colleague"


class ColleagueAway(Refused):
    """The colleague is away today."""

    code = "colleague-away"


class AlreadyTheirs(Refused):
    """The person has the ticket already."""

    code = "already-theirs"


@command(Permission.HANDLE, "转给同事")
def hand_to(scope: Scope, ticket: Ticket, order: Order, *, person: str, reason: str) -> None:
    """Hand the unit's share to a colleague of the same unit, by login; the unit and its clocks stay as they are.

    Any clerk of the unit may do it, whoever has the ticket. Raises `ReasonMissing`, `NotYours`, `NotAColleague`,
    `ColleagueAway`, `AlreadyTheirs`.
    """
    because = reason_of(reason, "转给同事")
    assignment = own_assignment(scope, ticket, order.actor)
    unit = directory(scope).name_of(assignment.unit_id)
    colleague = find_colleague(scope, assignment.unit_id, person)
    if colleague is None:
        raise NotAColleague(
            said(
                "{unit}没有登录名为 {person} 的承办人员。请从本单位的人员中选择；跨单位的请申请退单。",
                unit=unit,
                person=person,
            )
        )
    if colleague.id == assignment.person_id:
        raise AlreadyTheirs(
            said("工单 {serial_no} 已由{name}承办，没有改动。", serial_no=ticket.serial_no, name=colleague.name)
        )
    if any(absence.person == colleague.id for absence in absences_on(scope, today(scope, order.now))):
        raise ColleagueAway(said("{name}今天不在岗，不能转给{name}。请选择在岗的同事。", name=colleague.name))
    hand_over(
        scope,
        ticket,
        assignment,
        colleague.id,
        order,
        reason=said("{name}转交，{because}", name=order.actor.name, because=because),
    )


def relieve_person(scope: Scope, person: int, *, now: datetime) -> int:
    """Give everything that somebody has to others of the unit, if they are away today or their account is closed.

    Return how many tickets that were. Tickets are locked before the unit, all of them, in the order of their ids.
    """
    tickets = [lock_ticket_of_id(scope, each) for each in dict.fromkeys(scope.session.scalars(held_by(scope, person)))]
    for ticket in tickets:
        own = [each for each in assignments_in_hand(scope, ticket) if each.person_id == person]
        relieve(scope, ticket, own, now=now)
    return len(tickets)


def relieve_ticket(scope: Scope, ticket_id: int, *, now: datetime) -> None:
    """Give the shares of a ticket to somebody else whose holders are away today or have no account any more."""
    ticket = lock_ticket_of_id(scope, ticket_id)
    relieve(scope, ticket, assignments_in_hand(scope, ticket), now=now)


def tell_head(scope: Scope, reached: Reached, *, now: datetime) -> None:
    """Tell the head of a unit that nobody there has signed and the time to sign runs out.

    It goes to the unit's mailbox and names the head. Where the district sets no time to sign, the return window tells,
    at whose end the unit counts as having signed.
    """
    ticket, clock = reached.ticket, reached.clock
    assignment = scope.session.scalar(
        select(Assignment).where(Assignment.tenant_id == scope.tenant.id, Assignment.id == clock.subject_id)
    )
    head = head_of(scope, assignment.unit_id) if assignment else None
    unit = directory(scope).unit_of_id(assignment.unit_id) if assignment else None
    if assignment is None or head is None or unit is None or assignment.state != AssignmentState.PENDING_SIGN:
        return
    if clock.name != "sign" and any(
        each.name == "sign" and each.subject_id == assignment.id for each in live_clocks(scope, ticket)
    ):
        return
    name = name_of_person(scope, head)
    how = HOW["overdue" if reached.timer.mark == OVERDUE else clock.name]
    person = (
        said("，承办人{name_of_person}", name_of_person=name_of_person(scope, assignment.person_id))
        if assignment.person_id
        else ""
    )
    words = said(
        "请{name}督促签收：工单 {serial_no}「{title}」派到{unit_name}后还没有签收{person}，{how}。",
        name=name,
        serial_no=ticket.serial_no,
        title=ticket.title,
        unit_name=unit.name,
        person=person,
        how=word(how),
    )
    say(scope, ticket_id=ticket.id, transport="inbox", text=words, to_unit_id=unit.id, now=now)
    note(
        scope,
        ticket,
        "escalate",
        Order(SYSTEM, now),
        summary=said("站内信 → {name}负责人{name_2}（{how}，尚未签收）", name=unit.name, name_2=name, how=word(how)),
        detail={
            "kind": "inbox",
            "to": unit.code,
            "person": head,
            "rule_id": UNSIGNED,
            "by": scope.hooks.stamp(CORE),
            "cause": f"{reached.cause}/head",
        },
    )
