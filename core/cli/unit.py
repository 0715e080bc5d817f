"""`huiying unit`: the units of a tenant, and which of them the hotline's platform is made of."""

from dataclasses import asdict

import click

from core.cli.administering import AS_JSON, TENANT, looked_at
from core.cli.context import installed, say_json
from core.cli.entitled import for_the_machine
from core.cli.tables import table
from core.units.queries import DirectoryUnit, directory


@click.group(name="unit")
def unit() -> None:
    """承办单位：有哪些，哪些是热线平台的成员单位。"""


@unit.command(name="list")
@for_the_machine
@TENANT
@click.option("--members", "only_members", is_flag=True, help="只列成员单位")
@AS_JSON
def list_(tenant: str, *, only_members: bool, as_json: bool) -> None:
    """列出在用的承办单位，最后说有多少个、其中多少个是成员单位。"""
    with installed() as installation:
        units = looked_at(installation, tenant, lambda scope, _actor: directory(scope).units)
    members = sum(each.is_member for each in units)
    shown = [each for each in units if each.is_member or not only_members]
    if as_json:
        say_json({"units": [_plain(each) for each in shown], "count": len(units), "members": members})
        return
    rows = [[each.code, each.name, each.kind, "成员单位" if each.is_member else ""] for each in shown]
    click.echo("\n".join(table(["代码", "名称", "类别", "热线"], rows)))
    click.echo(f"共 {len(units)} 个承办单位，其中成员单位 {members} 个。")


def _plain(each: DirectoryUnit) -> dict[str, object]:
    return {name: value for name, value in asdict(each).items() if name in ("code", "name", "kind", "is_member")}
