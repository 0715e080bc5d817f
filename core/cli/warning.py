"""`huiying warning`: which warnings there are, and which there would have been in the past."""

from datetime import UTC, datetime
from typing import Any

import click

from core.cli.context import installed, say_json
from core.cli.entitled import for_the_machine
from core.cli.tables import table
from core.hooks.values import WarningRules
from core.journey.warnings import watch
from core.statistics.days import Span
from core.statistics.warnings.queries import RULE_LABELS, rule_records, warning_lines
from core.statistics.warnings.replaying import Replayed, replay
from core.statistics.warnings.watching import rules_of

TENANT = click.option("--tenant", required=True, metavar="区", help="租户短名,如 sandbox")
AS_JSON = click.option("--json", "as_json", is_flag=True, help="最后一行输出一个 JSON 对象")
DAY = click.DateTime(["%Y-%m-%d"])


@click.group(name="warning")
def warning() -> None:
    """综合预警:列出预警和各规则的误报,用过去的数据试算。"""


@warning.command(name="list")
@for_the_machine
@TENANT
@AS_JSON
def list_(tenant: str, *, as_json: bool) -> None:
    """列出预警,和每条规则的误报占比。"""
    with installed() as installation, installation.scope(tenant) as scope:
        lines, records = warning_lines(scope, state=None), rule_records(scope)
    if as_json:
        told = [
            {"what": each.what, "count": each.count, "expected": each.expected, "state": each.state} for each in lines
        ]
        rules = [{"rule": each.label, "settled": each.settled, "false_alarms": each.false_alarms} for each in records]
        say_json({"tenant": tenant, "warnings": told, "rules": rules})
        return
    rows = [
        (f"{each.first} 至 {each.last}", each.what, str(each.count), f"{each.expected:.1f}", each.state_label)
        for each in lines
    ]
    click.echo("\n".join(table(("期间", "什么增多了", "诉求", "预期", "研判"), rows)) if rows else "没有预警。")
    for each in records:
        click.echo(f"{each.label}：预警 {each.raised}，已研判 {each.settled}，误报 {each.false_alarms}")


@warning.command(name="watch")
@for_the_machine
@TENANT
def watch_(tenant: str) -> None:
    """现在就扫描一次到昨天为止的诉求,不等每天的定时扫描。"""
    now = datetime.now(UTC)
    with installed() as installation:
        raised = installation.run(tenant, lambda scope: watch(scope, now=now))
    click.echo(f"发出 {raised} 条预警。" if raised else "没有新的预警。")


@warning.command(name="try")
@for_the_machine
@TENANT
@click.option("--from", "first", type=DAY, required=True, metavar="年-月-日", help="从哪一天")
@click.option("--to", "last", type=DAY, required=True, metavar="年-月-日", help="到哪一天")
@AS_JSON
def try_(tenant: str, first: datetime, last: datetime, *, as_json: bool) -> None:
    """按现在的设置,看过去一段时间会有哪些预警;什么也不写。没有启用预警的区按默认的条件。"""
    with installed() as installation, installation.scope(tenant) as scope:
        rules = rules_of(scope) or WarningRules()
        found = list(replay(scope, rules, Span(first.date(), last.date())))
    if as_json:
        say_json({"tenant": tenant, "warnings": [_plain(each) for each in found]})
        return
    rows = [
        (
            str(each.day),
            RULE_LABELS[each.found.key[0]],
            "·".join(part for part in each.found.key[1:] if part),
            str(each.found.rise.count),
            f"{each.found.rise.expected:.1f}",
            str(each.after),
            str(each.days_to_peak),
        )
        for each in found
    ]
    headings = ("到哪一天", "规则", "事项·区域·主体", "诉求", "预期", "之后同样天数", "早于最高点（天）")
    click.echo("\n".join(table(headings, rows)) if rows else "这段时间没有会预警的。")
    click.echo(f"共 {len(rows)} 条。")


def _plain(each: Replayed) -> dict[str, Any]:
    rule, matter, area, appellant = each.found.key
    return {
        "day": str(each.day),
        "rule": rule,
        "matter": matter,
        "area": area,
        "appellant": appellant,
        "count": each.found.rise.count,
        "expected": round(each.found.rise.expected, 2),
        "after": each.after,
        "days_to_peak": each.days_to_peak,
    }
