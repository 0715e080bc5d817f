"""`huiying tenant`: which districts are declared, what applying them would change, and applying them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import click

from core.cli.context import installed, say_json
from core.cli.ending import ENDING
from core.cli.entitled import for_the_machine
from core.cli.hosts import host_group
from core.cli.moving import export_tenant, import_tenant
from core.kit.errors import Refused
from tenants.apply import apply_profile, plan_profile
from tenants.changes import Change
from tenants.profile import SHIPPED, Profile, read_profiles

FOLDER = click.option(
    "--folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=SHIPPED,
    help="各区文件夹所在的目录；不写则用随产品提供的各区",
)
AS_JSON = click.option("--json", "as_json", is_flag=True, help="最后一行输出一个 JSON 对象")
SLUGS = click.argument("slugs", nargs=-1, metavar="[SLUG]...")


class UnknownProfile(Refused):
    """No folder declares a tenant of this short name."""

    code = "unknown-profile"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was planned or done for one tenant."""

    profile: Profile
    changes: Sequence[Change]


@click.group()
def tenant() -> None:
    """区（县）和市中心：查看声明、预览将要发生的变更、使之生效；域名；迁出、迁入；停用、注销、删除。"""


tenant.add_command(export_tenant)
tenant.add_command(import_tenant)
tenant.add_command(host_group)
for command in ENDING:
    tenant.add_command(command)


@tenant.command("list")
@for_the_machine
@FOLDER
@AS_JSON
def list_(folder: Path, *, as_json: bool) -> None:
    """列出已声明的各区及其功能。"""
    profiles = read_profiles(folder)
    for profile in profiles:
        features = "、".join(profile.features) or "无功能"
        counts = f"{len(profile.units)} 个单位，{len({duty.code for duty in profile.duties})} 个事项"
        click.echo(f"{profile.slug}  {profile.name}  {counts}  {features}")
    if as_json:
        say_json({"tenants": [{"slug": p.slug, "name": p.name, "features": p.features} for p in profiles]})


@tenant.command()
@for_the_machine
@SLUGS
@FOLDER
@AS_JSON
def plan(slugs: tuple[str, ...], folder: Path, *, as_json: bool) -> None:
    """只看将要改什么，不改。不写 SLUG 则看全部。"""
    profiles = _chosen(folder, slugs)
    with installed() as installation:
        outcomes = [
            Outcome(profile, plan_profile(installation, profile, together=_slugs(profiles))) for profile in profiles
        ]
    _say(outcomes, "将变更", as_json=as_json)


@tenant.command()
@for_the_machine
@SLUGS
@FOLDER
@AS_JSON
def apply(slugs: tuple[str, ...], folder: Path, *, as_json: bool) -> None:
    """按声明变更数据库；重复执行不会再改。不写 SLUG 则全部生效。"""
    profiles = _chosen(folder, slugs)
    outcomes = []
    with installed() as installation:
        for profile in profiles:
            changes = apply_profile(installation, profile, now=datetime.now(UTC), together=_slugs(profiles))
            outcomes.append(Outcome(profile, changes))
    _say(outcomes, "已变更", as_json=as_json)


def _chosen(folder: Path, slugs: Sequence[str]) -> Sequence[Profile]:
    """Return the profiles of these short names in the order in which they can be applied; all when none is named."""
    profiles = read_profiles(folder)
    known = {profile.slug for profile in profiles}
    for slug in slugs:
        if slug not in known:
            raise UnknownProfile(f"没有声明 {slug} 的文件夹。现有 {'、'.join(sorted(known)) or '无'}，请改正短名。")
    return [profile for profile in profiles if not slugs or profile.slug in slugs]


def _slugs(profiles: Sequence[Profile]) -> list[str]:
    return [profile.slug for profile in profiles]


def _say(outcomes: Sequence[Outcome], done: str, *, as_json: bool) -> None:
    for outcome in outcomes:
        heading = f"{outcome.profile.name}（{outcome.profile.slug}）"
        made = [change for change in outcome.changes if not change.waits]
        click.echo(f"{heading} {done} {len(made)} 处：" if made else f"{heading} 没有变更")
        for change in (*made, *(change for change in outcome.changes if change.waits)):
            click.echo(f"  {change}")
    if as_json:
        say_json({outcome.profile.slug: [change.sentence for change in outcome.changes] for outcome in outcomes})
