"""The command line `huiying`: reads a command, calls one use case, says the result in words or JSON."""

import re
import sys
from importlib import import_module
from importlib.metadata import entry_points

import click
from sqlalchemy.exc import DBAPIError

from core.kit.db import DatabaseDown, database_down_in_words
from core.kit.errors import Refused
from core.kit.outages import outage_of

COMMANDS = {
    "up": "core.cli.up:up",
    "down": "core.cli.up:down",
    "doctor": "core.cli.up:doctor",
    "duties": "core.cli.duties:duties",
    "engagement": "core.cli.engagement:engagement",
    "feature": "core.cli.feature:feature",
    "figures": "core.cli.figures:figures",
    "area": "core.cli.area:area",
    "bulletin": "core.cli.bulletin:bulletin",
    "calendar": "core.cli.calendar:calendar",
    "case": "core.cli.case:case",
    "calls": "core.cli.calls:calls",
    "import": "core.cli.import_:import_",
    "inbound": "core.cli.inbound:inbound",
    "interview": "core.cli.interview:interview",
    "job": "core.cli.job:job",
    "keys": "core.cli.keys:keys",
    "mailbox": "core.cli.mailbox:mailbox",
    "message": "core.cli.message:message",
    "panel": "core.cli.panel:panel",
    "performance": "core.cli.performance:performance",
    "plugin": "core.cli.plugin:plugin",
    "privacy": "core.cli.privacy:privacy",
    "report": "core.cli.report:report",
    "unfinished": "core.cli.unfinished:unfinished",
    "warning": "core.cli.warning:warning",
    "roster": "core.cli.roster:roster",
    "route": "core.cli.route:route",
    "settings": "core.cli.settings:settings",
    "source": "core.cli.source:source",
    "sla": "core.cli.sla:sla",
    "token": "core.cli.people:token",
    "unit": "core.cli.unit:unit",
    "user": "core.cli.people:user",
    "weibo": "core.cli.weibo:weibo",
    "oidc": "core.cli.oidc:oidc",
    "audit": "core.cli.audit:audit",
    "backup": "core.cli.backup:backup",
    "restore": "core.cli.backup:restore",
    "x": "core.cli.x:x",
}
"""Commands by name; a command's module is loaded when it is called, so that `huiying sla due` needs no database."""
ENTRY_POINT_GROUP = "huiying.commands"
EXTRA = re.compile(r"Got unexpected extra arguments? \((.*)\)")
REFUSED = 2
DATABASE_DOWN = 3


class Commands(click.Group):
    """The core's commands and those of packages above the core, such as `tenant` and `demo`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*COMMANDS, *(point.name for point in entry_points(group=ENTRY_POINT_GROUP))})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in COMMANDS:
            module, name = COMMANDS[cmd_name].split(":")
            command = getattr(import_module(module), name)
        elif found := entry_points(group=ENTRY_POINT_GROUP, name=cmd_name):
            command = next(iter(found)).load()
        else:
            return None
        assert isinstance(command, click.Command)
        return command


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="huiying")
def huiying() -> None:
    """回应:把市民的诉求交给该办的单位,守住时限,问明结果,如实统计。"""


def main() -> None:
    """Run the command line. A refusal is one sentence and exit code 2, a database that is down exit code 3."""
    try:
        sys.exit(huiying.main(standalone_mode=False) or 0)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.exceptions.NoArgsIsHelpError as help_text:
        click.echo(help_text.message)
        sys.exit(0)
    except click.UsageError as error:
        _say(
            f"{_in_words(error)}。用法见 {error.ctx.command_path if error.ctx else 'huiying'} --help。", error.exit_code
        )
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except DatabaseDown as refusal:
        _say(refusal.message, DATABASE_DOWN)
    except Refused as refusal:
        _say(refusal.message, REFUSED)
    except DBAPIError as error:
        if outage_of(error) is None:
            raise
        _say(database_down_in_words(error), DATABASE_DOWN)


def _say(sentence: str, exit_code: int) -> None:
    click.echo(sentence, err=True)
    sys.exit(exit_code)


def _in_words(error: click.UsageError) -> str:
    """Say what is wrong with a command line; click's own sentences are English."""
    match error:
        case click.MissingParameter(param=click.Parameter() as parameter):
            return f"缺少 {parameter.get_error_hint(error.ctx) if error.ctx else parameter.name}"
        case click.NoSuchOption():
            return f"没有选项 {error.option_name}"
        case click.BadParameter(param=click.Parameter() as parameter):
            hint = parameter.get_error_hint(error.ctx) if error.ctx else parameter.name
            return f"{hint} 的值不能用（{error.message.rstrip('.')}）"
        case _ if "No such command" in error.message:
            group = error.ctx.command if error.ctx else None
            known = group.list_commands(error.ctx) if isinstance(group, click.Group) and error.ctx else []
            return f"没有命令{error.message.removeprefix('No such command').rstrip('.')}，现有 {'、'.join(known)}"
        case _ if extra := EXTRA.match(error.message):
            return f"多写了 {extra[1]}"
        case _:
            return error.message.rstrip(".。")
