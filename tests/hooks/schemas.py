"""A schema that has one field of every kind, as tests of settings need it."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from core.hooks.settings import (
    ChannelChoice,
    Choice,
    Line,
    MatterChoice,
    Minutes,
    OneOf,
    Paragraph,
    Percent,
    RoleChoice,
    Rows,
    Secret,
    Settings,
    UnitChoice,
    Whole,
    Words,
    WorkDays,
    WorkHours,
    YesNo,
    cross_check,
)

CHOICES = {
    "units": [
        Choice("street", "石羊街道", "street"),
        Choice("jw", "纪委监委", "discipline"),
        Choice("office", "区政府办公室", "office"),
    ],
    "matters": [Choice("N0101", "沙井盖缺失破损"), Choice("N0103", "路灯不亮")],
    "roles": [Choice("dispatcher", "分派员"), Choice("reviewer", "审核员")],
    "channels": [Choice("hotline", "热线"), Choice("wechat", "微信")],
}


class RecipientSettings(Settings):
    """Who is told."""

    unit = UnitChoice(required=True, title="单位")
    by = OneOf(choices={"sms": "短信", "call": "电话"}, load_default="sms", title="方式")


class StepSettings(Settings):
    """A step of pressing."""

    at = WorkHours(min=0, max=40, required=True, title="提醒时间")
    text = Paragraph(longest=200, shortest=0, load_default="", title="文字")
    recipients = Rows(RecipientSettings, load_default=[], most=5, title="知会", risk="privacy")

    @cross_check
    def call_late(self, values: Mapping[str, Any]) -> str | None:
        """Leave a late step to a call."""
        late = values["at"] > 20 and any(each["by"] == "sms" for each in values["recipients"])
        return "20 个工作小时以后请打电话" if late else None


class EverySettings(Settings):
    """One field of every kind."""

    days = WorkDays(min=1, max=30, load_default=5, title="答复时限", help="次日起算", group="时限")
    minutes = Minutes(min=10, max=1440, load_default=60, title="到场时限", group="时限")
    share = Percent(min=10, max=99, load_default=80, title="提醒比例", group="时限")
    ceiling = Whole(min=0, max=500, unit="件", load_default=None, title="每日上限", group="时限")
    name = Line(longest=20, load_default="南河", title="名称", group="文字")
    remark = Line(longest=20, shortest=0, load_default="", title="备注", group="文字")
    hotline = Line(
        longest=12,
        pattern="[0-9]{5,12}",
        pattern_says="热线号码须为 5 到 12 位数字",
        required=True,
        title="热线号码",
        group="文字",
    )
    letter = Paragraph(longest=300, load_default="请按时答复。\n逾期将通报。", title="函件", group="文字")
    words = Words(shortest=2, longest=8, most=30, load_default=["倒塌", "漏电"], title="关键词", group="文字")
    direct = YesNo(load_default=True, title="直接分拨", group="选择")
    mark_by = OneOf(choices={"share": "按比例", "hours": "按小时"}, load_default="share", title="方式", group="选择")
    watcher = UnitChoice(
        kind="discipline", load_default="jw", title="监督单位", group="选择", risk="accountability", affects="open"
    )
    told = UnitChoice(load_default="", may_be_empty=True, title="告知单位", group="选择")
    units = UnitChoice(load_default=["street"], may_be_empty=True, many=True, title="参加单位", group="选择")
    matters = MatterChoice(load_default=["N0101"], many=True, most=2, title="事项", group="选择")
    role = RoleChoice(load_default="dispatcher", title="角色", group="选择")
    channel = ChannelChoice(load_default="hotline", title="渠道", group="选择")
    steps = Rows(StepSettings, load_default=[{"at": 3}], most=4, title="升级步骤", group="步骤")
    token = Secret(title="短信网关密钥", group="密钥")

    @cross_check
    def steps_in_order(self, values: Mapping[str, Any]) -> Mapping[str, str]:
        """Say of each step that it comes after the one above it."""
        hours = [step["at"] for step in values["steps"]]
        pairs = enumerate(pairwise(hours), start=1)
        return {f"steps.{number}.at": "须晚于上一步" for number, (before, after) in pairs if after <= before}
