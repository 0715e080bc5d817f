"""`huiying feature`: which features a district has on and in what order; switching them, and those that fail."""

import sys
from collections.abc import Iterator
from dataclasses import asdict

import click

from core.cli.administering import AS_JSON, BY, REASON, TENANT, done_by, looked_at
from core.cli.context import installed, say_json
from core.cli.entitled import MACHINE, entitled, for_the_machine
from core.cli.tables import table
from core.cli.trials import inline_trial, say_result, trial_off
from core.journey.features.listing import STATE_LABELS, FeatureList, list_features
from core.journey.features.switching import Switching, move, switch_off, switch_on
from core.journey.features.trouble import Card, list_cards, put_away, resume, resume_all, suspend_all
from core.kit.errors import Refused
from core.people.roles import Permission
from core.tenancy.rules import NEED_LABELS

FEATURE = click.argument("feature_id", metavar="功能")


class WhichFeature(Refused):
    """Neither a feature nor all of them were named, or both."""

    code = "which-feature"


@click.group(name="feature")
def feature() -> None:
    """功能：启用、关闭、次序、停用与恢复。"""


@feature.command(name="list")
@for_the_machine
@TENANT
@AS_JSON
def list_(tenant: str, *, as_json: bool) -> None:
    """列出功能：状态、生效的修订、次序、待修复。"""
    with installed() as installation:
        listed = looked_at(
            installation, tenant, lambda scope, actor: list_features(scope, installation.roster, actor=actor)
        )
    if as_json:
        say_json(asdict(listed))
    else:
        click.echo("\n".join(_lines(listed)))


@feature.command(name="on")
@FEATURE
@TENANT
@BY
@click.option("--reason", default="", metavar="理由", help="为什么，写进记录")
@click.option("--yes", is_flag=True, help="试算之后不再询问")
@AS_JSON
def on(feature_id: str, tenant: str, login: str, reason: str, *, yes: bool, as_json: bool) -> None:
    """启用功能：以默认设置为第一次修订，检查、试算之后启用；须两人同意的等另一人批准。再做一次就接着做。"""
    with installed() as installation:
        roster = installation.roster

        def begin() -> Switching:
            return done_by(
                installation,
                tenant,
                login,
                lambda scope, actor, now: switch_on(scope, roster, feature_id, reason=reason, actor=actor, now=now),
            )

        switching, is_declined = begin(), False
        if "trial" in switching.needs:
            inline_trial(installation, tenant, login, feature_id, switching.number)
            is_declined = not _may_go_on(yes=yes)
            if not is_declined:
                switching = begin()
    if as_json:
        say_json(asdict(switching) | {"feature": feature_id, "tenant": tenant})
        return
    if is_declined:
        click.echo("没有启用，试算结果留着。要启用请再执行一次；不启用则用 huiying settings withdraw 撤回。")
    elif switching.state == "on":
        click.echo(f"已启用 {feature_id}（第 {switching.number} 次修订）。")
    else:
        missing = "、".join(NEED_LABELS[need] for need in switching.needs)
        click.echo(
            f"{feature_id} 正在启用（第 {switching.number} 次修订），还要：{missing}。"
            "做完再执行一次即启用；不启用则用 huiying settings withdraw 撤回。"
        )
    for name in switching.suggests:
        click.echo(f"建议同时启用 {name}。")


@feature.command(name="off")
@click.argument("feature_id", metavar="[功能]", default="")
@TENANT
@BY
@click.option("--reason", default="", metavar="理由", help="为什么，写进记录；试算不用写")
@click.option("--anyway", is_flag=True, help="还有别的依靠它，仍然关闭")
@click.option("--all", "everything", is_flag=True, help="紧急情况：全部停用，用 resume --all 恢复")
@click.option("--dry-run", "only_try", is_flag=True, help="不关闭，只在过去的工单上试算没有它会怎样")
@AS_JSON
def off(
    feature_id: str,
    tenant: str,
    login: str,
    reason: str,
    *,
    anyway: bool,
    everything: bool,
    only_try: bool,
    as_json: bool,
) -> None:
    """关闭功能，设置留着；先说明有什么依靠它。"""
    _refuse_both(feature_id, everything=everything)
    with installed() as installation:
        if only_try and feature_id:
            say_result(trial_off(installation, tenant, login, feature_id), as_json=as_json)
            return
        if everything:
            names = done_by(
                installation,
                tenant,
                login,
                lambda scope, actor, now: suspend_all(scope, reason=reason, actor=actor, now=now),
            )
            told = [f"已停用全部功能：{'、'.join(names)}。此后按通用规则办理；用 huiying feature resume --all 恢复。"]
        else:
            depending = done_by(
                installation,
                tenant,
                login,
                lambda scope, actor, now: switch_off(
                    scope, installation.roster, feature_id, reason=reason, anyway=anyway, actor=actor, now=now
                ),
            )
            names, told = [feature_id], [f"已关闭 {feature_id}，设置留着。", *(f"{each}。" for each in depending.words)]
    if as_json:
        say_json({"tenant": tenant, "features": list(names), "told": told})
    else:
        click.echo("\n".join(told))


@feature.command(name="order")
@FEATURE
@TENANT
@BY
@click.option("--before", metavar="功能", help="排在这项功能之前；不写则排在最后")
@AS_JSON
def order(feature_id: str, tenant: str, login: str, before: str | None, *, as_json: bool) -> None:
    """调整次序：几项功能都能决定的，次序在前的先决定。"""
    with installed() as installation:
        put = done_by(
            installation,
            tenant,
            login,
            lambda scope, actor, now: move(scope, feature_id, before=before, actor=actor, now=now),
        )
    if as_json:
        say_json({"tenant": tenant, "order": list(put)})
    else:
        click.echo(f"现在的次序：{'、'.join(put)}。")


@feature.command(name="resume")
@click.argument("feature_id", metavar="[功能]", default="")
@TENANT
@BY
@REASON
@click.option("--all", "everything", is_flag=True, help="恢复停用的全部功能")
@AS_JSON
def resume_(feature_id: str, tenant: str, login: str, reason: str, *, everything: bool, as_json: bool) -> None:
    """恢复停用的功能，故障重新计数。"""
    _refuse_both(feature_id, everything=everything)
    with installed() as installation:
        roster = installation.roster
        if everything:
            names = done_by(
                installation,
                tenant,
                login,
                lambda scope, actor, now: resume_all(scope, roster, reason=reason, actor=actor, now=now),
            )
        else:
            done_by(
                installation,
                tenant,
                login,
                lambda scope, actor, now: resume(scope, roster, feature_id, reason=reason, actor=actor, now=now),
            )
            names = [feature_id]
    if as_json:
        say_json({"tenant": tenant, "features": list(names)})
    else:
        click.echo(f"已恢复 {'、'.join(names)}。")


@feature.command(name="repairs")
@entitled(MACHINE, Permission.ADMINISTER)
@TENANT
@click.option("--put-away", "put", metavar="功能", help="收起这项功能的待修复；再出错会重新出现")
@click.option("--by", "login", metavar="登录名", help="谁来收起：有系统管理员角色的账号")
@AS_JSON
def repairs(tenant: str, put: str | None, login: str | None, *, as_json: bool) -> None:
    """待修复：哪些功能在哪里出错、几次、系统改为怎样处理。"""
    if put and not login:
        raise click.UsageError("收起待修复要写明是谁，请加 --by")
    with installed() as installation:
        roster = installation.roster
        if put and login:
            done_by(installation, tenant, login, lambda scope, actor, now: put_away(scope, put, actor=actor, now=now))
        cards = looked_at(installation, tenant, lambda scope, actor: list_cards(scope, roster, actor=actor))
    if as_json:
        say_json([asdict(card) for card in cards])
        return
    for card in cards:
        click.echo("\n".join(_card_lines(card)))
    if not cards:
        click.echo("没有待修复的功能。")


def _may_go_on(*, yes: bool) -> bool:
    """Ask whoever sits there whether what they have just read may be; a script has said so by calling."""
    return yes or not sys.stdin.isatty() or click.confirm("以上是试算结果，启用吗？", err=True)


def _refuse_both(feature_id: str, *, everything: bool) -> None:
    if bool(feature_id) == everything:
        raise WhichFeature("请写明一项功能，或用 --all 表示全部，只写一样。")


def _lines(listed: FeatureList) -> Iterator[str]:
    if listed.safe_mode:
        yield "安全模式：所有功能都不询问，按通用规则办理。"
    rows = [
        (
            str(line.position or ""),
            line.id,
            line.label,
            STATE_LABELS[line.state],
            _revision_words(line.revision, line.used),
            line.preset,
            str(line.incidents or ""),
            line.reason,
        )
        for line in listed.features
    ]
    head = ("次序", "功能", "名称", "状态", "修订", "全市预设", "待修复", "说明")
    yield from table(head, rows, right=(0, 6)) if rows else ["没有安装任何功能。"]
    yield from (f"插件 {each.plugin} 已隔离：{each.reason}" for each in listed.quarantined)


def _revision_words(revision: int, used: int | None) -> str:
    if not revision:
        return "默认" if used == 0 else ""
    return str(revision) if used in (None, revision) else f"{revision}（用 {used}）"


def _card_lines(card: Card) -> Iterator[str]:
    yield f"{card.feature}（{card.label}，{STATE_LABELS[card.state]}） {card.hook} 第 {card.revision} 次修订"
    number = f"，编号 {card.error_id}" if card.error_id else ""
    yield f"  {card.words}{number}"
    instead = f"；系统改为：{card.instead}" if card.instead else ""
    yield f"  {card.first_at:%Y-%m-%d %H:%M} 起 {card.count:,} 次，最近 {card.last_at:%Y-%m-%d %H:%M}{instead}"
