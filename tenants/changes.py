"""What applying a profile would change, in words: stored facts against declared ones. Values in, sentences out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tenants.merging import FORMER_DESK, merged_calendar, merged_units, must_refer, must_stay
from tenants.profile import Profile
from tenants.routing import routing_changes
from tenants.stored import State, UnitState


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that changes, as a sentence for whoever applies it.

    `waits` = declared, but not done yet; the sentence says why, and what has to happen first.
    """

    sentence: str
    waits: bool = False

    def __str__(self) -> str:
        return self.sentence


def changes(state: State, profile: Profile) -> list[Change]:
    """Return what must change so that the stored facts are those of the profile; nothing when they are."""
    merged = merged_units(state, profile)
    names = {code: unit.name for code, unit in merged.items()}
    wanted_units = {unit.code: UnitState.of(unit) for unit in profile.units}
    sentences = [
        *_unit_changes(state, merged, names),
        *routing_changes(state.routing, profile, names),
        *_feature_changes(state.features, profile),
        *_core_changes(state, profile),
        *_calendar_changes(state, profile),
    ]
    waiting = [Change(sentence, waits=True) for sentence in _kept_units(state, wanted_units)]
    return [*(Change(sentence) for sentence in sentences), *waiting]


def _unit_changes(state: State, merged: Mapping[str, UnitState], names: Mapping[str, str]) -> Iterator[str]:
    for code, unit in merged.items():
        before = state.units.get(code)
        if before is None:
            yield f"新增单位 {unit.name}"
            continue
        if before.active and not unit.active:
            continue
        if unit.active and not before.active:
            yield f"恢复单位 {unit.name}"
        if before.name != unit.name:
            yield f"单位 {before.name} 更名为 {unit.name}"
        if before.kind == "dispatch_desk" and unit.kind == FORMER_DESK and code in state.in_hand:
            yield f"改单位类别 {unit.name}：dispatch_desk → {FORMER_DESK}，派单台只能有一个"
        elif before.kind != unit.kind:
            yield f"改单位类别 {unit.name}：{before.kind} → {unit.kind}"
        if before.parent != unit.parent:
            yield f"改上级 {unit.name}：{_named(before.parent, names)} → {_named(unit.parent, names)}"
        if before.phone != unit.phone:
            yield f"改电话 {unit.name}：{before.phone or '无'} → {unit.phone or '无'}"
        if before.mail != unit.mail:
            yield f"改邮箱 {unit.name}：{before.mail or '无'} → {unit.mail or '无'}"
        if before.member != unit.member:
            yield f"{'列为' if unit.member else '不再是'}成员单位 {unit.name}"
        if before.tenant != unit.tenant:
            yield f"改移交对象 {unit.name}：{before.tenant or '无'} → {unit.tenant or '无'}"
    for code, before in state.units.items():
        if before.active and not merged[code].active:
            yield f"停用单位 {before.name}"


def _kept_units(state: State, wanted: Mapping[str, UnitState]) -> Iterator[str]:
    for code in state.declared_units:
        unit = state.units[code]
        if code not in wanted and must_stay(code, state):
            count = state.in_hand[code]
            yield f"暂不停用单位 {unit.name}：手上还有 {count} 件承办任务；请先办结或改派，再应用一次"
    for code, wish in wanted.items():
        said_before = state.declared_units.get(code)
        is_new = said_before is None or said_before.tenant != wish.tenant
        if is_new and must_refer(code, state) and wish.tenant != state.units[code].tenant:
            count = state.in_hand[code]
            yield f"暂不改移交对象 {wish.name}：还有 {count} 件移交在办；请先办结或改派，再应用一次"


def _feature_changes(stored: Sequence[tuple[str, Mapping[str, Any]]], profile: Profile) -> Iterator[str]:
    before = dict(stored)
    for feature in profile.features:
        settings = profile.settings.get(feature, {})
        if feature not in before:
            yield f"启用功能 {feature}"
        elif dict(before[feature]) != dict(settings):
            yield _settings_change(feature, before[feature], settings)
    for feature in before:
        if feature not in profile.features:
            yield f"关闭功能 {feature}"
    kept = [feature for feature, _ in stored if feature in profile.features]
    wanted = [feature for feature in profile.features if feature in before]
    if kept != wanted:
        yield f"改功能次序：{'、'.join(wanted)}"


def core_settings_changed(state: State, profile: Profile) -> Sequence[str]:
    """Return of which of the core's own settings the files say otherwise than when they were last applied."""
    before, wanted = state.core_settings, profile.core_settings
    return [name for name in sorted({*before, *wanted}) if dict(before.get(name, {})) != dict(wanted.get(name, {}))]


def _core_changes(state: State, profile: Profile) -> Iterator[str]:
    for name in core_settings_changed(state, profile):
        yield _settings_change(name, state.core_settings.get(name, {}), profile.core_settings.get(name, {}))


def _settings_change(feature: str, before: Mapping[str, Any], wanted: Mapping[str, Any]) -> str:
    return f"改设置 {feature}：{dict(before)} → {dict(wanted)}"


def _calendar_changes(state: State, profile: Profile) -> Iterator[str]:
    declared = merged_calendar(state, profile)
    if state.calendar is None:
        yield f"启用工作日历 {declared.name}"
        return
    if state.calendar.spec != declared.spec:
        yield f"工作日历 {declared.name} 发布新版本，受影响的时限随之变动"
    if state.calendar.name != declared.name:
        yield f"工作日历 {state.calendar.name} 更名为 {declared.name}"


def _named(code: str | None, names: Mapping[str, str]) -> str:
    return names.get(code, code) if code else "无"
