"""Rows of a table become tickets: each once, the bad ones apart, as of now."""

from collections.abc import Callable, Iterable

import psycopg
import pytest
from sqlalchemy.orm import Session

from core.intake.channels import DESK
from core.journey import import_appeals
from core.journey.import_appeals import BATCH, Outcome
from core.kit.db import Base, insert_rows
from core.tenancy.scope import Installation
from core.tickets.models import Ticket
from tests.builders import beijing, make_district
from tests.journey.importing import import_rows, reasons, table_of, tickets_of


@pytest.fixture
def empty_district(installation: Installation) -> str:
    return make_district(
        installation,
        duties=[
            {"code": "road", "keywords": ["坑洼"]},
            {"code": "park", "lead": "parks", "subcategory": "园林", "keywords": ["枯树"]},
        ],
    )


def test_a_row_becomes_a_ticket_accepted_now_that_keeps_when_the_resident_spoke(
    installation: Installation, empty_district: str
) -> None:
    rows = table_of(("A-1", "幸福路路面坑洼", "2026-11-18 21:30", "", ""))

    outcome = import_rows(installation, empty_district, rows, now="2026-11-20 10:00")

    assert outcome == Outcome(1, 0, ())
    (ticket,) = tickets_of(installation, empty_district)
    assert (ticket.state, ticket.text, ticket.channel, ticket.matter) == ("accepted", "幸福路路面坑洼", "file", "road")
    assert (ticket.submitted_at, ticket.accepted_at, ticket.next_due_at) == (
        beijing("2026-11-18 21:30"),
        beijing("2026-11-20 10:00"),
        beijing("2026-11-27 18:00"),
    )


def test_what_the_table_says_of_an_appeal_holds(installation: Installation, empty_district: str) -> None:
    columns = ("内容", "标题", "地点", "性质", "事项", "紧急程度", "人数", "渠道")
    rows = table_of(("请清理", "枯枝", "幸福路 1 号", "建议", "园林", "紧急", "12 户", DESK.label))

    import_rows(installation, empty_district, rows, columns=columns)

    (ticket,) = tickets_of(installation, empty_district)
    assert (ticket.title, ticket.place, ticket.nature, ticket.matter, ticket.urgency, ticket.affected_count) == (
        "枯枝",
        "幸福路 1 号",
        "suggestion",
        "park",
        "urgent",
        12,
    )
    assert (ticket.channel, ticket.medium) == ("desk", "phone")


def test_a_second_run_adds_nothing(installation: Installation, empty_district: str) -> None:
    rows = table_of(*((f"A-{number}", f"第 {number} 处坑洼", "", "", "") for number in range(BATCH + 20)))

    first = import_rows(installation, empty_district, rows)
    again = import_rows(installation, empty_district, rows)

    assert (first, again) == (Outcome(BATCH + 20, 0, ()), Outcome(0, BATCH + 20, ()))
    assert len(tickets_of(installation, empty_district)) == BATCH + 20


def test_without_ids_the_content_makes_a_row_come_in_once(installation: Installation, empty_district: str) -> None:
    rows = table_of(("路灯不亮", "2026-11-01"), ("井盖破损", "2026-11-01"), ("路灯不亮", "2026-11-02"))
    columns = ("内容", "提交时间")

    first = import_rows(installation, empty_district, rows, columns=columns)
    again = import_rows(installation, empty_district, rows[::-1], columns=columns)

    assert (first, again) == (Outcome(3, 0, ()), Outcome(0, 3, ()))


def test_an_id_twice_in_one_file_comes_in_once(installation: Installation, empty_district: str) -> None:
    rows = table_of(("A-1", "路灯不亮", "", "", ""), ("A-1", "路灯还是不亮", "", "", ""))

    assert import_rows(installation, empty_district, rows) == Outcome(1, 1, ())
    assert [ticket.text for ticket in tickets_of(installation, empty_district)] == ["路灯不亮"]


def test_the_same_id_comes_in_for_each_district(installation: Installation, empty_district: str) -> None:
    neighbour = make_district(installation)
    rows = table_of(("A-1", "路灯不亮", "", "", ""))

    assert import_rows(installation, empty_district, rows) == Outcome(1, 0, ())
    assert import_rows(installation, neighbour, rows) == Outcome(1, 0, ())


def test_bad_rows_never_lose_their_neighbours(installation: Installation, empty_district: str) -> None:
    rows = table_of(
        ("A-1", "路灯不亮", "", "", ""),
        ("A-2", "", "", "", ""),
        ("A-3", "井盖破损", "昨天", "", ""),
        ("A-4", "=1+1", "", "", ""),
        ("A-5", "长" * 200_000, "", "", ""),
        ("A-6", "树枝折断", "2026-11-02", "已清理", "2026-11-01"),
        ("A-7", "坏\x00字符", "", "", ""),
        ("A-8", "路牌倾斜", "", "", ""),
    )

    outcome = import_rows(installation, empty_district, rows)

    assert (outcome.created, outcome.existing) == (3, 0)
    assert reasons(outcome) == [
        (3, "诉求没有内容。请填写要反映的事情。"),
        (4, "“提交时间”一格有误：“昨天”不是日期；请写成 2020-01-06 12:09 这样"),
        (6, "诉求内容有 200,000 个字，超过 20,000 字的上限。请分成几件提交，或把材料作为附件。"),
        (7, "答复时间（2026-11-01 00:00）早于提交时间（2026-11-02 00:00）"),
        (8, "诉求内容含有空字符（NUL），无法保存。请检查来源文件或接口的编码。"),
    ]
    assert {ticket.text for ticket in tickets_of(installation, empty_district)} == {"路灯不亮", "=1+1", "路牌倾斜"}


def test_a_row_that_only_the_database_refuses_is_found_and_named(
    installation: Installation, empty_district: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refusing(session: Session, rows: Iterable[Base]) -> None:
        written = list(rows)
        if any(isinstance(row, Ticket) and row.text == "不受欢迎" for row in written):
            raise psycopg.errors.NumericValueOutOfRange
        insert_rows(session, written)

    monkeypatch.setattr(import_appeals, "insert_rows", refusing)
    texts = ["路灯不亮", "井盖破损", "不受欢迎", "路牌倾斜", "树枝折断"]

    outcome = import_rows(installation, empty_district, table_of(*((text,) for text in texts)), columns=("内容",))

    assert outcome.created == 4
    assert reasons(outcome) == [(4, "数据库不接受这一行（NumericValueOutOfRange），请告知系统维护人员")]


def test_a_run_that_was_cut_off_is_simply_run_again(
    installation: Installation, empty_district: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = table_of(*((f"A-{number}", f"第 {number} 处坑洼", "", "", "") for number in range(3 * BATCH)))
    monkeypatch.setattr(import_appeals, "insert_rows", dying_at_call(2))

    with pytest.raises(KeyboardInterrupt):
        import_rows(installation, empty_district, rows)
    kept = len(tickets_of(installation, empty_district))
    again = import_rows(installation, empty_district, rows)

    assert (kept, again) == (BATCH, Outcome(2 * BATCH, BATCH, ()))
    assert len(tickets_of(installation, empty_district)) == 3 * BATCH


def dying_at_call(fatal: int) -> Callable[[Session, Iterable[Base]], None]:
    """Return an `insert_rows` that is cut off after it wrote, but before the commit, of one call."""
    calls = 0

    def insert(session: Session, rows: Iterable[Base]) -> None:
        nonlocal calls
        calls += 1
        insert_rows(session, rows)
        if calls == fatal:
            raise KeyboardInterrupt

    return insert
