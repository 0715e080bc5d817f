"""The trial month of Chengdu's platform as the article counts it: 6,796 letters, put into a table as a mailbox would export it.

The article gives counts and rates, not letters. The letters are made so that they have these counts, and the handling so
that the rates are those published: which letter was late is our own, how many were is not.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import chain, cycle, repeat

from core.evaluation.models import Rating
from core.hooks.values import Budget
from core.intake.channels import channels_of
from core.intake.columns import recognise
from core.intake.reading import Incoming, read_incoming
from core.intake.tabular.rows import Row
from core.journey.import_words import vocabulary_of
from core.kit.db import Base, insert_rows
from core.sla.models import Clock
from core.sla.rules import reckon
from core.statistics.dirty import mark_dirty
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.units.queries import directory
from core.workdays.queries import current_calendar

COLUMNS = (
    *("编号", "内容", "渠道", "性质", "事项", "提交时间", "答复", "答复时间"),
    *("是否解决", "满意度", "不满意原因", "评价时间"),
)
MAILBOXES = {"书记信箱": 1_338, "市政府信箱": 4_773, "区（市）县信箱": 659, "乡镇（街道）信箱": 26}
"""市委书记信箱1338件，市政府信箱4773件，区(市)县信箱659件，乡镇(街道)信箱26件."""
NATURES = {"投诉": 3_358, "建议": 608, "咨询": 419, "表扬": 48}
"""投诉类3358件、建议类608件、咨询类419件、表扬类48件; of what nature the other 2,363 were is not said."""
OTHER_NATURE = "求助"
CATEGORIES = {"城市管理": 920, "城乡住房": 823, "交通管理": 625}
"""城市管理920件、城乡住房823件、交通管理625件; the other 4,428 were about something else."""
MATTERS = {"城市管理": "c-city", "城乡住房": "c-home", "交通管理": "c-road"}
LETTERS = sum(MAILBOXES.values())
DUE_IN = Budget("wd_eod", 5)
"""简单诉求5个工作日."""
A_DAY = 86_400
NOTHING: Mapping[str, Mapping[str, int]] = {}
DAYS = {
    (2017, 1): (3, 4, 5, 6, 9, 10, 11, 12, 13),
    (2016, 12): (5, 6, 7, 8, 9, 12, 13, 14, 15, 16),
    (2016, 1): (4, 5, 6),
}
"""Working days of each month on which letters come in, early enough to fall due within it."""


@dataclass(frozen=True)
class Handling:
    """How a month's letters were handled: how many were replied to, in how many seconds, how many late, and how rated.

    `late` counts those that were replied to too late; one without a reply is overdue too. `fastest` is one reply's time.
    """

    letters: int
    replied: int
    late: int
    mean_seconds: int
    late_seconds: int
    rated: int
    resolved: int
    satisfied: int
    fastest: int = 3_600

    def seconds(self) -> Iterator[int]:
        """Yield the seconds of each reply, the fastest first and the late ones last; together they make the mean."""
        on_time = self.replied - self.late - 1
        left = self.mean_seconds * self.replied - self.late * self.late_seconds - self.fastest
        each, rest = divmod(left, on_time)
        yield self.fastest
        yield from repeat(each + 1, rest)
        yield from repeat(each, on_time - rest)
        yield from repeat(self.late_seconds, self.late)


def table_of_month(
    year: int, month: int, handling: Handling, *, spread: Mapping[str, Mapping[str, int]] = NOTHING
) -> Iterator[Row]:
    """Yield the rows of a month: `spread` says how many letters have which word in a column, the others have none."""
    columns = {name: chain(_words(words), repeat("")) for name, words in spread.items()}
    seconds = chain(handling.seconds(), repeat(None))
    days = cycle(DAYS[year, month])
    for number in range(handling.letters):
        submitted = datetime.combine(date(year, month, next(days)), time(9))
        took = next(seconds)
        cells = {name: next(words) for name, words in columns.items()}
        cells |= {"编号": f"{year}-{month}-{number}", "内容": f"第 {number} 封来信", "提交时间": f"{submitted}"}
        if took is not None:
            replied = submitted + timedelta(seconds=took)
            cells |= {"答复": "已办理", "答复时间": f"{replied}"}
            if number < handling.rated:
                cells |= {
                    "是否解决": "已解决" if number < handling.resolved else "未解决",
                    "满意度": "满意" if number < handling.satisfied else "不满意",
                    "评价时间": f"{replied + timedelta(hours=1)}",
                }
        yield Row(number + 2, tuple(cells.get(name, "") for name in COLUMNS))


def _words(counts: Mapping[str, int]) -> Iterable[str]:
    return chain.from_iterable(repeat(word, n) for word, n in counts.items())


TRIAL = Handling(
    letters=LETTERS,
    replied=6_742,
    late=524,
    mean_seconds=527_040,
    late_seconds=8 * A_DAY,
    rated=5_000,
    resolved=4_520,
    satisfied=4_530,
)
"""January 2017: 回复办理率99.2%、诉求解决率90.4%、群众满意率90.6%、超期率8.5%、平均回复周期6.1天."""
BEFORE = Handling(
    letters=1_000,
    replied=990,
    late=83,
    mean_seconds=622_080,
    late_seconds=10 * A_DAY,
    rated=990,
    resolved=889,
    satisfied=888,
)
"""The month before: 99.0%、89.8%、89.7%、9.3%、7.2天, which is what the article's changes come from."""
YEAR_BEFORE = Handling(
    letters=1_000,
    replied=1_000,
    late=0,
    mean_seconds=2 * A_DAY,
    late_seconds=0,
    rated=1_000,
    resolved=847,
    satisfied=856,
)
"""诉求解决率、群众满意率分别从84.7%、85.6%上升, put into the same month a year before."""
SPREAD = {
    "渠道": MAILBOXES,
    "性质": {**NATURES, OTHER_NATURE: LETTERS - sum(NATURES.values())},
    "事项": {MATTERS[category]: n for category, n in CATEGORIES.items()},
}


def write(scope: Scope, rows: Iterable[Row], *, until: datetime) -> None:
    """Read rows as an import does, and write what is counted of each: a ticket, its reply clock, its rating.

    The import writes the whole life of each letter, which takes minutes for so many; that both count alike is tested.
    `until` is when the unanswered ones are known to be overdue.
    """
    words, columns, zone = vocabulary_of(scope), recognise(COLUMNS, {}), scope.tenant.zone
    read = [read_incoming(row, columns, words, channel="file", zone=zone) for row in rows]
    written = [each for incoming in read for each in _counted(scope, incoming, until=until)]
    insert_rows(scope.session, written)
    days = {
        instant.astimezone(zone).date(): instant
        for row in written
        for instant in (
            (row.accepted_at, row.replied_at)
            if isinstance(row, Ticket)
            else (getattr(row, "due_at", None), getattr(row, "at", None))
        )
        if instant is not None
    }
    mark_dirty(scope, *days.values())


def _counted(scope: Scope, incoming: Incoming, *, until: datetime) -> Iterator[Base]:
    appeal, replied_at, said = incoming.appeal, incoming.replied_at, incoming.opinion
    submitted_at, tenant_id, ticket_id = appeal.submitted_at, scope.tenant.id, scope.new_id()
    assert submitted_at is not None
    calendar, channel = current_calendar(scope), channels_of(scope)[appeal.channel]
    desk_id = directory(scope).desk.id
    due_at = reckon(calendar.timetable, DUE_IN, submitted_at).due
    yield Ticket(
        tenant_id=tenant_id,
        id=ticket_id,
        serial_no=f"L{ticket_id}",
        state="concluded" if replied_at else "accepted",
        channel=appeal.channel,
        medium=channel.medium,
        mailbox=appeal.mailbox or channel.owner,
        title=appeal.text,
        text=appeal.text,
        nature=appeal.nature or "help",
        matter=appeal.matter,
        submitted_at=submitted_at,
        accepted_at=submitted_at,
        replied_at=replied_at,
        concluded_at=replied_at,
        asked_unit_id=desk_id,
        first_unit_id=desk_id if replied_at else None,
    )
    yield Clock(
        tenant_id=tenant_id,
        id=scope.new_id(),
        ticket_id=ticket_id,
        subject="ticket",
        subject_id=ticket_id,
        name="reply",
        cycle_no=1,
        mode=DUE_IN.mode,
        amount=DUE_IN.amount,
        calendar_version_id=calendar.version_id,
        started_at=submitted_at,
        due_at=due_at,
        by="core",
        rule_id="test",
        reason="5 个工作日内答复",
        state="running" if replied_at is None else "met" if replied_at <= due_at else "breached",
        overdue_at=due_at if (replied_at or until) > due_at else None,
        stopped_at=replied_at,
    )
    rated_at = (said and said.at) or replied_at
    if said is not None and rated_at is not None:
        yield Rating(
            tenant_id=tenant_id,
            id=scope.new_id(),
            ticket_id=ticket_id,
            cycle_no=1,
            resolved=said.resolved,
            satisfaction=said.satisfaction,
            comment="",
            at=rated_at,
        )
