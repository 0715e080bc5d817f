"""`huiying settings`: what holds of a feature's settings, and every step by which they change."""

import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from core.cli.administering import AS_JSON, BY, REASON, TENANT, done_by, looked_at
from core.cli.context import installed, say_json
from core.cli.entitled import for_the_machine
from core.cli.sla import TimeUnclear
from core.cli.tables import table
from core.cli.trials import dry_run, what_follows
from core.hooks.settings import Difference, SecretText
from core.hooks.values import Finding
from core.journey.features.listing import STATE_LABELS as FEATURE_STATES
from core.journey.settings.checking import check
from core.journey.settings.deciding import Decided, activate, approve, roll_back, withdraw
from core.journey.settings.drafting import Wish, draft, typed_changes
from core.journey.settings.effects import HOLDS_FROM_NOW
from core.journey.settings.presets import push_preset
from core.journey.settings.secrets import forget_secret, list_secrets, set_secret
from core.journey.settings.showing import RevisionLine, RevisionShown, Shown, diff, history, show, show_revision
from core.kit.errors import Refused
from core.tenancy.rules import NEED_LABELS

FEATURE = click.option("--feature", "feature_id", required=True, metavar="功能", help="功能的代号")
AWARE = click.option("--aware", is_flag=True, help="已看过试算的提醒，仍要这样办")
NUMBER = click.argument("number", metavar="第几次", type=click.IntRange(min=1, max=2**31 - 1))
LARGEST_FILE = 1024 * 1024


class FileUnusable(Refused):
    """The file with settings cannot be read, or is no JSON object."""

    code = "file-unusable"


class ChangeUnclear(Refused):
    """A change on the command line has no name, or is given twice."""

    code = "change-unclear"


class SecretMissing(Refused):
    """Neither a reference nor a text was given for a secret."""

    code = "secret-missing"


@click.group(name="settings")
def settings() -> None:
    """设置：查看、起草、检查、试算、批准、启用、回退。每一步都有记录。"""


@settings.command(name="show")
@for_the_machine
@click.argument("number", metavar="[第几次]", type=click.IntRange(min=1, max=2**31 - 1), required=False)
@TENANT
@FEATURE
@AS_JSON
def show_(number: int | None, tenant: str, feature_id: str, *, as_json: bool) -> None:
    """现行设置：每一项的值、从哪里来、是否由全市锁定。写明第几次，则看那一次修订。"""
    with installed() as installation:
        roster = installation.roster
        if number is None:
            shown = looked_at(installation, tenant, lambda scope, actor: show(scope, roster, feature_id, actor=actor))
            plain, lines = asdict(shown), _shown_lines(shown)
        else:
            one = looked_at(
                installation, tenant, lambda scope, actor: show_revision(scope, roster, feature_id, number, actor=actor)
            )
            plain, lines = asdict(one), _revision_lines(one)
    _say(plain, lines, as_json=as_json)


@settings.command(name="draft")
@TENANT
@FEATURE
@BY
@REASON
@click.option("--set", "typed", multiple=True, metavar="名称=值", help="改一项，可重复；多个词用逗号分开")
@click.option("--inherit", multiple=True, metavar="名称", help="这一项恢复沿用全市预设或默认，可重复")
@click.option("--from", "file", type=click.Path(path_type=Path), metavar="文件", help="JSON 文件，写有要改的各项")
@click.option("--whole", is_flag=True, help="文件写的是全部自设项，没有写的都恢复沿用")
@click.option("--lock", multiple=True, metavar="名称", help="市中心：下辖各区不能改这一项，可重复")
@click.option("--unlock", multiple=True, metavar="名称", help="市中心：这一项交还各区，可重复")
@AS_JSON
def draft_(
    tenant: str,
    feature_id: str,
    login: str,
    reason: str,
    typed: tuple[str, ...],
    inherit: tuple[str, ...],
    file: Path | None,
    lock: tuple[str, ...],
    unlock: tuple[str, ...],
    *,
    whole: bool,
    as_json: bool,
) -> None:
    """起草一次修订：写入时即检查，还不生效。"""
    texts = _pairs(typed)
    in_file = _read(file) if file else {}
    with installed() as installation:
        roster = installation.roster
        changes = typed_changes(roster, feature_id, texts)
        wish = Wish(
            changes=changes if whole else {**in_file, **changes},
            inherit=inherit,
            whole=in_file if whole else None,
            lock=lock,
            unlock=unlock,
        )
        drafted = done_by(
            installation,
            tenant,
            login,
            lambda scope, actor, now: draft(scope, roster, feature_id, wish, reason=reason, actor=actor, now=now),
        )
    lines = [
        f"已起草第 {drafted.number} 次修订，还没有生效（现行{_number_words(drafted.in_force)}）：",
        *_difference_lines(drafted.changes),
        f"下一步：huiying settings check {drafted.number} --tenant {tenant} --feature {feature_id} --by {login}",
    ]
    _say(asdict(drafted), lines, as_json=as_json)


@settings.command(name="check")
@NUMBER
@TENANT
@FEATURE
@BY
@AS_JSON
def check_(number: int, tenant: str, feature_id: str, login: str, *, as_json: bool) -> None:
    """检查一次修订：所选的单位和事项是否存在，功能自己有没有意见。未通过的不能启用。"""
    with installed() as installation:
        checked = done_by(
            installation,
            tenant,
            login,
            lambda scope, actor, now: check(scope, installation.roster, feature_id, number, actor=actor, now=now),
        )
        following = what_follows(installation, tenant, feature_id, number) if checked.passed else []
    lines = [
        f"第 {number} 次修订{'检查通过' if checked.passed else '没有通过检查，不能启用'}。",
        *_finding_lines(checked.findings),
        *following,
    ]
    _say({**asdict(checked), "passed": checked.passed}, lines, as_json=as_json)
    if not checked.passed:
        sys.exit(2)


settings.add_command(dry_run)


@settings.command(name="approve")
@NUMBER
@TENANT
@FEATURE
@BY
@click.option("--note", default="", metavar="意见", help="批准意见，写进记录")
@AWARE
@AS_JSON
def approve_(number: int, tenant: str, feature_id: str, login: str, note: str, *, aware: bool, as_json: bool) -> None:
    """以第二人的身份批准一次修订；起草人自己不能批准。"""
    with installed() as installation:
        changes = done_by(
            installation,
            tenant,
            login,
            lambda scope, actor, now: approve(
                scope, installation.roster, feature_id, number, note=note, aware=aware, actor=actor, now=now
            ),
        )
        following = what_follows(installation, tenant, feature_id, number)
    lines = [f"已批准第 {number} 次修订，它会改变：", *_difference_lines(changes), *following]
    _say({"number": number, "changes": [asdict(each) for each in changes]}, lines, as_json=as_json)


@settings.command(name="activate")
@NUMBER
@TENANT
@FEATURE
@BY
@click.option("--at", default="", metavar="时间", help="从这时起生效，如 2026-12-01T08:00；不写则立即生效")
@AWARE
@AS_JSON
def activate_(number: int, tenant: str, feature_id: str, login: str, at: str, *, aware: bool, as_json: bool) -> None:
    """启用一次修订，立即或从某时起。须已检查、试算；涉及问责或隐私的须另一人批准。"""
    with installed() as installation:
        zone = installation.tenant(tenant).zone
        effective = _instant(at, zone) if at else None
        decided = done_by(
            installation,
            tenant,
            login,
            lambda scope, actor, now: activate(
                scope, installation.roster, feature_id, number, at=effective, aware=aware, actor=actor, now=now
            ),
        )
    _say(asdict(decided) | {"holds": HOLDS_FROM_NOW}, _decided_lines(decided, zone), as_json=as_json)


@settings.command(name="rollback")
@TENANT
@FEATURE
@BY
@REASON
@click.option(
    "--to", type=click.IntRange(min=1, max=2**31 - 1), metavar="第几次", help="回退到哪一次；不写则是上一次生效的"
)
@AS_JSON
def rollback(tenant: str, feature_id: str, login: str, reason: str, to: int | None, *, as_json: bool) -> None:
    """回退到以前生效过的设置，作为新的一次修订立即生效；它试算、批准过，不再重复。"""
    with installed() as installation:
        zone = installation.tenant(tenant).zone
        decided = done_by(
            installation,
            tenant,
            login,
            lambda scope, actor, now: roll_back(
                scope, installation.roster, feature_id, to=to, reason=reason, actor=actor, now=now
            ),
        )
    _say(asdict(decided) | {"holds": HOLDS_FROM_NOW}, _decided_lines(decided, zone), as_json=as_json)


@settings.command(name="withdraw")
@NUMBER
@TENANT
@FEATURE
@BY
@REASON
@AS_JSON
def withdraw_(number: int, tenant: str, feature_id: str, login: str, reason: str, *, as_json: bool) -> None:
    """撤回还没有生效的修订。"""
    with installed() as installation:
        done_by(
            installation,
            tenant,
            login,
            lambda scope, actor, now: withdraw(scope, feature_id, number, reason=reason, actor=actor, now=now),
        )
    _say({"number": number, "state": "withdrawn"}, [f"已撤回第 {number} 次修订。"], as_json=as_json)


@settings.command(name="diff")
@for_the_machine
@NUMBER
@TENANT
@FEATURE
@click.option(
    "--against", type=click.IntRange(min=1, max=2**31 - 1), metavar="第几次", help="与哪一次比；不写则与现行的比"
)
@AS_JSON
def diff_(number: int, tenant: str, feature_id: str, against: int | None, *, as_json: bool) -> None:
    """用文字说明两次修订之间改了什么。"""
    with installed() as installation:
        changes = looked_at(
            installation,
            tenant,
            lambda scope, actor: diff(scope, installation.roster, feature_id, number, against=against, actor=actor),
        )
    beside = f"第 {against} 次" if against else "现行设置"
    lines = [f"第 {number} 次修订与{beside}相比：", *_difference_lines(changes)]
    _say({"number": number, "against": against, "changes": [asdict(each) for each in changes]}, lines, as_json=as_json)


@settings.command(name="history")
@for_the_machine
@TENANT
@FEATURE
@AS_JSON
def history_(tenant: str, feature_id: str, *, as_json: bool) -> None:
    """历次修订：谁、何时、为什么，谁批准，现在怎样。"""
    with installed() as installation:
        told = looked_at(
            installation, tenant, lambda scope, actor: history(scope, installation.roster, feature_id, actor=actor)
        )
    _say([asdict(line) for line in told], _history_lines(told), as_json=as_json)


@settings.command(name="push")
@TENANT
@FEATURE
@BY
@AS_JSON
def push(tenant: str, feature_id: str, login: str, *, as_json: bool) -> None:
    """市中心：把现行的全市预设再送一次到各区，给上次没有采用的。"""
    with installed() as installation:
        districts = done_by(
            installation,
            tenant,
            login,
            lambda scope, actor, now: push_preset(scope, installation.roster, feature_id, actor=actor, now=now),
        )
    lines = [f"正在送到 {'、'.join(districts) or '（没有下辖区）'}；没有采用的会在待修复里说明。"]
    _say({"districts": list(districts)}, lines, as_json=as_json)


@settings.group(name="secret")
def secret() -> None:
    """密钥：设置、移除、列出；内容不再显示，也不进修订。"""


@secret.command(name="set")
@click.argument("name", metavar="名称")
@TENANT
@FEATURE
@BY
@click.option("--env", metavar="变量", help="从环境变量读取，变量名须以 HUIYING_SECRET_<租户>_ 开头")
@click.option("--file", "file_name", metavar="文件名", help="从密钥文件夹里本区的文件读取")
@AS_JSON
def secret_set(
    name: str, tenant: str, feature_id: str, login: str, env: str | None, file_name: str | None, *, as_json: bool
) -> None:
    """设置或更换密钥：键入（不回显）、从标准输入读取，或写明引用。密钥从不写在命令行上。"""
    if env and file_name:
        raise SecretMissing("密钥只能有一个来源，--env 和 --file 请只写一样。")
    given: SecretText | str = f"env:{env}" if env else f"file:{file_name}" if file_name else _typed_secret()
    with installed() as installation:
        done_by(
            installation,
            tenant,
            login,
            lambda scope, actor, now: set_secret(
                scope, installation.roster, feature_id, name, given, actor=actor, now=now
            ),
        )
    _say({"feature": feature_id, "secret": name}, [f"已设置密钥 {name}，两秒内在各处生效。"], as_json=as_json)


@secret.command(name="remove")
@click.argument("name", metavar="名称")
@TENANT
@FEATURE
@BY
@AS_JSON
def secret_remove(name: str, tenant: str, feature_id: str, login: str, *, as_json: bool) -> None:
    """移除密钥。"""
    with installed() as installation:
        done_by(
            installation,
            tenant,
            login,
            lambda scope, actor, now: forget_secret(scope, feature_id, name, actor=actor, now=now),
        )
    _say({"feature": feature_id, "secret": name}, [f"已移除密钥 {name}。"], as_json=as_json)


@secret.command(name="list")
@for_the_machine
@TENANT
@FEATURE
@AS_JSON
def secret_list(tenant: str, feature_id: str, *, as_json: bool) -> None:
    """列出设过的密钥：名称、来源、谁在何时设的；没有内容。"""
    with installed() as installation:
        zone = installation.tenant(tenant).zone
        kept = looked_at(
            installation, tenant, lambda scope, actor: list_secrets(scope, installation.roster, feature_id, actor=actor)
        )
    rows = [(line.name, line.kept, line.set_by, f"{line.set_at.astimezone(zone):%Y-%m-%d %H:%M}") for line in kept]
    lines = table(("名称", "来源", "设置人", "时间"), rows) if rows else ["还没有设过密钥。"]
    _say([asdict(line) for line in kept], lines, as_json=as_json)


def _say(plain: Any, lines: Iterable[str], *, as_json: bool) -> None:
    if as_json:
        say_json(plain)
    else:
        click.echo("\n".join(lines))


def _pairs(typed: Iterable[str]) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for text in typed:
        name, equals, value = text.partition("=")
        name = name.strip()
        if not equals or not name or name in pairs:
            why = "写了两次" if name in pairs else "看不懂"
            raise ChangeUnclear(f"--set 的“{name or text}”{why}。请写成 名称=值，每项一次。")
        pairs[name] = value
    return pairs


def _read(file: Path) -> dict[str, Any]:
    try:
        if file.stat().st_size > LARGEST_FILE:
            raise FileUnusable(f"文件 {file} 超过 1 MB，不会是设置。请检查文件名。")
        found = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise FileUnusable(f"打不开文件 {file}（{error.strerror}）。请检查文件名和权限。") from error
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise FileUnusable(f"文件 {file} 不是 JSON（{type(error).__name__}）。请检查格式，并存为 UTF-8。") from error
    if not isinstance(found, dict):
        raise FileUnusable(f'文件 {file} 应为一个 JSON 对象，如 {{"名称": 值}}。')
    return found


def _typed_secret() -> SecretText:
    if sys.stdin.isatty():
        return SecretText(click.prompt("密钥", hide_input=True, confirmation_prompt=True))
    text = sys.stdin.read(LARGEST_FILE).removesuffix("\n").removesuffix("\r")
    if not text:
        raise SecretMissing("没有读到密钥。请从标准输入给出，或写 --env、--file 引用。")
    return SecretText(text)


def _instant(text: str, zone: ZoneInfo) -> datetime:
    try:
        instant = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise TimeUnclear(f"--at 的时间“{text}”看不懂。请写成 2026-12-01T08:00，需要时加时区 +08:00。") from error
    return instant if instant.tzinfo else instant.replace(tzinfo=zone)


def _number_words(number: int) -> str:
    return f"第 {number} 次" if number else "默认设置"


def _shown_lines(shown: Shown) -> Iterator[str]:
    what = "全市预设" if shown.is_preset else FEATURE_STATES[shown.state]  # type: ignore[index]
    yield f"{shown.label}（{shown.feature}） {what}，{_number_words(shown.revision)}"
    if shown.note:
        yield shown.note
    rows = [
        (
            each.name,
            each.label,
            each.source_words,
            "全市锁定" if each.locked else "锁定各区" if each.locks else "",
            "须两人" if each.risk else "",
            each.words.replace("\n", " / "),
        )
        for each in shown.values
    ]
    yield from table(("名称", "设置", "来自", "锁定", "改动", "现值"), rows) if rows else ["这项功能没有可设置的。"]
    yield from (
        f"密钥 {line.name}：{line.set_by} 于 {line.set_at:%Y-%m-%d} 设置，{line.kept}" for line in shown.secrets
    )
    yield from (f"密钥 {name}：还没有设置" for name in shown.unset_secrets)
    yield HOLDS_FROM_NOW


def _revision_lines(shown: RevisionShown) -> Iterator[str]:
    line = shown.line
    restored = f"，恢复自第 {line.restored_from} 次" if line.restored_from else ""
    yield f"第 {line.number} 次修订 {line.state_label}{restored}"
    yield f"{line.author} 于 {line.created_at:%Y-%m-%d %H:%M} 起草：{line.reason}"
    yield "与现行设置相比："
    yield from _difference_lines(shown.changes)
    yield from _finding_lines(shown.findings)
    for event in shown.events:
        yield f"{event.at:%Y-%m-%d %H:%M} {event.what} {event.who}{f'：{event.note}' if event.note else ''}"
    if shown.needs:
        yield f"启用前还要：{'、'.join(NEED_LABELS[need] for need in shown.needs)}。"


def _difference_lines(changes: Iterable[Difference]) -> Iterator[str]:
    some = False
    for change in changes:
        some = True
        risk = "（须两人同意）" if change.risk else ""
        yield f"  {change.label}{risk}：{change.before} → {change.after}"
    if not some:
        yield "  没有不同"


def _finding_lines(findings: Iterable[Finding]) -> Iterator[str]:
    for finding in findings:
        level = "错误" if finding.level == "error" else "提醒"
        yield f"  {level}{f' {finding.field}' if finding.field else ''}：{finding.text}"


def _decided_lines(decided: Decided, zone: ZoneInfo) -> Iterator[str]:
    if decided.is_planned:
        yield f"第 {decided.number} 次修订将于 {decided.at.astimezone(zone):%Y-%m-%d %H:%M} 生效，届时再核对一次："
    else:
        yield f"第 {decided.number} 次修订已生效："
    yield from _difference_lines(decided.changes)
    if decided.districts:
        yield f"正在送到 {'、'.join(decided.districts)}。"
    if decided.waits:
        yield decided.waits
    yield HOLDS_FROM_NOW


def _history_lines(told: Iterable[RevisionLine]) -> list[str]:
    rows = [
        (
            str(line.number),
            line.state_label,
            f"{line.created_at:%Y-%m-%d %H:%M}",
            line.author,
            "、".join(line.approvers),
            f"{line.effective_at:%Y-%m-%d %H:%M}" if line.effective_at else _planned_words(line),
            f"{line.reason}（恢复自第 {line.restored_from} 次）" if line.restored_from else line.reason,
        )
        for line in told
    ]
    if not rows:
        return ["还没有修订，取默认值。"]
    return table(("第几次", "状态", "起草于", "起草人", "批准人", "生效于", "理由"), rows, right=(0,))


def _planned_words(line: RevisionLine) -> str:
    return f"定于 {line.planned_for:%Y-%m-%d %H:%M}" if line.planned_for else ""
