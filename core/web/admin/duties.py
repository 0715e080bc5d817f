"""The duty list 职责清单 for administrators: its versions, a file in and out, what differs, what is missing, and how one is put into force."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from flask import Blueprint, Response, g, render_template, request

from core.hooks.core_features import ROUTING
from core.journey.duties.browsing import MOST_FOUND, browse
from core.journey.duties.drafting import DraftedVersion
from core.journey.duties.importing import CheckedFile, HowToRead, Read, check_read, draft_read, read_duties
from core.journey.duties.showing import compare_versions, coverage, export_duties
from core.journey.duties.versions import in_force, versions
from core.journey.settings.drafting import Wish
from core.kit.saying import said
from core.people.roles import Permission
from core.units.catalogue.queries import DUTY_LIST
from core.web.admin.drafting import drafted, opened
from core.web.downloads import offer_as
from core.web.input import InputUnusable, text
from core.web.refusals import status_of, words_of
from core.web.visit import Answer, Done, Visit, allows

pages = Blueprint("admin_duties", __name__)
AT = "/admin/duties"
LARGEST_NUMBER = 2**31 - 1
VERSION = f"<int(max={LARGEST_NUMBER}):number>"
LONGEST = 60
SHOWN = 100
"""Rows that were not taken, and differences, on one page; there are more in the file."""
KINDS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


@pages.get(AT)
@allows(Permission.ADMINISTER)
def show_versions(visit: Visit) -> Answer:
    """List the versions, how far the one in force reaches, and the form that brings in a file; after a refusal with why."""
    return _overview(visit)


@pages.post(f"{AT}/import")
@allows(Permission.ADMINISTER, again=show_versions)
def bring_in(visit: Visit) -> Answer:
    """Check a file, or draft what can be taken of it as a version; either way tell every row that cannot be."""
    onto = text("onto", longest=12)
    if onto and not (onto.isascii() and onto.isdecimal() and int(onto) <= LARGEST_NUMBER):
        raise InputUnusable("要加到哪一版看不懂。请从列表中选择。")
    with kept_file() as path:
        read = read_duties(visit.scope, path, HowToRead(onto=int(onto) if onto else None), actor=visit.actor)
    loosened = [node.code for node in read.catalogue.matters.nodes] if "loosen" in request.form else []
    if text("do", longest=20) != "draft":
        return _overview(visit, read=read, checked=check_read(visit.scope, read, now=visit.now, loosened=loosened))
    version = draft_read(visit.scope, read, reason=text("reason"), actor=visit.actor, now=visit.now, loosened=loosened)
    return _overview(visit, read=read, version=version)


@pages.get(f"{AT}/{VERSION}")
@allows(Permission.ADMINISTER)
def show_version(visit: Visit, number: int) -> Answer:
    """Show a version: its items as asked for, what it says otherwise than another one, and what is missing in it."""
    refusal = g.get("refusal")
    words, under, unit, grade, gap = (_asked(name) for name in ("q", "under", "unit", "grade", "gap"))
    browsed = browse(
        visit.scope,
        words=words,
        under=under,
        unit=unit,
        grade=grade,
        gap=gap if gap in ("unit", "limit") else "",
        number=number,
        actor=visit.actor,
    )
    against = _asked("against")
    other = int(against) if against.isascii() and against.isdecimal() and len(against) < 10 else None
    now_held = in_force(visit.scope).number
    compares = other is not None or (now_held and now_held != number)
    page = render_template(
        "admin/duty_version.html",
        number=number,
        browsed=browsed,
        words=words,
        under=under,
        unit=unit,
        grade=grade,
        gap=gap,
        most=MOST_FOUND,
        in_force=now_held,
        lines=versions(visit.scope, actor=visit.actor),
        compared=compare_versions(visit.scope, other, number, actor=visit.actor) if compares else None,
        shown=SHOWN,
        covered=coverage(visit.scope, number, actor=visit.actor),
        editor=opened(visit, ROUTING.id),
        refusal=words_of(refusal) if refusal else "",
        reason=request.form.get("reason", ""),
    )
    return (page, status_of(refusal)) if refusal else page


@pages.post(f"{AT}/{VERSION}/use")
@allows(Permission.ADMINISTER, again=show_version)
def use_version(visit: Visit, number: int) -> Answer:
    """Draft the revision of routing by which this version would hold."""
    return drafted(visit, ROUTING.id, Wish(changes={DUTY_LIST: number}))


@pages.get(f"{AT}/{VERSION}/export")
@allows(Permission.ADMINISTER)
def export_version(visit: Visit, number: int) -> Answer:
    """Give a version as a workbook, or as CSV, that can be brought in again."""
    ending = request.args.get("as", "xlsx")
    if ending not in KINDS:
        raise InputUnusable("只能导出成 Excel 或 CSV。请从页面上选择。")
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"list.{ending}"
        export_duties(visit.scope, path, number, actor=visit.actor)
        content = path.read_bytes()
    response = Response(content, mimetype=KINDS[ending])
    name = said(
        "职责清单-{district}-第{number}版.{ending}", district=visit.scope.tenant.name, number=number, ending=ending
    )
    offer_as(response, name)
    return response


def _overview(
    visit: Visit, *, read: Read | None = None, checked: CheckedFile | None = None, version: DraftedVersion | None = None
) -> Answer:
    refusal = g.get("refusal")
    now_held = in_force(visit.scope).number
    lines = versions(visit.scope, actor=visit.actor)
    page = render_template(
        "admin/duties.html",
        lines=lines,
        in_force=now_held,
        is_district=visit.scope.tenant.kind == "district",
        browsed=browse(visit.scope, actor=visit.actor) if now_held else None,
        covered=coverage(visit.scope, now_held, actor=visit.actor) if now_held else None,
        read=read,
        checked=checked,
        version=version,
        shown=SHOWN,
        typed=request.form,
        refusal=words_of(refusal) if refusal else "",
    )
    return (page, status_of(refusal)) if refusal else page


@contextmanager
def kept_file() -> Iterator[Path]:
    """Keep the file for as long as it is read; what it is is known by its content. Raises `InputUnusable`."""
    given = request.files.get("file")
    if given is None or not given.filename:
        raise InputUnusable("请选一个 Excel 或 CSV 文件。")
    given.stream.seek(0)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "上传的文件"
        path.write_bytes(given.stream.read())
        yield path


def _asked(name: str) -> str:
    return " ".join(request.args.get(name, "").replace("\x00", "")[:LONGEST].split())


def page_of(number: int) -> str:
    """Return the address of a version's page."""
    return f"{AT}/{number}"


def told(version: DraftedVersion) -> Done:
    """Lead to a version that was drafted, and say so."""
    words = (
        said("已存为职责清单第 {number} 版，还没有启用", number=version.number)
        if version.is_new
        else said("与职责清单第 {number} 版说的一样，没有另存", number=version.number)
    )
    return Done(words, page_of(version.number))
