"""Watching for unusual rises, saying what a warning was, and following topics over months."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import select

from core.classification.locating import get_area
from core.journey.knowledge import ask_unit
from core.kit import saying
from core.kit.errors import Refused
from core.knowledge.models import KnowledgeQuestion
from core.people.access import Needs, asked_of, may
from core.people.roles import NotPermitted, Permission
from core.statistics.service import refresh
from core.statistics.warnings.models import Topic, Warned
from core.statistics.warnings.queries import NoSuchWarning
from core.statistics.warnings.watching import rules_of, watch_days, watch_urgent
from core.tenancy.scope import Scope
from core.tickets.service import reason_of
from core.tickets.timeline import Actor
from core.units.queries import directory

SETTLES: Needs = frozenset({Permission.DISPATCH, Permission.SUPERVISE})
LONGEST_NAME = 50
LONGEST_AGO = timedelta(days=365)
MOST_MEASURES = 20


class WarningSettled(Refused):
    """Somebody has already said what the warning was."""

    code = "warning-settled"


class TopicUnusable(Refused):
    """A topic has no name or no matters, is followed already, or no more."""

    code = "topic-unusable"


class NoSuchTopic(Refused):
    """No such topic is followed."""

    code = "no-such-topic"


def watch(scope: Scope, *, now: datetime) -> int:
    """Bring the counts up to date, watch the days up to yesterday, and return how many warnings were raised."""
    if rules_of(scope) is None:
        return 0
    refresh(scope)
    return len(watch_days(scope, today=now.astimezone(scope.tenant.zone).date(), now=now))


def watch_hour(scope: Scope, *, now: datetime) -> int:
    """Watch the urgent appeals of the last 24 hours, and return how many warnings were raised."""
    return len(watch_urgent(scope, now=now))


def acknowledge_warning(scope: Scope, warning_id: int, *, reason: str, actor: Actor, now: datetime) -> None:
    """Say that a warning was right, and what follows. Raises `NotPermitted`, `ReasonMissing`, `NoSuchWarning`, `WarningSettled`."""
    _settle(scope, warning_id, "acknowledged", reason_of(reason, "确认预警"), actor, now)


def call_false(scope: Scope, warning_id: int, *, reason: str, actor: Actor, now: datetime) -> None:
    """Say that a warning was a false alarm, and why. Raises as `acknowledge_warning`."""
    _settle(scope, warning_id, "false_alarm", reason_of(reason, "标为误报"), actor, now)


def ask_because(
    scope: Scope, warning_id: int, *, unit: str, question: str, actor: Actor, now: datetime
) -> KnowledgeQuestion:
    """Ask a unit to interpret what a warning is about. Raises as `ask_unit`, and `NoSuchWarning`."""
    warned = _locked(scope, warning_id)
    matter = warned.matter if directory(scope).find_duty(warned.matter) else ""
    asked = ask_unit(scope, unit=unit, question=question, matter=matter, actor=actor, now=now)
    scope.session.flush()
    warned.question_id = asked.id
    return asked


def follow_topic(
    scope: Scope,
    *,
    name: str,
    matters: Sequence[str],
    areas: Sequence[str] = (),
    why: str,
    actor: Actor,
    now: datetime,
) -> Topic:
    """Follow a topic over months from now on, everywhere or in these areas with what lies in them.

    Raises `NotPermitted`, `TopicUnusable`, `NoSuchMatter`, `NoSuchArea`.
    """
    _refuse(actor, "跟踪话题")
    called, wanted = name.strip(), list(dict.fromkeys(matter for matter in matters if matter))
    if not called or len(called) > LONGEST_NAME:
        raise TopicUnusable(saying.said("请写话题的名称，最多 {longest_name} 个字。", longest_name=LONGEST_NAME))
    if not wanted:
        raise TopicUnusable("请至少选一个事项，话题按这些事项的诉求计数。")
    for matter in wanted:
        directory(scope).get_duty(matter)
    places = [get_area(scope, area) for area in dict.fromkeys(areas) if area]
    same = select(Topic.id).where(Topic.tenant_id == scope.tenant.id, Topic.name == called, Topic.ended_at.is_(None))
    if scope.session.scalar(same) is not None:
        raise TopicUnusable(saying.said("话题“{called}”已在跟踪。要换事项，请先结束原来的。", called=called))
    topic = Topic(
        tenant_id=scope.tenant.id,
        id=scope.new_id(),
        name=called,
        matters=wanted,
        areas=places,
        why=why.strip(),
        by=actor.name,
        by_id=actor.id,
        at=now,
    )
    scope.session.add(topic)
    return topic


def note_measure(scope: Scope, topic_id: int, *, on: date, text: str, actor: Actor, now: datetime) -> Topic:
    """Note a measure that was taken on a topic on a day, so that the days before and after it stand beside each other.

    Raises `NotPermitted`, `NoSuchTopic`, `TopicUnusable`, `ReasonMissing`.
    """
    _refuse(actor, "登记治理措施")
    said = reason_of(text, "登记治理措施")
    topic = scope.session.get(Topic, (scope.tenant.id, topic_id), with_for_update=True)
    if topic is None:
        raise NoSuchTopic("没有这个话题。请从热点话题的页面上操作。")
    if topic.ended_at is not None:
        raise TopicUnusable(
            saying.said("话题“{name}”已由{ended_by}结束跟踪，没有改动。", name=topic.name, ended_by=topic.ended_by)
        )
    today = now.astimezone(scope.tenant.zone).date()
    if not today - LONGEST_AGO <= on <= today:
        raise TopicUnusable(saying.said("措施的日期 {on} 不对。请填写一年以内、不晚于今天的日期。", on=on))
    if len(topic.measures) >= MOST_MEASURES:
        raise TopicUnusable(
            saying.said(
                "话题“{name}”已登记 {most_measures} 项措施，没有保存。请结束跟踪后另立一个。",
                name=topic.name,
                most_measures=MOST_MEASURES,
            )
        )
    added = [*topic.measures, {"on": str(on), "text": said, "by": actor.name, "at": now.isoformat()}]
    topic.measures = sorted(added, key=lambda each: each["on"])
    return topic


def end_topic(scope: Scope, topic_id: int, *, actor: Actor, now: datetime) -> Topic:
    """Follow a topic no more; what was counted stays. Raises `NotPermitted`, `NoSuchTopic`, `TopicUnusable`."""
    _refuse(actor, "结束跟踪")
    topic = scope.session.get(Topic, (scope.tenant.id, topic_id))
    if topic is None:
        raise NoSuchTopic("没有这个话题。请从热点话题的页面上操作。")
    if topic.ended_at is not None:
        raise TopicUnusable(
            saying.said("话题“{name}”已由{ended_by}结束跟踪，没有改动。", name=topic.name, ended_by=topic.ended_by)
        )
    topic.ended_by, topic.ended_at = actor.name, now
    return topic


def _settle(scope: Scope, warning_id: int, state: str, reason: str, actor: Actor, now: datetime) -> None:
    _refuse(actor, "研判预警")
    warned = _locked(scope, warning_id)
    if warned.state != "open":
        raise WarningSettled(
            saying.said("这一条预警已由{settled_by}研判过，没有改动。请刷新后再看。", settled_by=warned.settled_by)
        )
    warned.state, warned.reason = state, reason
    warned.settled_by, warned.settled_by_id, warned.settled_at = actor.name, actor.id, now


def _locked(scope: Scope, warning_id: int) -> Warned:
    found = scope.session.scalar(
        select(Warned).where(Warned.tenant_id == scope.tenant.id, Warned.id == warning_id).with_for_update()
    )
    if found is None:
        raise NoSuchWarning("没有这一条预警。请从预警列表中打开。")
    return found


def _refuse(actor: Actor, deed: str) -> None:
    if not may(actor.permissions, SETTLES):
        raise NotPermitted(
            saying.said(
                "「{deed}」由{asked}办理，{name}没有这项权限。需要时请联系安全管理员开通。",
                deed=saying.word(deed),
                asked=saying.word(asked_of(SETTLES)),
                name=actor.name,
            )
        )
