"""Reading how a resident was told: by people, by messages and whether they arrived, at the follow-up, by the page itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, String, and_, cast, exists, false, func, or_, select

from core.evaluation.models import FollowUp
from core.evaluation.telling.models import Telling, Untold
from core.evaluation.telling.words import ANSWER_NEWS, BECAUSE_LABELS, WAY_LABELS
from core.handling.contact import attempts_in_cycle
from core.hooks import specs
from core.kit.saying import said
from core.routing.rules_in_force import rules_of
from core.tenancy.queries import first_asked
from core.tenancy.scope import Scope
from core.tickets.answering import goes_out
from core.tickets.models import FROM_ELSEWHERE, Message, Ticket, TicketContact, TicketEvent
from core.tickets.states import ANSWERED, Command
from core.tickets.timeline import HISTORY_NAME
from core.units.queries import directory

MESSAGE_WAYS = {"sms": "短信", "mail": "邮件", "wechat": "微信", "weibo": "微博"}
MESSAGE_STATES = {"waiting": "正在发送", "sent": "已送出", "failed": "没有送达"}
NOTICE = "在进展页面公布（诉求人没有留下联系方式或选择自己查看，是否看到无从确认）"


@dataclass(frozen=True, slots=True)
class TellingLine:
    """One time that the resident was told, or somebody tried: what, how, by whom, when, and what came of it.

    `is_proof` says that it proves the resident was told what became of the appeal in that cycle.
    """

    at: datetime
    way: str
    text: str
    by: str
    outcome: str
    is_proof: bool
    cycle: int


@dataclass(frozen=True, slots=True)
class UntoldLine:
    """A ticket's wait for its resident to be told: why, until when it is tried, how often it was, and how it ended."""

    because: str
    state: str
    opened_at: datetime
    next_try: str
    last_try: str
    tries: int
    try_days: int
    needed_days: int
    reason: str
    ended_by: str
    ended_at: datetime | None
    cycle: int

    @property
    def is_open(self) -> bool:
        return self.state == "open"

    @property
    def may_be_closed(self) -> bool:
        """Whether it was tried on enough days for a person to give it up."""
        return self.is_open and self.try_days >= self.needed_days

    @property
    def state_label(self) -> str:
        return {"open": "待告知", "told": "已告知", "closed": "不再联系"}[self.state]


@dataclass(frozen=True, slots=True)
class Tellings:
    """All that is known of telling the resident of a ticket, the newest first."""

    lines: tuple[TellingLine, ...]
    untold: tuple[UntoldLine, ...]
    is_told: bool
    """Of the present cycle."""
    is_answered: bool
    is_wanted: bool
    """The district wants a proof."""

    @property
    def open(self) -> UntoldLine | None:
        return next((each for each in self.untold if each.is_open), None)


def tellings_of(scope: Scope, ticket: Ticket) -> Tellings:
    """Return how the resident was told, in all cycles, and whether the present one has a proof."""
    lines = [*_by_people(scope, ticket), *_by_messages(scope, ticket), *_by_follow_up(scope, ticket)]
    lines += _contacts(scope, ticket)
    is_told = any(line.is_proof and line.cycle == ticket.cycle_no for line in lines)
    is_answered = ticket.state in ANSWERED
    if is_answered and not is_told and ticket.concluded_at is not None and counts_as_notice(scope, ticket):
        is_told = True
        lines.append(TellingLine(ticket.concluded_at, "公布", NOTICE, "系统", "视为告知", True, ticket.cycle_no))
    lines.sort(key=lambda line: line.at, reverse=True)
    return Tellings(tuple(lines), _untold(scope, ticket), is_told, is_answered, rules_of(scope).proves_telling)


def is_told(scope: Scope, ticket: Ticket) -> bool:
    """Tell whether a record proves that the resident was told in the present cycle; a notice to nobody is none."""
    asked = select(has_proof()).where(Ticket.tenant_id == scope.tenant.id, Ticket.id == ticket.id)
    return bool(scope.session.scalar(asked))


def counts_as_notice(scope: Scope, ticket: Ticket) -> bool:
    """Tell whether nobody can be reached and the district takes the progress page for telling then 公布."""
    if not rules_of(scope).notice_tells:
        return False
    reachable = select(is_reachable()).where(Ticket.tenant_id == scope.tenant.id, Ticket.id == ticket.id)
    return not scope.session.scalar(reachable)


def will_be_told(scope: Scope, ticket: Ticket) -> bool:
    """Tell whether nobody of the house need tell before the conclusion: it is not ours to tell, or the answer goes out with it."""
    if ticket.is_from_elsewhere or ticket.part_of_id is not None:
        return True
    return goes_out(scope, ticket) or counts_as_notice(scope, ticket)


def has_proof() -> ColumnElement[bool]:
    """Return the condition under which a record proves that the resident of a ticket was told in its present cycle."""
    cycle = cast(Ticket.cycle_no, String)
    told = exists().where(
        Telling.tenant_id == Ticket.tenant_id,
        Telling.ticket_id == Ticket.id,
        Telling.cycle_no == Ticket.cycle_no,
        Telling.arrived,
    )
    sent = exists().where(
        Message.tenant_id == Ticket.tenant_id,
        Message.ticket_id == Ticket.id,
        Message.to_unit_id.is_(None),
        Message.state == "sent",
        func.split_part(Message.news, "/", 1).in_(ANSWER_NEWS),
        func.split_part(Message.news, "/", 2) == cycle,
    )
    heard = exists().where(
        FollowUp.tenant_id == Ticket.tenant_id,
        FollowUp.ticket_id == Ticket.id,
        FollowUp.cycle_no == Ticket.cycle_no,
        FollowUp.outcome == "reached",
    )
    return or_(told, sent, heard)


def is_under_way() -> ColumnElement[bool]:
    """Return the condition under which a message with the answer is still being sent."""
    return exists().where(
        Message.tenant_id == Ticket.tenant_id,
        Message.ticket_id == Ticket.id,
        Message.to_unit_id.is_(None),
        Message.state == "waiting",
        func.split_part(Message.news, "/", 1).in_(ANSWER_NEWS),
        func.split_part(Message.news, "/", 2) == cast(Ticket.cycle_no, String),
    )


def is_reachable() -> ColumnElement[bool]:
    """Return the condition under which the resident left a phone, a way of messaging, or for a letter an address, and did not
    choose to look themselves.
    """
    return exists().where(
        TicketContact.tenant_id == Ticket.tenant_id,
        TicketContact.ticket_id == Ticket.id,
        TicketContact.tell_by != "none",
        or_(
            TicketContact.phone.is_not(None),
            TicketContact.wechat.is_not(None),
            TicketContact.weibo.is_not(None),
            TicketContact.email.is_not(None),
            and_(Ticket.medium == "letter", TicketContact.address.is_not(None)),
        ),
    )


def is_ours_to_tell(scope: Scope) -> ColumnElement[bool]:
    """Return the condition under which this house answers for telling the resident: answered, no part, of no other tenant."""
    if not rules_of(scope).proves_telling:
        return false()
    return and_(Ticket.state.in_(ANSWERED), Ticket.part_of_id.is_(None), Ticket.channel != FROM_ELSEWHERE)


def is_unproven(scope: Scope) -> ColumnElement[bool]:
    """Return the condition under which nothing proves that the resident of a ticket was told, and nobody is asked to tell yet.

    What is still being sent is waited for; who left nothing to be reached by is told by the page where the district says so;
    what was brought in as history, and what was concluded before a proof was asked for, is left in peace.
    """
    kept = exists().where(
        Untold.tenant_id == Ticket.tenant_id, Untold.ticket_id == Ticket.id, Untold.cycle_no == Ticket.cycle_no
    )
    wanted = [is_ours_to_tell(scope), ~kept, ~has_proof(), ~is_under_way(), ~_is_history()]
    if (since := asked_since(scope)) is not None:
        wanted.append(Ticket.concluded_at > since)
    if rules_of(scope).notice_tells:
        wanted.append(is_reachable())
    return and_(*wanted)


def asked_since(scope: Scope) -> datetime | None:
    """Return from when on a conclusion needs a proof: from the district's days before a feature first asked for it.

    None = nothing tells when that was: all conclusions do.
    """
    asking = [feature for feature, rules in scope.hooks.ask(specs.handling_rules) if rules.proves_telling]
    first = min((at for feature in asking if (at := first_asked(scope, feature))), default=None)
    return first - timedelta(days=rules_of(scope).telling_back_days) if first else None


def _is_history() -> ColumnElement[bool]:
    return exists().where(
        TicketEvent.tenant_id == Ticket.tenant_id,
        TicketEvent.ticket_id == Ticket.id,
        TicketEvent.kind == Command.ANSWER_DIRECTLY,
        TicketEvent.actor_kind == "system",
        TicketEvent.actor_name == HISTORY_NAME,
    )


def tries_since(scope: Scope, ticket: Ticket, opened_at: datetime) -> Sequence[datetime]:
    """Return when somebody tried in vain to tell the resident since then: in person, by phone, at the follow-up."""
    vain = select(Telling.at).where(
        Telling.tenant_id == scope.tenant.id,
        Telling.ticket_id == ticket.id,
        Telling.cycle_no == ticket.cycle_no,
        ~Telling.arrived,
        Telling.at >= opened_at,
    )
    calls = select(FollowUp.at).where(
        FollowUp.tenant_id == scope.tenant.id,
        FollowUp.ticket_id == ticket.id,
        FollowUp.cycle_no == ticket.cycle_no,
        FollowUp.outcome != "reached",
        FollowUp.at >= opened_at,
    )
    return sorted([*scope.session.scalars(vain), *scope.session.scalars(calls)])


def days_of(scope: Scope, instants: Sequence[datetime]) -> int:
    """Return on how many days, in the tenant's zone, these instants lie."""
    return len({each.astimezone(scope.tenant.zone).date() for each in instants})


def _by_people(scope: Scope, ticket: Ticket) -> list[TellingLine]:
    rows = scope.session.scalars(
        select(Telling).where(Telling.tenant_id == scope.tenant.id, Telling.ticket_id == ticket.id)
    )
    units = directory(scope)
    return [
        TellingLine(
            each.at,
            WAY_LABELS[each.way] + (said("（{document}）", document=each.document) if each.document else ""),
            each.text,
            f"{units.name_of(each.unit_id)} {each.by}" if each.unit_id else each.by,
            ("凭提取码查看" if each.way == "page" else "已告知") if each.arrived else "没有联系上",
            each.arrived,
            each.cycle_no,
        )
        for each in rows
    ]


def _by_messages(scope: Scope, ticket: Ticket) -> list[TellingLine]:
    rows = scope.session.scalars(
        select(Message).where(
            Message.tenant_id == scope.tenant.id,
            Message.ticket_id == ticket.id,
            Message.to_unit_id.is_(None),
            func.split_part(Message.news, "/", 1).in_(ANSWER_NEWS),
        )
    )
    return [
        TellingLine(
            each.sent_at or each.created_at,
            MESSAGE_WAYS.get(each.transport, each.transport),
            each.text,
            "系统",
            MESSAGE_STATES[each.state] + (said("：{failure}", failure=each.failure) if each.failure else ""),
            each.state == "sent",
            _cycle_of(each),
        )
        for each in rows
    ]


def _cycle_of(message: Message) -> int:
    return int((message.news or "").split("/")[1])


def _by_follow_up(scope: Scope, ticket: Ticket) -> list[TellingLine]:
    rows = scope.session.scalars(
        select(FollowUp).where(FollowUp.tenant_id == scope.tenant.id, FollowUp.ticket_id == ticket.id)
    )
    words = {"reached": "回访时已告知", "unreachable": "回访没有接通", "refused": "不愿回访"}
    return [
        TellingLine(each.at, "回访电话", "", each.by, words[each.outcome], each.outcome == "reached", each.cycle_no)
        for each in rows
    ]


def _contacts(scope: Scope, ticket: Ticket) -> list[TellingLine]:
    """Return the calls of the unit while it handled the ticket; they tell of no result, and prove nothing."""
    return [
        TellingLine(
            each.at,
            "办理中电话",
            each.note,
            each.by,
            "已联系上，不是告知结果" if each.outcome == "reached" else "没有联系上",
            False,
            cycle,
        )
        for each, cycle in attempts_in_cycle(scope, ticket)
    ]


def _untold(scope: Scope, ticket: Ticket) -> tuple[UntoldLine, ...]:
    rows = scope.session.scalars(
        select(Untold)
        .where(Untold.tenant_id == scope.tenant.id, Untold.ticket_id == ticket.id)
        .order_by(Untold.cycle_no.desc())
    )
    return tuple(_untold_line(scope, ticket, each) for each in rows)


def _untold_line(scope: Scope, ticket: Ticket, row: Untold) -> UntoldLine:
    tries = tries_since(scope, ticket, row.opened_at) if row.cycle_no == ticket.cycle_no else []
    return UntoldLine(
        because=BECAUSE_LABELS[row.because],
        state=row.state,
        opened_at=row.opened_at,
        next_try=f"{row.next_try_on}",
        last_try=f"{row.tries_until}",
        tries=len(tries),
        try_days=days_of(scope, tries),
        needed_days=rules_of(scope).telling_days,
        reason=row.reason,
        ended_by=row.ended_by,
        ended_at=row.ended_at,
        cycle=row.cycle_no,
    )
