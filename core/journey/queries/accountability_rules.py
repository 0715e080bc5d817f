"""What turns into a case of accountability, by the rules that held at a given time: the revision in force then, in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from core.escalation.accountability.rules_in_force import rules_of
from core.hooks.contract import CORE
from core.hooks.roster import Roster
from core.hooks.settings import fields_of
from core.hooks.values import AccountabilityRules
from core.journey.settings.held import held
from core.journey.settings.naming import settings_choices
from core.tenancy.models import SettingsEvent, SettingsPreset, SettingsRevision
from core.tenancy.queries import events_of, revisions_of
from core.tenancy.scope import Scope


@dataclass(frozen=True, slots=True)
class RuleVersion:
    """A revision of the rules: from when until when it held, who wrote it, who let it hold, and why. Number 0 = the defaults."""

    number: int
    since: datetime | None
    until: datetime | None
    author: str
    activated_by: str
    reason: str


@dataclass(frozen=True, slots=True)
class CityRules:
    """What the district's city presets now: which revision, since when. `is_later`: it came after the time asked about.

    What the city preset before is not kept in the district.
    """

    number: int
    since: datetime
    is_later: bool


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule in words. `is_of_city` says that the city presets it, `is_of_today` that what held then is not known here."""

    title: str
    words: str
    is_of_city: bool = False
    is_of_today: bool = False


@dataclass(frozen=True, slots=True)
class RulesThen:
    """The rules as they held at an instant: each group with its rules, and all versions, the newest first."""

    feature: str
    label: str
    summary: str
    version: RuleVersion
    groups: tuple[tuple[str, tuple[Rule, ...]], ...]
    versions: tuple[RuleVersion, ...]
    city: CityRules | None = None


CORE_LABEL = "系统自带的规则"
CORE_WORDS: Mapping[str, str] = {
    "statement_days": "情况说明的期限（工作日）",
    "appeal_days": "申诉的期限（工作日）",
    "talk_from": "同年已被问责多少次起，建议约谈",
    "bulletin_from": "同年已被问责多少次起，建议通报",
    "referral_from": "同年已被问责多少次起，建议移送",
}
"""What the core's own rules say, where no feature of the district says otherwise."""


def rules_then(scope: Scope, roster: Roster, *, at: datetime) -> RulesThen:
    """Return the district's rules as they held at that time.

    Where the city has preset others since, what the district did not set itself is told as it is now, and marked so.
    """
    feature = rules_of(scope).feature
    if feature == CORE:
        return _of_core()
    now_held = held(scope, roster, feature)
    versions = _versions(scope, feature)
    version = next((each for each in versions if each.since is not None and each.since <= at), _DEFAULTS)
    revision = next((each for each in revisions_of(scope, feature) if each.number == version.number), None)
    own = now_held.own_of(revision) if revision else {}
    city, values, choices = _city_rules(scope, feature, at=at), now_held.effective_of(own), settings_choices(scope)
    told = [
        (
            field.group,
            Rule(
                field.title,
                field.words(values[name], choices) or "空",
                is_of_city=is_inherited and now_held.inherited[name].source == "city",
                is_of_today=is_inherited and city is not None and city.is_later,
            ),
        )
        for name, field in fields_of(now_held.schema).items()
        if field.kind != "secret" and name in values
        for is_inherited in [name in now_held.locked or name not in own]
    ]
    groups = tuple((group, tuple(rule for _, rule in rules)) for group, rules in groupby(told, lambda row: row[0]))
    return RulesThen(feature, now_held.feature.label, now_held.feature.summary, version, groups, versions, city)


def _city_rules(scope: Scope, feature: str, *, at: datetime) -> CityRules | None:
    preset = scope.session.get(SettingsPreset, (scope.tenant.id, feature))
    return CityRules(preset.number, preset.set_at, preset.set_at > at) if preset else None


_DEFAULTS = RuleVersion(0, None, None, "", "", "")


def _of_core() -> RulesThen:
    rules = AccountabilityRules()
    rows = tuple(Rule(words, str(getattr(rules, name))) for name, words in CORE_WORDS.items())
    return RulesThen(CORE, CORE_LABEL, "", _DEFAULTS, (("办案", rows),), ())


def _versions(scope: Scope, feature: str) -> tuple[RuleVersion, ...]:
    """Return the revisions that ever held, the newest first; one that held twice stands there twice."""
    revisions = {each.number: each for each in revisions_of(scope, feature)}
    activated = [each for each in events_of(scope, feature) if each.kind == "activated"]
    activated.sort(key=lambda each: each.at)
    ends = [each.at for each in activated[1:]] + [None]
    told = [_version(revisions[each.number], each, until) for each, until in zip(activated, ends, strict=True)]
    return tuple(reversed(told))


def _version(revision: SettingsRevision, event: SettingsEvent, until: datetime | None) -> RuleVersion:
    return RuleVersion(revision.number, event.at, until, revision.author, event.actor, revision.reason)
