"""Importing appeals through the pages: looked at, confirmed, taken in by a worker, given back, undone; and hostile files."""

import zipfile
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from core.documents.excel import Columns, Value, rows_to_excel
from core.tasks.models import Task, TaskFile
from core.tenancy.scope import Installation
from core.tickets.models import Ticket
from core.web import create_app
from tests.tasks.asking import Desk
from tests.web.making import Visitor

HEAD = ("反映的情况", "地点", "提交时间", "渠道", "编号")
TAKE: dict[str, Any] = {"act": "take", "channel": "file", "column-0": "text", "column-1": "source_id"}
GOOD = [
    (f"道路坑洼第 {number} 处", f"富民南路 {number} 号", "2026-03-12 10:24", "", f"A{number}") for number in range(1, 5)
]
BAD = [("", "空的", "", "", "A8"), ("路灯不亮", "", "三月十二", "", "A9"), ("井盖缺失", "", "", "没有的渠道", "A10")]


@pytest.fixture(scope="module")
def app(installation: Installation) -> Flask:
    return create_app(installation)


@pytest.fixture
def operator(app: Flask, desk: Desk) -> Visitor:
    visitor = Visitor(app)
    assert visitor.sign_in(f"zuoxi@{desk.slug}").status_code == 303
    return visitor


def workbook(rows: list[tuple[str, ...]], head: tuple[str, ...] = HEAD) -> bytes:
    told: list[tuple[Value, ...]] = list(rows)
    return rows_to_excel("表", Columns(head, [20] * len(head)), told, made_at=datetime(2026, 3, 12, tzinfo=UTC))


def hand_in(operator: Visitor, name: str, content: bytes) -> Any:
    operator.get("/desk/import")
    fields: MultiDict[str, Any] = MultiDict({name_: operator.hidden(name_) for name_ in ("csrf_token", "command_id")})
    fields.add("files", (BytesIO(content), name))
    response = operator.client.post("/desk/import", data=fields, content_type="multipart/form-data")
    operator.page = response.get_data(as_text=True)
    return response


def at(response: Any) -> str:
    assert response.status_code == 303
    return str(response.headers["Location"])


def test_columns_are_said_once_faults_are_shown_in_place_and_come_back_with_the_reason(
    desk: Desk, operator: Visitor
) -> None:
    page = at(hand_in(operator, "来件.xlsx", workbook([*GOOD, GOOD[0], *BAD])))
    operator.get(page)
    assert "没有指定哪一列是诉求内容" in operator.page
    columns: dict[str, Any] = {
        "column-0": "text",
        "column-1": "place",
        "column-2": "submitted_at",
        "column-3": "channel",
        "column-4": "source_id",
    }
    operator.post(page, act="look", channel="file", **columns)
    operator.get(page)
    assert "<b>4</b> 行可以收进来，<b>1</b> 行先前已有或重复，<b>3</b> 行有误" in operator.page
    assert operator.page.count('class="fault"') == 3

    task_page = at(operator.post(page, act="take", channel="file", **columns))
    assert at(operator.post(page, act="take", channel="file", **columns)) == task_page, "twice is once"
    desk.work()
    operator.get(task_page)
    assert "新收 4 件，先前已有 1 件，退回 3 行" in operator.page

    returned = operator.client.get(f"{task_page}/files/errors").get_data()
    sheet = CalamineWorkbook.from_filelike(BytesIO(returned)).get_sheet_by_index(0).to_python()
    assert sheet[0] == [*HEAD, "行号", "原因"]
    assert [row[4:6] for row in sheet[1:]] == [["A8", 7.0], ["A9", 8.0], ["A10", 9.0]]
    assert all(row[6] for row in sheet[1:])

    mended = workbook([("路灯不亮", "", "2026-03-12", "", "A9", "8", "mended")], (*HEAD, "行号", "原因"))
    again = at(hand_in(operator, "改好的.xlsx", mended))
    operator.get(again)
    assert "<b>1</b> 行可以收进来" in operator.page, "the district remembers which column is which"
    kept = desk.run(
        lambda scope: scope.session.execute(
            select(TaskFile.role, TaskFile.key.is_(None))
            .join(Task, (Task.tenant_id == TaskFile.tenant_id) & (Task.id == TaskFile.task_id))
            .where(Task.tenant_id == scope.tenant.id, Task.finished_at.is_not(None), Task.state == "done")
        ).all()
    )
    assert sorted(tuple(row) for row in kept) == [("errors", False), ("given", True)], "what was handed in is let go of"


def test_a_batch_is_undone_whole_while_none_was_dispatched(desk: Desk, operator: Visitor) -> None:
    page = at(hand_in(operator, "来件.csv", "内容,编号\n路灯不亮,B1\n井盖缺失,B2\n".encode("gb18030")))
    operator.get(page)
    operator.post(page, **TAKE)
    desk.work()
    serials = desk.run(
        lambda scope: list(
            scope.session.scalars(
                select(Ticket.serial_no).where(Ticket.tenant_id == scope.tenant.id, Ticket.channel == "file")
            )
        )
    )
    assert len(serials) == 2
    other = at(hand_in(operator, "另一个.csv", "内容,编号\n道路坑洼,C1\n".encode()))
    operator.get(other)
    operator.post(other, **TAKE)
    desk.work()
    dispatched = desk.run(
        lambda scope: scope.session.scalars(
            select(Ticket.serial_no).where(Ticket.tenant_id == scope.tenant.id, Ticket.serial_no.not_in(serials))
        ).one()
    )
    desk.ask("dispatch-to", dispatched, lead="roads", reason="按来件", moment=datetime(2099, 1, 1, tzinfo=UTC))
    desk.work()
    operator.get(other)
    assert "1 件已派单或办结，不能整批撤销" in operator.page
    assert operator.post(f"{other}/undo").status_code == 422

    operator.get(page)
    undoing = at(operator.post(f"{page}/undo"))
    desk.work()
    operator.get(undoing)
    assert "办成 2 件" in operator.page
    assert set(desk.states(serials)) == {"voided"}
    operator.get(page)
    assert operator.post(f"{page}/undo").status_code == 422, "nothing is left to undo"


def bomb() -> bytes:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
        file.writestr("xl/worksheets/sheet1.xml", b"0" * 420_000_000)
    return packed.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("炸弹.xlsx", bomb, "太大，没有导入"),
        ("照片.xlsx", lambda: b"\x89PNG\r\n\x1a\n" + b"0" * 100, "是图片，不是表格"),
        ("坏的.xlsx", lambda: b"PK\x03\x04" + b"0" * 100, "已损坏"),
        ("空.csv", lambda: b"", "是空文件"),
        ("长.csv", lambda: "内容\n".encode() + "路灯不亮\n".encode() * 20_001, "超过 20,000 行"),
    ],
)
def test_hostile_files_are_refused_in_words(operator: Visitor, name: str, content: Any, words: str) -> None:
    response = hand_in(operator, name, content())
    assert response.status_code == 422
    assert words in operator.page


def test_an_import_is_seen_by_who_handed_it_in_alone(app: Flask, desk: Desk, operator: Visitor) -> None:
    page = at(hand_in(operator, "来件.csv", "内容\n路灯不亮\n".encode()))
    other = Visitor(app)
    other.sign_in(f"tongshi@{desk.slug}")
    assert other.get(page).status_code == 404
    other.get("/desk/import")
    assert other.post(page, **TAKE).status_code == 404
    clerk = Visitor(app)
    clerk.sign_in(f"chengban@{desk.slug}")
    assert clerk.get("/desk/import").status_code == 403
