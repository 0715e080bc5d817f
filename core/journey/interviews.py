"""Holding a live interview 微访谈: announced with hosts and units, opened, extended, closed; a unit that left is followed."""

from datetime import datetime, timedelta

from sqlalchemy import select

from core.hooks import specs
from core.hooks.values import InterviewRules
from core.intake.channels import get_open_channel
from core.intake.interviews.models import Interview, InterviewExtension, InterviewHost, InterviewUnit
from core.intake.interviews.rules import MOST_MINUTES, Announcement, InterviewUnusable, usable_announcement
from core.intake.interviews.service import InterviewSettled, lock_interview, refuse_interview_state, units_of
from core.kit import saying
from core.kit.errors import Refused
from core.people.roles import Permission
from core.tenancy.scope import Scope
from core.tickets.service import reason_of, refuse_actor
from core.tickets.timeline import Actor
from core.units.queries import directory

HOLDS = Permission.ACCEPT
"""What it takes to hold an interview, and to work on its questions afterwards."""


class NoInterviews(Refused):
    """The district holds no live interviews."""

    code = "no-interviews"


def interview_rules_of(scope: Scope) -> InterviewRules | None:
    """Return how the district holds interviews, None where it holds none; asked once per process and epoch."""
    asked = lambda: next(iter(scope.hooks.ask(specs.interview_rules).values), None)  # noqa: E731 -- asked once
    return scope.remember("interview-rules", asked)


def get_interview_rules(scope: Scope) -> InterviewRules:
    """Return how the district holds interviews. Raises `NoInterviews`."""
    if (rules := interview_rules_of(scope)) is None:
        raise NoInterviews(
            saying.said("{name}没有启用微访谈。需要时请系统管理员在功能里启用。", name=scope.tenant.name)
        )
    return rules


def announce_interview(scope: Scope, said: Announcement, *, actor: Actor, now: datetime) -> Interview:
    """Announce an interview: who answers, which units can be asked, from when until when.

    Its unanswered questions will come in by the channel of the rules. Raises `NotPermitted`, `NoInterviews`,
    `InterviewUnusable`, `NoSuchUnit`, `UnknownChannel`.
    """
    refuse_actor(actor, HOLDS, "预告微访谈")
    rules, kept, units = get_interview_rules(scope), usable_announcement(said, now=now), directory(scope)
    get_open_channel(scope, rules.channel)
    same = select(Interview.id).where(Interview.tenant_id == scope.tenant.id, Interview.slug == kept.slug)
    if scope.session.scalar(same) is not None:
        raise InterviewUnusable(saying.said("已有短名为 {slug} 的访谈，没有保存。请换一个短名。", slug=kept.slug))
    asked = {code: units.get_unit(code) for code in [*(host.unit for host in kept.hosts), *kept.units]}
    interview = Interview(
        tenant_id=scope.tenant.id,
        id=scope.new_id(),
        slug=kept.slug,
        topic=kept.topic,
        channel=rules.channel,
        opens_at=kept.opens_at,
        ends_at=kept.ends_at,
        note=kept.note,
        announced_by=actor.name,
        announced_by_id=actor.id,
        announced_at=now,
    )
    scope.session.add(interview)
    scope.session.flush()
    scope.session.add_all(
        InterviewHost(
            tenant_id=scope.tenant.id,
            id=scope.new_id(),
            interview_id=interview.id,
            position=number,
            name=host.name,
            post=host.post,
            unit_id=asked[host.unit].id,
        )
        for number, host in enumerate(kept.hosts, start=1)
    )
    scope.session.add_all(
        InterviewUnit(tenant_id=scope.tenant.id, interview_id=interview.id, unit_id=unit.id, name=unit.name)
        for unit in asked.values()
    )
    scope.session.flush()
    return interview


def open_interview(scope: Scope, slug: str, *, actor: Actor, now: datetime) -> Interview:
    """Open an interview 上线: hosts answer from now on. Raises `NotPermitted`, `NoSuchInterview`, `InterviewSettled`."""
    refuse_actor(actor, HOLDS, "开始微访谈")
    interview = lock_interview(scope, slug)
    refuse_interview_state(interview, "announced", deed="开始")
    interview.state, interview.opened_by, interview.opened_at = "open", actor.name, now
    scope.session.flush()
    return interview


def extend_interview(
    scope: Scope, slug: str, *, minutes: int | None = None, reason: str, actor: Actor, now: datetime
) -> Interview:
    """Extend an interview 延长 by so many minutes, None = as the rules say; from its end, or from now when that has passed.

    Raises `NotPermitted`, `ReasonMissing`, `NoSuchInterview`, `InterviewSettled`, `InterviewUnusable`.
    """
    refuse_actor(actor, HOLDS, "延长微访谈")
    because, longer = reason_of(reason, "延长微访谈"), minutes or get_interview_rules(scope).extension_minutes
    if not 1 <= longer <= MOST_MINUTES:
        raise InterviewUnusable(saying.said("一次延长 1 到 {most_minutes} 分钟，没有改动。", most_minutes=MOST_MINUTES))
    interview = lock_interview(scope, slug)
    refuse_interview_state(interview, "open", deed="延长")
    until = max(interview.until, now) + timedelta(minutes=longer)
    scope.session.add(
        InterviewExtension(
            tenant_id=scope.tenant.id,
            id=scope.new_id(),
            interview_id=interview.id,
            minutes=longer,
            until=until,
            reason=because,
            by=actor.name,
            by_id=actor.id,
            at=now,
        )
    )
    interview.extended_until = until
    scope.session.flush()
    return interview


def close_interview(scope: Scope, slug: str, *, actor: Actor, now: datetime) -> Interview:
    """Close an interview 结束: what is not answered waits to be handed over. Raises as `open_interview`."""
    refuse_actor(actor, HOLDS, "结束微访谈")
    interview = lock_interview(scope, slug)
    refuse_interview_state(interview, "open", deed="结束")
    interview.state, interview.closed_by, interview.closed_at = "closed", actor.name, now
    scope.session.flush()
    return interview


def follow_unit(scope: Scope, slug: str, unit_id: int, *, to: str, reason: str, actor: Actor, now: datetime) -> None:
    """Name the successor of a unit that left since the interview: what it was asked goes there when it is handed over.

    Raises `NotPermitted`, `ReasonMissing`, `NoSuchInterview`, `InterviewSettled` where the unit is active or was not
    asked, `NoSuchUnit`.
    """
    refuse_actor(actor, HOLDS, "指定承接单位")
    because, interview = reason_of(reason, "指定承接单位"), lock_interview(scope, slug)
    asked = next((each for each in units_of(scope, interview) if each.unit_id == unit_id), None)
    if asked is None or directory(scope).unit_of_id(unit_id) is not None:
        raise InterviewSettled("这个单位没有停用，或不在这场访谈里，没有改动。请从停用单位的列表中选择。")
    asked.passed_to_id, asked.passed_because = directory(scope).get_unit(to).id, because
    asked.passed_by, asked.passed_at = actor.name, now
    scope.session.flush()
