"""`huiying tenant export` and `import`: one tenant out of an installation, and into another."""

from datetime import UTC, datetime
from pathlib import Path

import click

from core.cli.context import as_owner, installed, say_json
from core.cli.entitled import for_the_machine
from core.embedded.home import default_home
from core.journey.audit import audit_tenant
from core.journey.file_audit import audit_files
from core.journey.taking_out import take_tenant_out
from core.kit.keys import Keyring
from core.process import file_store
from core.tenancy.moving.bringing_in import bring_in
from core.tenancy.security_log import AT_THE_MACHINE

FOUND = 1
"""Exit code when something in what was brought in is not as it was written."""
AS_JSON = click.option("--json", "as_json", is_flag=True, help="最后一行输出一个 JSON 对象")


@click.command("export")
@for_the_machine
@click.argument("slug")
@click.argument("file", metavar="文件", type=click.Path(dir_okay=False, path_type=Path))
@AS_JSON
def export_tenant(slug: str, file: Path, *, as_json: bool) -> None:
    """把一个租户的全部数据写进一个文件，供导入另一个安装。"""
    now = datetime.now(UTC)
    with as_owner() as owner_url, installed() as installation:
        exported = take_tenant_out(installation, slug, file, AT_THE_MACHINE, owner_url=owner_url, now=now)
    taken = exported.taken
    filled = [part for part in taken.parts if part.rows]
    if as_json:
        say_json(
            {
                "lost": taken.lost,
                "rows": taken.rows,
                "sha256": exported.sha256,
                "files": taken.files,
                "keys": taken.keys,
                "tables": {part.table: part.rows for part in filled},
            }
        )
        return
    size = taken.path.stat().st_size
    click.echo(
        f"租户 {slug} 已导出到 {taken.path}：{len(filled)} 张表，{taken.rows} 行，附件文件 {taken.files} 个，{size / 1_000_000:.1f} MB。"
    )
    if taken.lost:
        click.echo(f"有 {taken.lost} 个附件不在存放处，没有导出；是哪些，见 huiying audit files --tenant {slug}。")
    click.echo(f"文件的 SHA-256：{exported.sha256}，已记入安全日志。")
    needed = "、".join(f"第 {number} 号（指纹 {mark}）" for number, mark in taken.keys.items())
    click.echo(f"联系方式仍是加密的。导入要用密钥 {needed}，即本安装的 keys.json，它不在文件里。")


@click.command("import")
@for_the_machine
@click.argument("file", metavar="文件", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--as", "slug", metavar="短名", help="换一个租户短名；不写则用原来的")
@AS_JSON
@click.pass_context
def import_tenant(ctx: click.Context, file: Path, slug: str | None, *, as_json: bool) -> None:
    """把导出的租户写进本安装，编号不变，然后核对全部记录和封存。须先停止 huiying up。"""
    with as_owner() as owner_url:
        home = default_home()
        keys, files = Keyring.load(home / "keys.json"), file_store(home)
        brought = bring_in(file, keys, files=files, owner_url=owner_url, slug=slug)
    with installed() as installation:
        with installation.scope(brought.slug) as scope:
            audited = audit_tenant(scope)
        files_audited = audit_files(installation, brought.slug)
    findings = [finding.words for finding in audited.findings] + [each.words for each in files_audited.findings]
    if as_json:
        told = {"rows": brought.rows, "files": brought.files, "tickets": audited.tickets}
        say_json({"slug": brought.slug, **told, "findings": findings})
    else:
        instead = "，代替了只声明过、没有用过的同名租户" if brought.replaced else ""
        click.echo(f"租户 {brought.slug} 已导入：{brought.rows} 行{instead}。")
        verdict = f"{len(findings)} 处不符，见 huiying audit verify 和 audit files" if findings else "全部完整"
        click.echo(f"核对 {audited.tickets} 件工单、{audited.seals} 次封存、{files_audited.files} 个附件：{verdict}。")
        click.echo("原安装里的这个租户请停用：两边都运行，待发的消息会发两次。")
    if findings:
        ctx.exit(FOUND)
