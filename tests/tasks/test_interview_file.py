"""A long file of questions is taken in part by part, and a second time adds nothing."""

from datetime import timedelta

import pytest

from core.jobs.kinds import job_kinds
from core.journey import interview_task
from core.journey.interview_task import ask_to_import
from tests.interviews.asking import DURING, SLUG, counted, make_house, open_session
from tests.jobs.making import drain
from tests.tasks.asking import Desk
from tests.web.making import make_account

FILE = "提问内容,昵称\n路灯何时修,甲\n路灯何时修,甲\n😂,乙\n树何时剪,丙\n树何时剪,丙\n".encode()


def test_a_long_file_of_questions_is_a_task(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interview_task, "PART", 2)
    walk = make_house(database_url)
    open_session(walk)
    make_account(walk.installation, walk.slug, "zuoxi", ["operator"], name="zuoxi")
    desk = Desk(walk.installation, walk.slug)
    actor, later = desk.actor("zuoxi"), DURING + timedelta(seconds=5)

    def imported(request: str) -> str:
        task = walk.run(
            lambda scope: ask_to_import(scope, SLUG, "提问.csv", FILE, actor=actor, request=request, now=DURING)
        )
        drain(walk.installation, job_kinds({}, walk.installation), now=later)
        return desk.task(task.id).outcome

    first = imported("first")
    asked = counted(walk).asked
    again = imported("second")

    assert "退回 1 行" in first
    assert "先前已有 0 条" in first
    assert "新增 0 条" in again
    assert counted(walk).asked == asked == 4
