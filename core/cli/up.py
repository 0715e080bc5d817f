"""`huiying up`, `down` and `doctor`: run the product, stop it, say what is wrong with it."""

import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import entry_points

import click

from core.cli.context import open_installation, prepare, say_json
from core.cli.entitled import for_the_machine
from core.embedded.doctor import examine
from core.embedded.doctor.findings import Finding
from core.embedded.home import default_home
from core.embedded.locks import ASKED_TO_END
from core.embedded.programs import StandIn, programs
from core.embedded.running import run_up, stop_all
from core.embedded.services import Services, tell_at_terminal

DEFAULT_PORT = 8000
DEMONSTRATION_GROUP = "huiying.demonstration"
"""Packages above the core that can fill an installation for a demonstration; each returns what is printed of it."""
STAND_IN_GROUP = "huiying.stand_ins"
"""Packages above the core that stand in for what is outside of a demonstration; each is given the environment and the port of
the pages, and returns a `core.embedded.programs.StandIn`, or None where there is a real one."""


@click.command()
@for_the_machine
@click.option("--port", envvar="PORT", default=DEFAULT_PORT, show_default=True, type=click.IntRange(1, 65535))
@click.option("--demo", is_flag=True, help="备好演示：重演公开案例，并为各区各角色准备登录账号。")
def up(port: int, *, demo: bool) -> None:
    """启动全部服务:数据库、队列、网页、后台任务。按 Ctrl-C 停止。"""
    said: list[str] = []
    stand_ins = _stand_ins(port) if demo else []
    for each in stand_ins:
        os.environ.update(each.environment)
    run = (*programs(port), *(each.program for each in stand_ins))

    def make_ready(services: Services) -> None:
        prepare(services)
        if demo:
            said.extend(_demonstrate(services))

    def banner() -> str:
        return "\n".join([*said, *(each.words for each in stand_ins)])

    try:
        run_up(default_home(), port=port, run=run, prepare=make_ready, banner=banner, tell=tell_at_terminal)
    except KeyboardInterrupt:
        pass
    except SystemExit as ending:
        if ending.code not in ASKED_TO_END:
            raise
    tell_at_terminal("已停止。")


@click.command()
@for_the_machine
def down() -> None:
    """停止 huiying up 启动的全部服务,包括意外残留的进程。"""
    stop_all(default_home(), tell=tell_at_terminal)


@click.command()
@for_the_machine
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出，供程序读取。")
def doctor(as_json: bool) -> None:
    """检查安装是否安全、完整;没有问题时返回码为 0,否则为 1。"""
    findings = examine(default_home(), now=datetime.now(UTC), tell=tell_at_terminal)
    is_fine = all(finding.is_harmless for finding in findings)
    if as_json:
        say_json({"ok": is_fine, "findings": [_as_json(finding) for finding in findings]})
    else:
        for finding in findings:
            click.echo(f"【{finding.level.value}】{finding.subject}：{finding.text}\n    怎么办：{finding.remedy}")
        click.echo("检查完毕，没有发现问题。" if is_fine else "检查完毕，请处理以上问题。")
    sys.exit(0 if is_fine else 1)


def _demonstrate(services: Services) -> Iterator[str]:
    installation = open_installation(services)
    try:
        for point in sorted(entry_points(group=DEMONSTRATION_GROUP), key=lambda point: point.name):
            yield point.load()(installation, services.home)
    finally:
        installation.database.engine.dispose()


def _stand_ins(port: int) -> list[StandIn]:
    points = sorted(entry_points(group=STAND_IN_GROUP), key=lambda point: point.name)
    return [found for point in points if (found := point.load()(os.environ, port)) is not None]


def _as_json(finding: Finding) -> dict[str, str]:
    level = finding.level.name.lower()
    return {"level": level, "subject": finding.subject, "text": finding.text, "remedy": finding.remedy}
