"""Rosters 值班 of all units for administrators: who is there today, and each unit's head, duties and absences to change."""

from dataclasses import dataclass
from datetime import date

from flask import Blueprint, Response, g, render_template, request

from core.journey.roster_words import RosterUnreadable, read_table, weekday_words
from core.journey.rosters import Duty, note_absence, note_return, put_head, put_roster, show_roster
from core.journey.rosters_seen import all_rosters, rosters_as_csv
from core.kit.saying import said
from core.people.roles import Permission
from core.people.roster.rules import EVERY_DAY
from core.units.queries import directory
from core.web.api.rosters import NoSuchRoster
from core.web.downloads import offer_as
from core.web.input import InputUnusable, day, required, text, usable_input
from core.web.refusals import status_of, words_of
from core.web.visit import Answer, Done, Visit, allows

pages = Blueprint("admin_rosters", __name__)
LIST = "/admin/rosters"
WEEKDAYS = ("一", "二", "三", "四", "五", "六", "日")
LONGEST_LOGIN = 100
BLANK_ROWS = 2
MOST_ROWS = 200
LARGEST_TABLE = 500_000
WITHOUT = {"people": "没有承办人员", "head": "没有负责人", "cover": "今天没有人接单"}
"""What the list of units can be narrowed to."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the form: somebody on duty, as it stands or as it was typed."""

    login: str = ""
    first: str = ""
    last: str = ""
    days: tuple[int, ...] = tuple(sorted(EVERY_DAY))


@pages.get(LIST)
@allows(Permission.ADMINISTER)
def show_rosters(visit: Visit) -> Answer:
    """Show who heads each unit, who is on duty and away today, and where nobody is."""
    lines = all_rosters(visit.scope, actor=visit.actor, now=visit.now)
    wanted, without = " ".join(request.args.get("q", "")[:60].split()), request.args.get("without", "")
    counts = {
        "people": sum(line.is_empty for line in lines),
        "head": sum(not line.head and not line.is_empty for line in lines),
        "cover": sum(line.is_uncovered for line in lines),
    }
    shown = [
        line
        for line in lines
        if (not wanted or wanted in line.name or wanted == line.code)
        and (without != "people" or line.is_empty)
        and (without != "head" or (not line.head and not line.is_empty))
        and (without != "cover" or line.is_uncovered)
    ]
    shown.sort(key=lambda line: (-line.tickets * line.is_empty, not line.is_uncovered, line.is_empty))
    return render_template(
        "admin/rosters.html",
        lines=shown,
        total=len(lines),
        counts=counts,
        without=without if without in WITHOUT else "",
        labels=WITHOUT,
        wanted=wanted,
    )


@pages.get(f"{LIST}.csv")
@allows(Permission.ADMINISTER)
def give_table(visit: Visit) -> Answer:
    """Answer with the rosters of all units as a table."""
    response = Response(rosters_as_csv(visit.scope, actor=visit.actor), mimetype="text/csv")
    offer_as(response, f"值班表-{visit.scope.tenant.slug}.csv")
    response.headers["Cache-Control"] = "no-store"
    return response


@pages.get(f"{LIST}/<code>")
@allows(Permission.ADMINISTER)
def show_unit(visit: Visit, code: str) -> Answer:
    """Show a unit's head, duties and absences to be changed; after a refusal with what was typed."""
    refusal = g.get("refusal")
    page = _page(visit, code, refused=words_of(refusal) if refusal else "")
    return (page, status_of(refusal)) if refusal else page


@pages.post(f"{LIST}/<code>/duty")
@allows(Permission.ADMINISTER, again=show_unit)
def put_duties(visit: Visit, code: str) -> Answer:
    """Make what was typed the unit's head and roster, and no other; or show more empty rows for it."""
    _refuse_unknown(visit, code)
    rows = _typed()
    if "more" in request.form:
        return _page(visit, code, rows=[*rows, Row(), Row(), Row()])
    duties = [Duty(row.login, _day(row.first), _day(row.last), frozenset(row.days)) for row in rows if row.login]
    put_roster(visit.scope, code, duties, actor=visit.actor)
    put_head(visit.scope, code, text("head", longest=LONGEST_LOGIN) or None, actor=visit.actor)
    return Done("值班表已保存，新派来的工单按它分给值班的人", f"{LIST}/{code}")


@pages.post(f"{LIST}/<code>/table")
@allows(Permission.ADMINISTER, again=show_unit)
def take_table(visit: Visit, code: str) -> Answer:
    """Make a table that was chosen the unit's roster, and no other."""
    _refuse_unknown(visit, code)
    given = request.files.get("table")
    raw = given.read(LARGEST_TABLE + 1) if given else b""
    if not raw:
        raise InputUnusable("请选择一个 CSV 文件，再导入。")
    if len(raw) > LARGEST_TABLE:
        raise InputUnusable("文件超过 500 KB，不像是一个单位的值班表。请核对后再导入。")
    duties = read_table(usable_input(_decoded(raw), LARGEST_TABLE))
    put_roster(visit.scope, code, duties, actor=visit.actor)
    return Done(said("已导入 {count} 行值班，原来的不再有效", count=len(duties)), f"{LIST}/{code}")


@pages.post(f"{LIST}/<code>/away")
@allows(Permission.ADMINISTER, again=show_unit)
def note_away(visit: Visit, code: str) -> Answer:
    """Note that somebody is away; what they have goes to others at once when that is today."""
    _refuse_unknown(visit, code)
    given_on = note_absence(
        visit.scope,
        required("login", ask="请选择谁不在岗。", longest=LONGEST_LOGIN),
        first=day(required("first", ask="请填写从哪一天起不在岗。", longest=10)),
        last=day(text("last", longest=10)) if text("last", longest=10) else None,
        reason=text("reason", longest=500),
        actor=visit.actor,
        now=visit.now,
    )
    return Done(said("已登记不在岗，{count} 件工单转给了别人", count=given_on), f"{LIST}/{code}")


@pages.post(f"{LIST}/<code>/back")
@allows(Permission.ADMINISTER, again=show_unit)
def note_back(visit: Visit, code: str) -> Answer:
    """Note that somebody is back from today on."""
    _refuse_unknown(visit, code)
    login = required("login", ask="请选择谁回岗。", longest=LONGEST_LOGIN)
    note_return(visit.scope, login, actor=visit.actor, now=visit.now)
    return Done("已登记回岗", f"{LIST}/{code}")


def _page(visit: Visit, code: str, *, rows: list[Row] | None = None, refused: str = "") -> str:
    _refuse_unknown(visit, code)
    roster = show_roster(visit.scope, code, actor=visit.actor, now=visit.now)
    if rows is None and "rows" in request.form:
        rows = _typed(lenient=True)
    if rows is None:
        rows = [Row(each.login, str(each.first or ""), str(each.last or ""), each.weekdays) for each in roster.duties]
        rows += [Row()] * BLANK_ROWS
    return render_template(
        "admin/roster.html",
        roster=roster,
        rows=rows,
        head=request.form.get("head", roster.head.login if roster.head else ""),
        weekdays=WEEKDAYS,
        weekday_words=weekday_words,
        refused=refused,
        form=request.form if refused else {},
    )


def _refuse_unknown(visit: Visit, code: str) -> None:
    """Raise `NoSuchRoster` where there is no such unit."""
    if directory(visit.scope).find_unit(code) is None:
        raise NoSuchRoster(said("没有代码为 {code} 的承办单位，也就没有它的值班表。请从值班的列表进入。", code=code))


def _typed(*, lenient: bool = False) -> list[Row]:
    """Read the rows of the form; raises `InputUnusable` where they cannot be, unless they are only shown again."""
    count = request.form.get("rows", "0")
    if not (count.isascii() and count.isdecimal() and len(count) <= 4 and int(count) <= MOST_ROWS):
        if lenient:
            return [Row()]
        raise InputUnusable("页面不完整，没有认出值班表的行。请刷新后重试。")
    rows = []
    for number in range(int(count)):
        if f"drop-{number}" in request.form:
            continue
        ticked = [each for each in request.form.getlist(f"day-{number}") if each in set("1234567")]
        rows.append(
            Row(
                text(f"login-{number}", longest=LONGEST_LOGIN),
                text(f"first-{number}", longest=10),
                text(f"last-{number}", longest=10),
                tuple(sorted({int(each) for each in ticked})),
            )
        )
    return rows


def _day(written: str) -> date | None:
    return day(written) if written else None


def _decoded(raw: bytes) -> str:
    """Read a table as spreadsheets of this country write it. Raises `RosterUnreadable`."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise RosterUnreadable("文件读不出来，不是 CSV 文本。请在表格软件里另存为 CSV 再导入。")
