"""Sealing 封存: which records beside the timelines stand in the daily seal, and why the others need not."""

from datetime import datetime

from core.areas.models import AreaName, AreaOfVersion, GazetteerVersion
from core.intake.calls.models import CallStep
from core.intake.models import IntakeEvent
from core.journey.standing import note_untold_rights
from core.knowledge.models import ArticleStep, ArticleUse, ArticleVersion
from core.routing.models import ReturnAttempt, RouteDecision
from core.sla.models import ClockAdjustment, ClockEvent
from core.statistics.outside.models import OutsideFigure
from core.tenancy.models import (
    DryRun,
    DryRunChange,
    FeatureAct,
    FeatureEvent,
    SecurityEvent,
    SettingsEvent,
    SettingsRevision,
)
from core.tenancy.scope import Scope
from core.tenancy.security_log import is_genuine
from core.tickets import seals
from core.tickets.models import Seal, Trespass
from core.tickets.sealed_records import Sealable
from core.units.catalogue.models import DutyLimitChange, DutyListMatter, DutyListRow, DutyListVersion, MappedMatter
from core.workdays.models import WorkCalendarVersion

SEALED = (
    Sealable(SecurityEvent, "安全日志", "at", is_dated=False, is_genuine=is_genuine),
    Sealable(Trespass, "越权记录", "at"),
    Sealable(SettingsRevision, "设置修订", "created_at"),
    Sealable(SettingsEvent, "设置修订的经过", "at"),
    Sealable(DryRun, "试算结果", "finished_at", when=DryRun.state.in_(("done", "failed"))),
    Sealable(DryRunChange, "试算中有变化的工单", part_of=(DryRun, ("dry_run_id",))),
    Sealable(FeatureEvent, "功能启停记录", "at"),
    Sealable(FeatureAct, "功能所做的事", "at", is_dated=False),
    Sealable(WorkCalendarVersion, "工作日历版本", "published_at"),
    Sealable(GazetteerVersion, "地名库版本", "created_at"),
    Sealable(AreaOfVersion, "区域", part_of=(GazetteerVersion, ("version",))),
    Sealable(AreaName, "地名", part_of=(GazetteerVersion, ("version",))),
    Sealable(DutyListVersion, "职责清单版本", "created_at"),
    Sealable(DutyListMatter, "清单事项", part_of=(DutyListVersion, ("version",))),
    Sealable(DutyListRow, "清单条目", part_of=(DutyListVersion, ("version",))),
    Sealable(DutyLimitChange, "时限变更"),
    Sealable(MappedMatter, "市级目录对照", "set_at"),
    Sealable(RouteDecision, "派单依据", "decided_at", is_dated=False),
    Sealable(ReturnAttempt, "被拦下的退单", "at"),
    Sealable(OutsideFigure, "外部数字", "at"),
    Sealable(ArticleVersion, "知识的版本", "at"),
    Sealable(ArticleStep, "知识的经过", "at"),
    Sealable(ArticleUse, "据知识答复", "at"),
    Sealable(CallStep, "来电记录的经过", "at"),
    Sealable(IntakeEvent, "来件", "received_at", is_dated=False, left_out=frozenset({"payload"})),
    Sealable(ClockEvent, "时限到点记录", "fired_at", is_dated=False),
    Sealable(ClockAdjustment, "时限调整", "at", is_dated=False),
)
"""What is sealed record by record. Appeals are also imported with times of the past, so what follows from one is not dated."""
IS_THE_SEAL = "is the seal itself, made under a key outside the database"
PROVED_OTHERWISE = {
    **dict.fromkeys(
        ("performance_item", "performance_line", "performance_unit"),
        "is covered by the fingerprint of its sheet, which stands in the security log",
    ),
    "command_log": "is compared with the timeline entry it is the result of",
    "seal": IS_THE_SEAL,
    "sealed_head": IS_THE_SEAL,
    "sealed_record": IS_THE_SEAL,
    "ticket_event": "is the timeline, whose newest entry is sealed",
}
"""Append-only tables whose records neither stand in a seal's list nor in a timeline entry, and what proves them."""


def seal_now(scope: Scope, *, now: datetime) -> Seal:
    """Seal all that is new. Must be the transaction's first act. Raises `Collision` as `seals.seal_timelines`."""
    _begin(scope, now=now)
    return seals.seal_timelines(scope, records=SEALED, now=now)


def seal_day(scope: Scope, *, now: datetime) -> Seal | None:
    """Seal all that is new, unless that was done on this local day already; then return None."""
    _begin(scope, now=now)
    return seals.seal_day(scope, records=SEALED, now=now)


def covers_security(seal: Seal) -> bool:
    """Tell whether the security log was sealed with this seal."""
    return SecurityEvent.__tablename__ in seal.covers


def _begin(scope: Scope, *, now: datetime) -> None:
    """Before the log is sealed for the first time, let it tell of the rights that were there before it."""
    seals.see_one_moment(scope)
    newest = seals.newest_seal(scope)
    if newest is None or not covers_security(newest):
        note_untold_rights(scope, now=now)
