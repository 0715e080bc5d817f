"""A district that administers features of its own: what they ask for, who administers, and tries as if they had run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from core.hooks.core_features import CORE_IDS
from core.hooks.features import Feature
from core.hooks.settings import (
    Line,
    MatterChoice,
    Rows,
    Secret,
    Settings,
    UnitChoice,
    Words,
    WorkDays,
    WorkHours,
    cross_check,
)
from core.hooks.values import Finding, Mark, Watcher
from core.journey.settings.checking import Checked, check
from core.journey.settings.deciding import Decided, activate, approve
from core.journey.settings.drafting import Wish, draft
from core.journey.settings.showing import RevisionLine, history
from core.kit.outbox import Job
from core.tenancy.models import DryRun, FeatureIncident, SettingsEvent, SettingsRevision, TenantFeature
from core.tenancy.queries import events_of, find_feature_row
from core.tenancy.scope import Installation, Scope
from core.tickets.timeline import Actor
from tests.builders import beijing, make_actor, make_feature

NOW = beijing("2026-03-12 10:00")
ANNA = make_actor("安娜", "administrator", id=101)
BORIS = make_actor("鲍里斯", "administrator", id=102)
CLERK = make_actor("经办", "clerk", id=103)
LIGHT = "test.light"
GATE = "test.gate"


class Step(Settings):
    """A row."""

    at = WorkHours(load_default=1, min=1, max=40, title="几个工作小时后")
    unit = UnitChoice(load_default="roads", title="告知单位")


class LightSettings(Settings):
    """A light, who watches it, and what is told."""

    VERSION = 1

    yellow_hours = WorkHours(load_default=3, min=1, max=7, title="剩余多少工作小时变黄", group="信号灯")
    answer_days = WorkDays(load_default=5, min=1, max=30, title="答复时限", group="时限")
    words = Words(load_default=["井盖"], title="关键词", group="识别")
    watcher = UnitChoice(load_default="", may_be_empty=True, title="监督单位", group="监督", risk="accountability")
    only = MatterChoice(load_default="", may_be_empty=True, title="只用于事项", group="识别")
    steps = Rows(Step, most=3, load_default=[], title="升级步骤", group="升级")
    title = Line(load_default="提醒函", longest=20, title="函件名称", group="升级")

    @cross_check
    def order(self, values: Mapping[str, Any]) -> str | None:
        """Say so when the light would be yellow from the beginning."""
        if values["yellow_hours"] >= values["answer_days"] * 7:
            return "信号灯一开始就是黄的，请改短变黄时间或延长答复时限"
        return None


class LaterLightSettings(Settings):
    """The same light as a later version of its plugin has it: one setting has another name, one another bound."""

    VERSION = 2

    warn_hours = WorkHours(load_default=3, min=1, max=5, title="剩余多少工作小时变黄")
    watcher = UnitChoice(load_default="", may_be_empty=True, title="监督单位", risk="accountability")

    @classmethod
    def migrate(cls, values: dict[str, Any], *, from_version: int) -> dict[str, Any]:
        """Rename what was renamed; of the days nobody knew what became of them."""
        if "answer_days" in values:
            raise ValueError("answer_days")
        names = {"yellow_hours": "warn_hours", "watcher": "watcher"}
        return {names[name]: value for name, value in values.items() if name in names}


class GateSettings(Settings):
    """A gateway outside."""

    address = Line(required=True, longest=50, title="网关地址")
    token = Secret(title="网关密钥")


def marks(settings: Mapping[str, Any]) -> Sequence[Mark]:
    return [
        Mark(
            name="yellow",
            light="yellow",
            rule_id=f"{LIGHT}/yellow",
            reason="变黄",
            working_seconds_left=settings["yellow_hours"] * 3600,
        )
    ]


def watchers(settings: Mapping[str, Any]) -> Sequence[Watcher]:
    return [Watcher(settings["watcher"], f"{LIGHT}/watch", "知晓")] if settings["watcher"] else []


def check_gate(settings: Mapping[str, Any]) -> Sequence[Finding]:
    """Answer as the address says; what it says of the token must not be read by anybody."""
    token = settings["token"].reveal() if settings["token"] else "未设置"
    match settings["address"]:
        case "down":
            return [Finding("error", f"网关没有应答，密钥为 {token}", "address")]
        case "slow":
            return [Finding("warning", "网关应答很慢", "address")]
        case "broken":
            raise RuntimeError(token)
        case _:
            return []


def light(**changed: Any) -> Feature:
    """Return the light, which decides on tickets."""
    feature = make_feature(LIGHT, clock_marks=marks, propose_watchers=watchers)
    return replace(
        feature, **{"label": "信号灯", "settings": LightSettings, "plugin": "test", "version": "1.0", **changed}
    )


def later_light() -> Feature:
    """Return the light as a later version of its plugin ships it."""
    return light(answers=make_feature(LIGHT, propose_watchers=watchers).answers, settings=LaterLightSettings)


def gate(**changed: Any) -> Feature:
    """Return the gate, which decides on no ticket and checks its settings itself."""
    feature = make_feature(GATE, check_settings=check_gate)
    return replace(
        feature, **{"label": "短信网关", "settings": GateSettings, "plugin": "test", "version": "1.0", **changed}
    )


@dataclass(frozen=True)
class District:
    """A district, and what its administrators do there one after the other."""

    installation: Installation
    slug: str

    @property
    def roster(self) -> Any:
        return self.installation.roster

    def run(self, work: Any) -> Any:
        """Do something in one transaction."""
        return self.installation.run(self.slug, work)

    def draft(
        self,
        changes: Mapping[str, Any] | None = None,
        *,
        feature: str = LIGHT,
        actor: Actor = ANNA,
        now: datetime = NOW,
        reason: str = "雨季将至",
        command_id: str | None = None,
        **wish: Any,
    ) -> int:
        """Draft a revision and return its number."""
        wanted = Wish(changes=changes or {}, **wish)
        drafted = self.run(
            lambda scope: draft(
                scope, self.roster, feature, wanted, reason=reason, actor=actor, now=now, command_id=command_id
            )
        )
        number: int = drafted.number
        return number

    def check(self, number: int, *, feature: str = LIGHT, actor: Actor = ANNA, now: datetime = NOW) -> Checked:
        checked: Checked = self.run(lambda scope: check(scope, self.roster, feature, number, actor=actor, now=now))
        return checked

    def approve(self, number: int, *, feature: str = LIGHT, actor: Actor = BORIS, now: datetime = NOW) -> Any:
        return self.run(lambda scope: approve(scope, self.roster, feature, number, actor=actor, now=now))

    def activate(
        self, number: int, *, feature: str = LIGHT, actor: Actor = ANNA, now: datetime = NOW, at: datetime | None = None
    ) -> Decided:
        decided: Decided = self.run(
            lambda scope: activate(scope, self.roster, feature, number, at=at, actor=actor, now=now)
        )
        return decided

    def tried(self, number: int, *, feature: str = LIGHT, now: datetime = NOW) -> None:
        """Let a try of a revision have ended against what holds now."""
        with self.installation.scope(self.slug) as scope:
            scope.session.add(
                DryRun(
                    tenant_id=scope.tenant.id,
                    id=scope.new_id(),
                    feature=feature,
                    turns="on",
                    number=number,
                    base=self.in_force(scope, feature),
                    epoch=scope.tenant.epoch,
                    sample={"last": 500},
                    asked_by="测试",
                    asked_at=now,
                    state="done",
                    total=0,
                    tally={},
                    finished_at=now,
                )
            )

    def make_active(self, changes: Mapping[str, Any], *, feature: str = LIGHT, now: datetime = NOW, **wish: Any) -> int:
        """Draft, check, try, approve and activate; return the number."""
        number = self.draft(changes, feature=feature, now=now, **wish)
        self.check(number, feature=feature, now=now)
        self.tried(number, feature=feature, now=now)
        self.approve(number, feature=feature, now=now)
        self.activate(number, feature=feature, now=now)
        return number

    def in_force(self, scope: Scope, feature: str = LIGHT) -> int:
        row = find_feature_row(scope, feature)
        return row.revision if row else 0

    def row(self, feature: str = LIGHT) -> TenantFeature:
        """Return the tenant's row of a feature."""
        with self.installation.scope(self.slug) as scope:
            return scope.session.get_one(TenantFeature, (scope.tenant.id, feature))

    def revision(self, number: int, feature: str = LIGHT) -> SettingsRevision:
        with self.installation.scope(self.slug) as scope:
            return scope.session.get_one(SettingsRevision, (scope.tenant.id, feature, number))

    def revisions(self, feature: str = LIGHT) -> list[RevisionLine]:
        """Return the history, the oldest first."""
        return list(reversed(self.run(lambda scope: history(scope, self.roster, feature, actor=ANNA))))

    def events(self, number: int, feature: str = LIGHT) -> list[SettingsEvent]:
        with self.installation.scope(self.slug) as scope:
            return list(events_of(scope, feature, number))

    def settings(self, feature: str = LIGHT) -> Mapping[str, Any]:
        """Return what the feature is asked with."""
        self.installation.forget()
        with self.installation.scope(self.slug) as scope:
            return scope.hooks.enabled[feature].settings

    def cards(self) -> list[FeatureIncident]:
        with self.installation.scope(self.slug) as scope:
            rows = select(FeatureIncident).where(FeatureIncident.tenant_id == scope.tenant.id)
            return list(scope.session.scalars(rows.order_by(FeatureIncident.feature, FeatureIncident.hook)))

    def jobs(self, kind: str) -> list[Job]:
        with self.installation.scope(self.slug) as scope:
            jobs = select(Job).where(Job.tenant_id == scope.tenant.id, Job.kind == kind).order_by(Job.id)
            return list(scope.session.scalars(jobs))


def later(**span: int) -> datetime:
    return NOW + timedelta(**span)


def asked(scope: Scope) -> list[str]:
    """Return the plugins' features that are asked, in their order."""
    return [name for name in scope.hooks.enabled if name not in CORE_IDS]
