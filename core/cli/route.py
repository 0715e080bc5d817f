"""`huiying route`: why a ticket is with its unit, whose an appeal would be now, and routing rules as files."""

import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from core.cli.administering import AS_JSON, TENANT, looked_at
from core.cli.context import installed, say_json
from core.cli.entitled import for_the_machine
from core.cli.sla_explain import tenant_of
from core.intake.rules import Appeal
from core.journey.queries.decisions import DecisionLine
from core.journey.queries.explained import Explained, Step, explain_ticket, why_rule_did_not
from core.journey.queries.routing_rules import RulesLooked, look_at_rules, rules_in_force
from core.journey.queries.supposed import Supposition, suppose
from core.kit.errors import Refused

LARGEST_FILE = 8 * 1024 * 1024
FAILED = 1
LEVEL_LABELS = {"error": "错误", "warning": "提醒", "notice": "说明"}
MET = {True: "符合", False: "不符", None: "不明"}


class RulesFileUnusable(Refused):
    """The file with routing rules cannot be read or written."""

    code = "rules-file-unusable"


@click.group(name="route")
def route() -> None:
    """派单：一件工单为什么派到这里，一件诉求现在会派给谁，派单规则的文件。"""


@route.command(name="explain")
@for_the_machine
@click.argument("ticket", metavar="受理流水号")
@click.option("--tenant", "slug", default=None, metavar="租户", help="租户的短名；不写则按流水号查找")
@click.option("--why-not", "rule_id", default=None, metavar="规则", help="这条规则当时为什么没有起作用")
@AS_JSON
def explain(ticket: str, slug: str | None, rule_id: str | None, *, as_json: bool) -> None:
    """一件工单应派给谁、派给了谁、为什么：每一次判定、派单、退单和会商，从头说起。

    除流水号外也可以写工单的编号（数字），这时要写 --tenant。
    """
    with installed() as installation:
        slug = slug or tenant_of(installation, ticket)
        if rule_id is not None:
            told = looked_at(installation, slug, lambda scope, actor: why_rule_did_not(scope, ticket, rule_id))
            _say({"ticket": ticket, "rule": rule_id, "why_not": told}, told, as_json=as_json)
            return
        explained = looked_at(installation, slug, lambda scope, actor: explain_ticket(scope, ticket))
    _say(plain_story(explained), _story_lines(explained), as_json=as_json)


@route.command(name="try")
@for_the_machine
@TENANT
@click.option("--text", required=True, metavar="内容", help="诉求内容")
@click.option("--title", default="", metavar="标题")
@click.option("--place", default="", metavar="地点")
@click.option("--matter", default=None, metavar="事项", help="职责清单的事项编码；不写则按内容推荐")
@click.option("--channel", default="desk", show_default=True, metavar="渠道")
@AS_JSON
def try_(tenant: str, text: str, title: str, place: str, matter: str | None, channel: str, *, as_json: bool) -> None:
    """试问：这样一件诉求现在会派给谁、依据什么。什么也不登记，不留记录。"""
    appeal = Appeal(channel=channel, text=text, title=title, place=place, matter=matter)
    with installed() as installation:
        supposed = looked_at(
            installation,
            tenant,
            lambda scope, actor: suppose(scope, installation.roster, appeal, now=datetime.now(UTC)),
        )
    _say(asdict(supposed), _supposed_lines(supposed), as_json=as_json)


@route.group(name="rules")
def rules() -> None:
    """派单规则：写成文件、检查文件。起草和启用走 huiying settings。"""


@rules.command(name="show")
@for_the_machine
@TENANT
@click.option("--file", type=click.Path(path_type=Path), metavar="文件", help="写进文件；不写则显示")
def show(tenant: str, file: Path | None) -> None:
    """现行的派单规则，写成 JSON，改好后可以用 settings draft --from 起草。"""
    with installed() as installation:
        held = looked_at(installation, tenant, lambda scope, actor: rules_in_force(scope))
    written = json.dumps(held, ensure_ascii=False, indent=2)
    if file is None:
        click.echo(written)
        return
    try:
        file.write_text(f"{written}\n", encoding="utf-8")
    except OSError as error:
        raise RulesFileUnusable(f"写不了文件 {file}（{error.strerror}）。请换一个位置。") from error
    click.echo(f"现行的 {len(held['rules']):,} 条派单规则已写到 {file}。")
    click.echo(
        f"改好后：huiying route rules check {file} --tenant {tenant}，"
        f"再 huiying settings draft --tenant {tenant} --feature core.routing --from {file} --by 登录名 --reason 理由"
    )


@rules.command(name="check")
@for_the_machine
@click.argument("file", type=click.Path(path_type=Path), metavar="文件")
@TENANT
@AS_JSON
def check(file: Path, tenant: str, *, as_json: bool) -> None:
    """检查文件里的派单规则：读不读得通，所写的单位、事项、区域在不在，有没有命中不了或互相矛盾的。

    有错误时退出码为 1。
    """
    text = _read(file)
    with installed() as installation:
        looked = looked_at(installation, tenant, lambda scope, actor: look_at_rules(scope, text))
    _say({**asdict(looked), "passed": looked.passed}, _looked_lines(looked), as_json=as_json)
    if not looked.passed:
        sys.exit(FAILED)


def plain_story(explained: Explained) -> dict[str, Any]:
    """Return the story as JSON, each decision once."""
    told = asdict(explained) | {"sentence": explained.sentence}
    del told["why"]
    for step in told["steps"]:
        step["at"] = step["at"].isoformat()
        if decision := step["decision"]:
            decision["at"] = decision["at"].isoformat()
        if (returned := step["returned"]) and returned["decided_at"]:
            returned["decided_at"] = returned["decided_at"].isoformat()
    return told


def _say(plain: Any, lines: Iterable[str], *, as_json: bool) -> None:
    if as_json:
        say_json(plain)
    else:
        click.echo("\n".join(lines))


def _read(file: Path) -> bytes:
    try:
        if file.stat().st_size > LARGEST_FILE:
            raise RulesFileUnusable(f"文件 {file} 超过 8 MB，不会是派单规则。请检查文件名。")
        return file.read_bytes()
    except OSError as error:
        raise RulesFileUnusable(f"打不开文件 {file}（{error.strerror}）。请检查文件名和权限。") from error


def _story_lines(explained: Explained) -> Iterator[str]:
    yield f"{explained.serial_no} {explained.title}（{explained.state_label}）"
    yield f"为什么在这里：{explained.sentence}"
    for number, step in enumerate(explained.steps, 1):
        yield ""
        yield from _step_lines(number, step)


def _step_lines(number: int, step: Step) -> Iterator[str]:
    yield f"{number}. 【{step.label}】{step.words}"
    if step.decision:
        yield from _decision_lines(step.decision)


def _decision_lines(decision: DecisionLine) -> Iterator[str]:
    duty_list = f"职责清单第 {decision.duty_list} 版" if decision.duty_list else "没有职责清单"
    rules = f"，规则摘要 {decision.rules[:12]}" if decision.rules else ""
    stamp = f"，{decision.by_words}" if decision.by_words else ""
    yield f"   决定：{decision.kind_label}（{decision.decided_by}）{stamp}；{duty_list}{rules}"
    if decision.override:
        yield f"   没有按建议派给{decision.suggested}，理由：{decision.override}"
    yield from (f"   {sentence}" for sentence in decision.explanation)
    for rule in decision.matched:
        yield f"   规则“{rule.label}”（{rule.rule}，{rule.phase}）逐项："
        for part in rule.parts:
            yield f"     {MET[part.met]}{'' if part.decides else '（不影响结果）'}：{part.asked}——{part.answered}"


def _supposed_lines(supposed: Supposition) -> Iterator[str]:
    yield f"事项：{supposed.matter_words or '未知'}（{supposed.matter_because}）"
    yield f"区域：{supposed.area_words or '未知'}（{supposed.area_because}）"
    because = f"（{'；'.join(supposed.urgent_because)}）" if supposed.urgent_because else ""
    yield f"紧急程度：{'紧急' if supposed.urgent else '一般'}{because}"
    if supposed.unit:
        others = f"，协办 {'、'.join(supposed.co)}" if supposed.co else ""
        yield f"{'直接派给' if supposed.is_direct else '建议派给'}：{supposed.unit_name}{others}"
    else:
        yield "派给：没有建议的单位，由受理席判定"
    duty_list = f"职责清单第 {supposed.duty_list} 版" if supposed.duty_list else "没有职责清单"
    yield f"依据：{supposed.reason.rstrip('。')}（{supposed.rule_id}，{supposed.by_words}；{duty_list}）"
    yield from (f"  {sentence}" for sentence in supposed.explanation)
    yield from (f"注意：{each}" for each in supposed.failed)
    yield "以上只是试问，没有登记工单。"


def _looked_lines(looked: RulesLooked) -> Iterator[str]:
    if looked.faults:
        yield f"这些规则读不通，有 {len(looked.faults):,} 处要改："
        yield from (f"  {fault}" for fault in looked.faults)
        return
    yield f"共 {looked.count:,} 条规则，{'可以起草' if looked.passed else '有错误，不能启用'}（摘要 {looked.digest[:12]}）。"
    yield from (f"  {LEVEL_LABELS[each.level]}：{each.sentence}" for each in looked.findings)
    if not looked.is_complete:
        yield "  规则太多，没有逐对比较完，可能还有重叠的。"
