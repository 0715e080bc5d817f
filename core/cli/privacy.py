"""`huiying privacy`: who looked at residents' personal data, giving it to a person, and erasing it."""

import os
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import click

from core.cli.administering import AS_JSON, BY, REASON, TENANT, done_by
from core.cli.breach import affected_by
from core.cli.context import installed, say_json
from core.cli.entitled import for_the_machine
from core.cli.tables import table
from core.journey.erase import Erased, due_for_erasure, erase_due, erase_person
from core.journey.person import as_file, export_person
from core.tickets.retention import days_kept
from core.tickets.reveals import PURPOSE_LABELS, reveals

PHONE = click.option("--phone", required=True, metavar="电话", help="诉求人留的电话或邮箱，写全")
NAMES = {
    "ticket_event": "流转记录",
    "rating": "评价",
    "follow_up": "回访记录",
    "letter": "函件",
    "accountability_step": "问责经过",
    "accountability_evidence": "问责证据",
    "contribution": "协办意见",
    "contact_attempt": "联系记录",
    "telling": "告知记录",
    "verification": "核实结果",
    "enforcement": "执法结果",
    "reply_check": "答复的检查",
    "call_step": "来电记录的经过",
    "opinion": "会商意见",
    "policy": "形成的政策",
    "consultation_step": "会商记录",
    "route_decision": "派单依据",
    "article_use": "据知识答复",
}
"""What the tables of evidence are called in which a person may be named."""


@click.group(name="privacy")
def privacy() -> None:
    """个人信息：谁查看过联系方式，导出和删除一个人的信息，泄露时列出受影响的人。"""


privacy.add_command(affected_by)


@privacy.command(name="reveals")
@for_the_machine
@TENANT
@click.option(
    "--since", type=click.DateTime(["%Y-%m-%d"]), metavar="日期", help="只列这一天（当地）以来的，如 2026-03-12"
)
@AS_JSON
@for_the_machine
def list_reveals(tenant: str, since: datetime | None, *, as_json: bool) -> None:
    """列出谁查看过哪件工单的联系方式，最近的在前。"""
    with installed() as installation, installation.scope(tenant) as scope:
        zone = scope.tenant.zone
        found = reveals(scope, since=since.replace(tzinfo=zone) if since else None)
    if as_json:
        say_json(
            [
                {
                    "at": each.at,
                    "actor": each.actor_name,
                    "actor_kind": each.actor_kind,
                    "actor_id": each.actor_id,
                    "serial_no": serial_no,
                    "purpose": each.purpose,
                    "words": each.words,
                    "shown": each.shown.split(","),
                }
                for each, serial_no in found
            ]
        )
        return
    rows = [
        (
            f"{each.at.astimezone(zone):%Y-%m-%d %H:%M:%S}",
            each.actor_name,
            serial_no,
            PURPOSE_LABELS.get(each.purpose, each.purpose),
            each.words,
        )
        for each, serial_no in found
    ]
    click.echo("\n".join(table(("时间", "谁", "工单", "用途", "事由"), rows)) if rows else "没有人查看过联系方式。")


@privacy.command(name="export")
@TENANT
@PHONE
@BY
@REASON
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), metavar="文件", help="写入这个新文件；不写则输出到屏幕"
)
def export(tenant: str, phone: str, login: str, reason: str, out: Path | None) -> None:
    """导出本租户保存的一个人的全部信息（JSON），只含其本人的。谁导出、为什么，记入安全日志。"""
    if out is not None and out.exists():
        raise click.UsageError(f"文件 {out} 已存在")
    with installed() as installation:
        found = done_by(
            installation,
            tenant,
            login,
            lambda scope, actor, now: export_person(scope, phone, actor=actor, reason=reason, now=now),
        )
    content = as_file(found)
    if out is None:
        click.echo(content, nl=False)
        return
    descriptor = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    click.echo(f"已把 {len(found['tickets'])} 件工单的信息写入 {out}。请交给本人后删除这个文件。")


@privacy.command(name="erase")
@TENANT
@PHONE
@BY
@REASON
@click.option("--dry-run", is_flag=True, help="只说会删除哪些，不删除")
@AS_JSON
def erase(tenant: str, phone: str, login: str, reason: str, *, dry_run: bool, as_json: bool) -> None:
    """删除一个人的联系方式，并隐去工单里出现的本人姓名、电话和住址；工单和流转记录保留。还在办理的不动。"""
    with installed() as installation:
        erased = done_by(
            installation,
            tenant,
            login,
            lambda scope, actor, now: erase_person(scope, phone, actor=actor, reason=reason, now=now, dry_run=dry_run),
        )
    if as_json:
        say_json({"erased": erased.erased, "still_open": erased.still_open, "named": erased.named, "dry_run": dry_run})
        return
    for line in _erased_in_words(erased, dry_run=dry_run):
        click.echo(line)


@privacy.command(name="retention")
@TENANT
@click.option("--dry-run", is_flag=True, help="只说会删除哪些，不删除")
@click.option("--days", type=click.IntRange(1), metavar="天数", help="按这个期限试算；只能与 --dry-run 同用")
@AS_JSON
@for_the_machine
def retention(tenant: str, *, dry_run: bool, days: int | None, as_json: bool) -> None:
    """删除保存期限已到的联系方式；平时每天夜里自动进行。期限在功能 core.privacy 的设置里。"""
    if days is not None and not dry_run:
        raise click.UsageError("--days 只能与 --dry-run 同用")
    now = datetime.now(UTC)
    with installed() as installation:
        with installation.scope(tenant) as scope:
            held = days or days_kept(scope.hooks)
            due = due_for_erasure(scope, days=held, now=now) if held else ()
        if not dry_run:
            while held and installation.run(tenant, partial(erase_due, days=held, now=now)):
                pass
    if as_json:
        say_json({"days": held, "tickets": list(due), "dry_run": dry_run})
    elif not held:
        click.echo("没有设置保存期限，不自动删除。期限是功能 core.privacy 的设置 days。")
    else:
        click.echo(f"保存期限 {held} 天，{'会删除' if dry_run else '已删除'} {len(due):,} 件工单的联系方式。")


def _erased_in_words(erased: Erased, *, dry_run: bool) -> list[str]:
    if not erased.erased and not erased.still_open:
        return ["没有找到留有这个电话的工单，或已经删除过。"]
    would = "会删除" if dry_run else "已删除"
    lines = [f"{would} {len(erased.erased)} 件工单的诉求人信息：{'、'.join(erased.erased)}。"] if erased.erased else []
    if erased.still_open:
        lines.append(
            f"还在办理、没有删除的 {len(erased.still_open)} 件：{'、'.join(erased.still_open)}。请在办结后再运行。"
        )
    if erased.named:
        told = "、".join(f"{NAMES.get(table, table)} {count} 条" for table, count in erased.named.items())
        lines.append(f"不能改动的记录里还写有这个人：{told}。它们是凭证，保留原样。")
    return lines
