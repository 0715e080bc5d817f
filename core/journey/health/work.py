"""Whether the tenant's work is done in time and what is said arrives: jobs, marks of clocks, seals, messages."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta

from core.journey.health.signs import Asked, Sign
from core.journey.undelivered import Group, count_dead_jobs, undelivered
from core.journey.watching import SEAL_ALARM_AFTER, lag_of
from core.kit.saying import said, unstopped, word

OPERATORS = "请把这一条告诉运维人员，在服务器上运行 huiying doctor 查看。"
MOSTLY = 0.5
"""Share of failed messages of one way in a day from which the way itself does not work."""
ENOUGH = 5
TOLD = 3
"""Reasons that a sign tells."""


def work_in_time(asked: Asked) -> Iterator[Sign]:
    """Tell of jobs and marks of clocks that wait, and of records that nobody has sealed for days."""
    tenant = asked.scope.tenant
    lag = lag_of(asked.scope.session, tenant.id, tenant.slug, tenant.name, now=asked.now)
    if lag.is_behind:
        yield Sign(
            "over",
            said("{words}：消息、提醒、变黄变红都会晚到。", words=lag.words),
            remedy=OPERATORS,
        )
    if lag.seal is not None and lag.seal > SEAL_ALARM_AFTER:
        yield Sign(
            "soon",
            said("留证记录有 {days} 天没有封存了，本来每天一次。", days=lag.seal // timedelta(days=1)),
            remedy=OPERATORS,
        )


def jobs_put_away(asked: Asked) -> Iterator[Sign]:
    """Tell of jobs that were tried until nobody tried any more."""
    if dead := count_dead_jobs(asked.scope):
        yield Sign(
            "over",
            said("{dead:,} 项后台任务试了多次都没有做成，已搁置。", dead=dead),
            href="/admin/undelivered#jobs",
            mend="看原因，重新执行",
        )


def _reasons(groups: Sequence[Group]) -> list[str]:
    """Say for which reasons messages failed, and how many for each, the most frequent first."""
    counts: Counter[tuple[str, str]] = Counter()
    for each in groups:
        counts[each.label, each.reason] += each.count
    return [
        said("{count:,} 条{label}：{reason}", count=count, label=word(label), reason=unstopped(reason))
        for (label, reason), count in counts.most_common()
    ]


def messages_arrive(asked: Asked) -> Iterator[Sign]:
    """Tell of messages that were not delivered: of a way that does not work at all, and of single ones."""
    found = undelivered(asked.scope, now=asked.now)
    for way in found.ways:
        if way.failed_today >= ENOUGH and way.failed_today >= MOSTLY * (way.failed_today + way.sent_today):
            yield Sign(
                "over",
                said(
                    "{label}发不出去：24 小时内 {failed:,} 条没有发出，{sent:,} 条发出。",
                    label=word(way.label),
                    failed=way.failed_today,
                    sent=way.sent_today,
                ),
                href="/admin/undelivered",
                mend="看原因，重新发送",
            )
    if found.total:
        yield Sign(
            "soon",
            said("近 {days} 天有 {total:,} 条消息没有送达。", days=found.days, total=found.total),
            named=tuple(_reasons(found.groups)[:TOLD]),
            href="/admin/undelivered",
            mend="看原因，重新发送",
        )
