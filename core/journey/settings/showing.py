"""Settings as they are read: what holds and where it comes from, which revisions there are, and what differs between two."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from core.hooks.roster import Roster
from core.hooks.settings import Difference, fields_of, secrets_of
from core.hooks.settings.rows import Rows
from core.hooks.values import Finding
from core.journey.settings.administering import administering, reading_changes
from core.journey.settings.held import Held, held, is_preset
from core.journey.settings.naming import settings_choices
from core.journey.settings.standings import changes_between, weigh
from core.kit import saying
from core.tenancy.models import SettingsEvent, SettingsRevision
from core.tenancy.queries import events_of, find_feature_row, happened_to, revisions_of
from core.tenancy.revisions import get_revision
from core.tenancy.rules import STATE_LABELS, Need, State, needs_of, state_of
from core.tenancy.scope import Scope
from core.tenancy.secret_rows import SecretLine, secret_lines
from core.tickets.timeline import Actor

Source = Literal["default", "city", "own"]


@dataclass(frozen=True, slots=True)
class Value:
    """One setting as it holds: its value, the same in words, where it comes from, and whether the city has locked it.

    `locks`: this tenant is a city and locks the setting for its districts.
    """

    name: str
    label: str
    group: str
    value: Any
    words: str
    source: Source
    source_words: str
    locked: bool
    locks: bool
    risk: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A feature's settings as they hold. `note` says so where they are not those of the revision activated last."""

    feature: str
    label: str
    state: str
    revision: int
    used: int
    note: str
    is_preset: bool
    values: tuple[Value, ...]
    secrets: tuple[SecretLine, ...]
    unset_secrets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RevisionLine:
    """A revision in the history: who wrote it, why, what became of it, and when; times in the tenant's zone."""

    number: int
    state: State
    state_label: str
    reason: str
    author: str
    created_at: datetime
    approvers: tuple[str, ...]
    effective_at: datetime | None
    ended_at: datetime | None
    planned_for: datetime | None
    restored_from: int | None


@dataclass(frozen=True, slots=True)
class EventLine:
    """What happened to a revision, in words."""

    at: datetime
    what: str
    who: str
    note: str


@dataclass(frozen=True, slots=True)
class RevisionShown:
    """One revision: its line in the history, what it would change of what holds, what is still needed, what happened."""

    line: RevisionLine
    changes: tuple[Difference, ...]
    needs: tuple[Need, ...]
    findings: tuple[Finding, ...]
    events: tuple[EventLine, ...]


EVENT_WORDS = {
    "checked": "检查通过",
    "refused": "检查未通过",
    "approved": "批准",
    "planned": "定于以后生效",
    "activated": "生效",
    "superseded": "被取代",
    "withdrawn": "撤回",
}


def show(scope: Scope, roster: Roster, feature_id: str, *, actor: Actor) -> Shown:
    """Return the settings of a feature as they hold. Raises `NotPermitted`, `UnknownFeature`, `FeatureUnusable`."""
    administering(actor, "查看设置")
    now_held = held(scope, roster, feature_id)
    row = find_feature_row(scope, feature_id)
    lines = tuple(secret_lines(scope, feature_id))
    note = ""
    if now_held.used != now_held.in_force:
        instead = saying.said("暂用第 {used} 次修订", used=now_held.used) if now_held.used else "只能取默认值"
        note = saying.said(
            "第 {in_force} 次修订与现在的功能版本或全市预设不合，{instead}。请另起草一次修订。",
            in_force=now_held.in_force,
            instead=saying.word(instead),
        )
    return Shown(
        feature=feature_id,
        label=now_held.feature.label,
        state=row.state if row else "off",
        revision=now_held.in_force,
        used=now_held.used,
        note=note,
        is_preset=is_preset(scope, now_held.feature),
        values=tuple(_values(scope, now_held)),
        secrets=lines,
        unset_secrets=tuple(name for name in secrets_of(now_held.schema) if name not in {line.name for line in lines}),
    )


def history(scope: Scope, roster: Roster, feature_id: str, *, actor: Actor) -> Sequence[RevisionLine]:
    """Return the revisions of a feature, the newest first. Raises `NotPermitted`, `UnknownFeature`."""
    reading_changes(actor, "查看修订")
    revisions, events = revisions_of(scope, feature_id), events_of(scope, feature_id)
    if not revisions:
        roster.get(feature_id)  # what was changed is read on, also where the feature is installed no longer
    return [
        line_of(scope, revision, [event for event in events if event.number == revision.number])
        for revision in revisions
    ]


def show_revision(scope: Scope, roster: Roster, feature_id: str, number: int, *, actor: Actor) -> RevisionShown:
    """Return one revision with what happened to it. Raises `NotPermitted`, `UnknownFeature`, `NoSuchRevision`."""
    reading_changes(actor, "查看修订")
    now_held = held(scope, roster, feature_id)
    weighed = weigh(scope, roster, now_held, get_revision(scope, feature_id, number))
    events = events_of(scope, feature_id, number)
    line = line_of(scope, weighed.revision, events)
    is_open = line.state not in ("active", "superseded", "withdrawn")
    checks = [event for event in events if event.kind in ("checked", "refused")]
    return RevisionShown(
        line=line,
        changes=weighed.changes,
        needs=needs_of(weighed.standing) if is_open else (),
        findings=tuple(_findings(checks[-1])) if checks else (),
        events=tuple(_event(scope, event) for event in events),
    )


def diff(
    scope: Scope, roster: Roster, feature_id: str, number: int, *, against: int | None = None, actor: Actor
) -> tuple[Difference, ...]:
    """Return in words what a revision changes of another one, or of what holds.

    Both are told with what the tenant inherits now. Raises `NotPermitted`, `UnknownFeature`, `NoSuchRevision`,
    `MigrationFailed`.
    """
    reading_changes(actor, "比较修订")
    now_held = held(scope, roster, feature_id)
    after = now_held.effective_of(now_held.own_of(get_revision(scope, feature_id, number)))
    before = now_held.effective
    if against is not None:
        before = now_held.effective_of(now_held.own_of(get_revision(scope, feature_id, against)))
    return tuple(changes_between(scope, now_held, before, after))


def _values(scope: Scope, now_held: Held) -> Sequence[Value]:
    choices = settings_choices(scope)
    effective = now_held.effective
    preset = now_held.preset
    here = "本市" if is_preset(scope, now_held.feature) else "本区"
    told = []
    for name, field in fields_of(now_held.schema).items():
        if field.kind == "secret":
            continue
        is_own = name in now_held.own and name not in now_held.locked
        inherited = now_held.inherited.get(name)
        source: Source = "own" if is_own else inherited.source if inherited else "default"
        words = {
            "own": saying.said("{here}第 {used} 次修订", here=saying.word(here), used=now_held.used),
            "city": saying.said("全市预设（{city} 第 {number} 次修订）", city=preset.city, number=preset.number),
            "default": "默认" if inherited else "还没有设置",
        }
        value = effective.get(name)
        said = field.words(value, choices) if name in effective else ""
        if isinstance(field, Rows) and isinstance(value, list | tuple):
            said = "\n".join(field.row_words(row, choices) for row in value)
        told.append(
            Value(
                name=name,
                label=field.title,
                group=field.group,
                value=value,
                words=said or "空",
                source=source,
                source_words=words[source],
                locked=name in now_held.locked,
                locks=name in now_held.own_locked,
                risk=field.risk,
            )
        )
    return told


def line_of(scope: Scope, revision: SettingsRevision, events: Sequence[SettingsEvent]) -> RevisionLine:
    """Return a revision as the history shows it; `events` are those of this revision, in their order."""
    happened = happened_to(events).get(revision.number, ())
    state = state_of([each.kind for each in happened])
    plans = [event for event in events if event.kind == "planned"]
    planned_for = datetime.fromisoformat(plans[-1].detail["at"]) if plans and state == "planned" else None
    zone = scope.tenant.zone
    approvers = [each.actor for each in happened if each.kind == "approved"]
    return RevisionLine(
        number=revision.number,
        state=state,
        state_label=STATE_LABELS[state],
        reason=revision.reason,
        author=revision.author,
        created_at=revision.created_at.astimezone(zone),
        approvers=tuple(dict.fromkeys(approvers)),
        effective_at=_first(scope, events, "activated"),
        ended_at=_first(scope, events, "superseded") or _first(scope, events, "withdrawn"),
        planned_for=planned_for.astimezone(zone) if planned_for else None,
        restored_from=revision.restored_from,
    )


def _first(scope: Scope, events: Sequence[SettingsEvent], kind: str) -> datetime | None:
    at = next((event.at for event in events if event.kind == kind), None)
    return at.astimezone(scope.tenant.zone) if at else None


def _event(scope: Scope, event: SettingsEvent) -> EventLine:
    return EventLine(event.at.astimezone(scope.tenant.zone), EVENT_WORDS[event.kind], event.actor, _note(scope, event))


def _note(scope: Scope, event: SettingsEvent) -> str:
    """Return what an event says besides itself: its findings, its time, its reason."""
    detail: Mapping[str, Any] = event.detail
    if event.kind == "planned":
        return f"{datetime.fromisoformat(detail['at']).astimezone(scope.tenant.zone):%Y-%m-%d %H:%M}"
    if event.kind == "superseded":
        return saying.said("第 {by} 次修订", by=detail["by"]) if "by" in detail else ""
    said = [detail.get("note", ""), detail.get("reason", ""), *(finding.text for finding in _findings(event))]
    return saying.joined("；", (text for text in said if text))


def _findings(event: SettingsEvent) -> Sequence[Finding]:
    return [Finding(each["level"], each["text"], each["field"]) for each in event.detail.get("findings", ())]
