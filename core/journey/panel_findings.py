"""What comes of a panel's finding 评议结论: a supervisor carries it out or says why not, and two people publish it."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from core.evaluation.disputes import keep_dispute
from core.evaluation.models import Dispute
from core.evaluation.panels.findings import find_disputable, find_open_dispute
from core.evaluation.panels.models import ReviewPanel
from core.evaluation.panels.rules_in_force import rules_of
from core.evaluation.panels.voting import PanelClosed, panel_on
from core.evaluation.panels.words import FOUND_LABELS, NO_MAJORITY
from core.evaluation.queries import disputes_of
from core.journey.command import command
from core.journey.conclude import redo
from core.journey.judge import decide_dispute, reopen
from core.journey.panels import refuse_party, tell
from core.journey.queries.redacting import redacting
from core.kit.errors import Refused
from core.kit.saying import said, word
from core.people.roles import Permission, SameHands
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.service import reason_of
from core.tickets.states import State
from core.tickets.timeline import Actor, Order
from core.units.queries import directory

PANEL = Actor("system", "第三方评价小组")
"""Who files a dispute where the panel speaks and nobody has objected."""
SETTLED = ("found", "carried", "declined")
"""States of a panel whose finding stands."""


class FindingBinds(Refused):
    """The finding binds, or there is none to carry out."""

    code = "finding-binds"


class NothingToAdjudicate(Refused):
    """What the finding is about counts against nobody any more."""

    code = "nothing-to-adjudicate"


@command(Permission.ADJUDICATE, "执行评议结论")
def carry_out_finding(
    scope: Scope,
    ticket: Ticket,
    order: Order,
    *,
    panel: str,
    remark: str = "",
    reason_code: str = "other",
    same_unit: bool = False,
) -> None:
    """Do what the panel found: decide the dispute it speaks on (one is filed where there is none), or have it redone.

    `keep` dismisses an open dispute; `exclude` and `shift` lay over the figures; `redo` grants a review and begins another
    cycle, with `same_unit` at the unit that concluded the last. The resident's rating stays as it is.

    Raises `NoSuchPanel`, `PanelClosed`, `FindingBinds`, `SameHands`, `NothingToAdjudicate`, and what deciding, redoing and
    reopening refuse.
    """
    found = panel_on(scope, ticket, panel, states=("found",), deed="执行结论")
    if found.verdict == NO_MAJORITY:
        raise FindingBinds(
            said("评议 {panel} 未形成多数意见，没有可执行的结论。请写明理由后结束这件评议。", panel=panel)
        )
    _refuse_parties(scope, found, order.actor)
    label = FOUND_LABELS[found.verdict]
    _settle(
        found,
        order,
        state="carried",
        outcome=said(
            "按结论执行：{label}{remark}",
            label=word(label),
            remark=said("。{remark}", remark=remark.strip()) if remark.strip() else "",
        ),
    )
    scope.session.flush()
    tell(scope, ticket, order, found, said("执行评议结论：{label}", label=word(label)))
    words = said("第三方评议 {panel} 结论：{label}", panel=panel, label=word(label))
    match found.verdict:
        case "keep":
            _dismiss(scope, ticket, found, order, words=words)
        case "redo":
            _redo(scope, ticket, order, words=words, reason_code=reason_code, same_unit=same_unit)
        case _:
            _lay_over(scope, ticket, found, order, words=words, reason_code=reason_code)


@command(Permission.ADJUDICATE, "不采纳评议结论")
def decline_finding(scope: Scope, ticket: Ticket, order: Order, *, panel: str, reason: str) -> None:
    """End a panel without doing what it found, with a reason: where it only advises, found nothing or had no quorum.

    Raises `ReasonMissing`, `NoSuchPanel`, `PanelClosed`, `SameHands`, `FindingBinds`.
    """
    because = reason_of(reason, "不采纳评议结论")
    found = panel_on(scope, ticket, panel, states=("found", "no_quorum"), deed="结束")
    _refuse_parties(scope, found, order.actor)
    if found.verdict not in ("", NO_MAJORITY) and rules_of(found.rules).is_binding:
        raise FindingBinds(said("按本区的规定，评议 {panel} 的结论须执行，不能不采纳。请执行结论。", panel=panel))
    _settle(found, order, state="declined", outcome=because)
    tell(scope, ticket, order, found, said("未采纳评议结论：{because}", because=because))


@command(Permission.SUPERVISE, "拟写评议公告")
def propose_notice(scope: Scope, ticket: Ticket, order: Order, *, panel: str, text: str) -> None:
    """Write what is to be published of a panel; names, phones and addresses that are known are taken out of it.

    Another proposal takes the place of the one before, as long as nothing is published. Raises `ReasonMissing`,
    `NoSuchPanel`, `PanelClosed`.
    """
    written = reason_of(text, "拟写公告")
    found = panel_on(scope, ticket, panel, states=SETTLED, deed="拟写公告")
    _refuse_published(found)
    found.notice = redacting(scope, ticket).without(written)
    found.proposed_by, found.proposed_by_id = order.actor.name, order.actor.id
    tell(scope, ticket, order, found, "拟写评议公告，待另一人批准")


@command(Permission.APPROVE, "批准评议公告")
def publish_notice(scope: Scope, ticket: Ticket, order: Order, *, panel: str) -> None:
    """Publish what was written of a panel 公开; by neither who opened it, nor who wrote that, nor a party.

    Raises `NoSuchPanel`, `PanelClosed`, `SameHands`.
    """
    found = panel_on(scope, ticket, panel, states=SETTLED, deed="公开")
    _refuse_published(found)
    if not found.notice:
        raise PanelClosed(said("评议 {panel} 还没有拟写公告。请先拟写，再由另一人批准。", panel=panel))
    if order.actor.id is None or order.actor.id in (found.opened_by_id, found.proposed_by_id):
        raise SameHands("提请评议的人和拟写公告的人不能批准公开。请由另一人批准。")
    _refuse_parties(scope, found, order.actor)
    found.published_by, found.published_by_id, found.published_at = order.actor.name, order.actor.id, order.now
    tell(scope, ticket, order, found, "批准公开评议结果")


def _lay_over(scope: Scope, ticket: Ticket, panel: ReviewPanel, order: Order, *, words: str, reason_code: str) -> None:
    """Uphold the unit's dispute, or one that the panel files about what counts against the unit."""
    dispute = _open_dispute_of(scope, panel)
    if dispute is None or dispute.kind == "review":
        dispute = next((each for each in disputes_of(scope, ticket, ("open",)) if each.kind != "review"), None)
    if dispute is None:
        subject = find_disputable(scope, ticket)
        if subject is None:
            raise NothingToAdjudicate(
                said(
                    "工单 {serial_no} 已没有计入单位考核的事项可以裁定。请写明理由后结束这件评议。",
                    serial_no=ticket.serial_no,
                )
            )
        dispute = keep_dispute(
            scope, ticket, Order(PANEL, order.now), kind=subject.kind, subject=subject.subject, grounds=words
        )
        scope.session.flush()
    unit = directory(scope).unit_of_id(panel.other_unit_id) if panel.other_unit_id else None
    how: dict[str, Any] = {"effect": "exclude"} if panel.verdict == "exclude" else {"unit": unit.code if unit else ""}
    decide_dispute.deed(
        scope, ticket, order, dispute_id=dispute.id, upheld=True, finding=words, reason_code=reason_code, **how
    )


def _redo(scope: Scope, ticket: Ticket, order: Order, *, words: str, reason_code: str, same_unit: bool) -> None:
    """Grant a review, the resident's or the panel's own, and begin another cycle by it."""
    review = next((each for each in disputes_of(scope, ticket, ("open",)) if each.kind == "review"), None)
    if review is None:
        review = keep_dispute(scope, ticket, Order(PANEL, order.now), kind="review", subject=None, grounds=words)
        scope.session.flush()
    decide_dispute.deed(scope, ticket, order, dispute_id=review.id, upheld=True, finding=words, reason_code=reason_code)
    scope.session.flush()
    again = reopen if ticket.state == State.ARCHIVED else redo
    again.deed(scope, ticket, order, reason=words, same_unit=same_unit)


def _dismiss(scope: Scope, ticket: Ticket, panel: ReviewPanel, order: Order, *, words: str) -> None:
    dispute = _open_dispute_of(scope, panel) or find_open_dispute(scope, ticket)
    if dispute is not None:
        decide_dispute.deed(scope, ticket, order, dispute_id=dispute.id, upheld=False, finding=words)


def _open_dispute_of(scope: Scope, panel: ReviewPanel) -> Dispute | None:
    return scope.session.scalar(
        select(Dispute).where(
            Dispute.tenant_id == scope.tenant.id, Dispute.id == panel.dispute_id, Dispute.state == "open"
        )
    )


def _settle(panel: ReviewPanel, order: Order, *, state: str, outcome: str) -> None:
    settled: datetime = order.now
    panel.state, panel.outcome, panel.settled_by, panel.settled_at = state, outcome, order.actor.name, settled


def _refuse_parties(scope: Scope, panel: ReviewPanel, actor: Actor) -> None:
    refuse_party(scope, dict.fromkeys(panel.parties, ""), actor)


def _refuse_published(panel: ReviewPanel) -> None:
    if panel.published_at is not None:
        raise PanelClosed(said("评议 {number} 的结果已经公开，不能再改。", number=panel.number))
