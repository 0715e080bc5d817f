"""The evidence of a case, and its file."""

import hashlib
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from pypdf import PdfReader
from sqlalchemy import select

import core.cli.case
from core.cli.case import case as commands
from core.documents.model import Table
from core.escalation.accountability.evidence import UNTOLD, fingerprint_of
from core.files.judging import Upload
from core.files.refusals import NoSuchFile
from core.journey.accountability_file import case_document
from core.journey.audit import audit_tenant
from core.journey.files import add_files, judge_all
from core.kit.errors import Refused
from core.routing.service import NotYours
from core.tenancy.models import SecurityEvent
from core.tickets.contact import Contact
from core.tickets.timeline import Order
from tests.accountability.accusing import DECIDED, NEXT_DAY, STATED, Accused
from tests.builders import OPERATOR, beijing
from tests.files.samples import photo

PHONE = "13800000001"


def put_on_ticket(accused: Accused, name: str) -> int:
    """Upload a photograph and return its id."""
    files = judge_all([Upload(name, photo())])
    order = Order(OPERATOR, beijing("2026-03-20 09:30"))
    [line] = accused.run(lambda scope: add_files(scope, accused.serial_no, order, files))
    return line.id


def test_the_picture_at_the_opening_tells_to_the_second_and_stays_whatever_comes(accused: Accused) -> None:
    accused.take_in("2026-03-12 10:00", contact=Contact("陈某某", PHONE))
    accused.dispatch("2026-03-12 10:10")
    accused.sign("2026-03-12 11:00")
    accused.supervise("2026-03-19 18:00")
    [opening] = accused.evidence()
    before = opening.content

    accused.state()
    accused.decide(accused.officers["纪检甲"])
    accused.act("complete_evidence", DECIDED, accused.officers["纪检乙"])

    again, decided, completed = accused.evidence()
    assert [each.kind for each in (again, decided, completed)] == ["opening", "decision", "completed"]
    assert again.content == before
    assert all(fingerprint_of(each.content) == each.sha256 for each in (again, decided, completed))
    clock = before["clocks"][0]
    assert (clock["clock"], clock["due_at"], clock["state"]) == ("答复", "2026-03-19T10:00:00+00:00", "计时中")
    assert clock["overdue_at"] == "2026-03-19T10:00:00+00:00"
    assert before["in_hand"][0]["signed_at"] == "2026-03-12T03:00:00+00:00"
    assert before["timeline"][0]["at"] == "2026-03-12T02:00:00+00:00"
    assert PHONE not in str(before)
    assert {each["what"] for each in before["told"] if each["to"] == "诉求人"} <= {UNTOLD}
    assert any(each["number"].startswith("问责立案通知书") for each in decided.content["letters"])
    assert accused.run(audit_tenant).findings == ()


def test_unit_and_officer_put_files_in_and_others_do_not(accused: Accused) -> None:
    accused.overdue()
    file_id = put_on_ticket(accused, "合同.jpg")
    accused.act("hand_in_file", STATED, accused.clerk("roads"), file_id=file_id, title="采购合同")
    accused.act("add_case_file", STATED, accused.officers["纪检甲"], file_id=file_id, title="合同核对件")
    with pytest.raises(NotYours):
        accused.act("hand_in_file", STATED, accused.clerk("parks"), file_id=file_id, title="采购合同")
    with pytest.raises(NoSuchFile):
        accused.act("add_case_file", STATED, accused.officers["纪检甲"], file_id=1, title="没有的")

    put_in = [each for each in accused.evidence() if each.kind == "file"]
    assert [(each.title, each.by, each.file_id) for each in put_in] == [
        ("采购合同", "经办人丙", file_id),
        ("合同核对件", "纪检甲", file_id),
    ]
    assert len({each.sha256 for each in put_in}) == 1


def test_the_file_tells_all_of_the_case_and_whoever_prints_it_is_on_record(
    accused: Accused, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    first, second = accused.officers.values()
    accused.overdue()
    accused.acknowledge(NEXT_DAY, actor=accused.clerk("roads"))
    accused.state()
    accused.decide(first)
    accused.appeal()
    accused.settle(second)
    monkeypatch.setattr(core.cli.case, "installed", lambda: _Opened(accused))
    here = ["--tenant", accused.slug]

    shown = CliRunner().invoke(commands, ["show", *here, "2026-1"]).output
    listed = CliRunner().invoke(commands, ["list", *here]).output
    printed = CliRunner().invoke(commands, ["pdf", *here, "2026-1", "--into", str(tmp_path)]).output
    unknown = CliRunner().invoke(commands, ["show", *here, "../1"])

    path = tmp_path / f"{accused.slug}-case-2026-1.pdf"
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert digest in printed
    assert "申诉已决" in listed
    assert "材料延误，已整改" in shown
    assert isinstance(unknown.exception, Refused)
    events = accused.run(
        lambda scope: scope.session.scalars(select(SecurityEvent).where(SecurityEvent.kind == "case_printed")).all()
    )
    assert [(each.subject, each.detail["sha256"]) for each in events] == [("问责〔2026〕1 号", digest)]
    words = re.sub(r"\s+", "", read(path))
    for part in (
        *("案卷", "道路管理处", "纪委监委", "问责立案通知书〔2026〕1号", "经办人丙2026-03-2009:00:00"),
        *("材料延误，已整改", "应当问责", "派单系统当日停机", "撤销原决定，改为不予问责", "停机属实", "如何核对"),
    ):
        assert part in words


def test_the_file_tells_what_was_written_after_the_evidence_was_frozen_and_that_it_is_not(accused: Accused) -> None:
    accused.overdue()
    accused.acknowledge(NEXT_DAY, actor=accused.clerk("roads"))
    document = accused.run(lambda scope: case_document(scope, accused.case(), printed_by="纪检甲", now=beijing(STATED)))
    [told] = [each for each in document.sections if each.heading == "九、告知和函件"]
    _, frozen, words, _, since = told.blocks

    assert isinstance(frozen, Table)
    assert isinstance(since, Table)
    assert (frozen.rows, frozen.empty) == ([], "固定时没有函件")
    assert "印制时从工单读取，不在上面的固定证据之内" in str(words)
    assert [row[0] for row in since.rows] == ["问责立案通知书〔2026〕1 号"]
    assert str(since.rows[0][3]).startswith("经办人丙 2026-03-20")


def test_the_file_of_a_case_just_opened_says_what_is_not_there_yet(accused: Accused) -> None:
    accused.overdue(text="赔偿的事法院已受理")
    document = accused.run(
        lambda scope: case_document(scope, accused.case(), printed_by="纪检甲", now=beijing(NEXT_DAY))
    )

    said = str(document.sections)
    for words in (
        "没有发出通知。",
        "单位还没有说明情况。",
        "还没有作出决定。",
        "单位没有申诉。",
        "涉法涉诉（accuse/court）",
    ):
        assert words in said
    assert "纪检甲 2026-03-20 09:00 印制" in document.footer


def read(path: Path) -> str:
    """Return the words of a PDF."""
    return "".join(page.extract_text() for page in PdfReader(path).pages)


class _Opened:
    """An installation for commands."""

    def __init__(self, accused: Accused) -> None:
        self._installation = accused.installation

    def __enter__(self) -> Any:
        return self._installation

    def __exit__(self, *_: object) -> None:
        return None
