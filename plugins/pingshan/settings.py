"""What Pingshan may set; every default is the practice its article publishes, or says that it names no number."""

from collections.abc import Mapping
from typing import Any

from core.hooks.settings import (
    ChannelChoice,
    Line,
    OneOf,
    Percent,
    Rows,
    Secret,
    Settings,
    Whole,
    WorkHours,
    YesNo,
    cross_check,
)


class SourceSettings(Settings):
    """By which channel the appeals of one of the merged sources come in."""

    source = Line(required=True, longest=50, title="来源名称", help="与整合平台推送时写的一致")
    channel = ChannelChoice(required=True, title="登记渠道", help="这个来源的诉求登记到哪个渠道")


class ChannelSettings(Settings):
    """Names under which residents find the district, and what the platform of the merged sources pushes."""

    entrance = Line(
        load_default="@坪山",
        longest=30,
        title="主入口",
        help="原有各线上渠道整合后主推的微信入口",
        group="号码与账号",
    )
    account = Line(
        load_default="坪山发布",
        longest=30,
        title="微信公众号",
        help="同样受理诉求的政务公众号",
        group="号码与账号",
    )
    hotline = Line(
        load_default="12345",
        longest=12,
        pattern="[0-9]{5,12}",
        pattern_says="热线号码须为 5 到 12 位数字",
        title="热线号码",
        help="并入统一平台的政务服务热线",
        group="号码与账号",
    )
    platform_secret = Secret(
        shortest=24,
        title="整合平台推送密钥",
        help="整合平台用它给推送签名（HMAC-SHA256）；没有设密钥，推送一律不收",
        group="推送接入",
        affects="new",
    )
    sources = Rows(
        SourceSettings,
        load_default=[
            {"source": "数字城管", "channel": "urban-management"},
            {"source": "网格管理", "channel": "grid"},
            {"source": "政府邮箱", "channel": "mailbox-government"},
            {"source": "人大代表解民忧", "channel": "deputies"},
            {"source": "微博", "channel": "weibo"},
            {"source": "社区党群服务中心", "channel": "community-center"},
        ],
        most=300,  # the article counts 151 online sources
        title="来源与渠道对照",
        help="整合平台推送的诉求，按来源登记到这些渠道；没有列出的来源登记到主入口",
        group="推送接入",
        affects="new",
    )

    @cross_check
    def each_source_once(self, values: Mapping[str, Any]) -> Mapping[str, str]:
        """Say of each source after the first of its name that it was written before."""
        first: dict[str, int] = {}
        return {
            f"sources.{number}.source": f"第 {first[row['source']] + 1} 行已写了这个来源"
            for number, row in enumerate(values["sources"])
            if first.setdefault(row["source"], number) != number
        }


class DutyListSettings(Settings):
    """How far the duty list is trusted."""

    direct = YesNo(
        load_default=True,
        title="按清单直接分拨",
        help="事项在清单上的工单不经分派员直接派给处置责任主体；关闭后只作推荐",
        group="分拨",
    )
    max_returns = Whole(
        load_default=1,  # the article: the first unit asked is responsible, nobody passes the ball
        min=1,
        max=5,
        unit="次",
        title="退单几次即会商",
        help="首问负责：退到这个次数就由会商指定责任主体，指定后不得再退",
        group="首问负责",
    )


class ReminderSettings(Settings):
    """When a reminder is due, and which of the two occasions deserves a letter."""

    mark_by = OneOf(
        load_default="share",
        choices={"share": "按已用时间比例", "hours": "按剩余工作小时"},
        title="提醒方式",
        help="职责清单时限长短不一，按比例较为公平",
        group="提醒",
    )
    share_percent = Percent(
        load_default=80,  # the article names no number
        min=10,
        max=99,
        title="已用时限的百分之几时提醒",
        help="提醒方式为按比例时使用",
        group="提醒",
    )
    hours_left = WorkHours(
        load_default=3,  # the article names no number
        min=1,
        max=7,
        title="剩余多少工作小时时提醒",
        help="提醒方式为按小时时使用；时限本身不足此数的，仍按比例提醒",
        group="提醒",
    )
    letter_at = OneOf(
        load_default="both",
        choices={"reminder": "临期时", "overdue": "超期时", "both": "临期和超期时"},
        title="何时发提醒函",
        help="提醒函编号存档；其余提醒只进收件箱",
        group="提醒函",
    )
