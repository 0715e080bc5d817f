"""The log of changes: all revisions of all features of a tenant, what waits for somebody, the newest first."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import exists, func, select
from sqlalchemy.orm import defer

from core.hooks.roster import Roster
from core.journey.settings.administering import reading_changes
from core.journey.settings.showing import RevisionLine, line_of
from core.tenancy.models import SettingsEvent, SettingsRevision
from core.tenancy.rules import State
from core.tenancy.scope import Scope
from core.tickets.timeline import Actor

Kind = tuple[State, ...]
WAITING: Kind = ("draft", "checked", "refused", "approved")
"""Revisions about which somebody still has to do something."""


@dataclass(frozen=True, slots=True)
class Sought:
    """Which revisions are looked for; what is empty does not narrow. `since` and `until` are local days of the draft."""

    feature: str = ""
    states: Kind = ()
    words: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class LogLine:
    """A revision with the feature it is of, by id and name."""

    feature: str
    label: str
    line: RevisionLine

    @property
    def waits(self) -> bool:
        """Whether somebody still has to do something about it."""
        return self.line.state in WAITING


@dataclass(frozen=True, slots=True)
class Log:
    """Revisions of one page, how many were found and how many wait in all, and the features that have any, by id and name."""

    lines: Sequence[LogLine]
    found: int
    waiting: int
    features: Sequence[tuple[str, str]]


def revision_log(scope: Scope, roster: Roster, sought: Sought, *, offset: int = 0, most: int, actor: Actor) -> Log:
    """Return the revisions that are looked for: those that wait for somebody first, the newest first. Raises `NotPermitted`."""
    reading_changes(actor, "查看修订")
    everything = [LogLine(revision.feature, _label(roster, revision.feature), line) for revision, line in _lines(scope)]
    found = [each for each in everything if _is_sought(each, sought)]
    ordered = sorted(found, key=lambda each: not each.waits)  # stable: the newest stay first
    return Log(
        lines=ordered[offset : offset + most],
        found=len(found),
        waiting=sum(each.waits for each in everything),
        features=sorted({(each.feature, each.label) for each in everything}, key=lambda each: each[1]),
    )


def count_waiting(scope: Scope) -> int:
    """Return about how many revisions wait for somebody: those that nothing has settled, and that have no time to begin at."""
    settled = exists().where(
        SettingsEvent.tenant_id == SettingsRevision.tenant_id,
        SettingsEvent.feature == SettingsRevision.feature,
        SettingsEvent.number == SettingsRevision.number,
        SettingsEvent.kind.in_(("activated", "superseded", "withdrawn", "planned")),
    )
    waiting = (
        select(func.count())
        .select_from(SettingsRevision)
        .where(SettingsRevision.tenant_id == scope.tenant.id, ~settled)
    )
    return scope.session.scalar(waiting) or 0


def _lines(scope: Scope) -> list[tuple[SettingsRevision, RevisionLine]]:
    revisions = scope.session.scalars(
        select(SettingsRevision)
        .options(defer(SettingsRevision.values))
        .where(SettingsRevision.tenant_id == scope.tenant.id)
        .order_by(SettingsRevision.created_at.desc(), SettingsRevision.feature, SettingsRevision.number.desc())
    ).all()
    events: dict[tuple[str, int], list[SettingsEvent]] = defaultdict(list)
    for event in scope.session.scalars(
        select(SettingsEvent)
        .where(SettingsEvent.tenant_id == scope.tenant.id)
        .order_by(SettingsEvent.at, SettingsEvent.id)
    ):
        events[event.feature, event.number].append(event)
    return [(revision, line_of(scope, revision, events[revision.feature, revision.number])) for revision in revisions]


def _is_sought(each: LogLine, sought: Sought) -> bool:
    line, day = each.line, each.line.created_at.date()
    people = (line.author, *line.approvers)
    return (
        (not sought.feature or each.feature == sought.feature)
        and (not sought.states or line.state in sought.states)
        and (not sought.words or any(sought.words in text for text in (line.reason, each.label, *people)))
        and (sought.since is None or day >= sought.since)
        and (sought.until is None or day <= sought.until)
    )


def _label(roster: Roster, feature_id: str) -> str:
    feature = roster.find(feature_id)
    return feature.label if feature else feature_id
