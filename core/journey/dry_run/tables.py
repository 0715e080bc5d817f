"""The two sets of rules that are compared: what holds, and what would hold with the settings that are tried."""

from bisect import bisect
from dataclasses import dataclass, replace

from core.areas.gazetteer import Gazetteer
from core.areas.queries import gazetteer_of
from core.hooks.breaker import Breaker
from core.hooks.roster import Roster
from core.hooks.table import Enabled, HookTable
from core.kit.errors import Refused
from core.routing.policy import RoutingPolicy
from core.routing.policy_in_force import policy_from
from core.tenancy.active import context_of, in_safe_mode, in_use, rows_asked, stored_of, wanted
from core.tenancy.models import DryRun
from core.tenancy.queries import find_feature_row
from core.tenancy.scope import Scope
from core.units.catalogue.queries import duty_list_versions
from core.units.queries import Directory, directory_with


class SafeMode(Refused):
    """No feature is asked anywhere, so none can be tried."""

    code = "safe-mode"


@dataclass(frozen=True, slots=True)
class Rulebook:
    """All that decides on a ticket: the features asked, what is set about routing, and the duties of that list.

    `gazetteer` is given where tickets have to be located anew, None = they are where they are known to be.
    `guesses_anew`: what only words had told is found again, since the two lists know other words.
    """

    table: HookTable
    policy: RoutingPolicy
    units: Directory
    gazetteer: Gazetteer | None = None
    guesses_anew: bool = False


@dataclass(frozen=True, slots=True)
class Tables:
    """What holds, and what would."""

    before: Rulebook
    after: Rulebook


def tables_of(scope: Scope, roster: Roster, run: DryRun) -> Tables:
    """Compile both tables of a try, each with a breaker of its own; nothing that fails is reported.

    Settings are read, and rules compiled, once per process and epoch: the parts of a try do not read them anew. Raises
    `SafeMode`, `UnknownFeature`, `FeatureUnusable`, `SettingsInvalid`, `MigrationFailed`, `NoSuchDutyList`.
    """
    if in_safe_mode():
        raise SafeMode("系统处于安全模式，所有功能都不询问，无法试算。请在恢复正常后再试。")
    tables = scope.remember(f"dry_run/{run.feature}/{run.number}", lambda: _read(scope, roster, run))
    ctx = context_of(scope.tenant, dry_run=True)

    def with_breaker(book: Rulebook) -> Rulebook:
        return replace(book, table=roster.compiled(ctx, list(book.table.enabled.values()), breaker=Breaker()))

    return Tables(with_breaker(tables.before), with_breaker(tables.after))


def _read(scope: Scope, roster: Roster, run: DryRun) -> Tables:
    asked = rows_asked(scope.session, scope.tenant)
    rows = [row for row in asked if row.feature != run.feature]
    held = {row.feature: in_use(scope.session, scope.tenant, roster, scope.keys, row) for row in rows}
    others = [(row.position, row.feature, enabled) for row in rows if (enabled := held[row.feature])]
    present_row = next((row for row in asked if row.feature == run.feature), None)
    row = present_row or find_feature_row(scope, run.feature)
    place = bisect(others, (row.position, row.feature), key=lambda each: each[:2]) if row else len(others)
    present = in_use(scope.session, scope.tenant, roster, scope.keys, present_row) if present_row else None
    tried = _tried(scope, roster, run) if run.turns == "on" else None
    ctx = context_of(scope.tenant, dry_run=True)

    def table(own: Enabled | None) -> HookTable:
        enabled = [enabled for _, _, enabled in others]
        enabled[place:place] = [own] if own else []
        return roster.compiled(ctx, enabled)

    return _told_apart(scope, rulebook_of(scope, table(present)), rulebook_of(scope, table(tried)))


def rulebook_of(scope: Scope, table: HookTable) -> Rulebook:
    """Return all that decides on a ticket where the features of this table are asked. Raises `NoSuchDutyList`."""
    policy = policy_from(scope, table)
    return Rulebook(table, policy, directory_with(scope, policy.duty_list))


def _told_apart(scope: Scope, before: Rulebook, after: Rulebook) -> Tables:
    """Return both, with what follows for each from the other: other words, another gazetteer."""
    if before.policy.duty_list == after.policy.duty_list:
        return Tables(before, after)
    anew = before.units.keywords != after.units.keywords
    gazetteers = {0: 0, **{line.number: line.gazetteer for line in duty_list_versions(scope)}}
    was, would_be = (gazetteers[book.policy.duty_list] for book in (before, after))
    other = gazetteer_of(scope, would_be) if was != would_be else None
    return Tables(replace(before, guesses_anew=anew), replace(after, guesses_anew=anew, gazetteer=other))


def _tried(scope: Scope, roster: Roster, run: DryRun) -> Enabled:
    """Return the feature with the settings that are tried."""
    assert run.number is not None
    feature = roster.get(run.feature)
    stored = stored_of(scope.session, scope.tenant, run.feature, run.number)
    return roster.enabled(wanted(scope.session, scope.tenant, feature, stored, scope.keys))
