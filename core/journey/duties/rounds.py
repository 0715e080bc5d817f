"""How the rounds of tightening 时限压缩 went: per round how many items, from how long to how long, and what it changed."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from fractions import Fraction

from sqlalchemy import func, select

from core.hooks.core_features import ROUTING
from core.hooks.values import Budget
from core.journey.duties.versions import in_force, refuse_outsider
from core.sla.models import Clock
from core.tenancy.models import SettingsEvent, SettingsRevision
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.timeline import Actor
from core.units.catalogue.figures import unit_of
from core.units.catalogue.limit_history import LimitChange
from core.units.catalogue.limits import HOUR
from core.units.catalogue.queries import DUTY_LIST, DutyListLine, duty_list_versions, limit_history
from core.units.catalogue.rows import FIELD_WORDS

DAYS_COMPARED = 90
"""Days before and after the day a round came into force, in which the limits of answers began that are compared."""
SECONDS = {"分钟": HOUR, "小时": HOUR, "工作小时": HOUR}
"""What a mean of limits in seconds is told in: hours, so that minutes and hours add up."""


@dataclass(frozen=True, slots=True)
class MeanChange:
    """The limits of one kind and one way of counting that a round shortened: how many, and their means before and after."""

    what: str
    unit: str
    limits: int
    before: Fraction
    after: Fraction


@dataclass(frozen=True, slots=True)
class OnTime:
    """Limits for an answer that began in a span and have come to an end, and how many of them were kept."""

    kept: int
    ended: int


@dataclass(frozen=True, slots=True)
class RoundTold:
    """A round: its version and rule, who drafted and who approved it, from when on it held, and what it changed.

    `on` is None as long as it has never come into force; then nothing is counted yet.
    """

    number: int
    name: str
    rule: str
    reason: str
    author: str
    drafted_at: datetime
    approvers: tuple[str, ...]
    in_force: bool
    on: date | None
    items: int
    means: tuple[MeanChange, ...]
    before: OnTime
    after: OnTime


def rounds_told(scope: Scope, *, actor: Actor, now: datetime) -> tuple[RoundTold, ...]:
    """Return the rounds of tightening, the earliest first. Raises `NotPermitted`."""
    refuse_outsider(actor, "查看时限压缩")
    lines = sorted((line for line in duty_list_versions(scope) if line.round.name), key=lambda line: line.number)
    approved, current = _approvers(scope), in_force(scope).number
    return tuple(
        _told(scope, line, approved.get(line.number, ()), is_in_force=line.number == current, now=now) for line in lines
    )


def _told(
    scope: Scope, line: DutyListLine, approvers: tuple[str, ...], *, is_in_force: bool, now: datetime
) -> RoundTold:
    history = limit_history(scope, version=line.number)
    on = min((change.on for change in history), default=None)
    changes = [change for change in history if change.on == on and change.is_tighter]
    items = {change.matter for change in changes}
    return RoundTold(
        number=line.number,
        name=line.round.name,
        rule=line.round.rule,
        reason=line.reason,
        author=line.author,
        drafted_at=line.created_at,
        approvers=approvers,
        in_force=is_in_force,
        on=on,
        items=len(items),
        means=tuple(_means(changes)),
        before=_on_time(scope, items, on, days=-DAYS_COMPARED, now=now),
        after=_on_time(scope, items, on, days=DAYS_COMPARED, now=now),
    )


def _means(changes: Sequence[LimitChange]) -> Iterator[MeanChange]:
    pairs: dict[tuple[str, str], list[tuple[Budget, Budget]]] = defaultdict(list)
    for change in changes:
        if change.before and change.after and change.before.mode == change.after.mode:
            unit = unit_of(change.before)
            pairs[FIELD_WORDS[change.field], "小时" if unit == "分钟" else unit].append((change.before, change.after))
    for (what, unit), limits in pairs.items():
        size = len(limits) * SECONDS.get(unit, 1)
        before, after = (sum(pair[place].amount for pair in limits) for place in (0, 1))
        yield MeanChange(what, unit, len(limits), Fraction(before, size), Fraction(after, size))


def _on_time(scope: Scope, matters: Collection[str], on: date | None, *, days: int, now: datetime) -> OnTime:
    """Count the answers about these matters whose limit began in the days before `on`, or from it on."""
    if on is None:
        return OnTime(0, 0)
    edge = datetime.combine(on, time(), scope.tenant.zone)
    begin, end = sorted((edge, edge + timedelta(days=days)))
    kept, ended = scope.session.execute(
        select(func.count().filter(Clock.stopped_at <= Clock.due_at), func.count())
        .join(Ticket, (Ticket.tenant_id == Clock.tenant_id) & (Ticket.id == Clock.ticket_id))
        .where(
            Clock.tenant_id == scope.tenant.id,
            Clock.name == "reply",
            Clock.state.in_(("met", "breached", "running")),
            (Clock.stopped_at.is_not(None)) | (Clock.overdue_at.is_not(None)),
            Clock.started_at >= begin,
            Clock.started_at < min(end, now),
            Ticket.matter.in_(matters),
        )
    ).one()
    return OnTime(kept, ended)


def _approvers(scope: Scope) -> dict[int, tuple[str, ...]]:
    """Return who approved the revisions of routing that name a version, by the version's number."""
    number = SettingsRevision.values[DUTY_LIST].as_integer()
    rows = scope.session.execute(
        select(number, SettingsEvent.actor)
        .join(
            SettingsEvent,
            (SettingsEvent.tenant_id == SettingsRevision.tenant_id)
            & (SettingsEvent.feature == SettingsRevision.feature)
            & (SettingsEvent.number == SettingsRevision.number),
        )
        .where(
            SettingsRevision.tenant_id == scope.tenant.id,
            SettingsRevision.feature == ROUTING.id,
            SettingsEvent.kind == "approved",
            number.is_not(None),
        )
        .order_by(SettingsEvent.at)
    )
    found: dict[int, tuple[str, ...]] = {}
    for version, actor in rows:
        found[version] = (*(each for each in found.get(version, ()) if each != actor), actor)
    return found
