"""Disputes 申诉 and what is adjudicated 裁定 on them: an overlay on the figures, never a change of what happened."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from core.evaluation.answers import ADJUDICATION_REASONS, DISPUTE_LABELS
from core.evaluation.models import Adjudication, Dispute
from core.evaluation.queries import (
    find_granted_review,
    find_review_of_cycle,
    find_unit_of_cycle,
    units_concerned,
)
from core.evaluation.subjects import Subject, disputable_until, find_missed_reply_clock, subjects_of
from core.kit.errors import Refused
from core.kit.saying import joined, said, word
from core.people.roles import SameHands
from core.routing.models import Assignment
from core.routing.service import NotYours
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.timeline import Actor, Order
from core.units.queries import DirectoryUnit, directory

OVERLAID = {"rating": "rating", "overdue": "clock"}
"""What an upheld dispute of a kind is an overlay on."""
STATE_LABELS = {"open": "待裁定", "upheld": "已支持", "dismissed": "未获支持", "withdrawn": "已撤回"}


class UnknownDispute(Refused):
    """There is no such kind of dispute for units."""

    code = "unknown-dispute"


class NothingToDispute(Refused):
    """The ticket has nothing of the unit's to which it could object."""

    code = "nothing-to-dispute"


class DisputeTooLate(Refused):
    """The window for objecting has closed."""

    code = "dispute-too-late"


class AlreadyDisputed(Refused):
    """It was objected to, or adjudicated, before."""

    code = "already-disputed"


class NoSuchDispute(Refused):
    """The ticket has no such dispute that waits for a decision."""

    code = "no-such-dispute"


class AdjudicationUnusable(Refused):
    """What is decided does not say what it does, or cannot be done."""

    code = "adjudication-unusable"


class NoGrantedReview(Refused):
    """No review that was upheld waits for the ticket to be reopened."""

    code = "no-granted-review"


@dataclass(frozen=True, slots=True)
class Overlay:
    """What an upheld dispute does to the figures: leave it out, or count it for another unit."""

    effect: str
    unit: DirectoryUnit | None

    @property
    def words(self) -> str:
        return said("裁定后的指标改由{name}承担", name=self.unit.name) if self.unit else "不计入裁定后的指标"


def find_subject(
    scope: Scope, ticket: Ticket, actor: Actor, *, kind: str, subject_id: int | None, now: datetime
) -> Subject:
    """Return what the actor's unit objects to: the one that is named, else the likeliest that is still open to it.

    Raises `UnknownDispute`, `NothingToDispute`, `NotYours`, `AlreadyDisputed`, `DisputeTooLate`.
    """
    if kind not in (*OVERLAID, "responsibility"):
        known = joined(
            "、",
            (
                said("{code}（{label}）", code=code, label=word(label))
                for code, label in DISPUTE_LABELS.items()
                if code != "review"
            ),
        )
        raise UnknownDispute(said("没有“{kind}”这种申诉。可选：{known}。", kind=kind, known=known))
    subjects = subjects_of(scope, ticket, kind)
    if subject_id is not None:
        subjects = [each for each in subjects if each.id == subject_id]
    if not subjects:
        raise NothingToDispute(
            said(
                "工单 {serial_no} 没有可提{dispute}的事项。请核对后再提。",
                serial_no=ticket.serial_no,
                dispute=word(DISPUTE_LABELS[kind]),
            )
        )
    own = [each for each in subjects if actor.acts_for(each.unit_id)]
    if not own:
        raise NotYours(said("工单 {serial_no} 的这一事项不由您的单位承担，不能代为申诉。", serial_no=ticket.serial_no))
    refusals = [_refusal(scope, ticket, each, kind=kind, now=now) for each in own]
    for subject, refusal in zip(own, refusals, strict=True):
        if refusal is None:
            return subject
    raise next(refusal for refusal in refusals if refusal)


def refuse_second_review(scope: Scope, ticket: Ticket) -> None:
    """Raise `AlreadyDisputed` when the resident has asked for a review of the present cycle before."""
    before = find_review_of_cycle(scope, ticket)
    if before is not None:
        raise AlreadyDisputed(
            said(
                "工单 {serial_no} 本轮办理已申请过复核，现为“{state}”，不能重复申请。",
                serial_no=ticket.serial_no,
                state=word(STATE_LABELS[before.state]),
            )
        )


def keep_dispute(
    scope: Scope, ticket: Ticket, order: Order, *, kind: str, subject: Subject | None, grounds: str
) -> Dispute:
    """Keep a dispute, open."""
    dispute = Dispute(
        tenant_id=scope.tenant.id,
        id=scope.new_id(),
        ticket_id=ticket.id,
        kind=kind,
        unit_id=subject.unit_id if subject else None,
        subject_id=subject.id if subject else None,
        grounds=grounds,
        filed_by=order.actor.name,
        filed_by_id=order.actor.id,
        filed_at=order.now,
    )
    scope.session.add(dispute)
    return dispute


def get_open_dispute(scope: Scope, ticket: Ticket, dispute_id: int) -> Dispute:
    """Return the ticket's dispute that waits for a decision. Raises `NoSuchDispute`."""
    dispute = scope.session.get(Dispute, (scope.tenant.id, dispute_id), populate_existing=True)
    if dispute is None or dispute.ticket_id != ticket.id:
        raise NoSuchDispute(
            said(
                "工单 {serial_no} 没有编号为 {dispute_id} 的申诉。请刷新后再看。",
                serial_no=ticket.serial_no,
                dispute_id=dispute_id,
            )
        )
    if dispute.state != "open":
        raise NoSuchDispute(
            said(
                "工单 {serial_no} 的这件申诉已由{decided_by}处理，现为“{state}”，裁定不再更改。",
                serial_no=ticket.serial_no,
                decided_by=dispute.decided_by,
                state=word(STATE_LABELS[dispute.state]),
            )
        )
    return dispute


def refuse_party(scope: Scope, ticket: Ticket, dispute: Dispute, actor: Actor) -> None:
    """Raise `SameHands` when the actor filed the dispute or is of the party's unit.

    The party of a review is every unit that had a share in the ticket.
    """
    if actor.id is not None and actor.id == dispute.filed_by_id:
        raise SameHands("提出申诉的人不能裁定自己的申诉。请由其他裁定人员办理。")
    parties = units_concerned(scope, ticket) if dispute.kind == "review" else {dispute.unit_id}
    if actor.unit_id is not None and actor.unit_id in parties:
        raise SameHands("当事单位的人员不能裁定与本单位有关的申诉。请由其他单位的裁定人员办理。")


def read_overlay(
    scope: Scope, dispute: Dispute, *, upheld: bool, effect: str | None, unit: str | None, reason_code: str
) -> Overlay | None:
    """Return what the decision does to the figures, None when nothing.

    Without `effect` a named unit means a shift to it, and none that it is left out. Raises `AdjudicationUnusable`,
    `NoSuchUnit`.
    """
    if reason_code not in ADJUDICATION_REASONS:
        known = joined(
            "、", (said("{code}（{label}）", code=code, label=label) for code, label in ADJUDICATION_REASONS.items())
        )
        raise AdjudicationUnusable(
            said("没有裁定理由“{reason_code}”。可选：{known}。", reason_code=reason_code, known=known)
        )
    if not upheld or dispute.kind == "review":
        if effect or unit:
            raise AdjudicationUnusable("不予支持的申诉和复核不改变指标的归属。请不要填写处理方式和承担单位。")
        return None
    effect = effect or ("shift" if unit else "exclude")
    if effect not in ("exclude", "shift") or (effect == "shift") != (unit is not None):
        raise AdjudicationUnusable("处理方式只有两种：exclude（剔除，不填单位）、shift（改由其他单位承担，须填单位）。")
    if dispute.kind == "responsibility" and effect == "exclude":
        raise AdjudicationUnusable("支持职责申诉须写明应由哪个单位承担。请填写承担单位。")
    shifted = directory(scope).get_unit(unit) if unit else None
    if shifted and shifted.id == dispute.unit_id:
        raise AdjudicationUnusable("承担单位不能还是申诉的单位。请另选单位，或不予支持。")
    return Overlay(effect, shifted)


def settle_dispute(dispute: Dispute, order: Order, *, state: str, finding: str = "") -> None:
    """Note who decided on a dispute, or withdrew it, and why."""
    dispute.state, dispute.finding = state, finding
    dispute.decided_by, dispute.decided_by_id, dispute.decided_at = order.actor.name, order.actor.id, order.now


def lay_over(
    scope: Scope, ticket: Ticket, dispute: Dispute, order: Order, *, overlay: Overlay, reason_code: str
) -> Adjudication | None:
    """Keep the overlay on what was objected to; what it lies over stays as it was.

    A responsibility shifts the reply clock of its cycle, if that was missed and is counted for the unit; otherwise there
    is nothing to shift, and None is returned. Raises `AdjudicationUnusable` when it was adjudicated meanwhile.
    """
    subject, subject_id = OVERLAID.get(dispute.kind, "clock"), dispute.subject_id
    if dispute.kind == "responsibility":
        subject_id = _clock_to_shift(scope, ticket, dispute)
    if subject_id is None:
        return None
    if dispute.kind in OVERLAID and is_adjudicated(scope, subject, subject_id):
        raise AdjudicationUnusable("所申诉的事项已有裁定，不能再次改变。请不予支持，并在意见中说明。")
    adjudication = Adjudication(
        tenant_id=scope.tenant.id,
        id=scope.new_id(),
        ticket_id=ticket.id,
        dispute_id=dispute.id,
        subject=subject,
        subject_id=subject_id,
        effect=overlay.effect,
        unit_id=overlay.unit.id if overlay.unit else None,
        reason_code=reason_code,
        decided_by=order.actor.name,
        decided_at=order.now,
    )
    scope.session.add(adjudication)
    return adjudication


def granted_review(scope: Scope, ticket: Ticket) -> Dispute:
    """Return the upheld review that allows another cycle. Raises `NoGrantedReview`."""
    review = find_granted_review(scope, ticket)
    if review is None:
        raise NoGrantedReview(
            said(
                "工单 {serial_no} 没有获得支持的复核申请，不能重启。请先由诉求人申请复核并裁定。",
                serial_no=ticket.serial_no,
            )
        )
    return review


def is_adjudicated(scope: Scope, subject: str, subject_id: int) -> bool:
    """Tell whether a rating or a clock has an overlay."""
    found = select(Adjudication.id).where(
        Adjudication.tenant_id == scope.tenant.id,
        Adjudication.subject == subject,
        Adjudication.subject_id == subject_id,
    )
    return scope.session.scalar(found) is not None


def _refusal(scope: Scope, ticket: Ticket, subject: Subject, *, kind: str, now: datetime) -> Refused | None:
    """Return why a subject of the unit's is not open to it any more, or None."""
    before = scope.session.scalar(
        select(Dispute.state).where(
            Dispute.tenant_id == scope.tenant.id,
            Dispute.kind == kind,
            Dispute.subject_id == subject.id,
            Dispute.state != "withdrawn",
        )
    )
    if before is not None:
        return AlreadyDisputed(
            said(
                "工单 {serial_no} 的{words}已提过{dispute}，现为“{state}”，每一事项只能申诉一次。",
                serial_no=ticket.serial_no,
                words=word(subject.words),
                dispute=word(DISPUTE_LABELS[kind]),
                state=word(STATE_LABELS[before]),
            )
        )
    if kind in OVERLAID and is_adjudicated(scope, OVERLAID[kind], subject.id):
        return AlreadyDisputed(
            said(
                "工单 {serial_no} 的{words}已有裁定，不能再申诉。",
                serial_no=ticket.serial_no,
                words=word(subject.words),
            )
        )
    until = disputable_until(scope, subject.since)
    if now > until:
        return DisputeTooLate(
            said(
                "工单 {serial_no} 的{words}申诉期至 {until:%Y-%m-%d %H:%M}，现已过期，不再受理。",
                serial_no=ticket.serial_no,
                words=word(subject.words),
                until=until.astimezone(scope.tenant.zone),
            )
        )
    return None


def _clock_to_shift(scope: Scope, ticket: Ticket, dispute: Dispute) -> int | None:
    assert dispute.subject_id is not None
    assignment = scope.session.get_one(Assignment, (scope.tenant.id, dispute.subject_id))
    clock = find_missed_reply_clock(scope, ticket, assignment.cycle_no)
    if clock is None or find_unit_of_cycle(scope, ticket, clock.cycle_no) != dispute.unit_id:
        return None
    return None if is_adjudicated(scope, "clock", clock.id) else clock.id
