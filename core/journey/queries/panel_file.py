"""The redacted file 评议材料 of a panel: the appeal, what was done, the answers and what both sides say, without anybody."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from core.evaluation.answers import DISPUTE_LABELS, RESOLVED_LABELS, SATISFACTION_LABELS
from core.evaluation.models import Dispute, Rating
from core.evaluation.panels.held import matter_words
from core.evaluation.panels.models import PanelVote, ReviewPanel
from core.evaluation.panels.rules_in_force import rules_of
from core.evaluation.panels.voting import PanelClosed, get_panel, seat_held_by
from core.evaluation.panels.words import CAUSE_LABELS, VERDICT_LABELS
from core.handling.dispositions import DISPOSITION_LABELS
from core.handling.models import Reply
from core.journey.queries.lights import Light
from core.journey.queries.panels import panel_light, party_names
from core.journey.queries.redacting import Redacting, redacting
from core.kit import saying
from core.tenancy.scope import Scope
from core.tickets.models import Ticket, TicketEvent
from core.tickets.states import MOVES, NOTE_LABELS, Command
from core.tickets.timeline import Actor
from core.units.queries import directory

TOLD = (
    "dispatch",
    "redirect",
    "sign",
    "on_site",
    "contact",
    "note",
    "contribute",
    "extension",
    "pause",
    "submit_result",
    "audit_return",
    "audit_pass",
    "follow_up",
    "redo",
    "consultation",
    "verification",
    "enforcement",
)
"""Entries of the timeline that tell of actions; how the house presses, counts and looks people up is not among them."""
RESIDENT = "诉求人"


@dataclass(frozen=True, slots=True)
class Action:
    """Something that was done, when, and what it is called."""

    at: datetime
    what: str
    words: str


@dataclass(frozen=True, slots=True)
class Statement:
    """What one side says: the resident, or a unit by its name."""

    side: str
    occasion: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class PanelFile:
    """What a member reads before they judge, and where their own seat stands."""

    number: str
    cause: str
    question: str
    matter: str
    parties: tuple[str, ...]
    other_unit: str
    title: str
    text: str
    place: str
    submitted_at: datetime
    actions: tuple[Action, ...]
    replies: tuple[Statement, ...]
    statements: tuple[Statement, ...]
    criteria: tuple[str, ...]
    verdicts: tuple[tuple[str, str], ...]
    closes_at: datetime
    light: Light
    seat: str
    own_vote: PanelVote | None


def panel_file(scope: Scope, number: str, *, actor: Actor, now: datetime) -> PanelFile:
    """Return the file of a panel to a member who sits on it, while votes are taken.

    Raises `NoSuchPanel` for anybody else, `PanelClosed` for a member who recused themselves, and when the vote is over:
    from then on there is the result to read, and the file is closed.
    """
    panel = get_panel(scope, number)
    seat = seat_held_by(scope, panel, actor, now=now)
    if seat.state == "recused":
        raise PanelClosed(saying.said("您已回避评议 {number}，不再查看材料。", number=number))
    if panel.state != "voting":
        raise PanelClosed(saying.said("评议 {number} 已经结束，材料不再开放。结果请看评议结果。", number=number))
    ticket = scope.session.get_one(Ticket, (scope.tenant.id, panel.ticket_id))
    hide = redacting(scope, ticket)
    other = directory(scope).name_of(panel.other_unit_id) if panel.other_unit_id else ""
    return PanelFile(
        number=panel.number,
        cause=CAUSE_LABELS[panel.cause],
        question=hide.without(panel.question),
        matter=matter_words(scope, ticket.matter),
        parties=party_names(scope, panel),
        other_unit=other,
        title=hide.without(ticket.title),
        text=hide.without(ticket.text),
        place=hide.without(ticket.place),
        submitted_at=ticket.submitted_at,
        actions=_actions(scope, ticket, hide),
        replies=_replies(scope, ticket, hide),
        statements=_statements(scope, ticket, hide),
        criteria=rules_of(panel.rules).criteria,
        verdicts=tuple((verdict, _verdict_words(verdict, other)) for verdict in panel.verdicts),
        closes_at=panel.closes_at,
        light=panel_light(panel, now=now),
        seat=seat.state,
        own_vote=_own_vote(scope, panel, seat.id),
    )


def _verdict_words(verdict: str, other: str) -> str:
    return saying.said("改由{other}承担", other=other) if verdict == "shift" and other else VERDICT_LABELS[verdict]


def _own_vote(scope: Scope, panel: ReviewPanel, seat_id: int) -> PanelVote | None:
    return scope.session.scalar(
        select(PanelVote).where(
            PanelVote.tenant_id == scope.tenant.id, PanelVote.panel_id == panel.id, PanelVote.seat_id == seat_id
        )
    )


def _actions(scope: Scope, ticket: Ticket, hide: Redacting) -> tuple[Action, ...]:
    rows = scope.session.scalars(
        select(TicketEvent)
        .where(TicketEvent.tenant_id == scope.tenant.id, TicketEvent.ticket_id == ticket.id, TicketEvent.kind.in_(TOLD))
        .order_by(TicketEvent.seq)
    )
    return tuple(Action(row.at, _label(row.kind), hide.without(row.summary)) for row in rows)


def _label(kind: str) -> str:
    return NOTE_LABELS.get(kind) or MOVES[Command(kind)].label


def _replies(scope: Scope, ticket: Ticket, hide: Redacting) -> tuple[Statement, ...]:
    rows = scope.session.scalars(
        select(Reply)
        .where(Reply.tenant_id == scope.tenant.id, Reply.ticket_id == ticket.id, Reply.state == "approved")
        .order_by(Reply.submitted_at, Reply.id)
    )
    units = directory(scope)
    return tuple(
        Statement(
            units.name_of(row.unit_id) if row.unit_id else "受理席",
            saying.said(
                "答复，办理结果：{disposition}",
                disposition=saying.word(DISPOSITION_LABELS.get(row.disposition, row.disposition)),
            ),
            hide.without(row.text),
            row.submitted_at,
        )
        for row in rows
    )


def _statements(scope: Scope, ticket: Ticket, hide: Redacting) -> tuple[Statement, ...]:
    ratings = scope.session.scalars(
        select(Rating).where(Rating.tenant_id == scope.tenant.id, Rating.ticket_id == ticket.id)
    )
    disputes = scope.session.scalars(
        select(Dispute).where(
            Dispute.tenant_id == scope.tenant.id, Dispute.ticket_id == ticket.id, Dispute.state != "withdrawn"
        )
    )
    units = directory(scope)
    said = [
        Statement(
            RESIDENT,
            saying.said(
                "评价：{resolved}，{satisfaction}",
                resolved=saying.word(RESOLVED_LABELS[row.resolved]),
                satisfaction=saying.word(SATISFACTION_LABELS[row.satisfaction]),
            ),
            hide.without(row.comment),
            row.at,
        )
        for row in ratings
    ]
    said += [
        Statement(
            units.name_of(row.unit_id) if row.unit_id else RESIDENT,
            DISPUTE_LABELS[row.kind],
            hide.without(row.grounds),
            row.filed_at,
        )
        for row in disputes
    ]
    return tuple(sorted(said, key=lambda each: each.at))
