"""`huiying engagement`: prize collections and quizzes, from a file to the list that the finance office pays by."""

import csv
from collections.abc import Callable, Sequence
from dataclasses import asdict
from io import StringIO
from pathlib import Path
from typing import Any

import click

from core.cli.administering import AS_JSON, BY, REASON, TENANT, done_by, looked_at
from core.cli.context import installed, say_json
from core.cli.entitled import for_the_machine
from core.cli.tables import table
from core.embedded.files import write_private
from core.engagement.models import Campaign
from core.engagement.queries import campaigns, comes_out_again, count_entries, get_campaign, seed_of, winners_of
from core.engagement.rules import CAMPAIGN_KINDS, CAMPAIGN_STATES
from core.journey.campaigns import (
    DEED,
    award_campaign,
    draw_campaign,
    open_campaign,
    pay_list,
    sign_campaign,
    write_campaign,
)
from core.journey.lists import Ordered, order_of
from core.kit.errors import Refused
from core.tenancy.scope import Scope

NUMBER = click.argument("number", type=click.IntRange(1), metavar="编号")


class PickUnclear(Refused):
    """A jury's pick is not written as a prize and its numbers."""

    code = "pick-unclear"


@click.group(name="engagement")
def engagement() -> None:
    """线上互动：有奖征集、答题。一人登记，另一人开启；一人产生结果，另一人签发。"""


@engagement.command(name="draft")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False), metavar="文件")
@TENANT
@BY
@REASON
@AS_JSON
def draft(file: Path, tenant: str, login: str, reason: str, *, as_json: bool) -> None:
    """按 TOML 文件登记一个活动：奖品、预算、题目从此不能改，另一人开启后才看得到。"""
    text = file.read_text(encoding="utf-8-sig", errors="replace")
    _done(tenant, login, reason, lambda scope, order: write_campaign(scope, text, order), as_json=as_json)


@engagement.command(name="open")
@NUMBER
@TENANT
@BY
@REASON
@AS_JSON
def open_(number: int, tenant: str, login: str, reason: str, *, as_json: bool) -> None:
    """开启别人登记的活动，公布抽签种子的 SHA-256。"""
    _done(tenant, login, reason, lambda scope, order: open_campaign(scope, number, order), as_json=as_json)


@engagement.command(name="draw")
@NUMBER
@TENANT
@BY
@REASON
@AS_JSON
def draw(number: int, tenant: str, login: str, reason: str, *, as_json: bool) -> None:
    """截止以后抽签：公布种子和全部号码。"""
    _done(tenant, login, reason, lambda scope, order: draw_campaign(scope, number, order), as_json=as_json)


@engagement.command(name="award")
@NUMBER
@TENANT
@BY
@REASON
@click.option("--pick", "picks", multiple=True, required=True, metavar="奖项=号码、号码", help="评选出的号码，可写多次")
@AS_JSON
def award(number: int, tenant: str, login: str, reason: str, *, picks: Sequence[str], as_json: bool) -> None:
    """登记评选结果（评选产生奖品的活动），理由写怎么评的。"""
    _done(
        tenant,
        login,
        reason,
        lambda scope, order: award_campaign(scope, number, _picked(picks), order),
        as_json=as_json,
    )


def _picked(picks: Sequence[str]) -> dict[str, list[str]]:
    """Read the numbers of each prize. Raises `PickUnclear`."""
    picked: dict[str, list[str]] = {}
    for pick in picks:
        name, _, numbers = pick.partition("=")
        if not name or not numbers:
            raise PickUnclear(f"“{pick[:60]}”不清楚，请写成 一等奖=ABCD1234、EFGH5678 的样子。")
        picked.setdefault(name, []).extend(each.strip() for each in numbers.replace(",", "、").split("、"))
    return picked


@engagement.command(name="sign")
@NUMBER
@TENANT
@BY
@REASON
@AS_JSON
def sign(number: int, tenant: str, login: str, reason: str, *, as_json: bool) -> None:
    """签发别人产生的结果：公布获奖名单（打星号），没有中奖的手机号随即删除。"""
    _done(tenant, login, reason, lambda scope, order: sign_campaign(scope, number, order), as_json=as_json)


@engagement.command(name="pay-list")
@NUMBER
@TENANT
@BY
@REASON
@click.option("--to", "into", type=click.Path(path_type=Path), required=True, metavar="文件", help="写到哪里（CSV）")
def pay_list_(number: int, tenant: str, login: str, reason: str, *, into: Path) -> None:
    """写出给财务的发放名单，手机号完整，只有写的人能读；谁写过记入安全日志。"""
    with installed() as installation:
        listed = done_by(
            installation,
            tenant,
            login,
            lambda scope, actor, now: pay_list(
                scope, number, order_of(scope, actor, reason=reason, deed=DEED, now=now)
            ),
        )
    written = StringIO()
    rows = csv.writer(written)
    rows.writerow(["奖项", "号码", "手机号", "金额（元）"])
    rows.writerows([each.prize, each.number, each.phone, each.yuan] for each in listed)
    write_private(into, "\ufeff" + written.getvalue())
    click.echo(f"已写出 {len(listed):,} 人，共 {sum(each.yuan for each in listed):,} 元：{into}")


@engagement.command(name="list")
@for_the_machine
@TENANT
@AS_JSON
def list_(tenant: str, *, as_json: bool) -> None:
    """列出活动，新的在前。"""
    with installed() as installation:
        found = looked_at(
            installation, tenant, lambda scope, _actor: [_plain(scope, each) for each in campaigns(scope)]
        )
    if as_json:
        say_json({"campaigns": found})
        return
    rows = [
        [
            str(each["id"]),
            each["title"],
            each["kind"],
            each["state"],
            f"{each['entries']:,}",
            f"{each['budget_yuan']:,}",
        ]
        for each in found
    ]
    head = ["编号", "活动", "类别", "状态", "参加", "预算（元）"]
    click.echo("\n".join(table(head, rows, right=[4, 5])) if rows else "没有活动，或者没有开通线上互动。")


@engagement.command(name="check")
@for_the_machine
@NUMBER
@TENANT
@AS_JSON
def check(number: int, tenant: str, *, as_json: bool) -> None:
    """按公布的种子和名单重抽一遍，说与记录是否一致；不一致的以状态 1 结束。"""

    def look(scope: Scope) -> tuple[bool | None, str, list[dict[str, str]]]:
        campaign = get_campaign(scope, number)
        if campaign.way != "draw" or not campaign.record:
            return None, "", []
        winners = [asdict(each) for each in winners_of(scope, campaign)]
        return comes_out_again(scope, campaign), seed_of(scope, campaign), winners

    with installed() as installation:
        is_fair, seed, winners = looked_at(installation, tenant, lambda scope, _actor: look(scope))
    if as_json:
        say_json({"comes_out_again": is_fair, "seed": seed, "winners": winners})
    elif is_fair is None:
        click.echo("还没有抽签，或者奖品由评选产生，没有什么可以重抽。")
    else:
        click.echo(f"种子 {seed}，重抽结果与记录{'一致' if is_fair else '不一致'}。")
        click.echo("\n".join(f"{each['prize']}  {each['number']}  {each['phone']}" for each in winners))
    if is_fair is False:
        raise SystemExit(1)


def _done(tenant: str, login: str, reason: str, work: Callable[[Scope, Ordered], Campaign], *, as_json: bool) -> None:
    with installed() as installation:
        told: dict[str, Any] = done_by(
            installation,
            tenant,
            login,
            lambda scope, actor, now: _plain(
                scope, work(scope, order_of(scope, actor, reason=reason, deed=DEED, now=now))
            ),
        )
    if as_json:
        say_json(told)
        return
    click.echo(f"活动 {told['id']}“{told['title']}”：{told['state']}，{told['entries']:,} 人参加。")
    if told["seed_sha256"]:
        click.echo(f"种子的 SHA-256：{told['seed_sha256']}")


def _plain(scope: Scope, campaign: Campaign) -> dict[str, Any]:
    return {
        "id": campaign.id,
        "title": campaign.title,
        "kind": CAMPAIGN_KINDS[campaign.kind],
        "state": CAMPAIGN_STATES[campaign.state],
        "entries": count_entries(scope, campaign),
        "budget_yuan": campaign.budget_yuan,
        "seed_sha256": campaign.seed_sha256,
        "opens_at": campaign.opens_at.isoformat(),
        "closes_at": campaign.closes_at.isoformat(),
    }
