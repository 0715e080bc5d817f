"""Exposure 曝光: a unit named in public for passing the buck, letting matters drag on, or brushing people off.

Records propose, a person puts it forward, another decides, the unit answers. Nothing of it happens by itself.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from core.disclosure.hiding import hide
from core.disclosure.models import BEHAVIOUR_LABELS, Exposure
from core.evaluation.models import Adjudication, Rating
from core.evaluation.queries import find_unit_of_cycle
from core.kit.errors import Refused
from core.kit.saying import joined, said, word
from core.people.roles import SameHands
from core.routing.models import Assignment, ReturnRequest
from core.sla.models import Clock
from core.tenancy.scope import Scope
from core.tickets.contact import Contact
from core.tickets.models import Ticket, TicketContact
from core.tickets.sealing import opened
from core.tickets.timeline import Order
from core.units.queries import DirectoryUnit, directory

FEWEST_RETURNS = 2
"""So many returns that did not hold make a case of passing the buck."""
PRESSED = ("reply", "handle", "respond")
"""Clocks whose missed ends are delay."""
LONGEST = 2000


class UnknownBehaviour(Refused):
    """Not one of the behaviours that are exposed."""

    code = "unknown-behaviour"


class NoGroundsForExposure(Refused):
    """The records of the ticket say nothing for it: nobody is exposed on somebody's word."""

    code = "no-grounds-for-exposure"


class NoSuchExposure(Refused):
    """The ticket has no such exposure, or it does not stand where this could be done with it."""

    code = "no-such-exposure"


class ExposedAlready(Refused):
    """The unit stands, or is to stand, in public for this behaviour on this ticket."""

    code = "exposed-already"


@dataclass(frozen=True, slots=True)
class Grounds:
    """What the records of a ticket say against a unit: the behaviour, and the facts in words."""

    unit: DirectoryUnit
    behaviour: str
    facts: str

    @property
    def label(self) -> str:
        return BEHAVIOUR_LABELS[self.behaviour]


def grounds_on(scope: Scope, ticket: Ticket) -> tuple[Grounds, ...]:
    """Return what the records of the ticket say, unit by unit: returns that did not hold, ends missed, redone after a complaint."""
    units = directory(scope)
    found = [
        *(
            (unit_id, "shirking", said("没有站住脚的退单 {n} 次", n=n))
            for unit_id, n in _vain_returns(scope, ticket).items()
            if n >= FEWEST_RETURNS
        ),
        *((unit_id, "delay", said("超过时限 {n} 次", n=n)) for unit_id, n in _missed(scope, ticket).items()),
        *(
            (unit_id, "brush-off", said("评价不满意后重办 {n} 次", n=n))
            for unit_id, n in _redone(scope, ticket).items()
        ),
    ]
    return tuple(
        Grounds(unit, behaviour, facts) for unit_id, behaviour, facts in found if (unit := units.unit_of_id(unit_id))
    )


def propose(scope: Scope, ticket: Ticket, order: Order, *, unit: str, behaviour: str, text: str) -> Exposure:
    """Put a unit's exposure forward, with what the records say for it and the words for the public, redacted.

    Raises `UnknownBehaviour`, `NoSuchUnit`, `NoGroundsForExposure`, `ExposedAlready`.
    """
    if behaviour not in BEHAVIOUR_LABELS:
        choices = joined(
            "、", (said("{code}（{label}）", code=code, label=word(label)) for code, label in BEHAVIOUR_LABELS.items())
        )
        raise UnknownBehaviour(
            said("没有“{behaviour}”这种行为。可选：{choices}。", behaviour=behaviour, choices=choices)
        )
    named = directory(scope).get_unit(unit)
    grounds = next(
        (each for each in grounds_on(scope, ticket) if (each.unit.id, each.behaviour) == (named.id, behaviour)), None
    )
    if grounds is None:
        raise NoGroundsForExposure(
            said(
                "工单 {serial_no} 的记录里没有{name}“{behaviour}”的依据（没有站住脚的退单 2 次以上、超过时限、评价"
                "不满意后重办）。请先核对记录。",
                serial_no=ticket.serial_no,
                name=named.name,
                behaviour=word(BEHAVIOUR_LABELS[behaviour]),
            )
        )
    standing = [each for each in exposures_of(scope, ticket) if each.state in ("proposed", "published")]
    if any((each.unit_id, each.behaviour) == (named.id, behaviour) for each in standing):
        raise ExposedAlready(
            said(
                "{name}在工单 {serial_no} 上的“{label}”已提请或已曝光，不用再提。",
                name=named.name,
                serial_no=ticket.serial_no,
                label=word(grounds.label),
            )
        )
    row = Exposure(
        tenant_id=scope.tenant.id,
        id=scope.new_id(),
        ticket_id=ticket.id,
        unit_id=named.id,
        behaviour=behaviour,
        facts=grounds.facts,
        text=_outside(scope, ticket, text, is_read=True),
        state="proposed",
        proposed_by=order.actor.name,
        proposed_by_id=order.actor.id,
        proposed_at=order.now,
    )
    scope.session.add(row)
    return row


def decide_on(row: Exposure, order: Order, *, approved: bool) -> None:
    """Publish or refuse what another person put forward. Raises `SameHands`."""
    if order.actor.kind != "staff" or order.actor.id == row.proposed_by_id:
        raise SameHands("曝光须由提请人以外的另一人决定。请转交其他督办人员。")
    row.state = "published" if approved else "refused"
    row.decided_by, row.decided_at = order.actor.name, order.now


def answer_to(scope: Scope, ticket: Ticket, row: Exposure, order: Order, *, text: str) -> None:
    """Keep what the unit says to its exposure, redacted; it may be said anew."""
    row.answer = _outside(scope, ticket, text, is_read=False)
    row.answered_by, row.answered_at = order.actor.name, order.now


def take_back(row: Exposure, order: Order, *, reason: str) -> None:
    """Withdraw an exposure: outside no more, on record for good."""
    row.state, row.withdrawn_because = "withdrawn", reason
    row.withdrawn_by, row.withdrawn_at = order.actor.name, order.now


def get_exposure(scope: Scope, ticket: Ticket, exposure_id: int, *states: str) -> Exposure:
    """Return an exposure of this ticket that stands in one of these states. Raises `NoSuchExposure`."""
    row = scope.session.get(Exposure, (scope.tenant.id, exposure_id))
    if row is None or row.ticket_id != ticket.id or row.state not in states:
        raise NoSuchExposure(
            said("工单 {serial_no} 没有这条曝光，或它已不在这一步。请刷新后查看。", serial_no=ticket.serial_no)
        )
    return row


def exposures_of(scope: Scope, ticket: Ticket) -> Sequence[Exposure]:
    """Return all exposures on a ticket, the newest first."""
    return scope.session.scalars(
        select(Exposure)
        .where(Exposure.tenant_id == scope.tenant.id, Exposure.ticket_id == ticket.id)
        .order_by(Exposure.proposed_at.desc(), Exposure.id.desc())
    ).all()


def published_between(scope: Scope, since: datetime, until: datetime) -> Sequence[Exposure]:
    """Return what was published in a stretch of time and still stands, the oldest first: for a bulletin."""
    return scope.session.scalars(
        select(Exposure)
        .where(
            Exposure.tenant_id == scope.tenant.id,
            Exposure.state == "published",
            Exposure.decided_at >= since,
            Exposure.decided_at < until,
        )
        .order_by(Exposure.decided_at, Exposure.id)
    ).all()


def _outside(scope: Scope, ticket: Ticket, text: str, *, is_read: bool) -> str:
    """Return the words redacted; where somebody reads them before they are public, what is perhaps a name stays."""
    row = scope.session.get(TicketContact, (scope.tenant.id, ticket.part_of_id or ticket.id))
    contact = opened(scope.keys, row) if row else Contact()
    return hide(scope, text[:LONGEST], contact, keeps_doubts=is_read)[0]


def _vain_returns(scope: Scope, ticket: Ticket) -> Counter[int]:
    """Count by unit the returns that did not hold: those denied, and those granted of a unit that has it again."""
    asked = scope.session.execute(
        select(Assignment.unit_id, ReturnRequest.state)
        .join(
            Assignment,
            (Assignment.tenant_id == ReturnRequest.tenant_id) & (Assignment.id == ReturnRequest.assignment_id),
        )
        .where(
            ReturnRequest.tenant_id == scope.tenant.id,
            ReturnRequest.ticket_id == ticket.id,
            ReturnRequest.state.in_(("denied", "approved")),
        )
    )
    return Counter(unit_id for unit_id, state in asked if state == "denied" or unit_id == ticket.lead_unit_id)


def _missed(scope: Scope, ticket: Ticket) -> Counter[int]:
    """Count by unit the ends that were missed, as they stand after adjudication."""
    judged = _judged(scope, ticket, "clock")
    unit_of = dict(
        scope.session.execute(
            select(Assignment.id, Assignment.unit_id).where(
                Assignment.tenant_id == scope.tenant.id, Assignment.ticket_id == ticket.id
            )
        ).all()
    )
    clocks = scope.session.scalars(
        select(Clock).where(
            Clock.tenant_id == scope.tenant.id,
            Clock.ticket_id == ticket.id,
            Clock.name.in_(PRESSED),
            Clock.overdue_at.is_not(None),
        )
    )
    whose = (
        judged[clock.id] if clock.id in judged else unit_of.get(clock.subject_id) or ticket.lead_unit_id
        for clock in clocks
    )
    return Counter(unit_id for unit_id in whose if unit_id)


def _redone(scope: Scope, ticket: Ticket) -> Counter[int]:
    """Count by unit the answers that the resident was not satisfied with and that had to be done again."""
    judged = _judged(scope, ticket, "rating")
    ratings = scope.session.scalars(
        select(Rating).where(
            Rating.tenant_id == scope.tenant.id,
            Rating.ticket_id == ticket.id,
            Rating.satisfaction == "dissatisfied",
            Rating.cycle_no < ticket.cycle_no,
        )
    ).all()
    whose = (
        judged[rating.id] if rating.id in judged else find_unit_of_cycle(scope, ticket, rating.cycle_no)
        for rating in ratings
    )
    return Counter(unit_id for unit_id in whose if unit_id)


def _judged(scope: Scope, ticket: Ticket, subject: str) -> dict[int, int | None]:
    """Return whose a clock or a rating is by adjudication, None = nobody's."""
    rows = scope.session.execute(
        select(Adjudication.subject_id, Adjudication.unit_id).where(
            Adjudication.tenant_id == scope.tenant.id,
            Adjudication.ticket_id == ticket.id,
            Adjudication.subject == subject,
        )
    )
    return dict(rows.all())
