"""One item of the duty list as a form: who, how fast, by which words, and where it is otherwise; saved as a new version."""

from collections.abc import Mapping
from dataclasses import replace

from flask import Blueprint, g, render_template, request

from core.hooks.core_features import ROUTING
from core.journey.duties.editing import ItemUnusable, OpenedItem, RowCells, edit_item, open_item
from core.journey.duties.mending import Wanted
from core.journey.settings.drafting import Wish
from core.kit.errors import Refused
from core.people.roles import Permission
from core.units.catalogue.limit_history import LimitsLoosened
from core.units.catalogue.queries import DUTY_LIST
from core.units.catalogue.rows import FIELD_WORDS, GRADE_NAMES, ORIGIN_NAMES, VALUES
from core.units.levels import LEVEL_NAMES
from core.units.queries import directory
from core.web.admin.drafting import drafted, opened
from core.web.admin.duties import AT, VERSION, told
from core.web.input import text, texts, usable_input
from core.web.refusals import status_of, words_of
from core.web.visit import Answer, Visit, allows

pages = Blueprint("admin_duty_items", __name__)
MOST_AREAS = 200
CHOICES: Mapping[str, Mapping[str, str]] = {
    "grade": {name: name for name in GRADE_NAMES.values()},
    "min_level": {name: name for name in LEVEL_NAMES.values()},
    "department_function": {"是": "是", "否": "否"},
    "origin": {name: name for name in ORIGIN_NAMES.values()},
}
LONG = ("keywords", "legal_basis", "standard", "guide")
HINTS: Mapping[str, str] = {
    "lead": "单位名称，或“属地街道”“属地社区”",
    "co": "几个之间用、隔开；“无”表示没有",
    "limit": "如 5个工作日、24小时、8个工作小时、3天",
    "on_site": "如 60分钟、2小时",
    "after_arrival": "从到场起到答复，如 2小时",
    "keywords": "居民会怎么说，几个之间用、隔开；路灯…不亮 表示先后都有",
}


@pages.get(f"{AT}/{VERSION}/items/<path:matter>")
@allows(Permission.ADMINISTER)
def show_item(visit: Visit, number: int, matter: str) -> Answer:
    """Show one item of a version as a form; after a refusal as it was typed, with what is wrong beside each field."""
    refusal = g.get("refusal")
    item = open_item(visit.scope, number, matter, actor=visit.actor, now=visit.now)
    return _page(visit, _typed(item) if request.method == "POST" else item, refusal)


@pages.post(f"{AT}/{VERSION}/items/<path:matter>")
@allows(Permission.ADMINISTER, again=show_item)
def save_item(visit: Visit, number: int, matter: str) -> Answer:
    """Save the item in a new version, and with `do=draft` draft at once by what it would hold; row buttons only change the form."""
    deed, _, what = text("do", longest=80).partition(":")
    if deed in ("add", "drop"):
        item = _typed(open_item(visit.scope, number, matter, actor=visit.actor, now=visit.now))
        return _page(visit, _reshaped(item, deed, what or text("new-area", longest=64)), None)
    wanted = Wanted(
        reason=text("reason"),
        actor=visit.actor,
        now=visit.now,
        version=number,
        loosened=[matter] if "loosen" in request.form else [],
    )
    name = text("name", longest=200)
    version = edit_item(visit.scope, matter, _written(), wanted, name=name)
    if deed == "keep":
        return told(version)
    return drafted(visit, ROUTING.id, Wish(changes={DUTY_LIST: version.number}))


def _page(visit: Visit, item: OpenedItem, refusal: Refused | None) -> Answer:
    faults = (
        {f"{area}.{field}": why for (area, field), why in refusal.faults.items()}
        if isinstance(refusal, ItemUnusable)
        else {}
    )
    page = render_template(
        "admin/duty_item.html",
        item=item,
        fields=[(field, FIELD_WORDS[field]) for field in VALUES],
        choices=CHOICES,
        long=LONG,
        hints=HINTS,
        faults=faults,
        units=[unit for unit in directory(visit.scope).units if unit.kind != "dispatch_desk"],
        editor=opened(visit, ROUTING.id),
        asks_loosen=isinstance(refusal, LimitsLoosened) or "loosen" in request.form,
        typed=request.form,
        refusal=words_of(refusal) if refusal and not faults else "",
    )
    return (page, status_of(refusal)) if refusal else page


def _written() -> dict[str, dict[str, str]]:
    """Return what was typed, by area and field."""
    return {
        area: {field: text(f"{area}.{field}") for field in VALUES}
        for area in dict.fromkeys(["", *texts("area", longest=64)[:MOST_AREAS]])
    }


def _typed(item: OpenedItem) -> OpenedItem:
    """Return the item with what was typed in the place of what its rows say."""
    known = {row.area: row for row in item.rows}
    rows = []
    for area in dict.fromkeys(
        ["", *(each for each in request.form.getlist("area")[:MOST_AREAS] if each in item.areas)]
    ):
        cells = {field: usable_input(request.form.get(f"{area}.{field}", "")[:4000], 4000) for field in VALUES}
        inherited = known[area].inherited if area in known else known[""].inherited
        rows.append(RowCells(area, item.areas.get(area, "全区"), cells, inherited))
    return replace(item, rows=tuple(rows), name=request.form.get("name", item.name)[:200])


def _reshaped(item: OpenedItem, deed: str, area: str) -> OpenedItem:
    """Return the item with one more area of its own, or without one."""
    if deed == "drop":
        return replace(item, rows=tuple(row for row in item.rows if row.area != area or not area))
    if area not in item.areas or any(row.area == area for row in item.rows):
        return item
    whole = item.rows[0]
    inherited = {**whole.inherited, **{field: cell for field, cell in whole.cells.items() if cell}}
    return replace(item, rows=(*item.rows, RowCells(area, item.areas[area], dict.fromkeys(VALUES, ""), inherited)))
