"""`huiying case`: cases of accountability, listed, shown with their steps, and written as a file."""

from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import click

from core.cli.context import installed, say_json
from core.cli.document import NotWritable, forms_of
from core.cli.entitled import for_the_machine
from core.cli.tables import table
from core.escalation.accountability.labels import STATE_LABELS, STEP_LABELS
from core.escalation.accountability.queries import case_numbered, cases, evidence_of, line_of, steps_of
from core.journey.accountability_file import Printed, print_case
from core.tenancy.scope import Scope
from core.tenancy.security_log import AT_THE_MACHINE
from core.units.queries import directory

TENANT = click.option("--tenant", required=True, metavar="区", help="租户短名,如 sandbox")
AS_JSON = click.option("--json", "as_json", is_flag=True, help="最后一行输出一个 JSON 对象")
NUMBER = click.argument("number", metavar="编号")


@click.group(name="case")
def case() -> None:
    """问责案件:列出、查看经过、写成案卷。编号写成“年-号”,如 2026-3。"""


@case.command(name="list")
@for_the_machine
@TENANT
@click.option("--unit", default="", metavar="单位", help="只列问责这个单位的")
@click.option("--state", type=click.Choice([*STATE_LABELS]), help="只列这个状态的")
@AS_JSON
def list_(tenant: str, unit: str, state: str | None, *, as_json: bool) -> None:
    """列出案件,最近的在前。"""
    with installed() as installation, installation.scope(tenant) as scope:
        accused = directory(scope).get_unit(unit).id if unit else None
        lines, zone = cases(scope, unit_id=accused, state=state or ""), scope.tenant.zone
    if as_json:
        told = [
            {
                "case": each.code,
                "ticket": each.serial_no,
                "unit": each.unit,
                "state": each.state,
                "rung": each.rung,
                "outcome": each.outcome,
                "opened_at": each.opened_at.isoformat(),
            }
            for each in lines
        ]
        say_json({"tenant": tenant, "cases": told})
        return
    rows = [
        (
            each.code,
            each.serial_no,
            each.unit,
            each.state_label,
            each.rung_label or "—",
            each.outcome_label or "—",
            f"{each.opened_at.astimezone(zone):%Y-%m-%d %H:%M}",
        )
        for each in lines
    ]
    head = ("编号", "工单", "被问责单位", "状态", "措施", "结论", "立案")
    click.echo("\n".join(table(head, rows)) if rows else "没有问责案件。")


@case.command(name="show")
@for_the_machine
@TENANT
@NUMBER
def show(tenant: str, number: str) -> None:
    """查看一件案件的经过和证据。"""
    with installed() as installation, installation.scope(tenant) as scope:
        found = case_numbered(scope, number)
        line, steps, evidence = line_of(scope, found), steps_of(scope, found), evidence_of(scope, found)
        zone = scope.tenant.zone
    click.echo(f"{line.label}　{line.unit}　{line.state_label}{f'　{line.outcome_label}' if line.outcome else ''}")
    click.echo(f"工单 {line.serial_no}；办理机关 {line.authority or '待指定'}；经办 {line.officer or '待指定'}")
    rows = [
        (f"{each.at.astimezone(zone):%Y-%m-%d %H:%M:%S}", STEP_LABELS[each.kind], each.by, each.text) for each in steps
    ]
    click.echo("\n".join(table(("时间", "步骤", "经办", "内容"), rows)))
    click.echo("\n".join(table(("证据", "指纹"), [(each.title, each.sha256) for each in evidence])))


@case.command(name="pdf")
@for_the_machine
@TENANT
@NUMBER
@click.option(
    "--into", type=click.Path(file_okay=False, path_type=Path), default=Path(), help="放文件的目录,默认当前目录"
)
@click.option("--format", "forms", default="pdf", metavar="格式", help="pdf、docx、xlsx,可用逗号分隔")
def pdf(tenant: str, number: str, into: Path, forms: str) -> None:
    """把案卷写成文件。谁在何时印制、文件的指纹,记入安全日志。"""
    asked, now = forms_of(forms), datetime.now(UTC)
    with installed() as installation:
        written = {
            form: installation.run(
                tenant,
                partial(_printed, number=number, form=form, now=now),
            )
            for form in asked
        }
    for form, printed in written.items():
        path = into / f"{tenant}-case-{number}.{form}"
        try:
            into.mkdir(parents=True, exist_ok=True)
            path.write_bytes(printed.content)
        except OSError as error:
            raise NotWritable(f"{path} 写不进去:{error.strerror}。请换一个目录。") from error
        click.echo(f"已写入 {path}(SHA-256 {printed.sha256})")


def _printed(scope: Scope, *, number: str, form: str, now: datetime) -> Printed:
    return print_case(scope, case_numbered(scope, number), form, AT_THE_MACHINE, now=now)
