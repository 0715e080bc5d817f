"""`huiying plugin`: which plugins there are, whether one keeps the rules, a new one, and what one leaves behind."""

from pathlib import Path

import click

from core.cli.context import as_owner, installed, say_json
from core.cli.entitled import for_the_machine
from core.cli.tables import table
from core.conformance.baking import bake
from core.conformance.examining import run
from core.conformance.report import Report
from core.conformance.rule import Tier
from core.conformance.settings_lock import lock_settings
from core.conformance.subject import subject_of
from core.hooks.features import Feature
from core.hooks.manifest import Manifest
from core.hooks.roster import Quarantined
from core.kit.errors import Refused
from core.migrations import installed_manifests, migrate_plugin, write_migration
from core.tenancy.active import features_on
from core.tenancy.plugin_schemas import purge as purge_schema
from core.tenancy.scope import Installation

NOT_GREEN = 1
"""Exit code when a rule is broken."""
TIERS = {tier.label: tier for tier in Tier}
AS_JSON = click.option("--json", "as_json", is_flag=True, help="最后一行输出一个 JSON 对象")
PLUGIN = click.argument("plugin_id", metavar="插件")


class StillOn(Refused):
    """A feature of the plugin is on somewhere."""

    code = "plugin-still-on"


class NotInstalled(Refused):
    """No plugin of this id is installed, or it is put aside."""

    code = "plugin-not-installed"


@click.group(name="plugin")
def plugin() -> None:
    """插件：装了哪些，是否合格；新建、更新数据表、清除。"""


@plugin.command(name="list")
@for_the_machine
@AS_JSON
def list_plugins(*, as_json: bool) -> None:
    """列出装着的插件、各项功能和启用它们的租户，以及被隔离的插件和原因。"""
    with installed() as installation:
        manifests = installed_manifests()
        enabled = _enabled(installation)
        quarantined = installation.roster.quarantined
    if as_json:
        say_json(_as_json(manifests, enabled, quarantined))
        return
    rows = [
        (manifest.id, manifest.version, manifest.api, feature.id, feature.label, _tenants(enabled, feature))
        for manifest in manifests
        for feature in manifest.features
    ]
    if rows:
        click.echo("\n".join(table(("插件", "版本", "接口", "功能", "名称", "启用的租户"), rows)))
    else:
        click.echo("没有装插件。")
    for each in quarantined:
        click.echo(f"已隔离 {each.plugin}：{each.reason}")


@plugin.command(name="check")
@for_the_machine
@click.argument("which", metavar="插件或文件夹")
@click.option(
    "--tier", type=click.Choice(list(TIERS)), help="只检查到这一级：铜 才能启用，银 才能用于生产，金 随产品提供"
)
@click.option("--without-database", is_flag=True, help="不启动临时数据库；需要它的规则不检查")
@AS_JSON
@click.pass_context
def check(ctx: click.Context, which: str, tier: str | None, *, without_database: bool, as_json: bool) -> None:
    """逐条检查插件是否合格；有不合格的以 1 退出。不碰正在使用的数据。"""
    report = run(which, tier=TIERS[tier] if tier else None, with_database=not without_database)
    if as_json:
        say_json(report.as_json())
    else:
        _say(report)
    if not report.is_green:
        ctx.exit(NOT_GREEN)


@plugin.command(name="lock")
@for_the_machine
@click.argument("which", metavar="插件或文件夹")
def lock(which: str) -> None:
    """记下各功能设置现在的样子；以后样子变了而 VERSION 没有加一，检查就不合格。"""
    subject = subject_of(which)
    path = lock_settings(subject.folder, subject.schemas())
    click.echo(f"已写入 {path}。")


@plugin.command(name="new")
@for_the_machine
@click.argument("plugin_id", metavar="插件")
@click.option("--folder", type=click.Path(file_okay=False, path_type=Path), default=Path(), help="建在哪个文件夹里")
@click.option("--label", default="", help="插件的中文名称")
def new(plugin_id: str, folder: Path, label: str) -> None:
    """新建一个能用的插件：一项按关键词推荐单位的功能、设置、数据表、测试和说明。"""
    made = bake(plugin_id, folder=folder, label=label)
    click.echo(f"已建好 {made}。接下来：")
    click.echo(f"  pip install -e {made}")
    click.echo(f"  huiying plugin check {plugin_id}")


@plugin.command(name="migrate")
@for_the_machine
@PLUGIN
def migrate(plugin_id: str) -> None:
    """把插件的数据表更新到当前版本。"""
    manifest = _installed_manifest(plugin_id)
    with as_owner() as owner_url:
        migrate_plugin(owner_url, manifest)
    click.echo(f"插件 {plugin_id} 的数据表已是当前版本。" if manifest.migrations else f"插件 {plugin_id} 没有数据表。")


@plugin.command(name="migration")
@for_the_machine
@PLUGIN
@click.argument("message", metavar="说明")
def migration(plugin_id: str, message: str) -> None:
    """在插件的文件夹里写一个新的空迁移文件；说明用英文，作为文件名。"""
    manifest = _installed_manifest(plugin_id)
    with as_owner() as owner_url:
        click.echo(f"已写入 {write_migration(manifest, owner_url, message)}。")


@plugin.command(name="purge")
@for_the_machine
@PLUGIN
@click.option("--dry-run", is_flag=True, help="只说会删除什么")
@click.option("--yes", is_flag=True, help="不再询问")
def purge(plugin_id: str, *, dry_run: bool, yes: bool) -> None:
    """永久删除插件的数据表，包括所有租户的数据；插件可以已经卸载。"""
    with installed() as installation:
        _refuse_on(installation, plugin_id)
    with as_owner() as owner_url:
        would = purge_schema(owner_url, plugin_id, dry_run=True)
        if dry_run:
            click.echo(would.words)
            return
        if not yes:
            click.confirm(f"{would.words}确定吗", abort=True)
        click.echo(purge_schema(owner_url, plugin_id, dry_run=False).words)


def _enabled(installation: Installation) -> dict[str, list[str]]:
    """Return the tenants that have each feature on."""
    found: dict[str, list[str]] = {}
    for tenant in installation.tenants():
        with installation.scope(tenant.slug) as scope:
            for row in features_on(scope.session, scope.tenant):
                found.setdefault(row.feature, []).append(tenant.slug)
    return found


def _tenants(enabled: dict[str, list[str]], feature: Feature) -> str:
    return "、".join(enabled.get(feature.id, [])) or "—"


def _as_json(
    manifests: list[Manifest], enabled: dict[str, list[str]], quarantined: tuple[Quarantined, ...]
) -> dict[str, object]:
    return {
        "plugins": [
            {
                "id": manifest.id,
                "version": manifest.version,
                "api": manifest.api,
                "label": manifest.label,
                "features": [
                    {"id": feature.id, "label": feature.label, "tenants": enabled.get(feature.id, [])}
                    for feature in manifest.features
                ],
            }
            for manifest in manifests
        ],
        "quarantined": [{"id": each.plugin, "reason": each.reason} for each in quarantined],
    }


def _say(report: Report) -> None:
    click.echo("\n".join(table(("规则", "级别", "结果", "内容"), report.rows())))
    click.echo(report.summary())


def _installed_manifest(plugin_id: str) -> Manifest:
    manifests = {manifest.id: manifest for manifest in installed_manifests()}
    if plugin_id not in manifests:
        raise NotInstalled(f"没有装着能用的插件 {plugin_id}。可用的：{'、'.join(sorted(manifests)) or '无'}。")
    return manifests[plugin_id]


def _refuse_on(installation: Installation, plugin_id: str) -> None:
    still = sorted(feature for feature in _enabled(installation) if feature.startswith(f"{plugin_id}."))
    if still:
        raise StillOn(f"{'、'.join(still)} 还有租户启用着，不能清除插件 {plugin_id} 的数据表。请先停用。")
