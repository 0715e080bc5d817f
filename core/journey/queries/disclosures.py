"""What is public of tickets as everybody reads it, and what waits for somebody before it is."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import cast

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from core.disclosure.exposures import Grounds, exposures_of, grounds_on
from core.disclosure.flow import flow_of
from core.disclosure.hiding import Doubt, doubts_in
from core.disclosure.models import BEHAVIOUR_LABELS, Disclosure, Exposure
from core.disclosure.redaction import HIDDEN
from core.disclosure.rules import ALL, GROUND_LABELS, OPENINGS, WISH_LABELS, Ground
from core.disclosure.service import all_words, disclosure_of
from core.disclosure.steps import Step, steps_of
from core.evaluation.answers import SATISFACTION_LABELS
from core.evaluation.models import Rating
from core.hooks.values import Wish
from core.kit.saying import joined, said, word
from core.tenancy.scope import Scope
from core.tickets.models import Ticket, TicketEvent
from core.tickets.states import ANSWERED
from core.units.queries import directory

PAGE = 20
MOST_WORDS, MOST_MONTHS = 5, 36
STATE_LABELS = {
    "unprepared": "没有准备",
    "prepared": "待公开",
    "published": "已公开",
    "closed": "不公开",
    "withdrawn": "已撤回",
}
READ_BY_STAFF = ("prepared", "closed", "withdrawn")
"""States in which somebody may still read the words and publish them."""
UNTITLED = "（未公开事项内容）"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody looks for among the public cases; empty = all."""

    words: str = ""
    category: str = ""
    unit: str = ""
    month: str = ""


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A public case in a list.

    `took` is how long it was handled in words, empty where the process is not opened; `rating` what its resident said,
    empty where the result is not opened or they said nothing.
    """

    public_no: str
    title: str
    category: str
    unit: str
    published_on: date
    took: str = ""
    rating: str = ""


@dataclass(frozen=True, slots=True)
class Cases:
    """A page of public cases, the newest first, and what can be chosen to narrow them."""

    lines: tuple[CaseLine, ...]
    page: int
    has_more: bool
    categories: tuple[str, ...]
    units: tuple[tuple[str, str], ...]
    months: tuple[str, ...]
    """Those in which something was published, the newest first, as 2026-03."""


@dataclass(frozen=True, slots=True)
class PublicCase:
    """One case as everybody reads it: what is not opened is empty."""

    line: CaseLine
    text: str
    result: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Stretch:
    """A piece of words that wait to be public: as it is, "hidden", or "doubt" = perhaps somebody's name."""

    words: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class DisclosureLine:
    """Where a ticket stands with being made public, as staff see it: with the words that would be outside."""

    state: str
    label: str
    opens: str
    wish: str
    reason: str
    ground: str
    closed_until: date | None
    publish_from: datetime | None
    published_at: datetime | None
    by: str
    title: str
    text: str
    result: str
    is_current: bool
    public_no: str
    opens_matter: bool
    opens_process: bool
    opens_result: bool
    doubts: tuple[Doubt, ...] = ()
    """What may be a name and waits to be decided on."""

    def marked(self, words: str) -> tuple[Stretch, ...]:
        """Return words cut at what is hidden and at doubtful names, so that a page can show where they are."""
        known = sorted((doubt.word for doubt in self.doubts), key=len, reverse=True)
        parts = re.split("(" + "|".join(map(re.escape, (HIDDEN, *known))) + ")", words)
        kinds = {HIDDEN: "hidden", **dict.fromkeys(known, "doubt")}
        return tuple(Stretch(part, kinds.get(part, "")) for part in parts if part)


@dataclass(frozen=True, slots=True)
class ExposureLine:
    """An exposure, as staff see it."""

    id: int
    unit_id: int
    unit: str
    behaviour: str
    facts: str
    text: str
    state: str
    label: str
    proposed_by: str
    proposed_by_id: int | None
    proposed_at: datetime
    decided_by: str
    decided_at: datetime | None
    answer: str
    withdrawn_because: str


@dataclass(frozen=True, slots=True)
class FlowState:
    """Whether everybody may follow the ticket's steps 全程公开, and why."""

    public_no: str
    state: str
    reason: str
    shown_from: datetime | None

    @property
    def is_open(self) -> bool:
        return self.state == "open"

    @property
    def label(self) -> str:
        return {"open": "公开", "closed": "不公开", "withdrawn": "已撤回"}[self.state]


@dataclass(frozen=True, slots=True)
class Openness:
    """All about a ticket and the public: what is disclosed, and who was exposed."""

    disclosure: DisclosureLine | None
    exposures: tuple[ExposureLine, ...]
    flow: FlowState | None = None

    def seen_by(self, unit_id: int) -> "Openness":
        """Return what a unit sees: what it is named for, and what is outside."""
        outside = self.disclosure if self.disclosure and self.disclosure.state == "published" else None
        own = (each for each in self.exposures if each.unit_id == unit_id and each.state != "refused")
        return Openness(outside, tuple(own), self.flow if self.flow and self.flow.is_open else None)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A ticket that waits for somebody before it is public."""

    serial_no: str
    title: str
    reason: str
    wish: str
    publish_from: datetime | None
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class PublicExposure:
    """An exposure as everybody reads it, with the unit's answer; it names no ticket."""

    unit: str
    behaviour: str
    text: str
    facts: str
    published_on: date
    answer: str


EXPOSURE_LABELS = {"proposed": "待另一人决定", "refused": "没有同意", "published": "已曝光", "withdrawn": "已撤回"}


def public_cases(scope: Scope, wanted: Wanted, *, page: int) -> Cases:
    """Return a page of what is public, narrowed. What cannot be looked for is passed over."""
    units = directory(scope)
    asked = _public(scope)
    for each in wanted.words.split()[:MOST_WORDS]:
        asked = asked.where(_says(each))
    if wanted.category:
        asked = asked.where(
            Ticket.matter.in_([duty.code for duty in units.duties.values() if duty.category == wanted.category])
        )
    if wanted.unit:
        unit = units.find_unit(wanted.unit)
        asked = asked.where(Ticket.lead_unit_id == (unit.id if unit else 0))
    if span := _month(scope, wanted.month):
        asked = asked.where(Disclosure.published_at >= span[0], Disclosure.published_at < span[1])
    rows = scope.session.execute(
        asked.order_by(Disclosure.published_at.desc(), Disclosure.id.desc()).offset(PAGE * (page - 1)).limit(PAGE + 1)
    ).all()
    ratings = _ratings(scope, [ticket for _, ticket in rows[:PAGE]])
    return Cases(
        tuple(_line(scope, row, ticket, ratings.get(ticket.id, "")) for row, ticket in rows[:PAGE]),
        page,
        len(rows) > PAGE,
        tuple(sorted({duty.category for duty in units.duties.values()})),
        tuple(sorted(((unit.code, unit.name) for unit in units.units), key=lambda each: each[1])),
        _months(scope),
    )


def find_public_case(scope: Scope, public_no: str) -> PublicCase | None:
    """Return one public case by its public number."""
    found = scope.session.execute(_public(scope).where(Disclosure.public_no == public_no)).one_or_none()
    if found is None:
        return None
    row, ticket = found
    return PublicCase(
        _line(scope, row, ticket, _ratings(scope, [ticket]).get(ticket.id, "")),
        row.text if row.opens_matter else "",
        row.result if row.opens_result else "",
        _steps(scope, ticket) if row.opens_process else (),
    )


def has_public_cases(scope: Scope) -> bool:
    """Tell whether anything is public."""
    return scope.session.scalar(_public(scope).with_only_columns(Disclosure.id).limit(1)) is not None


def openness_of(scope: Scope, ticket: Ticket) -> Openness:
    """Return what is on record about the ticket and the public."""
    row, flow = disclosure_of(scope, ticket.id), flow_of(scope, ticket.id)
    return Openness(
        _disclosure_line(scope, row, ticket) if row else None,
        tuple(_exposure_line(scope, each) for each in exposures_of(scope, ticket)),
        FlowState(flow.public_no, flow.state, flow.reason, flow.shown_from) if flow else None,
    )


def exposure_grounds(scope: Scope, ticket_id: int) -> tuple[Grounds, ...]:
    """Return what the records of a ticket say for exposing somebody, without what was put forward already."""
    ticket = scope.session.get_one(Ticket, (scope.tenant.id, ticket_id))
    standing = {
        (each.unit_id, each.behaviour)
        for each in exposures_of(scope, ticket)
        if each.state in ("proposed", "published")
    }
    return tuple(each for each in grounds_on(scope, ticket) if (each.unit.id, each.behaviour) not in standing)


def waiting_for_public(scope: Scope, *, limit: int = 200) -> Sequence[Waiting]:
    """Return the tickets whose words somebody has to read, or that time publishes, the longest waiting first."""
    rows = scope.session.execute(
        select(Disclosure, Ticket)
        .join(Ticket, _of_ticket())
        .where(
            Disclosure.tenant_id == scope.tenant.id,
            Disclosure.state == "prepared",
            Disclosure.cycle_no == Ticket.cycle_no,
            Ticket.state.in_(ANSWERED),
        )
        .order_by(Disclosure.changed_at, Disclosure.id)
        .limit(limit)
    )
    return [
        Waiting(
            ticket.serial_no, row.title, row.reason, WISH_LABELS[cast(Wish, row.wish)], row.publish_from, row.changed_at
        )
        for row, ticket in rows
    ]


def proposed_exposures(scope: Scope) -> Sequence[tuple[str, ExposureLine]]:
    """Return the exposures that somebody else has to decide on, with the number of their ticket."""
    rows = scope.session.execute(
        select(Exposure, Ticket.serial_no)
        .join(Ticket, and_(Ticket.tenant_id == Exposure.tenant_id, Ticket.id == Exposure.ticket_id))
        .where(Exposure.tenant_id == scope.tenant.id, Exposure.state == "proposed")
        .order_by(Exposure.proposed_at, Exposure.id)
    )
    return [(serial_no, _exposure_line(scope, row)) for row, serial_no in rows]


def public_exposures(scope: Scope, *, limit: int = 100) -> Sequence[PublicExposure]:
    """Return what stands exposed, the newest first."""
    rows = scope.session.scalars(
        select(Exposure)
        .where(Exposure.tenant_id == scope.tenant.id, Exposure.state == "published")
        .order_by(Exposure.decided_at.desc(), Exposure.id.desc())
        .limit(limit)
    )
    units = directory(scope)
    return [
        PublicExposure(
            units.name_of(row.unit_id),
            BEHAVIOUR_LABELS[row.behaviour],
            row.text,
            row.facts,
            _day(scope, row.decided_at),
            row.answer,
        )
        for row in rows
    ]


def count_waiting(scope: Scope) -> int:
    """Count what waits for somebody before it is public, exposures among it."""
    words = select(func.count()).where(Disclosure.tenant_id == scope.tenant.id, Disclosure.state == "prepared")
    named = select(func.count()).where(Exposure.tenant_id == scope.tenant.id, Exposure.state == "proposed")
    return (scope.session.scalar(words) or 0) + (scope.session.scalar(named) or 0)


def _public(scope: Scope) -> Select[Disclosure, Ticket]:
    """Select what is outside: published, of the last answer, of a ticket that is answered."""
    return (
        select(Disclosure, Ticket)
        .join(Ticket, _of_ticket())
        .where(
            Disclosure.tenant_id == scope.tenant.id,
            Disclosure.state == "published",
            Disclosure.cycle_no == Ticket.cycle_no,
            Ticket.state.in_(ANSWERED),
        )
    )


def _of_ticket() -> ColumnElement[bool]:
    return and_(Ticket.tenant_id == Disclosure.tenant_id, Ticket.id == Disclosure.ticket_id)


def _says(word: str) -> ColumnElement[bool]:
    """Hold of a case in whose opened words somebody finds a word; what is not opened is not searched either."""
    in_matter = or_(Disclosure.title.icontains(word, autoescape=True), Disclosure.text.icontains(word, autoescape=True))
    in_result = Disclosure.result.icontains(word, autoescape=True)
    return or_(and_(Disclosure.opens_matter, in_matter), and_(Disclosure.opens_result, in_result))


def _months(scope: Scope) -> tuple[str, ...]:
    month = func.to_char(func.timezone(str(scope.tenant.zone), Disclosure.published_at), "YYYY-MM")
    found = scope.session.scalars(
        _public(scope).with_only_columns(month).distinct().order_by(month.desc()).limit(MOST_MONTHS)
    )
    return tuple(found)


def _ratings(scope: Scope, tickets: Sequence[Ticket]) -> dict[int, str]:
    """Return what the residents of tickets said of their last handling, in words."""
    last = {ticket.id: ticket.cycle_no for ticket in tickets}
    rows = scope.session.execute(
        select(Rating.ticket_id, Rating.cycle_no, Rating.satisfaction).where(
            Rating.tenant_id == scope.tenant.id, Rating.ticket_id.in_(last)
        )
    )
    return {
        ticket_id: SATISFACTION_LABELS[satisfaction]
        for ticket_id, cycle_no, satisfaction in rows
        if cycle_no == last[ticket_id]
    }


def _took(ticket: Ticket) -> str:
    """Return how long the ticket was handled, from its acceptance to its last answer, in words."""
    begun, ended = ticket.accepted_at or ticket.submitted_at, ticket.concluded_at
    if ended is None or ended < begun:
        return ""
    hours = max(1, round((ended - begun) / timedelta(hours=1)))
    return said("{n} 小时", n=hours) if hours < 24 else said("{n} 天", n=round(hours / 24))


def _line(scope: Scope, row: Disclosure, ticket: Ticket, rating: str) -> CaseLine:
    units = directory(scope)
    duty = units.find_duty(ticket.matter, ticket.area)
    return CaseLine(
        row.public_no,
        row.title if row.opens_matter else UNTITLED,
        duty.category if duty else "",
        units.name_of(ticket.lead_unit_id) if ticket.lead_unit_id else scope.tenant.name,
        _day(scope, row.published_at),
        _took(ticket) if row.opens_process else "",
        rating if row.opens_result else "",
    )


def _steps(scope: Scope, ticket: Ticket) -> tuple[Step, ...]:
    entries = scope.session.scalars(
        select(TicketEvent)
        .where(TicketEvent.tenant_id == scope.tenant.id, TicketEvent.ticket_id == ticket.id)
        .order_by(TicketEvent.seq)
    )

    def name_of(code: str) -> str:
        unit = directory(scope).find_unit(code)
        return unit.name if unit else ""

    return steps_of(entries, name_of)


def _disclosure_line(scope: Scope, row: Disclosure, ticket: Ticket) -> DisclosureLine:
    is_current = row.cycle_no == ticket.cycle_no
    wanted = zip(ALL, (row.opens_matter, row.opens_process, row.opens_result), strict=True)
    return DisclosureLine(
        state=row.state,
        label=STATE_LABELS[row.state],
        opens=joined("、", (word(OPENINGS[opening]) for opening, is_open in wanted if is_open)),
        wish=WISH_LABELS[cast(Wish, row.wish)],
        reason=row.reason,
        ground=GROUND_LABELS[cast(Ground, row.ground)] if row.ground else "",
        closed_until=row.closed_until,
        publish_from=row.publish_from,
        published_at=row.published_at,
        by=row.published_by or row.decided_by,
        title=row.title,
        text=row.text,
        result=row.result,
        is_current=is_current,
        public_no=row.public_no,
        opens_matter=row.opens_matter,
        opens_process=row.opens_process,
        opens_result=row.opens_result,
        doubts=doubts_in(scope, *all_words(row)) if is_current and row.state in READ_BY_STAFF else (),
    )


def _exposure_line(scope: Scope, row: Exposure) -> ExposureLine:
    return ExposureLine(
        id=row.id,
        unit_id=row.unit_id,
        unit=directory(scope).name_of(row.unit_id),
        behaviour=BEHAVIOUR_LABELS[row.behaviour],
        facts=row.facts,
        text=row.text,
        state=row.state,
        label=EXPOSURE_LABELS[row.state],
        proposed_by=row.proposed_by,
        proposed_by_id=row.proposed_by_id,
        proposed_at=row.proposed_at,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        answer=row.answer,
        withdrawn_because=row.withdrawn_because,
    )


def _day(scope: Scope, at: datetime | None) -> date:
    assert at is not None, "what is published has its day"
    return at.astimezone(scope.tenant.zone).date()


def _month(scope: Scope, wanted: str) -> tuple[datetime, datetime] | None:
    """Return the beginning and the end of a month such as 2026-03 in the tenant's zone; None for what is no month."""
    try:
        first = date.fromisoformat(f"{wanted}-01")
    except ValueError:
        return None
    following = (first + timedelta(days=32)).replace(day=1)
    zone = scope.tenant.zone
    return datetime.combine(first, time(), zone), datetime.combine(following, time(), zone)
