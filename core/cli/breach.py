"""`huiying privacy affected`: whom a breach of personal data concerns, and the notice to each of them."""

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from core.cli.administering import BY, REASON, TENANT, done_by
from core.cli.context import installed
from core.journey.breach import affected
from core.journey.people import account_ids

MOMENT = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M"])


@click.command(name="affected")
@TENANT
@click.option("--since", type=MOMENT, required=True, metavar="时间", help="从何时（当地）起，如 2026-03-12T08:00")
@click.option("--until", type=MOMENT, required=True, metavar="时间", help="到何时（当地）为止；只写日期则含这一天")
@click.option("--account", "logins", multiple=True, metavar="登录名", help="只看这些账号；可重复，不写则看所有人")
@BY
@REASON
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), required=True, metavar="文件", help="写入这个新文件"
)
def affected_by(
    tenant: str, since: datetime, until: datetime, logins: tuple[str, ...], login: str, reason: str, out: Path
) -> None:
    """列出一段时间里联系方式被查看、被导出的人，并为每人拟好告知书（个人信息保护法第五十七条）。"""
    if out.exists():
        raise click.UsageError(f"文件 {out} 已存在")
    with installed() as installation:
        zone = installation.tenant(tenant).zone
        whole_day = timedelta(days=1) if (until.hour, until.minute) == (0, 0) else timedelta()
        found = done_by(
            installation,
            tenant,
            login,
            lambda scope, actor, now: affected(
                scope,
                since=since.replace(tzinfo=zone),
                until=(until + whole_day).replace(tzinfo=zone),
                accounts=account_ids(scope, logins),
                actor=actor,
                reason=reason,
                now=now,
            ),
        )
    told = {
        "made_at": datetime.now(UTC),
        "made_by": f"{login}@{tenant}",
        "persons": [
            {
                "name": person.contact.name,
                "phone": person.contact.phone,
                "address": person.contact.address,
                "tickets": person.tickets,
                "seen": [{"at": at, "by": who, "how": how} for at, who, how in person.seen],
                "notice": notice,
            }
            for person, notice in zip(found.persons, found.notices, strict=True)
        ],
        "contact_erased": found.gone,
    }
    descriptor = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(json.dumps(told, ensure_ascii=False, indent=2, default=str) + "\n")
    click.echo(
        f"{found.events} 次查看或导出，涉及 {len(found.persons)} 人，告知书已写入 {out}；"
        f"另有 {len(found.gone)} 件工单的联系方式已删除，无从告知。请补上措施和联系方式后发出，并妥善保管这个文件。"
    )
