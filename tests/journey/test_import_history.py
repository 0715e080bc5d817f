"""Imported history lives in its own times: verdicts by the calendar of then, nobody pressed, nobody told."""

from datetime import date

import pytest
from sqlalchemy import func, select

from core.escalation.accountability.models import AccountabilityCase
from core.escalation.models import Letter
from core.handling.models import Reply
from core.journey.import_appeals import Outcome
from core.journey.supervise import supervise
from core.kit.db import OfTenant
from core.kit.outbox import Job
from core.sla.models import Clock, ClockEvent, Timer
from core.statistics.codes import counts_by_code
from core.statistics.days import Span
from core.statistics.queries import Cube, counts
from core.statistics.service import refresh_all
from core.tenancy.scope import Installation
from core.tickets.models import Message, Ticket, TicketEvent
from core.tickets.timeline import first_broken_entry
from tests.builders import beijing, make_district
from tests.journey.importing import import_rows, local, reasons, table_of, tickets_of, timeline_of


@pytest.fixture
def empty_district(installation: Installation) -> str:
    return make_district(installation)


def clock_of(installation: Installation, slug: str, ticket: Ticket) -> Clock:
    with installation.scope(slug) as scope:
        wanted = select(Clock).where(Clock.tenant_id == scope.tenant.id, Clock.ticket_id == ticket.id)
        return scope.session.scalars(wanted).one()


def count(installation: Installation, slug: str, table: type[OfTenant]) -> int:
    with installation.scope(slug) as scope:
        found = scope.session.scalar(select(func.count()).select_from(table).where(table.tenant_id == scope.tenant.id))
        return found or 0


def told_anybody(installation: Installation, slug: str) -> bool:
    return any(count(installation, slug, table) for table in (Message, Job, Letter, AccountabilityCase))


def test_an_answer_in_time_is_met_and_told_in_its_own_times(installation: Installation, empty_district: str) -> None:
    rows = table_of(("A-1", "路灯不亮", "2019-09-25 10:00", "已经修好", "2019-09-30 15:00"))

    assert import_rows(installation, empty_district, rows, history=True) == Outcome(1, 0, ())

    (ticket,) = tickets_of(installation, empty_district)
    clock = clock_of(installation, empty_district, ticket)
    assert (ticket.state, local(ticket.accepted_at), local(ticket.replied_at), local(ticket.concluded_at)) == (
        "concluded",
        "2019-09-25 10:00",
        "2019-09-30 15:00",
        "2019-09-30 15:00",
    )
    assert (clock.state, local(clock.due_at), local(clock.stopped_at), clock.light, clock.overdue_at) == (
        "met",
        "2019-10-08 18:00",
        "2019-09-30 15:00",
        "green",
        None,
    )
    with installation.scope(empty_district) as scope:
        assert timeline_of(scope.session, ticket) == [
            "2019-09-25 10:00 历史数据 register 经批量导入登记",
            "2019-09-25 10:00 历史数据 accept 受理",
            "2019-09-25 10:00 系统 classify 求助，事项待判定",
            "2019-09-25 10:00 系统 clock_started 答复时限至 2019-10-08 18:00（未设时限的诉求，5 个工作日内答复）",
            "2019-09-30 15:00 历史数据 answer_directly 直接答复（政策解释）",
            "2019-09-30 15:00 系统 clock_stopped 答复时限停止计时，按时",
        ]
        entries = scope.session.scalars(
            select(TicketEvent).where(TicketEvent.ticket_id == ticket.id).order_by(TicketEvent.seq)
        )
        assert first_broken_entry(ticket, entries) is None
        assert scope.session.scalars(select(Reply.text).where(Reply.ticket_id == ticket.id)).all() == ["已经修好"]


def test_a_late_answer_is_breached_and_its_marks_are_kept_quietly(
    installation: Installation, empty_district: str
) -> None:
    rows = table_of(("A-1", "路灯不亮", "2019-09-25 10:00", "已经修好", "2019-10-09 15:00"))

    import_rows(installation, empty_district, rows, history=True)

    (ticket,) = tickets_of(installation, empty_district)
    clock = clock_of(installation, empty_district, ticket)
    assert (clock.state, clock.light, local(clock.overdue_at)) == ("breached", "red", "2019-10-08 18:00")
    with installation.scope(empty_district) as scope:
        marks = scope.session.execute(
            select(ClockEvent.mark, ClockEvent.fired_at).where(ClockEvent.clock_id == clock.id).order_by(ClockEvent.at)
        )
        assert [(mark, local(fired)) for mark, fired in marks] == [
            ("yellow", "2019-09-30 16:48"),
            ("overdue", "2019-10-08 18:00"),
        ]
    assert count(installation, empty_district, Timer) == 0
    assert not told_anybody(installation, empty_district)


def test_an_open_ticket_of_the_past_is_red_and_presses_nobody(installation: Installation, empty_district: str) -> None:
    rows = table_of(("A-1", "路灯不亮", "2026-10-12 10:00", "", ""))

    import_rows(installation, empty_district, rows, history=True, now="2026-11-20 10:00")
    with installation.scope(empty_district) as scope:
        fired = supervise(scope, now=beijing("2026-11-21 10:00"))

    (ticket,) = tickets_of(installation, empty_district)
    assert (ticket.state, ticket.light, local(ticket.next_due_at)) == ("accepted", "red", "2026-10-19 18:00")
    assert fired == []
    assert not told_anybody(installation, empty_district)


def test_an_open_ticket_that_is_not_due_yet_is_pressed_like_any_other(
    installation: Installation, empty_district: str
) -> None:
    rows = table_of(("A-1", "路灯不亮", "2026-11-18 10:00", "", ""))

    import_rows(installation, empty_district, rows, history=True, now="2026-11-20 10:00")
    with installation.scope(empty_district) as scope:
        fired = supervise(scope, now=beijing("2026-11-25 18:00"))

    assert [mark.mark for mark in fired] == ["yellow", "overdue"]


def test_an_urgent_appeal_of_the_past_alarms_nobody(installation: Installation, empty_district: str) -> None:
    columns = ("内容", "提交时间", "紧急程度")

    import_rows(
        installation, empty_district, table_of(("燃气泄漏", "2019-09-25", "紧急")), columns=columns, history=True
    )

    assert [ticket.urgency for ticket in tickets_of(installation, empty_district)] == ["urgent"]
    assert not told_anybody(installation, empty_district)


@pytest.mark.parametrize(
    ("submitted", "replied", "due", "provisional"),
    [
        ("1998-07-01 08:30", "1998-07-03 10:00", "1998-07-08 18:00", True),
        ("2019-04-29 08:30", "2019-05-05 10:00", "2019-05-08 18:00", False),
        ("2040-03-01 08:30", "2040-03-05 10:00", "2040-03-08 18:00", True),
    ],
)
def test_years_without_published_holidays_count_provisionally(
    installation: Installation, empty_district: str, submitted: str, replied: str, due: str, provisional: bool
) -> None:
    import_rows(installation, empty_district, table_of(("A-1", "路灯不亮", submitted, "已修好", replied)), history=True)

    (ticket,) = tickets_of(installation, empty_district)
    clock = clock_of(installation, empty_district, ticket)
    assert (clock.state, local(clock.due_at), clock.due_provisional) == ("met", due, provisional)


def test_the_result_of_an_answer_is_kept_when_the_table_names_it(
    installation: Installation, empty_district: str
) -> None:
    columns = ("内容", "提交时间", "答复", "答复时间", "办理结果")
    rows = table_of(("路灯不亮", "2019-09-25", "已修好", "2019-09-26", "已解决"))

    import_rows(installation, empty_district, rows, columns=columns, history=True)

    assert [ticket.disposition for ticket in tickets_of(installation, empty_district)] == ["resolved"]


def test_a_past_without_its_times_is_refused(installation: Installation, empty_district: str) -> None:
    rows = table_of(
        ("A-1", "路灯不亮", "", "", ""),
        ("A-2", "路灯不亮", "2019-09-25", "已修好", ""),
        ("A-3", "路灯不亮", "2019-09-25", "", "2019-09-26"),
        ("A-4", "路灯不亮", "2019-09-25", "长" * 30_000, "2019-09-26"),
        ("A-5", "路灯不亮", "2019-09-25", "已修好", "2019-09-26"),
    )

    outcome = import_rows(installation, empty_district, rows, history=True)

    assert outcome.created == 1
    assert reasons(outcome) == [
        (2, "没有提交时间；历史工单按当时的时间计时，请补上"),
        (3, "有答复却没有答复时间，无法判断是否按时；请补上"),
        (4, "有答复时间却没有答复；请补上答复，或删去时间"),
        (5, "答复有 30,000 个字，超过 20,000 字的上限。请精简。"),
    ]
    assert count(installation, empty_district, TicketEvent) == 6


def test_the_same_history_twice_adds_nothing(installation: Installation, empty_district: str) -> None:
    rows = table_of(*((f"A-{day}", "路灯不亮", f"2019-09-{day:02}", "已修好", "2019-10-15") for day in range(1, 31)))

    first = import_rows(installation, empty_district, rows, history=True)
    entries = count(installation, empty_district, TicketEvent)
    again = import_rows(installation, empty_district, rows, history=True)

    assert (first, again) == (Outcome(30, 0, ()), Outcome(0, 30, ()))
    assert count(installation, empty_district, TicketEvent) == entries


RATED = ("编号", "内容", "提交时间", "答复", "答复时间", "是否解决", "满意度", "不满意原因", "评价时间")


def test_what_the_resident_said_of_an_old_answer_is_kept_and_counted_on_its_day(
    installation: Installation, empty_district: str
) -> None:
    rows = table_of(
        ("A-1", "路灯不亮", "2019-09-25 10:00", "已修好", "2019-09-26 10:00", "是", "非常满意", "", "2019-09-29 09:00"),
        ("A-2", "路灯不亮", "2019-09-25 10:00", "已修好", "2019-09-27 10:00", "未解决", "不满意", "服务态度不好", ""),
    )

    assert import_rows(installation, empty_district, rows, columns=RATED, history=True) == Outcome(2, 0, ())

    refresh_all(installation, empty_district)
    with installation.scope(empty_district) as scope:
        ticket = tickets_of(installation, empty_district)[1]
        assert timeline_of(scope.session, ticket)[-1] == (
            "2019-09-27 10:00 诉求人 evaluate 评价：未解决，不满意（沟通过程：服务态度不好）"
        )
        cube = Cube.of(scope)
        days = [date(2019, 9, day) for day in (26, 27, 29)]
        counted = [counts(cube, Span(day, day)) for day in days]
        assert [[each.n(name) for name in ("replied", "rated", "dissatisfied")] for each in counted] == [
            [1, 0, 0],
            [1, 1, 1],
            [0, 1, 0],
        ]
        assert counts_by_code(cube, "dissatisfied", Span(days[0], days[-1])) == {"attitude": 1}
    assert not told_anybody(installation, empty_district)


def test_half_a_rating_is_refused_in_words(installation: Installation, empty_district: str) -> None:
    answered = ("路灯不亮", "2019-09-25", "已修好", "2019-09-26")
    rows = table_of(
        ("A-1", *answered, "是", "", "", ""),
        ("A-2", *answered, "是", "满意", "", "2019-09-25"),
        ("A-3", "路灯不亮", "2019-09-25", "", "", "是", "满意", "", ""),
        ("A-4", *answered, "是", "满意", "服务态度不好", ""),
        ("A-5", *answered, "是", "还行", "", ""),
    )

    outcome = import_rows(installation, empty_district, rows, columns=RATED, history=True)

    assert reasons(outcome) == [
        (2, "评价只填了一半；是否解决、满意度要一起填，或都不填"),
        (3, "评价时间（2019-09-25 00:00）早于答复时间（2019-09-26 00:00）"),
        (4, "有评价却没有答复，不知道评价的是什么；请补上答复，或删去评价"),
        (5, "只有不满意的评价才记不满意原因。请去掉原因，或核对满意度。"),
        (
            6,
            "“满意度”一格的“还行”不在本区的范围内（有：满意、基本满意、不满意、satisfied、basically、dissatisfied、"
            "非常满意、非常不满意）；不按此列导入请加 --map satisfaction=",
        ),
    ]
