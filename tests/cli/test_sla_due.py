"""`huiying sla due`: the answer alone, for machines, line by line, and refusals in words."""

import json

import pytest
from click.testing import CliRunner, Result

from core.cli.sla import sla


def run(*arguments: str) -> Result:
    return CliRunner().invoke(sla, ["due", *arguments])


def test_the_due_time_alone_is_printed() -> None:
    result = run("--start", "2025-09-26T10:00", "--mode", "wd_eod", "--amount", "1")

    assert (result.exit_code, result.output) == (0, "2025-09-28 18:00\n")


@pytest.mark.parametrize(
    ("mode", "amount", "due"),
    [
        ("wall", "1h", "2025-09-30 17:00"),
        ("ws", "4h", "2025-10-09 11:00"),
        ("ws", "1h30m", "2025-09-30 17:30"),
        ("wd_eod", "0", "2025-09-30 18:00"),
        ("wd_same", "1", "2025-10-09 16:00"),
        ("natural", "3", "2025-10-09 18:00"),
    ],
)
def test_each_mode_counts_in_its_own_way(mode: str, amount: str, due: str) -> None:
    assert run("--start", "2025-09-30T16:00", "--mode", mode, "--amount", amount).output == f"{due}\n"


def test_a_start_with_an_offset_is_that_instant() -> None:
    result = run("--start", "2025-09-30T08:00:00+00:00", "--mode", "ws", "--amount", "4h")

    assert result.output == "2025-10-09 11:00\n"


def test_a_start_without_an_offset_is_in_the_zone_of_the_calendar() -> None:
    result = run("--start", "2026-03-06T16:00", "--mode", "ws", "--amount", "2h", "--calendar", "NY", "--json")

    assert json.loads(result.output)["due"] == "2026-03-09T10:00:00-04:00"


def test_machines_get_one_object_on_the_last_line() -> None:
    pause = "2025-09-29T11:00/2025-10-09T10:00"

    result = run("--start", "2025-09-29T09:00", "--mode", "ws", "--amount", "14h", "--pause", pause, "--json")

    assert json.loads(result.output.splitlines()[-1]) == {
        "due": "2025-10-10T17:00:00+08:00",
        "mode": "ws",
        "amount": 50400,
        "calendar": "GZ",
        "start": "2025-09-29T09:00:00+08:00",
        "pauses": [{"start": "2025-09-29T11:00:00+08:00", "end": "2025-10-09T10:00:00+08:00"}],
        "provisional": False,
        "lines": [
            "时限：14 小时工作时间（只计工作时间）",
            "起点：2025-09-29（周一）09:00",
            "2025-09-29（周一）09:00–12:00：计 3 小时，累计 3 小时",
            "2025-09-29（周一）14:00–18:00：计 4 小时，累计 7 小时",
            "2025-09-30（周二）09:00–12:00：计 3 小时，累计 10 小时",
            "2025-09-30（周二）14:00–18:00：计 4 小时，累计 14 小时",
            "原截止：2025-09-30（周二）18:00",
            "挂起：2025-09-29（周一）11:00 至 2025-10-09（周四）10:00，其间工作时间 13 小时，截止顺延至 2025-10-10（周五）17:00",
            "截止：2025-10-10（周五）17:00",
        ],
    }


def test_a_due_time_in_a_year_without_notice_is_called_provisional() -> None:
    result = run("--start", "2026-12-30T10:00", "--mode", "wd_eod", "--amount", "5")

    assert result.stdout == "2027-01-07 18:00\n"
    assert result.stderr == "注意：2027-01-07（周四）18:00 为暂定：所涉年份尚无放假安排通知，公布后可能变动。\n"


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"--mode": "days"}, "没有“days”这种计时方式。请用 wall、ws、wd_eod、wd_same、natural 之一。\n"),
        ({"--calendar": "XX"}, "没有名为“XX”的日历。可用的有 GZ、RX、NIGHT、NY、NYNIGHT，请改用其中之一。\n"),
        ({"--amount": "4h"}, "时限“4h”不是天数，而 wd_eod 按天计算。请写整数，如 5；要按小时计请改用 ws 或 wall。\n"),
        ({"--amount": "-1"}, "时限“-1”不是天数，而 wd_eod 按天计算。请写整数，如 5；要按小时计请改用 ws 或 wall。\n"),
        ({"--amount": "99999"}, "时限“99999”超过十年，不像是办理时限。请改成 3650 天以内。\n"),
        (
            {"--start": "tomorrow"},
            "起点 --start 的时间“tomorrow”看不懂。请写成 2025-09-26T10:00，需要时加时区 +08:00。\n",
        ),
        (
            {"--pause": "2025-09-29T11:00/2025-09-29T10:00"},
            "挂起的结束 2025-09-29 10:00 早于开始 2025-09-29 11:00。请对调或改正起止时间。\n",
        ),
        (
            {"--pause": "2025-09-29T11:00"},
            "挂起“2025-09-29T11:00”缺少起止之一。请写成 起/止，如 2025-09-29T11:00/2025-09-30T09:00。\n",
        ),
    ],
)
def test_bad_input_is_refused_in_one_sentence(changed: dict[str, str], sentence: str) -> None:
    options = {"--start": "2025-09-26T10:00", "--mode": "wd_eod", "--amount": "1"} | changed

    result = run(*(part for option in options.items() for part in option))

    assert (result.exit_code, result.stdout, result.stderr) == (2, "", sentence)


def test_hours_without_a_unit_are_refused() -> None:
    result = run("--start", "2025-09-26T10:00", "--mode", "ws", "--amount", "4")

    assert (result.exit_code, result.stderr) == (
        2,
        "时限“4”看不懂，ws 按时间长短计算。请写明单位，如 4h、30m 或 1h30m。\n",
    )
