"""`huiying oidc`: by which identity providers staff of a tenant may sign in."""

import re
from datetime import UTC, datetime
from pathlib import Path

import click

from core.cli.administering import AS_JSON, TENANT
from core.cli.context import installed, say_json
from core.cli.entitled import for_the_machine
from core.cli.entrusting import site_address
from core.journey import identity
from core.kit.errors import Refused
from core.people.identities import Provider
from core.web.oidc_protocol import endpoints_of

NAME = re.compile(r"[a-z][a-z0-9-]{1,31}")


class NameUnusable(Refused):
    """The name is part of an address and must be typed everywhere."""

    code = "name-unusable"


@click.group(name="oidc")
def oidc() -> None:
    """统一身份认证:除密码外,还可以用哪些 OpenID Connect 登录。"""


@oidc.command(name="add")
@click.argument("name", metavar="名称")
@TENANT
@click.option("--label", required=True, metavar="称呼", help="登录页上的称呼，例如 市统一身份认证")
@click.option("--issuer", required=True, metavar="地址", help="对方的 issuer，与其 openid-configuration 中一字不差")
@click.option("--client-id", required=True, metavar="编号", help="在对方登记的 client_id")
@click.option(
    "--secret-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="文件",
    help="含 client_secret 的文件；对方只要求 PKCE 时不加",
)
@for_the_machine
def add(name: str, tenant: str, label: str, issuer: str, client_id: str, secret_file: Path | None) -> None:
    """接入一个统一身份认证;先向对方核对 issuer 再保存。"""
    if not NAME.fullmatch(name):
        raise NameUnusable(f"名称“{name}”不可用。请用 2 至 32 个小写字母、数字或连字符，以字母开头。")
    secret = secret_file.read_text(encoding="utf-8").strip() if secret_file else None
    provider, now = Provider(name, label, issuer, client_id, secret), datetime.now(UTC)
    endpoints_of(provider)
    with installed() as installation:
        installation.run(tenant, lambda scope: identity.bring_provider(scope, provider, now=now))
    click.echo(f"已接入{label}。请在对方登记回跳地址：{site_address()}/sign-in/oidc/callback")
    click.echo(f"登录入口：{site_address()}/sign-in?at={tenant}")


@oidc.command(name="list")
@TENANT
@AS_JSON
@for_the_machine
def list_all(tenant: str, *, as_json: bool) -> None:
    """列出已接入的统一身份认证。"""
    with installed() as installation:
        lines = installation.run(tenant, identity.list_providers)
    if as_json:
        say_json(
            [
                {"name": each.name, "label": each.label, "issuer": each.issuer, "client_id": each.client_id}
                for each in lines
            ]
        )
        return
    for each in lines:
        click.echo(f"{each.name}  {each.label}  {each.issuer}  {each.client_id}")
    if not lines:
        click.echo("没有接入统一身份认证。")


@oidc.command(name="remove")
@click.argument("name", metavar="名称")
@TENANT
@for_the_machine
def remove(name: str, tenant: str) -> None:
    """断开一个统一身份认证;密码登录不受影响。"""
    now = datetime.now(UTC)
    with installed() as installation:
        installation.run(tenant, lambda scope: identity.drop_provider(scope, name, now=now))
    click.echo(f"已断开 {name}。")
