"""`huiying sla explain`: every clock of a ticket with its grounds, and whether the stored due time follows from them."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from core.cli import sla_explain as command
from core.tenancy.scope import Installation
from core.tickets.queries import NoSuchTicket
from tests.time.districts import Timed, days, timed_district


@pytest.fixture
def walk(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Timed:
    """Return a ticket that was extended, paused and tightened by its cap; the command runs on its district."""
    walk = timed_district(database_url, {"reply": days(3), "handle": days(4)})

    @contextmanager
    def installed() -> Iterator[Installation]:
        yield walk.installation

    monkeypatch.setattr(command, "installed", installed)
    walk.take_in("2025-11-03 10:00")
    walk.dispatch("2025-11-03 10:10")
    walk.sign("2025-11-03 11:00")
    walk.extend("2025-11-04 10:00", days=1)
    walk.pause("2025-11-05 09:00", days=2)
    walk.resume("2025-11-05 11:00")
    return walk


def explain(*arguments: str) -> Result:
    return CliRunner().invoke(command.explain, list(arguments), catch_exceptions=False)


def clocks(walk: Timed, *options: str) -> dict[str, dict[str, Any]]:
    told = json.loads(explain(walk.serial_no, "--json", *options).stdout.splitlines()[-1])
    assert (told["serial_no"], told["tenant"]) == (walk.serial_no, walk.slug)
    return {clock["name"]: clock for clock in told["clocks"]}


def test_every_clock_is_told_line_by_line(walk: Timed) -> None:
    told = explain(walk.serial_no, "--tenant", walk.slug).stdout

    assert told.split("\n\n")[2].splitlines() == [
        "【办理】（道路管理处）第 1 次办理，计时中；依据：测试时限（limits/handle，limits@0/1）；“工作日历”第 1 版",
        "时限：4 个工作日（当日不计，次日起算，到最后一个工作日下班为止）",
        "起点：2025-11-03（周一）10:10",
        "第 1 至 4 个工作日：2025-11-04（周二） 至 2025-11-07（周五）",
        "原截止：2025-11-07（周五）18:00",
        "延期：2025-11-04（周二）10:00 准予延期 1 个工作日（须专家鉴定）",
        "2025-11-08（周六） 至 2025-11-09（周日）：周末，不计",
        "第 1 个工作日：2025-11-10（周一）",
        "延至 2025-11-10（周一）18:00",
        "挂起：2025-11-05（周三）09:00 至 2025-11-05（周三）11:00，其间工作时间 2 小时，截止顺延至 2025-11-11（周二）11:00",
        "封顶：不晚于答复时限 2025-11-07（周五）18:00，截止提前至 2025-11-07（周五）18:00",
        "截止：2025-11-07（周五）18:00",
        "截止的变动：",
        "  2025-11-03 10:10 起为 2025-11-06 18:00（开始计时）",
        "  2025-11-04 10:00 起为 2025-11-07 18:00（准予延期 1 个工作日）",
        "核对：与所存截止一致",
    ]


def test_the_district_is_found_by_the_number(walk: Timed) -> None:
    assert clocks(walk) == clocks(walk, "--tenant", walk.slug)


def test_machines_are_told_times_with_their_offset(walk: Timed) -> None:
    """Pitfall 5: elsewhere a time without zone is read in the reader's, and is red at once."""
    handling = clocks(walk)["handle"]

    assert {name: handling[name] for name in ("unit", "state", "due", "cap", "pauses", "adjustments", "agrees")} == {
        "unit": "道路管理处",
        "state": "running",
        "due": "2025-11-07T18:00:00+08:00",
        "cap": "不晚于答复时限 2025-11-07 18:00",
        "pauses": ["2025-11-05 09:00 至 2025-11-05 11:00（待诉求人补充）"],
        "adjustments": ["延期 1 个工作日（须专家鉴定）"],
        "agrees": True,
    }
    assert [move["due"] for move in handling["history"]] == ["2025-11-06T18:00:00+08:00", "2025-11-07T18:00:00+08:00"]


def test_a_clock_that_stands_still_says_since_when(walk: Timed) -> None:
    walk.pause("2025-11-06 10:00", days=2)

    handling = clocks(walk)["handle"]

    assert (handling["state"], handling["due"], handling["agrees"]) == ("paused", None, True)
    assert handling["lines"][-1] == "挂起：2025-11-06（周四）10:00 起（待诉求人补充），恢复计时后另算截止"


def test_a_due_time_that_was_tampered_with_is_noticed(walk: Timed) -> None:
    clock = walk.clock("reply")
    change = f"UPDATE sla_clock SET due_at = due_at + interval '1 day' WHERE id = {clock.id}"
    walk.run(lambda scope: scope.session.execute(text(change)))

    told = explain(walk.serial_no).stdout.split("\n\n")[0]

    assert told.splitlines()[-1] == "注意：所存截止与此不符，请运行 huiying doctor 检查"


def test_an_unknown_number_is_refused(walk: Timed) -> None:
    for number in ("X0000000000000", f"{walk.serial_no}0"):
        with pytest.raises(NoSuchTicket):
            explain(number)
