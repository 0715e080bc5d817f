"""The duty list beside the city's 对照市级目录: what has no place there, chosen by name and saved after a look at what changes; as a table too."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlencode

from flask import Blueprint, Response, g, render_template, request

from core.journey.duties.mapping import (
    CityList,
    NoCityList,
    ReadMapping,
    cities_of_district,
    city_list,
    map_from,
    read_mapping,
    write_mapping,
)
from core.journey.duties.mapping_items import (
    KINDS,
    LATELY,
    PER_PAGE,
    Asked,
    Choice,
    ChoicesUnusable,
    MappedItem,
    MappedItems,
    MappedMeanwhile,
    MappingChange,
    MappingOutdated,
    OpenedWith,
    changes_chosen,
    changes_read,
    items_again,
    map_items,
    mapped_items,
    names_offered,
    refuse_outdated,
)
from core.journey.duties.versions import NoDutyListYet
from core.kit.errors import Refused
from core.kit.saying import said
from core.people.roles import Permission
from core.units.catalogue.mapping import OTHER
from core.web.admin.duties import AT, LARGEST_NUMBER, LONGEST, SHOWN, kept_file
from core.web.downloads import offer_as
from core.web.input import InputUnusable, text, texts
from core.web.refusals import status_of, words_of
from core.web.visit import Answer, Done, Visit, allows, installation

pages = Blueprint("admin_duty_mapping", __name__)
PAGE = f"{AT}/mapping"
LONGEST_CODE = 200
MOST_ROWS = 2 * PER_PAGE


@dataclass(frozen=True, slots=True)
class Line:
    """An item as its row shows it: as it stands, or as it was chosen in the form that is shown again."""

    item: MappedItem
    seen: str
    typed: str
    is_other: bool
    takes: bool
    fault: str = ""


@dataclass(frozen=True, slots=True)
class FileTold:
    """What a table came to: what it changes, and whether that is kept."""

    read: ReadMapping
    changes: tuple[MappingChange, ...]
    is_kept: bool


@pages.get(PAGE)
@allows(Permission.ADMINISTER)
def show_mapping(visit: Visit) -> Answer:
    """Show what has no place in the city's list, most asked first; after a refusal the form as it was filled in, with why."""
    return _page(visit)


@pages.post(PAGE)
@allows(Permission.ADMINISTER, again=show_mapping)
def choose(visit: Visit) -> Answer:
    """Tell what would change, and only then map the items so."""
    city, opened, choices = _city(visit), _opened_with(), _choices()
    if text("do", longest=20) != "save":
        return _page(visit, changes=changes_chosen(visit.scope, city, choices, opened, actor=visit.actor))
    changes = map_items(visit.scope, city, choices, opened, actor=visit.actor, now=visit.now)
    to = request.full_path.rstrip("?")
    if not changes:
        return Done(said("没有改动，没有保存什么。"), to, "soon")
    return Done(said("已保存 {n} 个事项的对照，市级统计从下一次汇总起按它计。", n=len(changes)), to)


@pages.post(f"{PAGE}/import")
@allows(Permission.ADMINISTER, again=show_mapping)
def bring_in(visit: Visit) -> Answer:
    """Tell what a table would change, or map as it says; either way tell every row that was not taken."""
    city = _city(visit)
    opened = _opened_with()
    refuse_outdated(visit.scope, city, opened)
    with kept_file() as path:
        read = read_mapping(visit.scope, path, city, rejects=None, actor=visit.actor)
        changes = changes_read(visit.scope, city, read.pairs, number=opened.number)
        keeps = text("do", longest=20) == "save"
        if keeps:
            map_from(visit.scope, path, city, rejects=None, actor=visit.actor, now=visit.now)
    return _page(visit, told=FileTold(read, changes, keeps))


@pages.get(f"{PAGE}.csv")
@allows(Permission.ADMINISTER)
def give_table(visit: Visit) -> Answer:
    """Give the mapping as a table to be filled in and brought in again, with proposals of the same name in it."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "mapping.csv"
        write_mapping(visit.scope, path, _city(visit), _version_asked(), actor=visit.actor)
        content = path.read_bytes()
    response = Response(content, mimetype="text/csv")
    name = said("对照表-{district}.csv", district=visit.scope.tenant.name)
    offer_as(response, name)
    response.headers["Cache-Control"] = "no-store"
    return response


def _page(visit: Visit, *, changes: Sequence[MappingChange] | None = None, told: FileTold | None = None) -> Answer:
    refusal: Refused | None = g.get("refusal")
    cities = cities_of_district(installation(), visit.scope.tenant.slug)
    asked = _asked()
    query = {name: value for name in ("city", "version", "q", "under", "kind") if (value := _written(name))}
    try:
        if len(cities) != 1 and not _written("city"):
            return render_template("admin/duty_mapping_none.html", cities=cities, lacking=None)
        city = _city(visit)
        shown = mapped_items(visit.scope, city, _version_asked(), asked, actor=visit.actor, now=visit.now)
    except NoDutyListYet:
        return render_template("admin/duty_mapping_none.html", cities=(), lacking="本区还没有职责清单")
    except NoCityList as lacking:
        return render_template("admin/duty_mapping_none.html", cities=(), lacking=lacking.message)
    has_form = "matter" in request.form
    lines = _again(visit, shown, refusal) if has_form else _fresh(shown)
    page = render_template(
        "admin/duty_mapping.html",
        shown=shown,
        lines=lines,
        offered=names_offered(
            shown.names, [words for line in lines for words in (line.item.name, line.typed) if words]
        ),
        opened=_carried(shown, refusal) if has_form else OpenedWith(shown.number, shown.held, shown.city.number),
        changes=changes,
        told=told,
        most=SHOWN,
        asked=asked,
        kinds=KINDS,
        days=LATELY.days,
        query=query,
        here=f"{PAGE}?{urlencode(query | ({'page': str(shown.page)} if shown.page > 1 else {}))}".rstrip("?"),
        refusal=words_of(refusal) if refusal else "",
    )
    return (page, status_of(refusal)) if refusal else page


def _fresh(shown: MappedItems) -> list[Line]:
    return [_line(item, shown) for item in shown.items]


def _line(item: MappedItem, shown: MappedItems) -> Line:
    return Line(item, item.own, shown.names.get(item.own, ""), item.own == OTHER, takes=False)


def _again(visit: Visit, shown: MappedItems, refusal: Refused | None) -> list[Line]:
    """Return the rows of the form as they were filled in; what nobody touched stands as it is now.

    Only once it was said who was faster do they carry what is so now, so that saving again is meant.
    """
    faults = refusal.faults if isinstance(refusal, ChoicesUnusable) else {}
    choices = {choice.code: choice for choice in _choices()}
    items = items_again(visit.scope, shown.city, _opened_with().number, list(choices), actor=visit.actor, now=visit.now)
    found = []
    for item in items:
        choice, line = choices[item.code], _line(item, shown)
        if choice.is_touched(shown.names):
            line = replace(line, typed=choice.typed, is_other=choice.is_other, takes=bool(choice.proposal))
            line = replace(line, fault=faults.get(item.code, ""))
            line = line if isinstance(refusal, MappedMeanwhile) else replace(line, seen=choice.seen)
        found.append(line)
    return found


def _carried(shown: MappedItems, refusal: Refused | None) -> OpenedWith:
    opened = _opened_with()
    return OpenedWith(opened.number, shown.held, shown.city.number) if isinstance(refusal, MappingOutdated) else opened


def _choices() -> list[Choice]:
    """Read the rows of the form. Raises `InputUnusable` where they do not belong together."""
    columns = [texts(name, longest=LONGEST_CODE) for name in ("matter", "seen", "to")]
    if len({len(column) for column in columns}) > 1 or len(columns[0]) > MOST_ROWS:
        raise InputUnusable("页面不完整，各行对不上。请刷新后重试。")
    others = set(texts("other", longest=LONGEST_CODE))
    taken = dict(zip(columns[0], texts("proposed", longest=LONGEST_CODE), strict=False))
    ticked = set(texts("take", longest=LONGEST_CODE))
    return [
        Choice(matter, seen, typed, matter in others, taken.get(matter, "") if matter in ticked else "")
        for matter, seen, typed in zip(*columns, strict=True)
    ]


def _opened_with() -> OpenedWith:
    return OpenedWith(*(_number(text(name, longest=12) or "0") for name in ("number", "held", "listed")))


def _city(visit: Visit) -> CityList:
    return city_list(installation(), visit.scope.tenant.slug, _written("city"))


def _asked() -> Asked:
    page = _written("page")
    return Asked(
        _written("q"),
        _written("under"),
        _written("kind"),
        int(page) if page.isascii() and page.isdecimal() and len(page) <= 5 else 1,
    )


def _version_asked() -> int | None:
    # A form that is shown again stays with the version that it was opened with.
    number = _number(request.form.get("number", "").strip() or _written("version") or "0")
    return number or None


def _number(written: str) -> int:
    if not (written.isascii() and written.isdecimal() and int(written[:12]) <= LARGEST_NUMBER):
        raise InputUnusable("是哪一版看不懂。请从页面上选择。")
    return int(written)


def _written(name: str) -> str:
    return " ".join(request.args.get(name, "").replace("\x00", "")[:LONGEST].split())
