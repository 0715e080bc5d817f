"""`huiying tenant host`: under which host names a tenant's public pages are reached."""

from datetime import UTC, datetime

import click

from core.cli.context import installed, say_json
from core.cli.entitled import for_the_machine
from core.tenancy.hosts import give_host, take_host
from core.tenancy.security_log import AT_THE_MACHINE

SLUG = click.argument("slug", metavar="短名")
HOST = click.argument("host", metavar="域名")


@click.group("host")
def host_group() -> None:
    """租户自己的域名：公开页面从这里打开；写在前面的一个用在短信和微信的链接里。"""


@host_group.command("add")
@for_the_machine
@SLUG
@HOST
def add(slug: str, host: str) -> None:
    """给租户加一个域名;域名的解析和证书另行办理。"""
    with installed() as installation:
        given = installation.run(slug, lambda scope: give_host(scope, host, AT_THE_MACHINE, now=datetime.now(UTC)))
    click.echo(f"{given} 现在是租户 {slug} 的域名，几秒内生效。请把域名解析到本机，并装好证书。")


@host_group.command("remove")
@for_the_machine
@SLUG
@HOST
def remove(slug: str, host: str) -> None:
    """移除租户的一个域名;已经发出去的、以它开头的链接随即打不开。"""
    with installed() as installation:
        taken = installation.run(slug, lambda scope: take_host(scope, host, AT_THE_MACHINE, now=datetime.now(UTC)))
    click.echo(f"{taken} 不再是租户 {slug} 的域名，几秒内生效。")


@host_group.command("list")
@for_the_machine
@click.option("--json", "as_json", is_flag=True, help="最后一行输出一个 JSON 对象")
def list_(*, as_json: bool) -> None:
    """列出各租户的域名。"""
    with installed() as installation:
        tenants = installation.tenants()
    for tenant in tenants:
        click.echo(f"{tenant.slug}  {tenant.name}  {'、'.join(tenant.hosts) or '没有自己的域名'}")
    if as_json:
        say_json({tenant.slug: tenant.hosts for tenant in tenants})
