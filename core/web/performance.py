"""Yearly performance 年度绩效: sheets for whoever computes, freezes, judges and signs; the own one for each unit."""

from flask import Blueprint, g, render_template, request

from core.documents.forms import FORMS
from core.hooks.settings import SettingsInvalid
from core.journey import performance as journey
from core.kit.saying import said, word
from core.people.roles import Permission
from core.statistics.performance.comparing import Weight
from core.statistics.performance.document import differences_words, sheet_document
from core.statistics.performance.queries import OBJECTION_LABELS, STATE_LABELS, name_of
from core.statistics.performance.rules import points_words
from core.statistics.performance.scoring import scorers_of
from core.web.bulletins import file_of
from core.web.input import required, text
from core.web.refusals import status_of, words_of
from core.web.visit import Answer, Done, Visit, allows, installation

pages = Blueprint("performance", __name__)
LIST = "/performance"
OWN = "/unit/performance"
READERS = frozenset({Permission.PERFORMANCE, Permission.SUPERVISE})
"""Who settles performance, and who supervises units; a unit reads its own."""
LONGEST_REASON = 500
YEARS_OFFERED = 3
TONES = {"computed": "waits", "frozen": "waits", "signed": ""}
WORDS = {"name_of": name_of, "points": points_words, "states": STATE_LABELS, "tones": TONES}
NUMBER = "<int(max=2147483647):number>"
LINE = "<int(max=9223372036854775807):line>"


@pages.get(LIST)
@allows(READERS)
def show_sheets(visit: Visit) -> Answer:
    """List all sheets; after a refusal with why it was refused."""
    this_year = visit.now.astimezone(visit.scope.tenant.zone).year
    return _page(
        "performance/list.html",
        sheets=journey.list_sheets(visit.scope),
        years=[this_year - back for back in range(1, YEARS_OFFERED + 1)] + [this_year],
        this_year=this_year,
        is_scored=bool(scorers_of(visit.scope)),
    )


@pages.post(LIST)
@allows(Permission.PERFORMANCE, again=show_sheets)
def compute(visit: Visit) -> Answer:
    """Compute a version of a year's sheet."""
    year = journey.year_of(required("year", ask="请选择年份。", longest=4))
    reason = text("reason", longest=LONGEST_REASON)
    sheet = journey.compute_sheet(
        visit.scope,
        installation(),
        year,
        reason=reason,
        actor=visit.actor,
        address=request.remote_addr or "",
        now=visit.now,
    )
    return Done(said("已计算{name}。", name=name_of(sheet)), f"{LIST}/{sheet.number}")


@pages.get(f"{LIST}/{NUMBER}")
@allows(READERS)
def show_sheet(visit: Visit, number: int, objection: int = 0) -> Answer:
    """Show one sheet with what can be done with it; after a refusal, be it of one `objection`, with why."""
    shown = journey.show_sheet(visit.scope, number)
    return _page(
        "performance/sheet.html",
        shown=shown,
        sheet=shown.sheet,
        labels=list(dict.fromkeys(line.label for lines in shown.lines.values() for line in lines)),
        differences=differences_words(shown.sheet.differences),
        objections=_objections(shown),
        is_own=shown.sheet.frozen_by_id == visit.staff.account_id,
        may_object=bool(shown.sheet.object_until and visit.now <= shown.sheet.object_until),
        forms={name: form.label for name, form in FORMS.items() if name != "docx"},
    )


@pages.get(f"{LIST}/{NUMBER}/file/<form>")
@allows(READERS)
def download(visit: Visit, number: int, form: str) -> Answer:
    """Answer with the sheet as a file."""
    shown = journey.show_sheet(visit.scope, number)
    document = sheet_document(visit.scope, shown.sheet, shown.units, shown.lines, shown.objections)
    name = f"{visit.scope.tenant.slug}-{shown.sheet.year}-{shown.sheet.version}"
    return file_of(document, name, form, kind="performance")


@pages.post(f"{LIST}/{NUMBER}/freeze")
@allows(Permission.PERFORMANCE, again=show_sheet)
def freeze(visit: Visit, number: int) -> Answer:
    """Freeze a sheet."""
    sheet = journey.freeze_sheet(
        visit.scope, number, actor=visit.actor, address=request.remote_addr or "", now=visit.now
    )
    return Done(said("{name}已冻结，各单位可以提出异议。", name=name_of(sheet)), f"{LIST}/{number}")


@pages.post(f"{LIST}/{NUMBER}/sign")
@allows(Permission.PERFORMANCE, again=show_sheet)
def sign(visit: Visit, number: int) -> Answer:
    """Sign a sheet that another person froze."""
    sheet = journey.sign_sheet(visit.scope, number, actor=visit.actor, address=request.remote_addr or "", now=visit.now)
    return Done(said("{name}已签发，指纹写入安全日志。", name=name_of(sheet)), f"{LIST}/{number}")


@pages.post(f"{LIST}/{NUMBER}/objections/<int(max=9223372036854775807):objection>")
@allows(Permission.PERFORMANCE, again=show_sheet)
def judge(visit: Visit, number: int, objection: int) -> Answer:
    """Judge what a unit objected."""
    finding = required("finding", ask="请写明异议成立或不成立的理由。", longest=LONGEST_REASON)
    upheld = required("decision", ask="请选择成立或不成立。", longest=10) == "uphold"
    journey.judge_objection(
        visit.scope,
        number,
        objection,
        upheld=upheld,
        finding=finding,
        actor=visit.actor,
        address=request.remote_addr or "",
        now=visit.now,
    )
    return Done(
        said("异议已认定为{upheld}。", upheld=word("成立") if upheld else word("不成立")), f"{LIST}/{number}#objections"
    )


@pages.get(f"{LIST}/{NUMBER}/lines/{LINE}")
@allows(READERS)
def show_line(visit: Visit, number: int, line: int) -> Answer:
    """Show a line with every ticket or case that it counts."""
    shown = journey.show_line(visit.scope, number, line, measure=request.args.get("what", "")[:60], page=_wanted_page())
    return _page("performance/line.html", shown=shown, back=f"{LIST}/{number}", at=request.path, tickets="/t/")


@pages.get(f"{LIST}/{NUMBER}/try")
@allows(Permission.PERFORMANCE)
def try_weights(visit: Visit, number: int) -> Answer:
    """Show what other weights would make of a sheet, `?feature.name=`; nothing is written."""
    shown = journey.show_sheet(visit.scope, number)
    weights = journey.weights_of(visit.scope)
    typed = {_key(each): request.args.get(_key(each), "").strip()[:9] or str(each.value) for each in weights}
    tried = None
    faults: list[str] = []
    if request.args:
        changes: dict[str, dict[str, int]] = {}
        for each in weights:
            words = typed[_key(each)]
            if words.isascii() and words.isdecimal() and each.least <= int(words) <= each.most:
                changes.setdefault(each.feature, {})[each.name] = int(words)
            else:
                faults.append(
                    said(
                        "{title}请填 {least} 到 {most} 之间的整数。", title=each.title, least=each.least, most=each.most
                    )
                )
        if not faults:
            try:
                tried = journey.try_weights(visit.scope, installation().roster, number, changes)
            except SettingsInvalid as invalid:
                faults.append(invalid.message)
    page = render_template(
        "performance/try.html",
        shown=shown,
        sheet=shown.sheet,
        weights=[(each, _key(each), typed[_key(each)]) for each in weights],
        tried=tried,
        faults=faults,
        refusal=None,
        **WORDS,
    )
    return (page, 422) if faults else page


@pages.get(OWN)
@allows(Permission.HANDLE)
def show_own(visit: Visit) -> Answer:
    """Show a unit its own lines on every sheet that was frozen; after a refusal with why it was refused."""
    return _own(visit)


@pages.get(f"{OWN}/{NUMBER}/lines/{LINE}")
@allows(Permission.HANDLE)
def show_own_line(visit: Visit, number: int, line: int) -> Answer:
    """Show a unit what one of its own lines counts."""
    shown = journey.show_line(
        visit.scope,
        number,
        line,
        measure=request.args.get("what", "")[:60],
        page=_wanted_page(),
        unit_id=visit.staff.unit_id or 0,
    )
    return _page("performance/line.html", shown=shown, back=OWN, at=request.path, tickets="/unit/")


@allows(Permission.HANDLE)
def _own_again(visit: Visit, number: int, line: int) -> Answer:
    """Show the unit's lines again after a refusal of one of them."""
    return _own(visit, refused_line=line)


@pages.post(f"{OWN}/{NUMBER}/lines/{LINE}/object")
@allows(Permission.HANDLE, again=_own_again)
def object_to(visit: Visit, number: int, line: int) -> Answer:
    """Object to one of the unit's own lines."""
    words = required("text", ask="请写明对这一行有什么异议、依据是什么。", longest=2000)
    journey.object_to_line(
        visit.scope, number, line, text=words, actor=visit.actor, address=request.remote_addr or "", now=visit.now
    )
    return Done("异议已提出，等待认定。", OWN)


def _own(visit: Visit, refused_line: int = 0) -> Answer:
    return _page(
        "performance/own.html",
        sheets=journey.show_own(visit.scope, visit.actor),
        objection_states=OBJECTION_LABELS,
        refused_line=refused_line,
        typed=request.form,
    )


def _page(template: str, **given: object) -> Answer:
    refusal = g.get("refusal")
    page = render_template(template, **WORDS, **given, refusal=words_of(refusal) if refusal else None)
    return (page, status_of(refusal)) if refusal else page


def _objections(shown: journey.SheetShown) -> list[tuple[object, str, str, str]]:
    """Return each objection with its unit, its line, and what became of it."""
    names = {unit.unit_id: unit.name for unit in shown.units}
    lines = {line.id: line.label for each in shown.lines.values() for line in each}
    return [
        (each, names.get(each.unit_id, ""), lines.get(each.line_id, ""), OBJECTION_LABELS[each.state])
        for each in shown.objections
    ]


def _wanted_page() -> int:
    words = request.args.get("page", "1")
    return max(1, int(words)) if words.isascii() and words.isdecimal() and len(words) <= 6 else 1


def _key(weight: Weight) -> str:
    return f"{weight.feature}.{weight.name}"
