"""A district's folder read as one value: who it is, what it has switched on, its units, duties and working days.

    tenants/<slug>/
      profile.toml   slug, name, kind, zone, serial_prefix, hosts, features in their order, and settings that differ
      units.csv      the units 承办单位        duties.csv    the duty list 职责清单
      workdays.toml  working days and hours    accounts.toml sign-ins for demonstration
      areas.csv      the gazetteer 地名库       rules.json    routing rules 派单规则; both where there are any
      panel-members.csv  members of panels 评议员 for demonstration, where there are any

Reading changes nothing and asks no database. Every fault of the folder is told at once, each in one sentence.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, cast

from core.areas.gazetteer import Gazetteer
from core.hooks.core_features import CORE_IDS, ROUTING
from core.routing.ruleset.rules import RuleSet
from core.routing.settings import RULES
from core.tenancy.hosts import HostUnusable, readable_host
from core.units.catalogue.checking import check
from core.units.catalogue.queries import DUTY_LIST
from core.units.levels import KnownUnit
from core.workdays.declaration import parse_workdays
from core.workdays.specification import CalendarUnusable, zone_named
from tenants.accounts import AccountFact, read_accounts
from tenants.areas import read_areas
from tenants.duties import DutyFact, catalogue_of, read_duties
from tenants.faults import Faults
from tenants.rules import check_rules_file, read_rules_file
from tenants.source import Table, file_name, read_table, read_text
from tenants.units import UnitFact, read_units

SHIPPED = Path(__file__).parent
"""The folder of the profiles that come with the product, one folder each."""
PROFILE_FILE = "profile.toml"
AREAS_FILE, RULES_FILE = "areas.csv", "rules.json"
Kind = Literal["district", "city"]
SLUG = re.compile(r"[a-z][a-z0-9-]{1,31}\Z")
SERIAL_PREFIX = re.compile(r"[A-Z]{2,3}\Z")


@dataclass(frozen=True, slots=True)
class Profile:
    """A tenant as its folder declares it.

    `features` are asked in this order; `settings` holds, per feature, only what differs from its defaults. `members`
    are the districts that a city adds up. `calendar_toml` is the text of workdays.toml as written.
    """

    slug: str
    name: str
    kind: Kind
    zone: str
    serial_prefix: str
    members: tuple[str, ...]
    features: tuple[str, ...]
    settings: Mapping[str, Mapping[str, Any]]
    units: tuple[UnitFact, ...]
    duties: tuple[DutyFact, ...]
    calendar_toml: str
    accounts: tuple[AccountFact, ...]
    gazetteer: Gazetteer | None = None
    """None = the files say nothing of areas."""
    rules: RuleSet | None = None
    """None = the files say nothing of routing rules."""
    hosts: tuple[str, ...] = ()
    """Host names under which its public pages are reached, besides those that were given by other means."""

    @property
    def core_settings(self) -> Mapping[str, Mapping[str, Any]]:
        """Settings of what the core lets a tenant set; those of routing go with the duty list and the rules."""
        return {name: said for name, said in self.settings.items() if name in CORE_IDS and name != ROUTING.id}


@cache
def shipped_profiles() -> tuple[Profile, ...]:
    """Return all shipped profiles, cities after the districts they add up, read once. Raises `FactsUnusable`."""
    return read_profiles(SHIPPED)


def read_profiles(root: Path) -> tuple[Profile, ...]:
    """Return the profile of every folder under `root` that holds one, cities last. Raises `FactsUnusable`."""
    profiles = [read_profile(path.parent) for path in sorted(root.glob(f"*/{PROFILE_FILE}"))]
    _refuse_shared_prefixes(profiles)
    return tuple(sorted(profiles, key=lambda profile: (profile.kind == "city", profile.slug)))


def read_profile(folder: Path) -> Profile:
    """Return the folder's profile. Raises `FactsUnusable` with every fault found."""
    faults = Faults()
    document = read_table(folder / PROFILE_FILE, faults)
    units = read_units(folder / "units.csv", faults)
    known = {unit.code: KnownUnit(unit.code, unit.name, unit.kind, unit.parent) for unit in units}
    codes = frozenset(known)
    gazetteer = read_areas(folder / AREAS_FILE, known, faults)
    areas = gazetteer.areas if gazetteer is not None else Gazetteer.of(()).areas
    duties = read_duties(folder / "duties.csv", codes, faults, areas=areas)
    rules = read_rules_file(folder / RULES_FILE, faults)
    if not faults.found:
        catalogue = catalogue_of(duties, areas=areas.nodes)
        for sentence in check(catalogue, known) if duties else ():
            faults.add(file_name(folder / "duties.csv"), None, sentence)
        if rules is not None:
            check_rules_file(folder / RULES_FILE, rules, catalogue, known, faults)
    accounts = read_accounts(folder / "accounts.toml", codes, faults)
    calendar_toml = read_text(folder / "workdays.toml", faults)
    if document is None:
        document = Table({}, file=file_name(folder / PROFILE_FILE), lines=(), line=1, faults=Faults())
    profile = Profile(
        slug=document.text("slug"),
        name=document.text("name"),
        kind=cast(Kind, document.text("kind")),
        zone=document.text("zone"),
        serial_prefix=document.text("serial_prefix"),
        members=document.texts("members", ()),
        features=document.texts("features"),
        settings=document.mapping("settings"),
        units=units,
        duties=duties,
        calendar_toml=calendar_toml or "",
        accounts=accounts,
        gazetteer=gazetteer,
        rules=rules,
        hosts=_hosts(document),
    )
    document.refuse_others()
    _check(profile, document, folder)
    if calendar_toml is not None:
        _check_calendar(profile, file_name(folder / "workdays.toml"), faults)
    faults.refuse()
    return profile


def _check(profile: Profile, document: Table, folder: Path) -> None:
    if profile.slug != folder.name:
        sentence = f"slug 写的是“{profile.slug}”，文件夹却叫“{folder.name}”，两处要一致才找得到；请改成一样"
        document.fault("slug", sentence)
    if profile.slug and not SLUG.match(profile.slug):
        document.fault("slug", f"短名“{profile.slug}”不能用；请用小写字母开头，只含小写字母、数字和连字符")
    if profile.kind and profile.kind not in ("district", "city"):
        document.fault("kind", f"kind 写成了“{profile.kind}”；区（县）请写 district，汇总各区的市中心请写 city")
    if profile.serial_prefix and not SERIAL_PREFIX.match(profile.serial_prefix):
        document.fault("serial_prefix", f"流水号前缀“{profile.serial_prefix}”不合规则；请写两到三个大写字母")
    _check_zone(profile, document)
    _check_members(profile, document, folder)
    _check_features(profile, document)
    for unit in profile.units:
        if unit.tenant and unit.tenant == profile.slug:
            sentence = f"单位“{unit.code}”的 tenant 写的是本租户自己，移交没有去处；请写别的租户，或留空"
            document.faults.add(file_name(folder / "units.csv"), None, sentence)


def _hosts(document: Table) -> tuple[str, ...]:
    hosts = []
    for typed in document.texts("hosts", ()):
        try:
            hosts.append(readable_host(typed))
        except HostUnusable as refusal:
            document.fault("hosts", refusal.message)
    return tuple(hosts)


def _check_zone(profile: Profile, document: Table) -> None:
    try:
        if profile.zone:
            zone_named(profile.zone)
    except CalendarUnusable:
        sentence = f"没有名为“{profile.zone}”的时区，算不出当地时间；请用 IANA 名称，如 Asia/Shanghai"
        document.fault("zone", sentence)


def _check_calendar(profile: Profile, file: str, faults: Faults) -> None:
    try:
        declared = parse_workdays(profile.calendar_toml)
    except CalendarUnusable as fault:
        faults.add(file, None, fault.message)
        return
    if profile.zone and declared.spec.zone != profile.zone:
        sentence = f"zone 写的是 {declared.spec.zone}，profile.toml 写的是 {profile.zone}，钟点会对不上；请改成一样"
        faults.add(file, None, sentence)


def _check_members(profile: Profile, document: Table, folder: Path) -> None:
    if profile.members and profile.kind != "city":
        document.fault("members", "只有 kind 为 city 的才有 members；请删去 members，或把 kind 改成 city")
    for member in profile.members:
        if member == profile.slug:
            document.fault("members", f"members 里写了“{member}”自己，数字会重复计算；请删去")
        elif not (folder.parent / member / PROFILE_FILE).is_file():
            document.fault("members", f"成员“{member}”没有自己的文件夹，无从汇总；请先建好它，或从 members 中删去")


def _check_features(profile: Profile, document: Table) -> None:
    for feature in sorted({name for name in profile.features if profile.features.count(name) > 1}):
        document.fault("features", f"功能“{feature}”写了不止一次，次序就说不清了；请只留一处")
    for feature in sorted(CORE_IDS & {*profile.features}):
        document.fault("features", f"{feature} 是产品自己的，始终启用；请从 features 中删去")
    of_routing = profile.settings.get(ROUTING.id)
    if isinstance(of_routing, dict) and of_routing.keys() & {DUTY_LIST, RULES}:
        sentence = f"职责清单写在 duties.csv，派单规则写在 {RULES_FILE}，不写在 {ROUTING.id} 的设置里；请移过去"
        document.fault("settings", sentence)
    for feature, settings in profile.settings.items():
        if feature not in profile.features and feature not in CORE_IDS:
            document.fault("settings", f"给功能“{feature}”写了设置，却没有启用它；请加进 features，或删去设置")
        if not isinstance(settings, dict):
            document.fault("settings", f'功能“{feature}”的设置要写成一个表；请写成 [settings."{feature}"]')


def _refuse_shared_prefixes(profiles: Sequence[Profile]) -> None:
    faults = Faults()
    owners: dict[str, str] = {}
    for profile in profiles:
        owner = owners.setdefault(profile.serial_prefix, profile.slug)
        if owner != profile.slug:
            sentence = f"流水号前缀“{profile.serial_prefix}”已被 {owner} 使用，两区的流水号会分不清；请换一个"
            faults.add(f"{profile.slug}/{PROFILE_FILE}", None, sentence)
    faults.refuse()
