"""民情联系会、政务服务零距离: the district goes to its residents instead of waiting for them, and every matter raised is a ticket."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.hooks import Channel, OutreachKind, hookimpl, said
from core.hooks.settings import Line, OneOf, Rows, Settings, Whole, YesNo, cross_check

SORTS = {"meeting": "会议", "visit": "走访"}


class KindSettings(Settings):
    """One kind of occasion: what it is called, and how often it is to be held."""

    id = Line(
        required=True,
        longest=40,
        pattern="[a-z][a-z0-9-]*",
        pattern_says="代号用小写字母、数字和短横线，以字母开头",
        title="代号",
        help="也是工单的渠道代号；用过以后不要改",
    )
    label = Line(required=True, longest=20, title="名称", help="页面、收条和工单的渠道都这样称呼")
    sort = OneOf(required=True, choices=SORTS, title="会议还是走访", help="走访没有发现问题也可以记")
    monthly = Whole(
        load_default=0,
        min=0,
        max=31,
        unit="次",
        title="每个单位每月应开展几次",
        help="填 0 表示不作要求",
    )
    on_the_spot = YesNo(
        load_default=True,
        title="可以当场答复办结",
        help="关闭后，现场提出的诉求一律交单位办理",
    )


class MeetingsSettings(Settings):
    """Which occasions there are. The article names the first two; 走访 stands for its 主动联系, and it gives no numbers."""

    kinds = Rows(
        KindSettings,
        load_default=[
            {"id": "residents-meeting", "label": "民情联系会", "sort": "meeting", "monthly": 0, "on_the_spot": True},
            {"id": "zero-distance", "label": "政务服务零距离", "sort": "meeting", "monthly": 0, "on_the_spot": True},
            {"id": "visit", "label": "走访", "sort": "visit", "monthly": 0, "on_the_spot": True},
        ],
        most=20,
        title="会议和走访的种类",
        help="社区和受理席按这些种类登记，现场提出的每件诉求各成一件工单",
        group="主动联系",
        affects="new",
    )

    @cross_check
    def each_kind_once(self, values: Mapping[str, Any]) -> Mapping[str, str]:
        """Say of each kind after the first of its id that it was written before."""
        first: dict[str, int] = {}
        return {
            f"kinds.{number}.id": said("第 {first} 行已用了这个代号", first=first[row["id"]] + 1)
            for number, row in enumerate(values["kinds"])
            if first.setdefault(row["id"], number) != number
        }


@hookimpl
def channels(settings: Mapping[str, Any]) -> Sequence[Channel]:
    """Take in by each kind of occasion as by a channel of its own, so that its tickets are told apart."""
    return [Channel(id=row["id"], label=row["label"], medium="event") for row in settings["kinds"]]


@hookimpl
def outreach_kinds(settings: Mapping[str, Any]) -> Sequence[OutreachKind]:
    """Hold meetings and make visits of the kinds in the settings."""
    return [
        OutreachKind(
            id=row["id"],
            label=row["label"],
            sort=row["sort"],
            monthly=row["monthly"],
            on_the_spot=row["on_the_spot"],
        )
        for row in settings["kinds"]
    ]
