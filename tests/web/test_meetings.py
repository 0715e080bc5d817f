"""The page of a meeting: line after line by the keyboard, nothing lost, one ticket and one slip for each."""

import io
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from core.hooks import Channel, OutreachKind
from core.intake.outreach.models import Outreach
from core.tickets.models import Ticket
from core.web import create_app
from tests.builders import make_district, make_feature, make_installation
from tests.web.making import Life, Visitor, make_account

KIND = OutreachKind("residents-meeting", "民情联系会", "meeting")


class Hall:
    """A district that holds meetings, its operators, and workers of two community centres."""

    def __init__(self, database_url: str) -> None:
        channel = Channel(KIND.id, KIND.label, "event")
        feature = make_feature("f", outreach_kinds=lambda: [KIND], channels=lambda: [channel])
        self.installation = make_installation(database_url, features=[feature])
        self.slug = make_district(self.installation, features={"f": {}})
        self.life = Life(self.installation, self.slug)
        self.app = create_app(self.installation)

    def visitor(self, role: str, unit: str | None = None) -> Visitor:
        visitor = Visitor(self.app)
        login = make_account(self.installation, self.slug, f"{role}-{unit}", [role], unit=unit)
        assert visitor.sign_in(login).status_code == 303
        return visitor

    def tickets(self) -> list[Ticket]:
        return self.life.run(lambda scope: list(scope.session.scalars(select(Ticket).order_by(Ticket.id))))


@pytest.fixture
def hall(database_url: str) -> Iterator[Hall]:
    made = Hall(database_url)
    yield made
    made.installation.database.engine.dispose()


def opened(visitor: Visitor, unit: str) -> str:
    visitor.get("/center/meeting")
    answer = visitor.post(
        "/center/meeting", kind=KIND.id, subject="谈停车", held_at="2026-06-10T19:30", unit=unit, place="议事厅"
    )
    assert answer.status_code == 303
    return answer.location


def test_lines_are_kept_one_by_one_submitted_together_and_printed_as_slips(hall: Hall) -> None:
    worker = hall.visitor("community-worker", "parks")
    at = opened(worker, "parks")
    for words in ("北门车位不够", "路灯不亮"):
        worker.get(at)
        line: dict[str, Any] = {"text": words, "command_id": worker.hidden("command_id"), "kind": "handle"}
        assert worker.post(f"{at}/line", **line).status_code == 303
        assert worker.post(f"{at}/line", **line).status_code == 303  # Enter was pressed twice
    worker.get(at)
    assert worker.post(f"{at}/line", text="几点上班", kind="handle", answer="九点。").status_code == 303
    worker.get(at)
    refused = worker.post(f"{at}/line", text="", kind="handle", name="王女士")
    assert refused.status_code == 422
    assert 'value="王女士"' in worker.page
    assert hall.tickets() == []

    worker.get(at)
    assert worker.post(f"{at}/submit").status_code == 303
    page = worker.get(at).get_data(as_text=True)

    assert [each.title for each in hall.tickets()] == ["北门车位不够", "路灯不亮", "几点上班"]
    assert "已提交 3 件，已答复 1 件" in page
    assert "九点。" in page
    slips = worker.get(f"{at}/slips").get_data(as_text=True)
    assert all(each.serial_no in slips for each in hall.tickets())
    assert len(re.findall(r'class="card slip"', slips)) == 3
    assert worker.client.get(f"{at}/feedback/docx").data.startswith(b"PK")

    assert hall.visitor("community-worker", "roads").get(at).status_code == 404
    assert hall.visitor("operator").get(at).status_code == 200
    hall.life.run(_submitted_long_ago)
    assert "已过" in worker.get(f"{at}/slips").get_data(as_text=True)


def _submitted_long_ago(scope) -> None:  # type: ignore[no-untyped-def]
    held = scope.session.scalars(select(Outreach)).one()
    held.submitted_at -= timedelta(days=3)


def test_a_file_comes_in_what_is_broken_goes_back_with_the_reason_and_the_batch_can_be_taken_back(hall: Hall) -> None:
    operator = hall.visitor("operator")
    at = opened(operator, "parks")
    rows = "诉求内容,答复\n车位不够,\n,\n路灯不亮,明天修\n".encode()

    operator.get(at)
    sent = operator.post(f"{at}/file", files=(io.BytesIO(rows.replace(b"\n,\n", "\n,没有内容\n".encode())), "记录.csv"))
    assert sent.status_code == 303
    page = operator.get(at).get_data(as_text=True)
    assert "退回 1 行" in page
    assert "没有提交的 2 条" in page
    assert "诉求没有内容" in operator.get(f"{at}/returned").get_data().decode("utf-8-sig")
    operator.get(at)
    wrong = operator.post(f"{at}/file", files=(io.BytesIO(b"\x89PNG\r\n"), "记录.png"))
    assert (wrong.status_code, "不是表格" in operator.page) == (422, True)

    operator.get(at)
    assert operator.post(f"{at}/withdraw", reason="传错了文件").status_code == 303
    assert "传错了文件" in operator.get(at).get_data(as_text=True)
    assert operator.get(f"{at}/returned").status_code == 409
