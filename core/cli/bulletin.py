"""`huiying bulletin`: a month's bulletin of a district or a city, as text or as files."""

from datetime import UTC, datetime
from pathlib import Path

import click

from core.cli.context import installed
from core.cli.document import forms_of, lines_of, write, written_as
from core.cli.entitled import for_the_machine
from core.journey.bulletins import bulletins_of_month, edition_named
from core.statistics.bulletins.queries import document_of
from core.statistics.periods import Month
from core.tenancy.security_log import AT_THE_MACHINE


@click.command(name="bulletin")
@for_the_machine
@click.option("--tenant", required=True, metavar="区", help="租户短名,市中心也可以,如 center")
@click.option("--month", required=True, metavar="年-月", help="已经结束的月份,如 2026-10")
@click.option(
    "--edition", "editions", multiple=True, metavar="版别", help="general 综合版,enterprise 企业专版;不写则本区出的全部"
)
@written_as
def bulletin(tenant: str, month: str, *, editions: tuple[str, ...], forms: str, into: Path) -> None:
    """一个月的公开通报;还没有的先生成草稿。内容生成后不再变,每次写出的文件一样。"""
    asked, of, now = forms_of(forms), Month.parse(month), datetime.now(UTC)
    wanted = [edition_named(words) for words in editions]
    with installed() as installation:
        for each in bulletins_of_month(installation, tenant, of, AT_THE_MACHINE, editions=wanted, now=now):
            document = document_of(each)
            if asked:
                write(document, f"bulletin-{tenant}-{of}-{each.edition}", asked, into)
            else:
                click.echo("\n".join(lines_of(document)))
