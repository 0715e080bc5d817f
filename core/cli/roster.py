"""`huiying roster`: who of a unit is on duty, who heads it, who is away; and who sits at the desk when."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path

import click

from core.cli.administering import AS_JSON, TENANT, done_by, looked_at
from core.cli.administering import BY as ADMINISTRATOR
from core.cli.context import installed, say_json
from core.cli.entitled import HEAD_OF_UNIT, Run, entitled, for_the_machine
from core.cli.tables import table
from core.journey.desk_shifts import put_shifts, refuse_planning
from core.journey.roster_words import RosterUnreadable, read_duty, read_shifts, read_table, weekday_words
from core.journey.rosters import (
    Duty,
    RosterShown,
    note_absence,
    note_return,
    put_head,
    put_roster,
    show_roster,
)
from core.journey.rota import gap_words, watch_of
from core.people.roles import Permission
from core.people.roster.shifts import Gap
from core.tenancy.scope import Scope
from core.tickets.timeline import Actor

UNIT = click.option("--unit", required=True, metavar="单位代码", help="哪个承办单位")
DAY = click.DateTime(["%Y-%m-%d"])


def BY(run: Run) -> Run:  # noqa: N802 -- stands among the options of a command like the others
    """Take `--by`: an account that administers the tenant, or that of the head of the unit."""
    taken = click.option("--by", "by", required=True, metavar="登录名", help="谁来做：系统管理员，或本单位负责人")
    return taken(entitled(Permission.ADMINISTER, HEAD_OF_UNIT)(run))


@click.group(name="roster")
def roster() -> None:
    """值班表：单位内由谁接单，谁不在岗；受理席谁在什么时候坐席。"""


@roster.command(name="show")
@for_the_machine
@TENANT
@UNIT
@AS_JSON
def show(tenant: str, unit: str, *, as_json: bool) -> None:
    """列出一个单位的负责人、值班表、不在岗人员，以及每人手上有几件工单。"""
    now = datetime.now(UTC)
    with installed() as installation:
        shown = looked_at(installation, tenant, lambda scope, actor: show_roster(scope, unit, actor=actor, now=now))
    if as_json:
        say_json(asdict(shown))
    else:
        click.echo("\n".join(_words(shown)))


@roster.command(name="set")
@TENANT
@UNIT
@BY
@click.option("--file", type=click.Path(path_type=Path), metavar="文件", help="CSV：登录名、起、止、星期")
@click.option(
    "--on", "on", multiple=True, metavar="登录名[:起..止][:星期]", help="可重复，例如 wangwu:2026-03-01..:1-5"
)
@click.option("--nobody", is_flag=True, help="取消值班表")
@AS_JSON
def set_(
    tenant: str, unit: str, by: str, file: Path | None, on: tuple[str, ...], *, nobody: bool, as_json: bool
) -> None:
    """换上一张新的值班表，原来的不再有效；已经分到人的工单不变。"""
    if sum((file is not None, bool(on), nobody)) != 1:
        raise click.UsageError("--file、--on 和 --nobody 请写其中一样")
    duties = _read(file) if file else [read_duty(each) for each in on]
    with installed() as installation:
        done_by(installation, tenant, by, lambda scope, actor, _now: put_roster(scope, unit, duties, actor=actor))
    if as_json:
        say_json({"unit": unit, "duties": len(duties)})
    else:
        click.echo(f"已换上值班表，共 {len(duties)} 条。" if duties else "已取消值班表。")


@roster.command(name="head")
@click.argument("login", required=False, metavar="[登录名]")
@TENANT
@UNIT
@BY
@click.option("--nobody", is_flag=True, help="不再有负责人")
@AS_JSON
def head(login: str | None, tenant: str, unit: str, by: str, *, nobody: bool, as_json: bool) -> None:
    """指定单位负责人：值班的都不在岗时由负责人接单，迟迟不签收时提醒负责人。"""
    if (login is None) is not nobody:
        raise click.UsageError("请写负责人的登录名，或写 --nobody")
    with installed() as installation:
        done_by(installation, tenant, by, lambda scope, actor, _now: put_head(scope, unit, login, actor=actor))
    if as_json:
        say_json({"unit": unit, "head": login})
    else:
        click.echo(f"单位负责人：{login}。" if login else "这个单位现在没有负责人。")


@roster.command(name="away")
@click.argument("login", metavar="登录名")
@TENANT
@BY
@click.option("--from", "first", type=DAY, metavar="日期", help="从哪天起，不写为今天")
@click.option("--to", "last", type=DAY, metavar="日期", help="到哪天为止（含），不写为直到另行登记")
@click.option("--reason", required=True, metavar="事由", help="请假、外出等；只在值班表中可见，不写进工单")
@AS_JSON
def away(
    login: str, tenant: str, by: str, first: datetime | None, last: datetime | None, reason: str, *, as_json: bool
) -> None:
    """登记不在岗；今天起不在岗的，手上的工单立即转给本单位其他人。"""
    with installed() as installation:
        begins = _day(first) or datetime.now(installation.tenant(tenant).zone).date()
        moved = done_by(
            installation,
            tenant,
            by,
            lambda scope, actor, now: note_absence(
                scope, login, first=begins, last=_day(last), reason=reason, actor=actor, now=now
            ),
        )
    if as_json:
        say_json({"login": login, "from": begins, "to": _day(last), "moved": moved})
    else:
        click.echo(f"已登记 {login} {_span(begins, _day(last))} 不在岗，转出工单 {moved} 件。")


@roster.command(name="back")
@click.argument("login", metavar="登录名")
@TENANT
@BY
@AS_JSON
def back(login: str, tenant: str, by: str, *, as_json: bool) -> None:
    """登记返岗；已经转出的工单不再转回。"""
    with installed() as installation:
        done_by(installation, tenant, by, lambda scope, actor, now: note_return(scope, login, actor=actor, now=now))
    if as_json:
        say_json({"login": login})
    else:
        click.echo(f"{login} 已返岗。")


@roster.command(name="shifts")
@TENANT
@ADMINISTRATOR
@click.option("--from", "first", type=DAY, required=True, metavar="日期", help="从哪天起")
@click.option("--to", "last", type=DAY, required=True, metavar="日期", help="到哪天为止（含）")
@click.option(
    "--file",
    type=click.Path(path_type=Path),
    required=True,
    metavar="文件",
    help="CSV：登录名、开始、结束、班次、值班电话",
)
@AS_JSON
def shifts(tenant: str, login: str, first: datetime, last: datetime, file: Path, *, as_json: bool) -> None:
    """排坐席班次：这些日子的班次换成表里的，并指出没有人值守的时段。"""
    with installed() as installation:
        zone = installation.tenant(tenant).zone

        def put(scope: Scope, actor: Actor, now: datetime) -> tuple[int, tuple[Gap, ...]]:
            refuse_planning(actor)
            planned = read_shifts(_text(file), zone)
            return len(planned), put_shifts(scope, first.date(), last.date(), planned, actor=actor, now=now)

        number, open_times = done_by(installation, tenant, login, put)
    if as_json:
        say_json({"shifts": number, "gaps": [asdict(each) for each in open_times]})
        return
    click.echo(f"已排 {number} 个班次。")
    for each in open_times:
        begins_at, ends_at = (instant.astimezone(zone) for instant in (each.begins_at, each.ends_at))
        click.echo(f"没有人值守：{begins_at:%Y-%m-%d %H:%M} 至 {ends_at:%Y-%m-%d %H:%M}")
    if not open_times:
        click.echo("每天 24 小时都有人值守。")


@roster.command(name="watch")
@for_the_machine
@TENANT
@AS_JSON
def watch(tenant: str, *, as_json: bool) -> None:
    """现在谁当班，今起七天有没有人值守的空档。"""
    now = datetime.now(UTC)
    with installed() as installation:
        zone = installation.tenant(tenant).zone
        shown = looked_at(installation, tenant, lambda scope, _actor: watch_of(scope, now=now))
    if as_json:
        people = [{"name": each.name, "shift": each.label, "until": each.ends_at} for each in shown.on_duty]
        gaps = [asdict(each) for each in shown.gaps]
        say_json({"round_the_clock": shown.is_declared, "on_duty": people, "gaps": gaps})
        return
    names = "、".join(f"{each.name}（到 {each.ends_at.astimezone(zone):%H:%M}）" for each in shown.on_duty)
    click.echo(f"现在当班：{names or '没有人'}。{'' if shown.is_declared else '没有要求 7×24 小时值守。'}")
    click.echo(gap_words(shown.gaps, zone) or "今起七天每小时都有人值守。")


def _read(file: Path) -> list[Duty]:
    return read_table(_text(file))


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise RosterUnreadable(f"打不开文件 {file}（{error.strerror}）。请检查文件名和权限。") from error
    except UnicodeDecodeError as error:
        raise RosterUnreadable(f"文件 {file} 不是 UTF-8 文本。请存为 UTF-8 编码的 CSV 文件。") from error


def _day(given: datetime | None) -> date | None:
    return given.date() if given else None


def _words(shown: RosterShown) -> Iterator[str]:
    head = f"负责人 {shown.head.name}（{shown.head.login}）" if shown.head else "没有负责人"
    yield f"{shown.unit}（{shown.code}），{head}"
    if shown.duties:
        yield ""
        yield from table(
            ["值班人员", "登录名", "起止", "星期"],
            [
                [each.name, each.login, _span(each.first, each.last), weekday_words(each.weekdays)]
                for each in shown.duties
            ],
        )
    elif shown.head is None:
        yield "没有值班表，工单由单位统一接单。"
    else:
        yield "没有值班表，工单由负责人接单。"
    if shown.absences:
        yield ""
        yield from table(
            ["不在岗", "登录名", "起止", "事由"],
            [[each.name, each.login, _span(each.first, each.last), each.reason] for each in shown.absences],
        )
    if shown.staff:
        yield ""
        yield from table(
            ["承办人员", "登录名", "今天", "在办"],
            [
                [
                    each.name,
                    each.login,
                    "不在岗" if each.away else "值班" if each.on_duty else "在岗",
                    str(each.tickets),
                ]
                for each in shown.staff
            ],
            right=[3],
        )


def _span(first: date | None, last: date | None) -> str:
    if first is None and last is None:
        return "不限"
    return f"{first or '即日'} 至 {last or '另行登记'}"
