"""`huiying report`: the month of a district, and of a city with all its districts."""

import json
from dataclasses import asdict
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from core.cli.context import installed, say_json
from core.cli.document import forms_of, lines_of, write, written_as
from core.cli.entitled import for_the_machine
from core.documents.data import to_json
from core.documents.model import Document
from core.journey.published import check_file
from core.journey.report import city_page, report_city, report_month
from core.statistics.central.registry import TITLES
from core.statistics.days import Span
from core.statistics.documents import city_document, month_document
from core.statistics.periods import Month
from core.statistics.plain import plain_city, plain_month
from core.statistics.warnings.places_document import places_document, plain_places
from core.statistics.warnings.topics import places

DAY = click.DateTime(["%Y-%m-%d"])


@click.group(name="report")
def report() -> None:
    """统计:区的月报、市的月报,核对要公布的数。"""


@report.command(name="month")
@for_the_machine
@click.option("--tenant", required=True, metavar="区", help="租户短名,如 sandbox")
@click.option("--month", required=True, metavar="年-月", help="如 2019-04")
@click.option("--json", "as_json", is_flag=True, help="最后一行输出一个 JSON 对象")
@written_as
def month_(tenant: str, month: str, *, as_json: bool, forms: str, into: Path) -> None:
    """一个区的月报:受理、办结、构成与各项指标,均与上月对比。"""
    asked, now = forms_of(forms), datetime.now(UTC)
    with installed() as installation:
        told = report_month(installation, tenant, month, now=now)
        zone = installation.tenant(tenant).zone
    if as_json:
        say_json(plain_month(told))
        return
    document = month_document(told, made_at=_made_at(told.month, zone, is_over=told.is_over, now=now))
    _tell(document, f"{tenant}-{told.month}", asked, into)


@report.command(name="city")
@for_the_machine
@click.option("--city", required=True, metavar="市", help="市中心短名,如 center")
@click.option("--month", default="", metavar="年-月", help="如 2019-04;不写则写 --from 和 --until")
@click.option("--from", "first", default="", metavar="年-月-日", help="任意时段的第一天")
@click.option("--until", "last", default="", metavar="年-月-日", help="任意时段的最后一天")
@click.option(
    "--page", type=click.Choice(sorted(TITLES)), default="overview", help="哪一页,与网页 /city/<页> 相同;不写则是总览"
)
@click.option("--nature", default="", metavar="性质", help="如 complaint")
@click.option("--channel", default="", metavar="渠道", help="如 hotline")
@click.option("--category", default="", metavar="类别", help="市级目录的事项类别")
@click.option("--district", default="", metavar="区", help="只看一个区(市)县;写短名")
@click.option("--group", default="", metavar="组", help="只看一个同类组")
@click.option("--area", default="", metavar="区域", help="一个区的区域代码,只用于 --page matters")
@click.option("--metric", default="", metavar="指标", help="按哪项指标排,或看哪项的明细")
@click.option("--per", "by", default="", metavar="分到", help="明细分到 district、unit、category、day 或 way")
@click.option("--json", "as_json", is_flag=True, help="最后一行输出一个 JSON 对象")
@written_as
def city_(city: str, page: str, *, as_json: bool, forms: str, into: Path, **asked: str) -> None:
    """一个市的月报和各页:各区合并计算,各区对照,事项前十,低于底线的单位,近十二周走势。参数与网页的地址相同,数也相同。"""
    wanted, now = forms_of(forms), datetime.now(UTC)
    arguments = {{"first": "from", "last": "until"}.get(name, name): value for name, value in asked.items() if value}
    with installed() as installation:
        zone = installation.tenant(city).zone
        if page == "overview" and set(arguments) == {"month"}:
            told = report_city(installation, city, arguments["month"], now=now)
            if as_json:
                say_json(plain_city(told))
                return
            document = city_document(told, made_at=_made_at(told.month, zone, is_over=told.is_over, now=now))
            _tell(document, f"{city}-{told.month}", wanted, into)
            return
        shown = city_page(installation, city, page, arguments, now=now)
    if as_json:
        say_json(json.loads(to_json(shown.document)))
        return
    _tell(shown.document, f"{city}-{page}-{shown.asked.span.last}", wanted, into)


@report.command(name="places")
@for_the_machine
@click.option("--tenant", required=True, metavar="区", help="租户短名,如 sandbox")
@click.option("--from", "first", type=DAY, required=True, metavar="年-月-日", help="从哪一天")
@click.option("--to", "last", type=DAY, required=True, metavar="年-月-日", help="到哪一天")
@click.option("--category", default="", metavar="大类", help="只看职责清单的这个大类;不写则看全部")
@click.option("--json", "as_json", is_flag=True, help="最后一行输出一个 JSON 对象")
@written_as
def places_(
    tenant: str, first: datetime, last: datetime, category: str, *, as_json: bool, forms: str, into: Path
) -> None:
    """哪里在问什么:一段时间里各区域各事项的诉求,供规划公共设施参考。"""
    asked, span = forms_of(forms), Span(first.date(), last.date())
    with installed() as installation, installation.scope(tenant) as scope:
        told, facts = places(scope, span, category=category), scope.tenant
    if as_json:
        say_json(plain_places(told))
        return
    made_at = datetime.combine(span.last + timedelta(days=1), time(), facts.zone)
    _tell(places_document(told, facts.name, category, made_at=made_at), f"{tenant}-places-{span.last}", asked, into)


@report.command(name="check")
@for_the_machine
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="最后一行输出一个 JSON 对象")
def check_(file: Path, *, as_json: bool) -> None:
    """核对要公布的数:占比与件数对不对得上,合计是不是各部分之和。对不上的逐条说明,以状态 1 结束。

    FILE 是 CSV 或 Excel,列名为 项目、件数、总数、占比、构成(由哪些项目相加,用顿号隔开)。
    """
    checked = check_file(file)
    if as_json:
        say_json({"lines": checked.lines, "findings": [asdict(finding) for finding in checked.findings]})
    else:
        for finding in checked.findings:
            click.echo(f"第 {finding.row} 行“{finding.label}”：{finding.words}")
        found = len(checked.findings)
        click.echo(f"核对了 {checked.lines} 项，{f'{found} 处对不上' if found else '都对得上'}。")
    if checked.findings:
        raise SystemExit(1)


def _made_at(month: Month, zone: ZoneInfo, *, is_over: bool, now: datetime) -> datetime:
    """Return the time that a report bears: of a month that is over its end, so that it is the same whenever it is made."""
    if not is_over:
        return now.astimezone(zone)
    return datetime.combine(month.span.last + timedelta(days=1), time(), zone)


def _tell(document: Document, name: str, forms: list[str], into: Path) -> None:
    if forms:
        write(document, name, forms, into)
    else:
        click.echo("\n".join(lines_of(document)))
