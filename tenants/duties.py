"""duties.csv: the duty list 职责清单, which says whose a matter is, on what basis, how fast and how well."""

import re
from collections.abc import Collection, Container, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast, get_args

from core.areas.tree import LOCAL_NAMES, Area
from core.hooks.values import Budget, BudgetMode, EventGrade
from core.units.catalogue.catalogue import Catalogue
from core.units.catalogue.coding import Named, coded
from core.units.catalogue.rows import FIELD_WORDS, GRADE_NAMES, ORIGIN_NAMES, Origin
from core.units.catalogue.rows import Row as ListRow
from tenants.faults import Faults
from tenants.source import Row, file_name, read_rows

COLUMNS = (
    "code",
    "category",
    "subcategory",
    "keywords",
    "lead",
    "co",
    "limit_mode",
    "limit_amount",
    "on_site",
    "legal_basis",
    "standard",
)
OPTIONAL = ("guide", "area", "after_arrival", "origin", "grade")
ORIGINS: dict[str, Origin] = {name: origin for origin, name in ORIGIN_NAMES.items()}
GRADES: dict[str, EventGrade] = {name: grade for grade, name in GRADE_NAMES.items()}
MODES = get_args(BudgetMode)
IN_SECONDS = ("wall", "ws")
CODE = re.compile(r"[A-Z][A-Z0-9]{1,11}\Z")
_CLOCK_TIME = re.compile(r"([1-9]\d{0,3})([hm])\Z")
_DAYS = re.compile(r"[1-9]\d{0,2}\Z")
SECONDS = {"h": 3600, "m": 60}


@dataclass(frozen=True, slots=True)
class DutyFact:
    """One item of the duty list, for the district as a whole or, with `areas`, for what is different there.

    `limit` None = the district's own rules say how long; `guide` helps the operator. In areas what is empty is as for the
    whole.
    """

    code: str
    category: str
    subcategory: str
    keywords: tuple[str, ...]
    lead: str
    co: tuple[str, ...]
    limit: Budget | None
    on_site: Budget | None
    legal_basis: str
    standard: str
    guide: str
    areas: tuple[str, ...] = ()
    after_arrival: Budget | None = None
    origin: Origin | None = None
    grade: EventGrade | None = None


def read_duties(
    path: Path, units: Collection[str], faults: Faults, *, areas: Container[str] = ()
) -> tuple[DutyFact, ...]:
    """Return the items, noting repeated codes, units and areas that there are not, and limits nobody could keep."""
    file = file_name(path)
    seen = _Seen(file, faults)
    duties = []
    for row in read_rows(path, COLUMNS, OPTIONAL, faults):
        duty = _duty(row, file, faults)
        seen.check(duty, row.line)
        for unit in (duty.lead, *duty.co):
            if unit not in units and unit not in LOCAL_NAMES and (unit or not duty.areas):
                sentence = f"事项“{duty.code}”写的单位“{unit}”不在 units.csv 中，工单会无处可派；请改用已有的单位代码"
                faults.add(file, row.line, sentence)
        for area in duty.areas:
            if area not in areas:
                sentence = f"事项“{duty.code}”写的区域“{area}”不在 areas.csv 中，这一行会落空；请改用已有的区域编码"
                faults.add(file, row.line, sentence)
        if duty.lead and duty.lead in duty.co:
            faults.add(file, row.line, f"事项“{duty.code}”的“{duty.lead}”既是主办又是协办；请从 co 中删去")
        duties.append(duty)
    return tuple(duties)


def catalogue_of(
    duties: Sequence[DutyFact], *, known: Catalogue | None = None, areas: Iterable[Area] = ()
) -> Catalogue:
    """Return the duty list that the items make: categories, and the items below them.

    Categories have no codes in the file: one that the list `known` has by its name keeps the code it has there.
    """
    named: dict[Named, str] = {(duty.category,): "" for duty in duties}
    named |= {(duty.category, duty.subcategory): duty.code for duty in duties}
    nodes, _ = coded(named, known)
    rows = (_listed(duty, area) for duty in duties for area in (duty.areas or (None,)))
    return Catalogue.of(nodes, areas, rows)


def _listed(duty: DutyFact, area: str | None) -> ListRow:
    return ListRow(
        matter=duty.code,
        area=area,
        lead=duty.lead or None,
        co=duty.co or None,
        keywords=duty.keywords or None,
        limit=duty.limit,
        on_site=duty.on_site,
        after_arrival=duty.after_arrival,
        origin=duty.origin,
        grade=duty.grade,
        legal_basis=duty.legal_basis or None,
        standard=duty.standard or None,
        guide=duty.guide or None,
    )


def _duty(row: Row, file: str, faults: Faults) -> DutyFact:
    cells = row.cells
    return DutyFact(
        code=cells["code"],
        category=cells["category"],
        subcategory=cells["subcategory"],
        keywords=row.several("keywords"),
        lead=cells["lead"],
        co=row.several("co"),
        limit=_limit(row, file, faults),
        on_site=_on_site(row, "on_site", file, faults),
        legal_basis=cells["legal_basis"],
        standard=cells["standard"],
        guide=cells["guide"],
        areas=row.several("area"),
        after_arrival=_on_site(row, "after_arrival", file, faults),
        origin=_origin(row, file, faults),
        grade=_grade(row, file, faults),
    )


def _limit(row: Row, file: str, faults: Faults) -> Budget | None:
    mode, amount = row.cells["limit_mode"], row.cells["limit_amount"]
    if not mode and not amount:
        return None
    if mode not in MODES:
        faults.add(
            file, row.line, f"时限方式“{mode}”不存在，算不出截止；请从 {'、'.join(MODES)} 中选一个，或两格都留空"
        )
        return None
    if mode in IN_SECONDS:
        if match := _CLOCK_TIME.match(amount):
            return Budget(cast(BudgetMode, mode), int(match[1]) * SECONDS[match[2]])
        faults.add(file, row.line, f"时限“{amount}”看不懂，{mode} 按小时或分钟计；请写成 24h 或 30m")
        return None
    if _DAYS.match(amount):
        return Budget(cast(BudgetMode, mode), int(amount))
    faults.add(file, row.line, f"时限“{amount}”看不懂，{mode} 按天计；请写 1 到 999 的整数")
    return None


def _on_site(row: Row, column: str, file: str, faults: Faults) -> Budget | None:
    amount = row.cells[column]
    if not amount:
        return None
    if match := _CLOCK_TIME.match(amount):
        return Budget("wall", int(match[1]) * SECONDS[match[2]])
    faults.add(
        file, row.line, f"{FIELD_WORDS[column]}“{amount}”看不懂，到场按自然时间计；请写成 60m 或 2h，不要求到场的留空"
    )
    return None


def _origin(row: Row, file: str, faults: Faults) -> Origin | None:
    name = row.cells["origin"]
    if name and name not in ORIGINS:
        faults.add(
            file, row.line, f"出处“{name}”不存在，没有人知道时限是不是公布过的；请写 {' 或 '.join(ORIGINS)}，或留空"
        )
    return ORIGINS.get(name)


def _grade(row: Row, file: str, faults: Faults) -> EventGrade | None:
    name = row.cells["grade"]
    if name and name not in GRADES:
        faults.add(
            file,
            row.line,
            f"{FIELD_WORDS['grade']}“{name}”不存在，险情会按一般事项等着；请写 {'、'.join(GRADES)} 之一，或留空作一般",
        )
    return GRADES.get(name)


@dataclass
class _Seen:
    """The items read so far, to tell a second one with the same code or name."""

    file: str
    faults: Faults
    lines: dict[tuple[str, str], int] = field(default_factory=dict)
    """By code and area, empty for the whole district."""
    names: dict[str, tuple[tuple[str, str], int]] = field(default_factory=dict)
    """By code."""
    codes: dict[tuple[str, str], tuple[str, int]] = field(default_factory=dict)
    """By name."""

    def check(self, duty: DutyFact, line: int) -> None:
        """Note what is wrong with an item's code and name."""
        name = (duty.category, duty.subcategory)
        if not CODE.match(duty.code):
            self._note(line, f"事项代码“{duty.code}”不能用作代码；请用大写字母开头，只含大写字母和数字，2 到 12 个字符")
        self._check_code(duty, name, line)
        if not all(name):
            self._note(line, f"事项“{duty.code}”缺少大类或小类，选不到它；请填写 category 和 subcategory")
        elif name in self.codes and self.codes[name][0] != duty.code:
            words = f"事项“{duty.category} / {duty.subcategory}”在第 {self.codes[name][1]} 行已经有了"
            self._note(line, f"{words}，两项无法分辨；请合并或改名")
        self.names.setdefault(duty.code, (name, line))
        self.codes.setdefault(name, (duty.code, line))

    def _check_code(self, duty: DutyFact, name: tuple[str, str], line: int) -> None:
        known, earlier = self.names.get(duty.code, (name, line))
        if known != name:
            words = f"事项代码“{duty.code}”在第 {earlier} 行已经用过，一个代码只能指一个事项"
            self._note(line, f"{words}；请换一个代码")
        for area in duty.areas or ("",):
            earlier = self.lines.setdefault((duty.code, area), line)
            if earlier != line and known == name:
                where = f"区域“{area}”" if area else "全区"
                self._note(line, f"事项“{duty.code}”在{where}的一行在第 {earlier} 行已经有了；请合并成一行")

    def _note(self, line: int, sentence: str) -> None:
        self.faults.add(self.file, line, sentence)
