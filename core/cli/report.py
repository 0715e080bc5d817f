"""`huiying report`: the month of a district, and of a city with all its districts."""

from dataclasses import asdict
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from core.cli.context import installed, say_json
from core.cli.document import forms_of, lines_of, write, written_as
from core.cli.entitled import for_the_machine
from core.documents.model import Document
from core.journey.published import check_file
from core.journey.report import report_city, report_month
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
@click.option("--month", required=True, metavar="年-月", help="如 2019-04")
@click.option("--json", "as_json", is_flag=True, help="最后一行输出一个 JSON 对象")
@written_as
def city_(city: str, month: str, *, as_json: bool, forms: str, into: Path) -> None:
    """一个市的月报:各区合并计算,各区对照,事项前十,低于底线的单位,近十二周走势。"""
    asked, now = forms_of(forms), datetime.now(UTC)
    with installed() as installation:
        told = report_city(installation, city, month, now=now)
        zone = installation.tenant(city).zone
    if as_json:
        say_json(plain_city(told))
        return
    document = city_document(told, made_at=_made_at(told.month, zone, is_over=told.is_over, now=now))
    _tell(document, f"{city}-{told.month}", asked, into)


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
