"""A list as a workbook: what is seen, as what it is, contacts for a purpose alone, long ones as tasks in parts."""

import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime
from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import func, select

from core.intake.rules import Appeal
from core.journey import list_export
from core.journey.accept import accept
from core.journey.bulk import Selection
from core.journey.list_export import COLUMNS, WITH_CONTACTS, Exported, Wish, export_list
from core.journey.tasks import Given, give_file
from core.people.roles import NotPermitted
from core.tasks.models import Task, TaskLine
from core.tenancy.models import SecurityEvent
from core.tickets.contact import Contact
from core.tickets.models import ContactReveal
from core.tickets.reveals import TooManyReveals
from tests.builders import OPERATOR
from tests.tasks.asking import Desk


def export(
    desk: Desk, *, login: str = "zuoxi", wish: Wish | None = None, lane: str = "dispatch", request: str = "once"
) -> Exported | Task:
    actor, now = desk.actor(login), datetime.now(UTC)
    chosen = Selection(now, lane=lane)  # type: ignore[arg-type]
    return desk.run(
        lambda scope: export_list(
            scope, chosen, wish=wish, actor=actor, request=request, address="10.0.0.8", href="/desk", now=now
        )
    )


def read(content: bytes) -> Sequence[Sequence[object]]:
    """Return the rows of the first sheet as a spreadsheet sees them."""
    return CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()


def logged(desk: Desk) -> list[dict[str, object]]:
    return desk.run(
        lambda scope: list(
            scope.session.scalars(
                select(SecurityEvent.detail).where(
                    SecurityEvent.tenant_id == scope.tenant.id, SecurityEvent.kind == "exported"
                )
            )
        )
    )


def test_numbers_and_moments_are_what_they_are_and_no_text_is_computed(desk: Desk) -> None:
    [serial] = desk.take_in(1, text='=HYPERLINK("http://x.invalid","道路坑洼")')
    made = export(desk)
    assert isinstance(made, Exported)
    head, row = read(made.content)
    assert head == list(COLUMNS.head)
    told = dict(zip(head, row, strict=True))
    assert told["编号"] == serial
    assert told["诉求"] == '=HYPERLINK("http://x.invalid","道路坑洼")'
    assert told["退回次数"] == 0
    assert isinstance(told["受理"], datetime)
    with zipfile.ZipFile(BytesIO(made.content)) as packed:
        sheet = packed.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet, "no formula"
    assert 'state="frozen"' in sheet
    [detail] = logged(desk)
    assert (detail["rows"], detail["contacts"]) == (1, "")


def test_contacts_are_each_looked_at_for_a_purpose_and_bear_who_took_them(desk: Desk) -> None:
    appeal = Appeal(
        channel="desk", text="道路坑洼", contact=Contact(name="王小明", phone="13900000001", keep_private=False)
    )
    desk.run(lambda scope: accept(scope, appeal, actor=OPERATOR, now=datetime.now(UTC)))
    desk.take_in(1)
    with pytest.raises(NotPermitted):
        export(desk, login="duban", wish=Wish("verify", "核实"))

    made = export(desk, wish=Wish("verify", "逐户回电核实"))
    assert isinstance(made, Exported)
    head, *rows = read(made.content)
    assert head == list(WITH_CONTACTS.head)
    assert sorted(str(row[-2]) for row in rows) == ["", "13900000001"]
    with zipfile.ZipFile(BytesIO(made.content)) as packed:
        assert "zuoxi" in packed.read("xl/worksheets/sheet1.xml").decode(), "who took it, on every page"
    reveals = desk.run(
        lambda scope: scope.session.scalars(
            select(ContactReveal).where(ContactReveal.tenant_id == scope.tenant.id)
        ).all()
    )
    assert [(each.purpose, each.words) for each in reveals] == [("verify", "逐户回电核实")]

    desk.take_in(30)
    with pytest.raises(TooManyReveals):
        export(desk, wish=Wish("verify", "再来"), request="twice")


def test_a_long_list_is_a_task_in_parts_and_only_who_asked_gets_the_file(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(list_export, "AT_ONCE", 3)
    monkeypatch.setattr(list_export, "PART", 2)
    serials = desk.take_in(5)
    task = export(desk)
    assert isinstance(task, Task)
    assert task.id == getattr(export(desk), "id", None), "a double click is one task"
    desk.work()

    assert desk.task(task.id).outcome == "已导出 5 行。"

    def give(login: str) -> Given:
        actor = desk.actor(login)
        return desk.run(
            lambda scope: give_file(scope, task.id, "result", actor=actor, address="10.0.0.8", now=datetime.now(UTC))
        )

    head, *rows = read(give("zuoxi").content)
    assert [row[0] for row in rows] == serials
    assert isinstance(rows[0][head.index("受理")], datetime)
    assert [(detail["file"], detail["contacts"]) for detail in logged(desk)] == [("result", False)]
    left = desk.run(
        lambda scope: scope.session.scalar(
            select(func.count()).select_from(TaskLine).where(TaskLine.sealed.is_not(None), TaskLine.task_id == task.id)
        )
    )
    assert left == 0, "nothing is kept twice"
    stored = desk.run(lambda scope: [scope.files.get(each.key) for each in scope.files.lying()])
    assert not any(content.startswith(b"PK") for content in stored), "files lie encrypted"
