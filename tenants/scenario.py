"""Scenarios: the published cases as lists of steps with exact times, to be replayed against a fresh tenant.

A file `tenants/cases/<number>-<name>.toml` begins with

    tenant = "chengdu-gaoxin"       # in which it is replayed
    title = "富华南路板房倾斜"
    article = "成都抓实网络理政…"      # where it was published
    inventory = ["A46", "A61"]      # rows of the inventory of the articles that it shows
    basis = "文章没有写日期…"          # which times and names the article gives, and which were chosen
    [facts]                         # figures of the article that the steps do not repeat; optional

A case that nobody published says `invented = true` in place of article and inventory. The file goes on with `[[step]]`
tables, whose verbs are in `tenants.steps`. Reading changes nothing; every fault of a file is told at once.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any, get_origin
from zoneinfo import ZoneInfo

from tenants.faults import Faults
from tenants.profile import SHIPPED, Profile, shipped_profiles
from tenants.source import Table, read_table
from tenants.steps import VERBS, Accept, Attach, Meet, Split, Step

CASES = SHIPPED / "cases"
ONLY_TICKET = "ticket"
"""The label of the ticket in scenarios that have one only."""
INVENTED_PHONE = re.compile(r"1380000\d{4}\Z")
INVENTED_WECHAT = "invented-"
_INVENTORY = re.compile(r"[ABCPN]\d{2}\Z")


@dataclass(frozen=True, slots=True)
class Scenario:
    """One case, ready to be replayed. An invented one was published by nobody: it has no article and shows no row."""

    id: str
    tenant: str
    title: str
    article: str
    inventory: tuple[str, ...]
    basis: str
    facts: Mapping[str, Any]
    steps: tuple[Step, ...]
    invented: bool = False

    @property
    def number(self) -> int:
        """The number that its file begins with."""
        return int(self.id.partition("-")[0])


def shipped_scenarios() -> tuple[Scenario, ...]:
    """Return all shipped scenarios in order of their numbers. Raises `FactsUnusable`."""
    profiles = {profile.slug: profile for profile in shipped_profiles()}
    scenarios = (read_scenario(path, profiles) for path in CASES.glob("*.toml"))
    return tuple(sorted(scenarios, key=lambda scenario: scenario.number))


def read_scenario(path: Path, profiles: Mapping[str, Profile]) -> Scenario:
    """Return the scenario, checked against the tenant it is set in. Raises `FactsUnusable` with every fault."""
    faults = Faults()
    document = read_table(path, faults)
    faults.refuse()
    assert document is not None
    invented = document.truth("invented", default=False)
    scenario = Scenario(
        id=path.stem,
        tenant=document.text("tenant"),
        title=document.text("title"),
        article="" if invented else document.text("article"),
        inventory=() if invented else document.texts("inventory"),
        basis=document.text("basis"),
        facts=document.mapping("facts"),
        steps=(),
        invented=invented,
    )
    _check_inventory(scenario, document)
    if not path.stem.partition("-")[0].isdigit():
        document.fault("title", f"文件名“{path.stem}”不以编号开头，排不出先后；请改成“11-{path.stem}”这样的名称")
    profile = profiles.get(scenario.tenant)
    if profile is None:
        known = "、".join(profiles)
        document.fault("tenant", f"没有名为“{scenario.tenant}”的区，案例无处重演；请从 {known} 中选一个")
        faults.refuse()
    assert profile is not None
    steps = _steps(document, profile)
    document.refuse_others()
    faults.refuse()
    return replace(scenario, steps=steps)


def _check_inventory(scenario: Scenario, document: Table) -> None:
    for row in scenario.inventory:
        if not _INVENTORY.match(row):
            document.fault("inventory", f"“{row}”不是清单编号，找不到出处；请写成 A01、B12 这样的编号")


def _steps(document: Table, profile: Profile) -> tuple[Step, ...]:
    zone = ZoneInfo(profile.zone)
    steps = [step for table in document.tables("step") if (step := _step(table, zone, profile)) is not None]
    if not steps:
        document.fault("step", "案例里没有任何步骤，无可重演；请至少写一个 [[step]]")
    _check_order(steps, document)
    return tuple(steps)


def _step(table: Table, zone: ZoneInfo, profile: Profile) -> Step | None:
    verb = table.text("do")
    if verb not in VERBS:
        table.fault("do", f"没有名为“{verb}”的步骤；请从 {'、'.join(VERBS)} 中选一个")
        return None
    kind = VERBS[verb]
    given: dict[str, Any] = {"line": table.line, "ticket": table.text("ticket", ONLY_TICKET)}
    for each in fields(kind):
        if each.name not in given:
            given[each.name] = _field(each, table, zone)
            _check_field(each, given[each.name], table, profile)
    table.refuse_others()
    if given["at"] is None:
        return None
    step = kind(**given)
    _check_step(step, table, profile)
    return step


def _field(each: Field[Any], table: Table, zone: ZoneInfo) -> Any:
    default = None if each.default is MISSING else each.default
    if each.type is str:
        return table.text(each.name, default)
    if each.type is bool:
        return table.truth(each.name, default)
    if each.type is int:
        return table.number(each.name, default)
    if get_origin(each.type) is tuple:
        return table.texts(each.name, default)
    if get_origin(each.type) is Mapping:
        return table.mapping(each.name)
    return _moment(each, table, zone)


def _moment(each: Field[Any], table: Table, zone: ZoneInfo) -> datetime | None:
    """Return the local time with its zone, None when it is not there and need not be."""
    value = table.value(each.name)
    if value is None and each.default is None:
        return None
    if not isinstance(value, datetime) or value.tzinfo is not None:
        table.fault(each.name, f"{each.name} 要写当地时间，不加引号和时区；请写成 2019-11-05T14:06:10")
        return None
    return value.replace(tzinfo=zone)


def _check_field(each: Field[Any], value: Any, table: Table, profile: Profile) -> None:
    words = [value] if isinstance(value, str) else list(value) if isinstance(value, tuple) else []
    choices = each.metadata.get("choices")
    for word in words:
        if choices and word not in choices:
            known = "、".join(choice for choice in choices if choice)
            table.fault(each.name, f"{each.name} 没有“{word}”这一项；请从 {known} 中选择")
        if each.metadata.get("unit") and word and word not in {unit.code for unit in profile.units}:
            table.fault(each.name, f"单位“{word}”不在 {profile.slug}/units.csv 中，步骤无法重演；请改用已有的单位代码")
        if each.metadata.get("matter") and word and word not in {duty.code for duty in profile.duties}:
            table.fault(each.name, f"事项“{word}”不在 {profile.slug}/duties.csv 中，步骤无法重演；请改用已有的事项代码")


def _check_step(step: Step, table: Table, profile: Profile) -> None:
    if isinstance(step, Accept) and step.phone and not INVENTED_PHONE.match(step.phone):
        table.fault("phone", f"电话“{step.phone}”可能是真的，这个文件会公开；请写 1380000 开头的虚构号码")
    if isinstance(step, Accept) and step.wechat and not step.wechat.startswith(INVENTED_WECHAT):
        table.fault("wechat", f"微信“{step.wechat}”可能是真的，这个文件会公开；请写 {INVENTED_WECHAT} 开头的虚构标识")
    if isinstance(step, Accept) and step.submitted_at and step.submitted_at > step.at:
        table.fault("submitted_at", "提交时间晚于受理时间，先后说不通；请改正其中一个")
    if isinstance(step, Split) and len(step.parts) != len(step.texts):
        table.fault("parts", f"parts 有 {len(step.parts)} 个标签，texts 有 {len(step.texts)} 项，对不上；请一一对应")
    if isinstance(step, Meet):
        for unit in step.tasks:
            if unit not in {known.code for known in profile.units}:
                sentence = f"单位“{unit}”不在 {profile.slug}/units.csv 中，步骤无法重演；请改用已有的单位代码"
                table.fault("tasks", sentence)


def _check_order(steps: Sequence[Step], document: Table) -> None:
    known: set[str] = set()
    for earlier, step in zip((None, *steps), steps, strict=False):
        if earlier is not None and step.at < earlier.at:
            sentence = f"时间 {step.at:%Y-%m-%d %H:%M:%S} 早于上一步，时光不能倒流；请按先后排列"
            document.faults.add(document.file, step.line, sentence)
        for label in _labels_made(step):
            if label in known:
                sentence = f"工单“{label}”已经受理过一次；请换一个 ticket 标签"
                document.faults.add(document.file, step.line, sentence)
            known.add(label)
        for label in _labels_used(step):
            if label not in known:
                sentence = f"工单“{label}”还没有受理，谈不上这一步；请先写它的 accept，或改正标签"
                document.faults.add(document.file, step.line, sentence)


def _labels_made(step: Step) -> Sequence[str]:
    if isinstance(step, Accept):
        return [step.ticket]
    return step.parts if isinstance(step, Split) else ()


def _labels_used(step: Step) -> Sequence[str]:
    return [step.ticket, step.to] if isinstance(step, Attach) else [step.ticket]
