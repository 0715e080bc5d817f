"""Exposing a unit in public 曝光: put forward by one who supervises, decided by another, answered by the unit, withdrawn."""

from core.disclosure.exposures import (
    answer_to,
    decide_on,
    get_exposure,
    propose,
    take_back,
)
from core.disclosure.models import BEHAVIOUR_LABELS, Exposure
from core.journey.command import command
from core.kit import saying
from core.people.roles import Permission
from core.routing.service import NotYours
from core.tenancy.scope import Scope
from core.tickets.messages import say
from core.tickets.models import Ticket
from core.tickets.service import note, reason_of
from core.tickets.timeline import Detail, Order
from core.units.queries import directory

EXPOSED = "exposure"


@command(Permission.SUPERVISE, "提请曝光")
def propose_exposure(scope: Scope, ticket: Ticket, order: Order, *, unit: str, behaviour: str, text: str) -> None:
    """Put forward that a unit be named in public, on what the ticket's records say; another person decides.

    Raises `ReasonMissing`, `UnknownBehaviour`, `NoSuchUnit`, `NoGroundsForExposure`, `ExposedAlready`.
    """
    said = reason_of(text, "提请曝光")
    row = propose(scope, ticket, order, unit=unit, behaviour=behaviour, text=said)
    _tell(
        scope,
        ticket,
        order,
        row,
        saying.said("提请曝光{value}（{facts}）：{text}", value=_of(scope, row), facts=row.facts, text=row.text),
    )


@command(Permission.SUPERVISE, "决定曝光")
def decide_exposure(
    scope: Scope, ticket: Ticket, order: Order, *, exposure_id: int, approved: bool, remark: str = ""
) -> None:
    """Publish an exposure, or refuse it, as somebody else than who put it forward; the unit is told, and may answer.

    Raises `NoSuchExposure`, `SameHands`.
    """
    row = get_exposure(scope, ticket, exposure_id, "proposed")
    decide_on(row, order, approved=approved)
    why = saying.said("：{remark}", remark=remark.strip()) if remark.strip() else ""
    _tell(
        scope,
        ticket,
        order,
        row,
        saying.said(
            "{approved}曝光{value}{why}",
            approved=saying.word("同意") if approved else saying.word("不同意"),
            value=_of(scope, row),
            why=why,
        ),
    )
    if approved:
        words = saying.said(
            "工单 {serial_no} 上的“{behaviour}”已公开曝光：{text}。可在工单页作出说明，一并公开",
            serial_no=ticket.serial_no,
            behaviour=saying.word(BEHAVIOUR_LABELS[row.behaviour]),
            text=row.text,
        )
        say(scope, ticket_id=ticket.id, transport="inbox", text=words, to_unit_id=row.unit_id, now=order.now)


@command(Permission.HANDLE, "说明曝光")
def answer_exposure(scope: Scope, ticket: Ticket, order: Order, *, exposure_id: int, text: str) -> None:
    """The exposed unit says something to it, which stands beside it in public.

    Raises `ReasonMissing`, `NoSuchExposure`, `NotYours`.
    """
    said = reason_of(text, "说明曝光")
    row = get_exposure(scope, ticket, exposure_id, "proposed", "published")
    if not order.actor.acts_for(row.unit_id):
        raise NotYours(
            saying.said("工单 {serial_no} 的这条曝光说的不是您的单位，不能作出说明。", serial_no=ticket.serial_no)
        )
    answer_to(scope, ticket, row, order, text=said)
    _tell(scope, ticket, order, row, saying.said("对曝光作出说明：{answer}", answer=row.answer))


@command(Permission.SUPERVISE, "撤回曝光")
def withdraw_exposure(scope: Scope, ticket: Ticket, order: Order, *, exposure_id: int, reason: str) -> None:
    """Take an exposure back, before it was decided or after. Raises `ReasonMissing`, `NoSuchExposure`."""
    why = reason_of(reason, "撤回曝光")
    row = get_exposure(scope, ticket, exposure_id, "proposed", "published")
    take_back(row, order, reason=why)
    _tell(scope, ticket, order, row, saying.said("撤回曝光{value}：{why}", value=_of(scope, row), why=why))


def _of(scope: Scope, row: Exposure) -> str:
    return saying.said(
        "{name}“{behaviour}”",
        name=directory(scope).name_of(row.unit_id),
        behaviour=saying.word(BEHAVIOUR_LABELS[row.behaviour]),
    )


def _tell(scope: Scope, ticket: Ticket, order: Order, row: Exposure, words: str) -> None:
    detail: Detail = {"exposure": row.id, "unit": row.unit_id, "behaviour": row.behaviour, "state": row.state}
    note(scope, ticket, EXPOSED, order, summary=words, detail=detail)
