"""`huiying x`: the commands that a tenant's features bring along, each with options made from its form."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import click

from core.cli.context import installed
from core.cli.entitled import for_the_machine
from core.cli.tables import table
from core.hooks.settings import SettingField, SettingsInvalid, fields_of, values_from
from core.journey.feature_work.parts import FeatureCommand, commands_of
from core.journey.feature_work.people import guest_named
from core.journey.feature_work.visits import run_command
from core.kit.errors import Refused
from core.tenancy.feature_acts import latest_acts
from core.tenancy.scope import Scope

HELP = ("-h", "--help")
LOGGED = 30
KIND_LABELS = {"page": "页面", "command": "命令", "job": "定时工作", "event": "事后动作"}


class NoSuchFeatureCommand(Refused):
    """The tenant has no such command: no feature brings it, or the feature is off there."""

    code = "no-such-feature-command"


class OptionsUnusable(Refused):
    """The options of a command do not fit its form."""

    code = "options-unusable"


@click.command(
    name="x",
    add_help_option=False,
    context_settings={"ignore_unknown_options": True},
    epilog="例：huiying x 插件 命令 --tenant 租户 --help",
)
@for_the_machine
@click.argument("plugin", required=False, metavar="[插件")
@click.argument("name", required=False, metavar="命令]")
@click.argument("options", nargs=-1, type=click.UNPROCESSED, metavar="[选项…]")
@click.option("--tenant", metavar="租户", help="租户短名")
@click.option("--by", metavar="登录名", help="以谁的名义；不写则记作命令行")
@click.option("--log", "shows_log", is_flag=True, help="列出功能最近做过的事，不执行命令")
@click.pass_context
def x(
    ctx: click.Context,
    plugin: str | None,
    name: str | None,
    options: tuple[str, ...],
    tenant: str | None,
    by: str | None,
    *,
    shows_log: bool,
) -> None:
    """功能自带的命令:不写命令则列出本租户可用的。"""
    given = [each for each in (plugin, name, *options) if each]
    words = [each for each in given if each not in HELP]
    if tenant is None:
        if len(given) == len(words) and (given or shows_log):
            raise click.UsageError("缺少 --tenant", ctx)
        click.echo(ctx.get_help())
        return
    with installed() as installation:
        if shows_log or len(words) < 2:
            with installation.scope(tenant) as scope:
                lines = _log(scope) if shows_log else _listed(scope)
        else:
            now = datetime.now(UTC)
            lines = installation.run(tenant, lambda scope: _run(scope, ctx, given, by=by, now=now))
    for line in lines:
        click.echo(line)


def _run(scope: Scope, ctx: click.Context, given: Sequence[str], *, by: str | None, now: datetime) -> list[str]:
    (plugin, name), options = given[:2], given[2:]
    command = commands_of(scope).get((plugin, name))
    if command is None:
        known = "、".join(f"{plugin} {name}" for plugin, name in commands_of(scope)) or "无"
        raise NoSuchFeatureCommand(
            f"{scope.tenant.name}没有命令 {plugin} {name}：没有功能提供它，或提供它的功能没有启用。现有：{known}。"
        )
    typed = _typed(command, options, ctx)
    try:
        return run_command(scope, command, guest_named(scope, by), typed, now=now)
    except SettingsInvalid as invalid:
        said = "；".join(f"{_option(each.field)} {each.message}" for each in invalid.problems)
        raise OptionsUnusable(f"{said}。用 --help 查看各选项。") from invalid


def _typed(command: FeatureCommand, options: Sequence[str], ctx: click.Context) -> Mapping[str, Any]:
    """Read the options as the command's form would. Raises click's usage errors."""
    fields = fields_of(command.form) if command.form else {}
    parser = click.Command(
        command.spec.name,
        params=[_parameter(name, field) for name, field in fields.items()],
        help=command.spec.help,
        context_settings={"help_option_names": list(HELP)},
    )
    parent = click.Context(click.Command("x"), parent=ctx.parent, info_name=f"x {command.plugin}")
    with parser.make_context(command.spec.name, list(options), parent=parent) as parsed:
        given = {name: [text] if isinstance(text, str) else list(text) for name, text in parsed.params.items() if text}
    if command.form is None:
        return {}
    lines = {name: ["\n".join(texts)] if fields[name].kind == "words" else texts for name, texts in given.items()}
    return values_from(command.form, lines)


def _parameter(name: str, field: SettingField) -> click.Option:
    """Make the option of a field; what may be several is given several times."""
    default = "" if field.required else field.words(field.load_default, {})
    remarks = [field.title, field.help, "必填" if field.required else "", f"默认 {default}" if default else ""]
    if choices := getattr(field, "choices", None):
        remarks.append("、".join(f"{value}（{label}）" for value, label in choices.items()))
    return click.Option(
        [_option(name), name],
        metavar="值",
        multiple=field.kind in ("choices", "words"),
        help="；".join(filter(None, remarks)),
    )


def _option(path: str) -> str:
    return f"--{path.partition('.')[0].replace('_', '-')}" if path else "选项"


def _listed(scope: Scope) -> list[str]:
    commands = commands_of(scope)
    if not commands:
        return [f"{scope.tenant.name}启用的功能没有自带的命令。"]
    rows = [(f"{plugin} {name}", each.spec.help, each.feature) for (plugin, name), each in commands.items()]
    return table(("命令", "说明", "功能"), rows)


def _log(scope: Scope) -> list[str]:
    acts = latest_acts(scope, most=LOGGED)
    if not acts:
        return [f"{scope.tenant.name}的功能还没有做过什么。"]
    rows = [
        (
            f"{act.at.astimezone(scope.tenant.zone):%Y-%m-%d %H:%M:%S}",
            act.feature,
            f"{KIND_LABELS[act.kind]} {act.part}",
            act.actor,
            act.told,
        )
        for act in acts
    ]
    return table(("时间", "功能", "做了什么", "谁", "结果"), rows)
