"""`huiying message`: what could not be delivered, and sending it again."""

from datetime import UTC, datetime, timedelta

import click
from sqlalchemy import select

from core.cli.context import installed, say_json
from core.cli.entitled import for_the_machine
from core.jobs.delivery import resend_failed
from core.tenancy.scope import Scope
from core.tickets.models import Message, Ticket


@click.group(name="message")
def message() -> None:
    """消息:查看没有送达的短信和邮件,重新发送。"""


@message.command(name="failed")
@for_the_machine
@click.option("--tenant", required=True, metavar="租户", help="租户短名")
@click.option("--days", default=30, show_default=True, type=click.IntRange(1, 3650), help="最近多少天")
@click.option("--json", "as_json", is_flag=True, help="最后一行输出一个 JSON 对象")
def failed(tenant: str, days: int, *, as_json: bool) -> None:
    """列出没有送达的消息和原因。"""
    since = datetime.now(UTC) - timedelta(days=days)
    with installed() as installation, installation.scope(tenant) as scope:
        rows = _failed(scope, since)
        if as_json:
            say_json({"tenant": tenant, "failed": rows})
            return
        for row in rows:
            click.echo(f"{row['at']}  {row['serial_no']}  {row['transport']}  {row['failure']}")
        click.echo(f"共 {len(rows)} 条没有送达。" if rows else "没有未送达的消息。")


@message.command(name="resend")
@for_the_machine
@click.option("--tenant", required=True, metavar="租户", help="租户短名")
@click.option("--days", default=30, show_default=True, type=click.IntRange(1, 3650), help="最近多少天")
def resend(tenant: str, days: int) -> None:
    """把没有送达的消息重新发送,例如在配好短信网关之后。"""
    now = datetime.now(UTC)
    with installed() as installation:
        sent = installation.run(tenant, lambda scope: resend_failed(scope, since=now - timedelta(days=days), now=now))
    click.echo(f"已重新发送 {sent} 条消息。")


def _failed(scope: Scope, since: datetime) -> list[dict[str, str]]:
    rows = scope.session.execute(
        select(Message.created_at, Ticket.serial_no, Message.transport, Message.failure)
        .join(Ticket, (Ticket.tenant_id == Message.tenant_id) & (Ticket.id == Message.ticket_id))
        .where(Message.tenant_id == scope.tenant.id, Message.state == "failed", Message.created_at >= since)
        .order_by(Message.created_at)
    )
    return [
        {
            "at": f"{at.astimezone(scope.tenant.zone):%Y-%m-%d %H:%M}",
            "serial_no": serial_no,
            "transport": transport,
            "failure": reason or "",
        }
        for at, serial_no, transport, reason in rows
    ]
