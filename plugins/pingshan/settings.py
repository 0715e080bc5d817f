"""What Pingshan may set; every default is the practice its article publishes, or says that it names no number."""

from collections.abc import Mapping
from typing import Any

from core.hooks.settings import (
    ChannelChoice,
    Line,
    MatterChoice,
    OneOf,
    Paragraph,
    Percent,
    Rows,
    Secret,
    Settings,
    Whole,
    Words,
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


class SceneSettings(Settings):
    """Words of everyday life, and the item of the duty list that they mean."""

    words = Words(required=True, shortest=2, longest=20, least=1, title="场景词", help="出现任意一词即推荐这个事项")
    matter = MatterChoice(required=True, title="事项", help="这些词说的是职责清单的哪一项")


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
    consult_after = Whole(
        load_default=8,  # a working day: what two units toss to each other is decided on the next
        min=0,
        max=80,
        unit="工作小时",
        title="退单多久即会商",
        help="退过单、或正申请退单的工单，受理后过了这么多工作小时仍没有单位承办，自动会商；0 为不自动会商",
        group="首问负责",
    )
    owner_keeps = YesNo(
        load_default=True,
        title="处置责任主体不得退单",
        help="工单在清单上的处置责任主体手里，且事项已由人确认的，按首问负责不能退单；关闭后按一般规定",
        group="首问负责",
        risk="accountability",
    )
    owner_returns = Whole(
        load_default=0,  # the article: no unit kicks the ball
        min=0,
        max=5,
        unit="次",
        title="处置责任主体最多可退几次",
        help="工单退过这么多次以后，处置责任主体不能再退；0 为一次也不能退",
        group="首问负责",
        risk="accountability",
    )
    scenes = Rows(
        SceneSettings,
        load_default=[],
        most=1500,
        title="场景词",
        help="没有写明事项的诉求，按出现的场景词推荐事项，由受理席确认",
        group="事项判定",
    )
    scene_score = Whole(
        load_default=60,
        min=0,
        max=100,
        unit="分",
        title="场景词的把握",
        help="出现一个场景词时的得分，每多一个词加 10 分；与其他规则的推荐相比，得分高的优先",
        group="事项判定",
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


class TagSettings(Settings):
    """A topic that residents write between hash signs, and the nature of the appeal that it means."""

    tag = Line(required=True, longest=10, title="话题", help="不带 # 号")
    nature = OneOf(
        required=True,
        choices={"complaint": "投诉", "help": "求助", "inquiry": "咨询", "suggestion": "建议", "praise": "表扬"},
        title="类型",
        help="带这个话题的来件按哪一类受理",
    )


class SortingSettings(Settings):
    """How what came in is read, and when two appeals are taken for the same thing."""

    tags = Rows(
        TagSettings,
        load_default=[
            {"tag": "投诉", "nature": "complaint"},
            {"tag": "举报", "nature": "complaint"},
            {"tag": "求助", "nature": "help"},
            {"tag": "咨询", "nature": "inquiry"},
            {"tag": "建议", "nature": "suggestion"},
            {"tag": "表扬", "nature": "praise"},
        ],
        most=50,
        title="话题与类型",
        help="微信、微博来件里写的 #投诉# 这类话题",
        group="要素提取",
    )
    place_labels = Words(
        load_default=["地点", "地址", "位置"],
        longest=10,
        most=20,
        title="地点的写法",
        help="来件里“地点：……”一行读作地点",
        group="要素提取",
    )
    similar_percent = Percent(
        load_default=35,  # the article names no number
        min=10,
        max=100,
        title="文字相似到百分之几提示",
        help="事项或地点相同、文字又相似到这个程度的，提示疑似重复",
        group="去重",
    )
    part_length = Whole(
        load_default=6,
        min=2,
        max=100,
        unit="个字",
        title="每项至少几个字",
        help="来件按“一、二、”编号分项，每项不少于这么多字的，建议拆单",
        group="拆分",
    )


class TopicSettings(Settings):
    """A question that is asked often, and its approved answer."""

    words = Words(
        required=True, shortest=2, longest=20, least=1, title="词", help="标题或内容出现任意一词即建议这个答复"
    )
    answer = Paragraph(required=True, shortest=5, longest=2000, title="答复", help="经业务单位审定的文字")
    source = Line(required=True, longest=100, title="依据", help="答复由谁审定，或依据什么文件")


class InstantSettings(Settings):
    """Which questions are answered at once, from what was approved."""

    topics = Rows(
        TopicSettings,
        load_default=[],
        most=500,
        title="热点问题",
        help="按顺序，第一个对得上的生效；答复由受理席核对后发出",
        group="秒回",
    )
    only_inquiries = YesNo(
        load_default=True,
        title="只对咨询类建议",
        help="投诉、求助要有人去办，不宜只作答复；关闭后各类诉求都建议",
        group="秒回",
    )
