"""Which column of a table of duties holds what, by the names under which offices know them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.kit.errors import Refused
from core.kit.headings import places_of, remark_in, shown, unread_of
from core.kit.saying import said

LEVELS = ("level1", "level2", "level3", "level4", "level5", "level6", "level7", "level8")
"""Columns of a matter's names from the top down."""
LEVEL_WORDS = ("大类", "小类", "三级", "四级", "五级", "六级", "七级", "八级")
HEADINGS: Mapping[str, tuple[str, ...]] = {
    "code": ("编码", "事项编码", "事项代码", "代码", "编号", "事项编号", "code"),
    "level1": (
        "大类",
        "一级",
        "一级分类",
        "一级类别",
        "一级目录",
        "一级事项",
        "事项大类",
        "类别",
        "level1",
        "category",
    ),
    "level2": (
        "小类",
        "二级",
        "二级分类",
        "二级类别",
        "二级目录",
        "二级事项",
        "事项小类",
        "中类",
        "level2",
        "subcategory",
    ),
    "level3": ("三级", "三级分类", "三级类别", "三级目录", "三级事项", "细类", "子类", "事项", "事项名称", "level3"),
    "level4": ("四级", "四级分类", "四级类别", "四级目录", "四级事项", "level4"),
    "level5": ("五级", "五级分类", "level5"),
    "level6": ("六级", "六级分类", "level6"),
    "level7": ("七级", "七级分类", "level7"),
    "level8": ("八级", "八级分类", "level8"),
    "area": ("区域", "适用区域", "所属区域", "责任区域", "片区", "适用范围", "area"),
    "street": ("街道", "镇街", "街道镇", "乡镇街道", "street"),
    "community": ("社区", "村居", "村社区", "社区村", "community"),
    "lead": (
        *("主办单位", "主办", "主责单位", "责任单位", "牵头单位", "承办单位", "处置单位", "责任部门", "主管部门"),
        *("主办部门", "lead", "unit"),
    ),
    "co": ("协办单位", "协办", "配合单位", "协同单位", "配合部门", "协办部门", "co"),
    "keywords": ("关键词", "关键字", "keywords"),
    "limit": ("时限", "处置时限", "办理时限", "办结时限", "处理时限", "时限要求", "处置时限要求", "limit"),
    "on_site": ("到场时限", "到达现场时限", "现场时限", "到场", "onsite"),
    "after_arrival": ("到场后时限", "到场后处置时限", "到场后办结时限", "到场后办理时限", "afterarrival"),
    "legal_basis": ("法律依据", "法律法规依据", "法规依据", "政策依据", "职责依据", "依据", "legalbasis"),
    "standard": ("处置标准", "办理标准", "结案标准", "办结标准", "处置要求", "标准", "standard"),
    "guide": ("受理指引", "受理要点", "询问要点", "受理说明", "guide"),
    "min_level": ("最低层级", "最低级别", "最低承办层级", "minlevel"),
    "department_function": ("职能部门职责", "职能部门事项", "是否职能部门职责", "部门职责", "departmentfunction"),
    "origin": ("出处", "清单出处", "公布情况", "是否公布", "origin"),
    "grade": ("事件等级", "事项等级", "事件分级", "等级", "分级", "grade"),
}
"""What a table of duties can hold, and the headings under which each is known, the surest first."""


class NotADutyList(Refused):
    """The table has no column that names matters."""

    code = "not-a-duty-list"


@dataclass(frozen=True)
class DutyColumns:
    """The columns of a table, the place of each field among them, and the matter's levels from the top down."""

    names: tuple[str, ...]
    places: Mapping[str, int]
    levels: tuple[str, ...]

    @property
    def unread(self) -> tuple[str, ...]:
        """The columns that are not read and might have been meant to be."""
        return unread_of(self.names, self.places)

    def name(self, field: str) -> str:
        """Return what the table calls a field that it has."""
        return self.names[self.places[field]]

    def unit(self, field: str) -> str:
        """Return what the numbers in a column count, as its heading says in brackets, e.g. 时限（工作日）."""
        return remark_in(self.name(field))


def is_header(cells: Sequence[str]) -> bool:
    """Tell whether a row is the header of a table of duties: it names a level of matters and something else."""
    places = places_of(cells, HEADINGS)
    return any(level in places for level in LEVELS) and len(places) > 1


def recognise(names: Sequence[str]) -> DutyColumns:
    """Find the column of each field. Raises `NotADutyList` when no column names matters."""
    places = places_of(names, HEADINGS)
    levels = tuple(level for level in LEVELS if level in places)
    if not levels:
        raise NotADutyList(
            said(
                "没有认出哪一列是事项。表中的列：{names}。请把表头写成 大类、小类（三级、四级），再导入一次。",
                names=shown(names),
            )
        )
    return DutyColumns(tuple(names), places, levels)
