"""What a Chengdu district may set; every default is the practice its articles publish."""

from collections.abc import Mapping
from typing import Any

from core.hooks.settings import (
    Line,
    Minutes,
    Percent,
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


class ChannelSettings(Settings):
    """Number and account under which residents find the district."""

    hotline = Line(
        load_default="12345",
        longest=12,
        pattern="[0-9]{5,12}",
        pattern_says="热线号码须为 5 到 12 位数字",
        title="热线号码",
        help="“一号通”：原有各条热线并入后的统一号码",
        group="号码与账号",
    )
    wechat_account = Line(
        load_default="成都网络理政",
        longest=30,
        title="微信公众号",
        help="受理诉求的公众号名称",
        group="号码与账号",
    )


class LimitSettings(Settings):
    """How long the clocks of simple, complex and urgent appeals run."""

    simple_days = WorkDays(
        load_default=5,
        min=1,
        max=20,
        title="简单诉求答复时限",
        help="次日起算，最后一个工作日下班前答复",
        group="时限",
    )
    complex_days = WorkDays(
        load_default=20,
        min=1,
        max=60,
        title="复杂诉求答复时限",
        help="最长不超过的工作日数",
        group="时限",
    )
    on_site_minutes = Minutes(
        load_default=60,
        min=10,
        max=1440,
        title="紧急诉求到场核实时限",
        help="连续计时，不分昼夜和节假日",
        group="时限",
    )
    extension_days = WorkDays(
        load_default=15,  # 5 + 15: no appeal takes longer than the 20 days of a complex one
        min=0,
        max=60,
        title="累计最多延期",
        help="简单诉求 5 个工作日，延期后最长不超过 20 个工作日；填 0 则不准延期",
        group="延期",
    )


class MailboxSettings(Settings):
    """Whose mailbox one of the leaders' mailboxes is."""

    mailbox = Line(required=True, longest=50, title="信箱名称", help="与来信上写的一致")
    unit = UnitChoice(required=True, title="所属单位", help="知会的单位")


class RoutingSettings(Settings):
    """Whose tickets go straight to the front line, and whose mailbox stands for which unit."""

    VERSION = 2

    direct_domains = Words(
        load_default=["工商", "市场监管", "城管", "城市管理", "食药监", "食品药品", "旅游"],
        shortest=2,
        longest=20,
        title="工单直派的系统",
        help="职责清单大类名称含有其中一词的工单，不经分派员直接派给主办单位",
        group="直派",
    )
    mailboxes = Rows(
        MailboxSettings,
        load_default=[],
        most=3000,  # the city counts 2,641 of them
        title="领导信箱所属单位",
        help="写给该信箱的诉求，从受理起即知会这个单位",
        group="领导信箱",
        risk="privacy",
    )

    @classmethod
    def migrate(cls, values: dict[str, Any], *, from_version: int) -> dict[str, Any]:
        """Before version 2 the mailboxes were a mapping to their units."""
        owners = values.get("mailboxes", [])
        if from_version < 2 and isinstance(owners, Mapping):
            return {**values, "mailboxes": [{"mailbox": name, "unit": unit} for name, unit in owners.items()]}
        return values

    @cross_check
    def each_mailbox_once(self, values: Mapping[str, Any]) -> Mapping[str, str]:
        """Say of each mailbox after the first of its name that it was written before."""
        names = [row["mailbox"] for row in values["mailboxes"]]
        first: dict[str, int] = {}
        return {
            f"mailboxes.{number}.mailbox": f"第 {first[name] + 1} 行已写了这个信箱"
            for number, name in enumerate(names)
            if first.setdefault(name, number) != number
        }


class UrgentSettings(Settings):
    """What makes an appeal urgent, who hears of it, and when a long clock turns yellow."""

    keywords = Words(
        # Bare 燃气, 变压器 and 倾斜 mostly speak of gas bills, noise and 政策倾斜; hence the longer words.
        load_default=[
            *("倒塌", "坍塌", "垮塌", "塌陷", "坠落", "砸伤"),
            *("板房倾斜", "房屋倾斜", "墙体倾斜", "楼体倾斜", "整体倾斜", "向外倾斜", "电杆倾斜"),
            *("漏电", "触电", "电线断", "变压器起火", "变压器冒烟", "起火", "着火"),
            *("燃气泄漏", "煤气泄漏", "燃气味", "漏气", "被困", "落水"),
            *("群体性事件", "集体上访"),
        ],
        shortest=2,
        longest=20,
        title="紧急关键词",
        help="标题或内容出现任意一词即按紧急诉求处理；请写险情本身，不写“燃气”这类日常用词",
        group="识别",
    )
    affected_from = Whole(
        load_default=30,  # no article says how many people make a mass incident possible
        min=2,
        max=10000,
        unit="人（户）",
        title="可能引发群体性事件的人数",
        help="诉求涉及的人数或户数达到此数，即按紧急诉求处理",
        group="识别",
    )
    leaders_unit = UnitChoice(
        load_default="",
        may_be_empty=True,
        title="领导理政平台",
        help="紧急诉求同时告知的单位；留空则不告知",
        group="告知",
        risk="privacy",
    )
    warn_hours = WorkHours(
        load_default=7,  # one working day of 9:00–12:00 and 14:00–18:00
        min=1,
        max=40,
        title="剩余多少工作小时亮黄灯",
        help="7 个工作小时即一个工作日；只用于两个工作日以上的时限",
        group="黄灯",
    )


class LeadersSettings(Settings):
    """What the leaders' group hears of, and where its robot listens."""

    webhook = Secret(
        title="群机器人地址",
        help="领导理政群（如“蓉城纤夫”“蓉城挑夫”）的企业微信群机器人地址；没有设置就不发消息",
        group="领导理政群",
        risk="privacy",
    )
    tell_urgent = YesNo(
        load_default=True,
        title="出现紧急诉求时告知",
        help="受理时判为紧急，或中途升为紧急，立即发到群里",
        group="告知",
        risk="privacy",
    )
    tell_overdue = YesNo(
        load_default=True,
        title="答复超期时告知",
        help="到时限仍未答复，发到群里",
        group="告知",
        risk="privacy",
    )
    only_urgent = YesNo(
        load_default=True,
        title="超期只告知紧急诉求",
        help="选否则一般诉求超期也发到群里",
        group="告知",
        risk="privacy",
    )
    morning = YesNo(
        load_default=True,
        title="每天早上发昨日汇总",
        help="一行字：昨日紧急诉求和超期各多少件",
        group="早报",
        affects="open",
    )
    morning_at = Line(
        load_default="08:30",
        longest=5,
        pattern="([01][0-9]|2[0-3]):[0-5][0-9]",
        pattern_says="时间请写成 08:30 这样",
        title="早报几点发",
        group="早报",
        affects="open",
    )


class MetricSettings(Settings):
    """The floor below which a unit is named at the mayor's monthly meeting."""

    satisfaction_floor = Percent(
        load_default=85,
        min=1,
        title="群众满意率底线",
        help="当月低于此数的单位点名通报并约谈",
        group="通报",
        risk="accountability",
    )
