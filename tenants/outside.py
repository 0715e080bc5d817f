"""What outsiders see and do in a demonstration: panels judge, answers are public, units are exposed."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import cycle

from sqlalchemy import select

from core.disclosure.exposures import grounds_on
from core.disclosure.hiding import doubts_in
from core.disclosure.models import Disclosure, Exposure
from core.disclosure.service import all_words
from core.evaluation.models import Rating
from core.evaluation.panels.models import PanelMember, PanelSeat, ReviewPanel
from core.evaluation.panels.rules_in_force import rules_of
from core.journey import disclose, expose, panel_findings, panel_votes, panels
from core.sla.models import Clock
from core.tickets.models import Ticket
from core.tickets.timeline import SYSTEM, Actor, Order
from tenants.house import Institutions

DISCLOSED, SHOWN_TO_BE_READ = 8, 2
"""Answers that are public, and those that are prepared and wait for somebody to read them."""
VOTED = 3
"""Votes that are in with the panel that is under way."""
OLDER = 2
"""Public answers of the month before, which a bulletin can take as cases."""


def judge(house: Institutions) -> None:
    """One panel has found, was carried out and published; another one is under way."""
    said = house.said.mapping("panel")
    if not said:
        return
    supervisors = house.people("supervisor")
    unhappy = (
        select(Rating.id)
        .where(Rating.tenant_id == Ticket.tenant_id, Rating.ticket_id == Ticket.id)
        .where(Rating.satisfaction == "dissatisfied")
        .exists()
    )
    for ticket in house.tickets(unhappy, before=house.day(12, 9)):
        panel = _opened(house, ticket, house.day(12, 9), "two_stories", said["question"])
        verdicts = zip(_seated(house, panel), cycle(said["reasons"]), strict=False)
        for count, (member, reason) in enumerate(verdicts):
            verdict = "redo" if "应当重新办理" in reason else "keep"
            _vote(house, ticket, panel, member, house.day(11 - count % 3, 9 + count), verdict, reason)
        at = Order(supervisors[0], house.day(8, 10))
        panel_findings.carry_out_finding(house.scope, ticket.serial_no, at, panel=panel.number)
        panel_findings.propose_notice(house.scope, ticket.serial_no, at, panel=panel.number, text=said["notice"])
        second = Order(house.people("reviewer")[0], house.day(7, 10))
        panel_findings.publish_notice(house.scope, ticket.serial_no, second, panel=panel.number)
    for ticket in house.tickets(unhappy, before=house.day(1, 9)):
        panel = _opened(house, ticket, house.day(1, 9), "large_gap", said["underway"])
        for count, member in enumerate(_seated(house, panel)[:VOTED]):
            _vote(house, ticket, panel, member, house.day(1, 12 + count), "keep", said["reasons"][count])


def _opened(house: Institutions, ticket: Ticket, at: datetime, cause: str, question: str) -> ReviewPanel:
    order = Order(house.people("supervisor")[0], at)
    panels.open_panel(house.scope, ticket.serial_no, order, cause=cause, question=question)
    newest = select(ReviewPanel).where(
        ReviewPanel.tenant_id == house.scope.tenant.id, ReviewPanel.ticket_id == ticket.id
    )
    return house.scope.session.scalars(newest).one()


def _seated(house: Institutions, panel: ReviewPanel) -> Sequence[Actor]:
    """Return the members who were drawn."""
    seats = house.scope.session.scalars(
        select(PanelMember.account_id)
        .join(PanelSeat, (PanelSeat.tenant_id == PanelMember.tenant_id) & (PanelSeat.member_id == PanelMember.id))
        .where(PanelSeat.tenant_id == house.scope.tenant.id, PanelSeat.panel_id == panel.id, PanelSeat.state == "asked")
        .order_by(PanelSeat.id)
    ).all()
    members = {each.id: each for each in house.people("panel-member")}
    return [members[account_id] for account_id in seats if account_id in members]


def _vote(
    house: Institutions, ticket: Ticket, panel: ReviewPanel, member: Actor, at: datetime, verdict: str, reason: str
) -> None:
    order = Order(member, at)
    panel_votes.accept_seat(house.scope, ticket.serial_no, order, panel=panel.number)
    scores = ["4" if verdict == "keep" else "2"] * len(rules_of(panel.rules).criteria)
    panel_votes.vote_on_panel(
        house.scope, ticket.serial_no, order, panel=panel.number, verdict=verdict, scores=scores, reason=reason
    )


def disclose_answers(house: Institutions) -> None:
    """Answers of the last weeks were prepared; a reviewer has read them, found no name in what might be one and published them. A few wait."""
    reviewer = house.people("reviewer")[0]
    prepared = ~(
        select(Disclosure.id)
        .where(Disclosure.tenant_id == Ticket.tenant_id, Disclosure.ticket_id == Ticket.id)
        .exists()
    )
    satisfied = (
        select(Rating.id)
        .where(Rating.tenant_id == Ticket.tenant_id, Rating.ticket_id == Ticket.id)
        .where(Rating.satisfaction == "satisfied", Rating.resolved == "yes")
        .exists()
    )
    wanted = DISCLOSED + SHOWN_TO_BE_READ
    found = house.tickets(prepared, satisfied, before=house.day(1, 10), limit=wanted)
    month_ago = house.tickets(prepared, satisfied, before=house.day(30, 10), limit=OLDER)
    for count, ticket in enumerate([*found, *month_ago]):
        order = Order(SYSTEM, house.day(1, 10))
        disclose.prepare_disclosure(house.scope, ticket.serial_no, order)
        row = house.scope.session.scalars(
            select(Disclosure).where(Disclosure.tenant_id == house.scope.tenant.id, Disclosure.ticket_id == ticket.id)
        ).first()
        if count >= SHOWN_TO_BE_READ and row is not None and row.state == "prepared":
            reading = Order(reviewer, house.day(1, 15))
            for doubt in doubts_in(house.scope, *all_words(row)):
                disclose.decide_name(house.scope, ticket.serial_no, reading, doubt=doubt.key, is_name=False)
            disclose.publish_disclosure(house.scope, ticket.serial_no, reading)


def expose_units(house: Institutions) -> None:
    """Two units are named for delay, on what the records say: one stands in public with its answer, one is proposed."""
    scope, said = house.scope, house.said.mapping("exposure")
    if not said:
        return
    first, second = house.people("supervisor")[:2]
    late = (
        select(Clock.id)
        .where(Clock.tenant_id == Ticket.tenant_id, Clock.ticket_id == Ticket.id, Clock.overdue_at.is_not(None))
        .where(Clock.name == "reply")
        .exists()
    )
    at = house.day(5, 10)
    for count, ticket in enumerate(house.tickets(late, before=at, limit=2)):
        grounds = next((each for each in grounds_on(scope, ticket) if each.behaviour == "delay"), None)
        if grounds is None:
            continue
        text = said["told"] if count else said["proposed"]
        by = Order(first, at if count else house.day(1, 11))
        expose.propose_exposure(scope, ticket.serial_no, by, unit=grounds.unit.code, behaviour="delay", text=text)
        if not count:
            continue
        row_id = scope.session.scalars(
            select(Exposure.id).where(Exposure.tenant_id == scope.tenant.id, Exposure.ticket_id == ticket.id)
        ).one()
        decided = Order(second, at + timedelta(hours=5))
        expose.decide_exposure(scope, ticket.serial_no, decided, exposure_id=row_id, approved=True)
        answered = Order(house.of_unit(grounds.unit.id), house.day(4, 10))
        expose.answer_exposure(scope, ticket.serial_no, answered, exposure_id=row_id, text=said["answered"])
