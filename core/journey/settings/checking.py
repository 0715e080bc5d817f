"""The check of a draft 检查: does it fit, does everything exist that it names, does the feature itself find fault."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from core.hooks import specs
from core.hooks.breaker import Breaker
from core.hooks.core_features import ROUTING
from core.hooks.roster import Roster, Wanted
from core.hooks.settings import MigrationFailed, SettingsInvalid, fields_of, scrubbed
from core.hooks.table import EffectFailed, Enabled, HookTable
from core.hooks.values import Finding
from core.journey.settings.administering import administering
from core.journey.settings.held import Held, held, is_preset
from core.journey.settings.naming import not_there
from core.journey.settings.routing import routing_findings
from core.journey.settings.standings import weigh
from core.kit import saying
from core.routing.rules_in_force import contested
from core.sla.labels import PAUSE_LABELS
from core.tenancy.active import context_of, secrets_of
from core.tenancy.models import SettingsRevision
from core.tenancy.revisions import Author, feature_row, get_revision, record_event
from core.tenancy.rules import refuse_closed
from core.tenancy.scope import Scope
from core.tickets.timeline import Actor
from core.units.queries import directory
from core.workdays.queries import NoCalendar, timetable

MOST_FINDINGS = 100
LONGEST_FINDING = 500
OF_TIME = frozenset({specs.time_limits.name, specs.clock_marks.name})
AHEAD = timedelta(days=365)
"""How far the working calendar should reach: time limits that start now end in it."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What the check of a revision found. `passed`: no error among it."""

    number: int
    findings: tuple[Finding, ...]

    @property
    def passed(self) -> bool:
        """Whether the revision may hold as far as the check can tell."""
        return not any(finding.level == "error" for finding in self.findings)


def check(scope: Scope, roster: Roster, feature_id: str, number: int, *, actor: Actor, now: datetime) -> Checked:
    """Check a revision against the tenant as it is now, and keep the result.

    The feature's own check may use the network for up to ten seconds; one that fails is an error like any other.
    Raises `NotPermitted`, `UnknownFeature`, `FeatureUnusable`, `NoSuchRevision`, `RevisionClosed`.
    """
    author = administering(actor, "检查设置")
    now_held = held(scope, roster, feature_id)
    revision = get_revision(scope, feature_id, number)
    refuse_closed(weigh(scope, roster, now_held, revision).standing, "检查")
    findings = findings_of(scope, roster, now_held, revision, now=now)
    return keep_check(scope, now_held, number, findings, author=author, now=now)


def keep_check(
    scope: Scope, now_held: Held, number: int, findings: tuple[Finding, ...], *, author: Author, now: datetime
) -> Checked:
    """Keep what a check found, together with the revision that held then."""
    feature_row(scope, now_held.feature.id)
    checked = Checked(number, findings)
    record_event(
        scope,
        now_held.feature.id,
        number,
        "checked" if checked.passed else "refused",
        actor=author,
        now=now,
        detail={"base": now_held.in_force, "findings": [asdict(finding) for finding in findings]},
    )
    return checked


def findings_of(
    scope: Scope, roster: Roster, now_held: Held, revision: SettingsRevision, *, now: datetime
) -> tuple[Finding, ...]:
    """Return everything that is wrong with a revision, and what should be known of it."""
    fitting = tuple(unfit_in(scope, now_held, revision))
    if fitting:
        return fitting
    own = tuple(_found_by_feature(scope, roster, now_held, revision, now))
    told = tuple(_contested_handling(scope, roster, now_held, revision))
    return (*own, *told, *_short_calendar(scope, roster, now_held, now))[:MOST_FINDINGS]


def unfit_in(scope: Scope, now_held: Held, revision: SettingsRevision) -> Iterator[Finding]:
    """Yield what keeps a revision from being read, and what it names that the tenant does not have."""
    try:
        own = now_held.own_of(revision)
        now_held.checked(own)
    except MigrationFailed as failed:
        yield Finding("error", failed.message)
        return
    except SettingsInvalid as invalid:
        yield from (Finding("error", each.message, each.field) for each in invalid.problems)
        return
    if is_preset(scope, now_held.feature):
        return
    for field, sentences in not_there(scope, now_held.schema, now_held.effective_of(own)).items():
        yield from (Finding("error", sentence, field) for sentence in sentences)


def _found_by_feature(
    scope: Scope, roster: Roster, now_held: Held, revision: SettingsRevision, now: datetime
) -> Iterator[Finding]:
    """Yield what the feature's own check finds with the draft's settings and the secrets that are set."""
    feature = now_held.feature
    asks_itself = feature.id == ROUTING.id or specs.check_settings.name in roster.answers_of(feature)
    if is_preset(scope, feature) or not asks_itself:
        return
    table, enabled = _drafted(scope, roster, now_held, revision)
    if feature.id == ROUTING.id:
        found_here = routing_findings(scope, table, now=now)
        for finding in sorted(found_here, key=lambda each: each.level != "error"):
            yield Finding(finding.level, finding.text[:LONGEST_FINDING], finding.field)
        return
    try:
        found = table.perform(specs.check_settings, feature.id, units=directory(scope).views)
    except EffectFailed as failed:
        yield Finding("error", saying.said("功能自己的检查没有完成：{words}", words=saying.word(failed.failure.words)))
        return
    known = fields_of(now_held.schema)
    for finding in found:
        text = scrubbed(finding.text, enabled.settings).strip()[:LONGEST_FINDING]
        field = finding.field if finding.field.partition(".")[0] in known else ""
        yield Finding(finding.level, text, field)


def _contested_handling(scope: Scope, roster: Roster, now_held: Held, revision: SettingsRevision) -> Iterator[Finding]:
    """Warn where the draft's rules of handling are other ones than those of a feature that is on, and say which hold."""
    feature, hook = now_held.feature, specs.handling_rules
    if is_preset(scope, feature) or hook.name not in roster.answers_of(feature):
        return
    table, _ = _drafted(scope, roster, now_held, revision)
    drafted, others = list(table.ask(hook)), list(scope.hooks.ask(hook))
    order = [*scope.hooks.enabled, *({feature.id} - set(scope.hooks.enabled))]
    together = sorted(
        [*drafted, *(each for each in others if each[0] != feature.id)], key=lambda each: order.index(each[0])
    )
    for field in contested(together):
        if any(who == feature.id for who, _ in field.said):
            said = saying.joined(
                "，",
                (
                    saying.said(
                        "{label}（{who}）为 {plain}",
                        label=saying.word(roster.get(who).label),
                        who=who,
                        plain=saying.word(_plain(value)),
                    )
                    for who, value in field.said
                ),
            )
            yield Finding(
                "warning",
                saying.said(
                    "办理规则“{label}”各功能不一致：{said}；按 {plain} 办理。",
                    label=saying.word(field.label),
                    said=said,
                    plain=saying.word(_plain(field.holds)),
                ),
            )


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, tuple):
        return saying.joined("、", (saying.word(PAUSE_LABELS[each]) for each in value)) or "没有"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _drafted(scope: Scope, roster: Roster, now_held: Held, revision: SettingsRevision) -> tuple[HookTable, Enabled]:
    """Return a table of the feature alone, with the draft's settings and the secrets that are set.

    It has a breaker of its own: what failed while tickets were handled says nothing about a draft.
    """
    secrets = secrets_of(scope.session, scope.tenant, now_held.feature.id, scope.keys)
    values = {**now_held.effective_of(now_held.own_of(revision))}
    enabled = roster.enabled(Wanted(now_held.feature.id, values, revision.number, secrets))
    return roster.compiled(context_of(scope.tenant), [enabled], breaker=Breaker()), enabled


def _short_calendar(scope: Scope, roster: Roster, now_held: Held, now: datetime) -> Iterator[Finding]:
    """Warn when the feature sets times and the working calendar does not know the coming twelve months."""
    if is_preset(scope, now_held.feature) or not OF_TIME & set(roster.answers_of(now_held.feature)):
        return
    try:
        is_short = timetable(scope).is_provisional(now + AHEAD)
    except NoCalendar:
        is_short = True
    if is_short:
        year = (now + AHEAD).astimezone(scope.tenant.zone).year
        yield Finding(
            "warning",
            saying.said("{year} 年的放假安排还没有，其间的截止时间是暂定的。公布后请在“工作日历”里收进。", year=year),
        )
