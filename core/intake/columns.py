"""Recognising which column of a table holds what, by the names that people and other systems give them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from core.kit.errors import Refused
from core.kit.headings import NAMED_AT_MOST, plain
from core.kit.saying import joined, said

FIELDS: Mapping[str, tuple[str, ...]] = {
    "text": (
        *("诉求内容", "诉求正文", "反映内容", "留言内容", "来信内容", "来件内容", "工单内容", "投诉内容", "问题描述"),
        *("诉求描述", "内容", "正文", "内容描述", "描述", "text", "content", "body", "message", "description"),
    ),
    "title": ("标题", "诉求标题", "留言标题", "工单标题", "主题", "留言主题", "title", "subject"),
    "submitted_at": (
        *("提交时间", "来件时间", "诉求时间", "留言时间", "来信时间", "来电时间", "反映时间", "登记时间", "受理时间"),
        *("创建时间", "时间", "日期", "submitted_at", "created_at", "submitted", "date", "time"),
    ),
    "reply": ("答复内容", "回复内容", "答复", "回复", "答复意见", "回复意见", "reply", "answer", "response"),
    "replied_at": ("答复时间", "回复时间", "办结时间", "replied_at", "answered_at", "closed_at"),
    "disposition": ("办理结果", "disposition"),
    "resolved": ("是否解决", "解决情况", "诉求是否解决", "resolved"),
    "satisfaction": ("满意度", "满意情况", "是否满意", "评价结果", "satisfaction"),
    "cause": ("不满意原因", "cause"),
    "rated_at": ("评价时间", "回访时间", "rated_at"),
    "source_id": (
        *("编号", "来件编号", "诉求编号", "工单编号", "留言编号", "受理编号", "工单号", "流水号"),
        *("source_id", "external_id", "id"),
    ),
    "channel": ("渠道", "诉求渠道", "受理渠道", "来源渠道", "诉求来源", "来源", "channel", "source"),
    "nature": ("性质", "诉求性质", "诉求类型", "类型", "nature", "type"),
    "urgency": ("紧急程度", "urgency"),
    "matter": ("事项", "事项编码", "事项代码", "诉求事项", "matter"),
    "place": ("地点", "诉求地点", "事发地点", "发生地点", "事发地址", "诉求地址", "place", "location"),
    "longitude": ("经度", "诉求经度", "事发经度", "地点经度", "longitude", "lng", "lon"),
    "latitude": ("纬度", "诉求纬度", "事发纬度", "地点纬度", "latitude", "lat"),
    "mailbox": ("信箱", "mailbox"),
    "name": ("姓名", "诉求人", "诉求人姓名", "联系人", "来电人", "name"),
    "phone": ("电话", "联系电话", "手机", "手机号", "手机号码", "电话号码", "来电号码", "phone", "mobile", "tel"),
    "address": ("联系地址", "住址", "家庭住址", "address"),
    "appellant": ("诉求主体", "主体类型", "诉求人类型", "appellant"),
    "relation": ("与本地的关系", "relation"),
    "source": ("原热线", "原号码", "来源号码", "来源线路", "line"),
    "affected_count": ("人数", "涉及人数", "影响人数", "affected_count", "people"),
}
"""Fields of an appeal, and the names under which columns of them are known, the surest first."""


class MissingColumn(Refused):
    """The table has no column that is known to hold what every appeal needs."""

    code = "missing-column"


class UnknownField(Refused):
    """A column is to be read as something that appeals do not have."""

    code = "unknown-field"


class UnknownColumn(Refused):
    """A column is to be read that the table does not have."""

    code = "unknown-column"


@dataclass(frozen=True)
class Columns:
    """The columns of a table, and the place of each field among them."""

    names: tuple[str, ...]
    places: Mapping[str, int]

    @property
    def unknown(self) -> tuple[str, ...]:
        """The columns that are not read, in their order."""
        read = set(self.places.values())
        return tuple(name for place, name in enumerate(self.names) if name and place not in read)

    def cell(self, cells: Sequence[str], field: str) -> str:
        """Return the cell of a field, an empty text when the table or the row has none."""
        place = self.places.get(field)
        return cells[place] if place is not None and place < len(cells) else ""

    def name(self, field: str) -> str:
        """Return what the table calls a field that it has."""
        return self.names[self.places[field]]


def is_header(cells: Sequence[str], told: Mapping[str, str]) -> bool:
    """Tell whether a row is a header: a cell names the column that holds the text, or a column that we are told of."""
    wanted = {*_known_names()["text"], *(plain(column) for column in told.values() if column)}
    return any(plain(cell) in wanted for cell in cells)


def recognise(names: Sequence[str], told: Mapping[str, str], *, needed: Sequence[str] = ("text",)) -> Columns:
    """Find the column of each field. `told` says field → column for what is called otherwise, or → "" for none.

    Raises `UnknownField`, `UnknownColumn`, and `MissingColumn` when nothing says where a `needed` field is.
    """
    told = {field_named(field): column for field, column in told.items()}
    places = {field: _place_of(column, names) for field, column in told.items() if column}
    offered = [plain(name) for name in names]
    for field in FIELDS:
        free = [offered.index(name) for name in _known_names()[field] if name in offered]
        free = [place for place in free if place not in places.values()]
        if free and field not in told:
            places[field] = free[0]
    for field in needed:
        if field not in places:
            raise MissingColumn(
                said(
                    "没有认出哪一列是{fields}。表中的列：{listed}。请用 --map {field}=列名 指明。",
                    fields=FIELDS[field][0],
                    listed=_listed(names),
                    field=field,
                )
            )
    return Columns(tuple(names), places)


def field_named(name: str) -> str:
    """Return the field that a person calls so, in either language. Raises `UnknownField`."""
    wanted = plain(name)
    for field, known in _known_names().items():
        if wanted == plain(field) or wanted in known:
            return field
    fields = joined("、", (said("{field}（{known}）", field=field, known=known[0]) for field, known in FIELDS.items()))
    raise UnknownField(said("诉求没有“{name}”这一项，--map 无法使用。可选：{fields}。", name=name, fields=fields))


def _place_of(column: str, names: Sequence[str]) -> int:
    for wanted, offered in ((column, list(names)), (plain(column), [plain(name) for name in names])):
        if wanted in offered:
            return offered.index(wanted)
    raise UnknownColumn(
        said("表中没有名为“{column}”的列。表中的列：{listed}。请改正 --map。", column=column, listed=_listed(names))
    )


@cache
def _known_names() -> Mapping[str, tuple[str, ...]]:
    return {field: tuple(map(plain, names)) for field, names in FIELDS.items()}


def _listed(names: Sequence[str]) -> str:
    shown = [
        name[:20] or said("（第 {place} 列没有名字）", place=place)
        for place, name in enumerate(names[:NAMED_AT_MOST], start=1)
    ]
    return joined("、", shown) + (said(" 等 {number} 列", number=len(names)) if len(names) > NAMED_AT_MOST else "")
