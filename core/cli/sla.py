"""`huiying sla`: when a time limit ends, and why."""

import json
from datetime import datetime
from importlib import import_module
from typing import IO, Any

import click

from core.cli.entitled import for_the_machine
from core.kit.errors import Refused
from core.sla.budgets import parse_budget
from core.sla.explanation import explain, instant_words
from core.sla.ledger import Pause
from core.sla.rules import reckon
from core.workdays.rules import Timetable
from core.workdays.shipped import shipped_timetable

YEARS = range(1990, 2101)


class TimeUnclear(Refused):
    """A time on the command line cannot be read."""

    code = "time-unclear"


class SaidInWords(click.ClickException):
    """A refusal at the command line: one sentence, exit code 2."""

    exit_code = 2

    def show(self, file: IO[Any] | None = None) -> None:
        click.echo(self.message, err=file is None, file=file)


class SlaCommands(click.Group):
    """`explain` is loaded when it is called: it needs the database, which `due` must not wait for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*super().list_commands(ctx), "explain"])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name == "explain":
            command = import_module("core.cli.sla_explain").explain
            assert isinstance(command, click.Command)
            return command
        return super().get_command(ctx, cmd_name)


@click.group(name="sla", cls=SlaCommands)
def sla() -> None:
    """时限:计算与解释截止时间。"""


@sla.command(name="due")
@for_the_machine
@click.option("--start", default="", metavar="时间", help="起点，如 2025-09-26T10:00；不写时区则按日历所在时区")
@click.option("--mode", default="", metavar="方式", help="计时方式：wall、ws、wd_eod、wd_same、natural")
@click.option("--amount", default="", metavar="数量", help="天数如 5，或时间如 4h、30m、1h30m")
@click.option("--calendar", default="GZ", show_default=True, metavar="名称", help="日历：GZ、RX、NIGHT、NY、NYNIGHT")
@click.option(
    "--pause", "spans", multiple=True, metavar="起/止", help="挂起的一段，可重复，如 2025-09-29T11:00/2025-09-30T09:00"
)
@click.option("--explain", "explained", is_flag=True, help="逐行说明怎样算出来")
@click.option("--json", "as_json", is_flag=True, help="最后一行输出一个 JSON 对象")
def due(
    start: str, mode: str, amount: str, calendar: str, spans: tuple[str, ...], *, explained: bool, as_json: bool
) -> None:
    """算出一个时限的截止时间。"""
    try:
        timetable = shipped_timetable(calendar)
        budget = parse_budget(mode, amount)
        begun = parse_instant(start, timetable, what="起点 --start")
        pauses = [_parse_pause(span, timetable) for span in spans]
        reckoning = reckon(timetable, budget, begun, pauses=pauses)
        lines = explain(timetable, budget, begun, pauses=pauses) if explained or as_json else ()
    except Refused as refusal:
        raise SaidInWords(str(refusal)) from refusal
    if explained:
        click.echo("\n".join(lines))
    if as_json:
        answer = {
            "due": _iso(reckoning.due, timetable),
            "mode": budget.mode,
            "amount": budget.amount,
            "calendar": calendar,
            "start": _iso(begun, timetable),
            "pauses": [{"start": _iso(each.start, timetable), "end": _iso(each.end, timetable)} for each in pauses],
            "provisional": reckoning.is_provisional,
            "lines": list(lines),
        }
        click.echo(json.dumps(answer, ensure_ascii=False))
        return
    local = reckoning.due.astimezone(timetable.zone)
    click.echo(f"{local:%Y-%m-%d %H:%M:%S}" if local.second else f"{local:%Y-%m-%d %H:%M}")
    if reckoning.is_provisional:
        click.echo(
            f"注意：{instant_words(timetable, reckoning.due)} 为暂定：所涉年份尚无放假安排通知，公布后可能变动。",
            err=True,
        )


def parse_instant(text: str, timetable: Timetable, *, what: str) -> datetime:
    """Read an ISO time; without an offset it is in the calendar's zone. Raises `TimeUnclear`."""
    try:
        instant = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise TimeUnclear(f"{what} 的时间“{text}”看不懂。请写成 2025-09-26T10:00，需要时加时区 +08:00。") from error
    if instant.year not in YEARS:
        raise TimeUnclear(f"{what} 的时间“{text}”不在 {YEARS[0]} 至 {YEARS[-1]} 年之内。请检查年份。")
    return instant if instant.tzinfo else instant.replace(tzinfo=timetable.zone)


def _parse_pause(text: str, timetable: Timetable) -> Pause:
    start, slash, end = text.partition("/")
    if not slash:
        raise TimeUnclear(f"挂起“{text}”缺少起止之一。请写成 起/止，如 2025-09-29T11:00/2025-09-30T09:00。")
    what = "挂起 --pause"
    return Pause(parse_instant(start, timetable, what=what), parse_instant(end, timetable, what=what))


def _iso(instant: datetime, timetable: Timetable) -> str:
    return instant.astimezone(timetable.zone).isoformat()
