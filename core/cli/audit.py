"""`huiying audit`: seals evidence, proves that nobody changed it, and tells what happened that concerns security."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

import click
from tqdm import tqdm

from core.cli.context import installed, say_json
from core.cli.entitled import for_the_machine
from core.cli.syslog import syslog
from core.cli.tables import table
from core.journey.audit import Audit, KeptSeal, audit_tenant, audit_ticket
from core.journey.file_audit import FileAudit, audit_files
from core.journey.sealing import seal_now
from core.tenancy.facts import TenantFacts
from core.tenancy.models import SecurityEvent
from core.tenancy.scope import Installation
from core.tenancy.security_log import KIND_LABELS, KINDS, as_document, security_events
from core.tickets.queries import Chain, count_tickets
from core.tickets.tampering import Finding
from core.tickets.trespass import trespasses

TAMPERED = 1
"""Exit code when something is not as it was written."""
SHOWN = 20
TENANT = click.option("--tenant", required=True, metavar="租户", help="租户短名")
DAY = click.DateTime(["%Y-%m-%d"])
AS_JSON = click.option("--json", "as_json", is_flag=True, help="最后一行输出一个 JSON 对象")


@click.group(name="audit")
def audit() -> None:
    """审计：该留的证据有没有被改动过，谁登录、授权、越权。"""


audit.add_command(syslog)


@audit.command(name="verify")
@for_the_machine
@click.option("--tenant", metavar="租户", help="租户短名；不写则核对全部租户")
@click.option("--ticket", metavar="编号", help="只核对这一件工单；须同时写租户")
@click.option("--kept", metavar="次数:摘要", help="另处留存的一次封存；须同时写租户，不能与 --ticket 并用")
@AS_JSON
@click.pass_context
def verify(ctx: click.Context, tenant: str | None, ticket: str | None, kept: str | None, *, as_json: bool) -> None:
    """逐件核对流转记录、凭证、设置、安全日志和每日封存；有不符的逐条指明，并以 1 退出。"""
    if tenant is None and (ticket or kept):
        raise click.UsageError("--ticket 和 --kept 须与 --tenant 同用")
    if ticket and kept:
        raise click.UsageError("--ticket 和 --kept 不能同用")
    seal = KeptSeal.read(kept) if kept else None
    with installed() as installation:
        chosen = [installation.tenant(tenant)] if tenant else installation.tenants()
        audits = [(each, _audit(installation, each, ticket, seal)) for each in chosen]
    if as_json:
        say_json({"tenants": [_as_json(each, audit) for each, audit in audits]})
    else:
        for each, audited in audits:
            _say(each, audited)
    if any(audited.findings for _, audited in audits):
        if not as_json:
            click.echo("有内容被改动过。请不要修复，先备份数据库，再与更早的备份比对。")
        ctx.exit(TAMPERED)


@audit.command(name="files")
@for_the_machine
@click.option("--tenant", metavar="租户", help="租户短名；不写则核对全部租户")
@AS_JSON
@click.pass_context
def files(ctx: click.Context, tenant: str | None, *, as_json: bool) -> None:
    """逐个读出附件，核对内容与上传时流转记录里的校验值；有不符的逐条指明，并以 1 退出。"""
    with installed() as installation:
        chosen = [installation.tenant(tenant)] if tenant else installation.tenants()
        audits = [(each, _files_of(installation, each)) for each in chosen]
    if as_json:
        say_json({"tenants": [{"tenant": each.slug, **asdict(audited)} for each, audited in audits]})
    for each, audited in () if as_json else audits:
        for finding in audited.findings[:SHOWN]:
            click.echo(f"{each.slug}：工单 {finding.serial_no} 的附件 {finding.file}：{finding.words}。")
        result = f"{len(audited.findings)} 处不符" if audited.findings else "全部完整"
        click.echo(f"{each.slug}：核对 {audited.files} 个附件，{audited.bytes / 1_000_000:.1f} MB，{result}。")
    if any(audited.findings for _, audited in audits):
        ctx.exit(TAMPERED)


@audit.command(name="seal")
@for_the_machine
@TENANT
@AS_JSON
def seal(tenant: str, *, as_json: bool) -> None:
    """立即封存一次，不等每日的封存；给出的摘要可留存别处，日后用 verify --kept 核对。"""
    with installed() as installation:
        sealed = installation.run(tenant, lambda scope: seal_now(scope, now=datetime.now(UTC)))
    kept = KeptSeal(sealed.number, sealed.digest)
    if as_json:
        told = {"number": sealed.number, "heads": sealed.heads, "records": sealed.records}
        say_json({"tenant": tenant, **told, "kept": str(kept)})
    else:
        new = f"{sealed.heads} 件工单有新的记录，另有 {sealed.records} 条留证记录"
        click.echo(f"第 {sealed.number} 次封存，{new}。可留存：{kept}")


@audit.command(name="trespasses")
@for_the_machine
@TENANT
@click.option("--since", type=DAY, metavar="日期", help="只列这一天（当地）以来的，如 2026-03-12")
@AS_JSON
def list_trespasses(tenant: str, since: datetime | None, *, as_json: bool) -> None:
    """列出因身份或权限被拒绝的操作，最近的在前。"""
    with installed() as installation, installation.scope(tenant) as scope:
        start = since.replace(tzinfo=scope.tenant.zone) if since else None
        found = trespasses(scope, since=start)
    if as_json:
        say_json(
            [
                {
                    "at": each.at,
                    "actor": each.actor_name,
                    "actor_kind": each.actor_kind,
                    "actor_id": each.actor_id,
                    "serial_no": each.serial_no,
                    "code": each.code,
                    "message": each.message,
                }
                for each in found
            ]
        )
        return
    zone = installation.tenant(tenant).zone
    rows = [
        (f"{each.at.astimezone(zone):%Y-%m-%d %H:%M:%S}", each.actor_name, each.serial_no or "—", each.message)
        for each in found
    ]
    click.echo("\n".join(table(("时间", "谁", "工单", "拒绝的理由"), rows)) if rows else "没有越权的操作。")


@audit.command(name="events")
@for_the_machine
@TENANT
@click.option("--since", type=DAY, metavar="日期", help="只列这一天（当地）以来的，如 2026-03-12")
@click.option("--until", type=DAY, metavar="日期", help="只列到这一天（当地）为止的，含这一天")
@click.option("--kind", type=click.Choice(sorted(KINDS)), metavar="种类", help=f"只列一种：{'、'.join(sorted(KINDS))}")
@click.option("--json", "as_json", is_flag=True, help="每行输出一个 JSON 对象")
def list_events(
    tenant: str, since: datetime | None, until: datetime | None, kind: str | None, *, as_json: bool
) -> None:
    """列出安全日志：登录、账号、角色、令牌、越权等，最早的在前。"""
    with installed() as installation, installation.scope(tenant) as scope:
        zone = scope.tenant.zone
        start = since.replace(tzinfo=zone) if since else None
        end = (until + timedelta(days=1)).replace(tzinfo=zone) if until else None
        found = security_events(scope, since=start, until=end, kind=kind)
        if as_json:
            for event in found:
                say_json(as_document(event, tenant=tenant))
            return
        rows = [
            (
                f"{event.at.astimezone(zone):%Y-%m-%d %H:%M:%S}",
                _kind_in_words(event),
                event.actor,
                event.subject or "—",
                event.address or "—",
            )
            for event in found
        ]
    click.echo("\n".join(table(("时间", "事件", "谁", "对象", "来自"), rows)) if rows else "没有这样的事件。")


def _kind_in_words(event: SecurityEvent) -> str:
    return {str(kind): label for kind, label in KIND_LABELS.items()}.get(event.kind, event.kind)


def _audit(installation: Installation, tenant: TenantFacts, ticket: str | None, kept: KeptSeal | None) -> Audit:
    with installation.scope(tenant.slug) as scope:
        if ticket:
            return audit_ticket(scope, ticket)

        def watched(chains: Iterator[Chain]) -> Iterable[Chain]:
            """Show a progress bar where somebody looks."""
            return tqdm(chains, total=count_tickets(scope), desc=f"核对 {tenant.slug}", unit="件", disable=None)

        return audit_tenant(scope, watched=watched, kept=kept)


def _files_of(installation: Installation, tenant: TenantFacts) -> FileAudit:
    return audit_files(
        installation,
        tenant.slug,
        watched=lambda files: tqdm(files, desc=f"核对 {tenant.slug}", unit="个", disable=None),
    )


def _say(tenant: TenantFacts, audited: Audit) -> None:
    for finding in audited.findings[:SHOWN]:
        click.echo(f"{tenant.slug}：{_in_words(tenant, finding)}")
    if len(audited.findings) > SHOWN:
        click.echo(f"{tenant.slug}：其余 {len(audited.findings) - SHOWN} 处见 --json。")
    records = f"、{audited.records} 条留证记录" if audited.records else ""
    looked_at = f"核对 {audited.tickets} 件工单{records}、{audited.seals} 次封存"
    result = f"{len(audited.findings)} 处不符" if audited.findings else "全部完整"
    click.echo(f"{tenant.slug}：{looked_at}，{result}。{_last_sealed(tenant, audited)}")


def _last_sealed(tenant: TenantFacts, audited: Audit) -> str:
    if audited.newest is None:
        return "尚未封存。"
    return f"最近一次封存：{_time(tenant, audited.newest.sealed_at)}。"


def _in_words(tenant: TenantFacts, finding: Finding) -> str:
    """Say which ticket, entry, record or seal it is, and what is wrong."""
    if finding.record:
        return f"{finding.record}{f'（{_time(tenant, finding.at)}）' if finding.at else ''}：{finding.words}。"
    number = finding.entry if finding.serial_no else finding.seal
    span = f"第 {number} 至 {finding.until} " if finding.until else f"第 {number} "
    told = "，".join([*([finding.kind] if finding.kind else []), *([_time(tenant, finding.at)] if finding.at else [])])
    named = f"{span}{'条' if finding.serial_no else '次封存'}{f'（{told}）' if told else ''}：" if number else ""
    return f"{f'工单 {finding.serial_no} ' if finding.serial_no else ''}{named}{finding.words}。"


def _as_json(tenant: TenantFacts, audited: Audit) -> dict[str, object]:
    newest = audited.newest
    return {
        "tenant": tenant.slug,
        "tickets": audited.tickets,
        "records": audited.records,
        "seals": audited.seals,
        "newest_seal": newest and {"sealed_at": newest.sealed_at, "kept": str(KeptSeal(newest.number, newest.digest))},
        "findings": [{**asdict(finding), "in_words": _in_words(tenant, finding)} for finding in audited.findings],
    }


def _time(tenant: TenantFacts, at: datetime) -> str:
    return f"{at.astimezone(tenant.zone):%Y-%m-%d %H:%M}"
