"""A desk that is watched day and night, and those who watch units, in a demonstration: shifts, screening, cases, telling, performance."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import exists, func, select

from core.escalation.accountability.models import AccountabilityCase
from core.intake.rules import Appeal
from core.jobs.delivery import deliver
from core.jobs.transports.wechat import Tokens
from core.journey import accountability, conclude, performance, screening, tell
from core.journey.accept import accept
from core.journey.desk_shifts import PlannedShift, put_shifts
from core.people.models import Account
from core.tenancy.scope import Installation, Scope
from core.tickets.models import Message, Ticket, TicketContact
from core.tickets.states import State
from core.tickets.timeline import Actor, Order
from tenants.cast import CONFIRMED, Cast
from tenants.house import Institutions, people_in

TURNS = (("夜班", 0, 8), ("早班", 8, 16), ("晚班", 16, 24))
"""Shifts of a day, from one full hour to another."""
WEEKS = 4
OBJECTED = "其中一件等待权属单位书面确认，期间没有停表，请核对后再计"
VAIN = "号码暂时无法接通，稍后再联系"


def keep_watch(house: Institutions) -> None:
    """Somebody sits at the desk at every hour, from yesterday for some weeks; operators take the turns by rotation."""
    scope = house.scope
    logins = dict(
        scope.session.execute(select(Account.id, Account.login).where(Account.tenant_id == scope.tenant.id)).all()
    )
    people = [logins[each.id] for each in house.people("operator") if each.id is not None]
    planned = []
    for day in range(-1, WEEKS * 7):
        begins = house.day(-day, 0)
        for turn, (label, since, until) in enumerate(TURNS):
            login = people[(turn + day // 7) % len(people)]
            planned.append(PlannedShift(login, begins + timedelta(hours=since), begins + timedelta(hours=until), label))
    first, last = planned[0].begins_at.date(), planned[-1].begins_at.date()
    house.said.value("watch")
    put_shifts(scope, first, last, planned, actor=house.people("administrator")[0], now=house.now)


def screen(house: Institutions) -> None:
    """An operator doubts what asks for nothing; of what is `decided`, another operator has set it aside."""
    scope, (operator, other) = house.scope, house.people("operator")[:2]
    for number, table in enumerate(house.said.tables("screened"), start=1):
        at = house.now - timedelta(minutes=table.number("minutes"))
        appeal = Appeal(
            channel=table.text("channel"),
            title=table.text("title"),
            text=table.text("text"),
            external_id=f"screened/{number}",
            nature="inquiry",
        )
        serial_no = accept(scope, appeal, actor=operator, now=at).serial_no
        doubted = Order(operator, at + timedelta(minutes=4))
        remark = table.text("remark")
        screening.doubt(scope, serial_no, doubted, reason_code=table.text("reason"), remark=remark)
        if table.truth("decided", default=False):
            screening.set_aside(scope, serial_no, Order(other, at + timedelta(minutes=15)), remark=remark)
        table.refuse_others()


def decide_cases(house: Institutions) -> None:
    """Of the cases of the year that units let pass in silence, the first was answered late and decided by an officer."""
    scope, said = house.scope, house.said.mapping("case")
    silent = (
        select(AccountabilityCase)
        .where(
            AccountabilityCase.tenant_id == scope.tenant.id,
            AccountabilityCase.state == "notified",
            AccountabilityCase.silent_since.is_not(None),
            AccountabilityCase.opened_at > house.day(120, 0),
        )
        .order_by(AccountabilityCase.opened_at)
        .limit(1)
    )
    case = scope.session.scalars(silent).first()
    if case is None:
        return
    ticket = scope.session.get_one(Ticket, (scope.tenant.id, case.ticket_id))
    when, officer = house.passing([ticket]), house.people("discipline")[0]
    stated = Order(house.of_unit(case.unit_id), when(0.3))
    accountability.state_facts(scope, ticket.serial_no, stated, case_id=case.id, text=said["statement"])
    accountability.decide_case(
        scope,
        ticket.serial_no,
        Order(officer, when(0.6)),
        case_id=case.id,
        outcome="responsible",
        grounds=said["grounds"],
        measure=said["measure"],
    )


def leave_untold(house: Institutions) -> None:
    """An answer was passed although its resident could not be called, and nobody sends messages: the desk goes on trying."""
    house.said.value("untold")
    by_sms = exists().where(
        TicketContact.tenant_id == Ticket.tenant_id,
        TicketContact.ticket_id == Ticket.id,
        TicketContact.phone.is_not(None),
        TicketContact.wechat.is_(None),
    )
    waiting = house.tickets(by_sms, before=house.now, states=(State.SUBMITTED,))
    for ticket in waiting:
        when, desk = house.passing([ticket]), house.people("operator")[0]
        order = Order(desk, when(0.3))
        tell.tell_at_desk(house.scope, ticket.serial_no, order, way="phone", arrived=False, what=VAIN)
        conclude.pass_reply(
            house.scope, ticket.serial_no, Order(house.people("reviewer")[0], when(0.6)), confirmed=CONFIRMED
        )
        house.scope.session.flush()
        for message_id in _texts(house.scope, ticket):
            deliver({}, Tokens(), house.scope, {"message_id": message_id}, when(0.65))
        house.scope.session.flush()
        tell.have_told(house.scope, ticket.id, now=when(0.7))


def _texts(scope: Scope, ticket: Ticket) -> Sequence[int]:
    """Return the ids of the SMS to the ticket's resident that wait."""
    return scope.session.scalars(
        select(Message.id).where(
            Message.tenant_id == scope.tenant.id,
            Message.ticket_id == ticket.id,
            Message.to_unit_id.is_(None),
            Message.transport == "sms",
            Message.state == "waiting",
        )
    ).all()


def settle_performance(installation: Installation, slug: str, *, now: datetime) -> None:
    """Compute the sheet of the newest year that is over and has anything to count, freeze it, and let a unit object; once."""
    begun = now.replace(microsecond=0) - timedelta(minutes=30)
    found = installation.run(slug, partial(_year_to_settle, now=begun))
    if found is None:
        return
    year, maker = found
    given: dict[str, Any] = {"actor": maker, "address": ""}
    number = installation.run(
        slug, lambda scope: performance.compute_sheet(scope, installation, year, now=begun, **given).number
    )
    frozen = begun + timedelta(minutes=10)
    installation.run(slug, lambda scope: performance.freeze_sheet(scope, number, now=frozen, **given).number)
    installation.run(slug, partial(_object, number=number, now=begun + timedelta(minutes=25)))


def _year_to_settle(scope: Scope, *, now: datetime) -> tuple[int, Actor] | None:
    """Return the newest year that is over in which a ticket was concluded, and who settles it; None where all is done."""
    new_year = datetime(now.astimezone(scope.tenant.zone).year, 1, 1, tzinfo=scope.tenant.zone)
    asked = select(func.max(Ticket.concluded_at)).where(
        Ticket.tenant_id == scope.tenant.id, Ticket.concluded_at < new_year
    )
    newest, supervisors = scope.session.scalar(asked), people_in(scope, "supervisor")
    if newest is None or not supervisors or performance.list_sheets(scope):
        return None
    return newest.astimezone(scope.tenant.zone).year, supervisors[0]


def _object(scope: Scope, *, number: int, now: datetime) -> None:
    """The first unit that lost points objects to the line."""
    shown = performance.show_sheet(scope, number)
    lost = next((line for lines in shown.lines.values() for line in lines if line.points < 0), None)
    if lost is None:
        return
    code = next(unit.code for unit in shown.units if unit.unit_id == lost.unit_id)
    clerk = Cast().of_unit(scope, code)
    performance.object_to_line(scope, number, lost.id, text=OBJECTED, actor=clerk, address="", now=now)
