"""What a Chengdu district may set; every default is the practice its articles publish."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.hooks.settings import (
    Line,
    Minutes,
    OneOf,
    Paragraph,
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
        most=100,  # a form; the 2,641 of a city are a list, imported by `huiying mailbox import`
        title="领导信箱所属单位",
        help="写给该信箱的诉求，从受理起即知会这个单位；信箱很多时请导入领导信箱名册，名册里有的以名册为准",
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
        return _written_before(values["mailboxes"], "mailboxes", "mailbox", "这个信箱")


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
    group_name = Line(
        load_default="蓉城纤夫", longest=20, title="群的名称", help="写在发出的记录里", group="领导理政群"
    )
    second_webhook = Secret(
        title="第二个群的机器人地址",
        help="另一个领导理政群的机器人地址；没有设置就只发第一个群",
        group="领导理政群",
        risk="privacy",
    )
    second_group_name = Line(
        load_default="蓉城挑夫", longest=20, title="第二个群的名称", help="写在发出的记录里", group="领导理政群"
    )
    tell_instructions = YesNo(
        load_default=True,
        title="有领导批示时告知",
        help="批示下达和承办单位反馈时，点明单位发到群里",
        group="告知",
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
        help="本区的当地时间",
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


class BulletinSettings(Settings):
    """The monthly pack for the mayor's meeting: how long its lists are, who is named, and what it begins with."""

    top = Whole(
        load_default=10,
        min=1,
        max=50,
        unit="类",
        title="列出前几类事项",
        help="诉求量和不满意件各列这么多",
        group="内容",
    )
    enterprise = YesNo(
        load_default=True,
        title="另出企业专版",
        help="“企业诉求”专版：只统计企业提出的诉求",
        group="内容",
        affects="open",
    )
    agenda = Words(
        load_default=[
            "通报各级领导批示情况和各级各部门办理效能",
            "分析诉求量前十、不满意件前十的事项",
            "通报“企业诉求”专版情况",
            "点名通报并约谈群众满意率低于底线的单位",
        ],
        shortest=2,
        longest=60,
        title="会议议程",
        help="印在综合版开头；留空则不印",
        group="会议",
    )
    audience = Line(load_default="市长办公会", longest=40, title="报送", help="印在标题下面", group="会议")
    monthly = YesNo(
        load_default=True,
        title="月初自动生成草稿",
        help="每月 1 日凌晨生成上月的草稿，待人核准",
        group="会议",
        affects="open",
    )
    floor = Percent(
        load_default=85,
        min=1,
        title="群众满意率底线",
        help="当月低于此数的单位列为拟点名，由第二人逐个核准",
        group="点名",
        risk="accountability",
    )
    sample = Whole(
        load_default=30,
        min=1,
        max=1000,
        unit="件",
        title="最少评价数",
        help="评价不足此数的单位、事项不评判、不排名",
        group="点名",
        risk="accountability",
    )


class TitleSettings(Settings):
    """Into which mailbox a letter goes that begins with this title."""

    title = Line(required=True, shortest=2, longest=20, title="称呼", help="来信开头称呼的结尾，如“市长”")
    mailbox = Line(required=True, longest=50, title="信箱", help="与领导信箱表上写的一致")


class SalutationSettings(Settings):
    """Whose mailbox a letter is read out of its salutation."""

    titles = Rows(
        TitleSettings,
        load_default=[
            {"title": "市委书记", "mailbox": "市委书记信箱"},
            {"title": "市长", "mailbox": "市长信箱"},
        ],
        most=200,
        title="称呼与信箱",
        help="来信没有写明信箱时，按开头的称呼归入；几个都对得上的取最长的，副职不归入正职的信箱",
        group="领导信箱",
        risk="privacy",  # whoever owns the mailbox sees the letter
    )

    @cross_check
    def each_title_once(self, values: Mapping[str, Any]) -> Mapping[str, str]:
        """Say of each title after the first that it was written before."""
        return _written_before(values["titles"], "titles", "title", "这个称呼")


class ReceiptSettings(Settings):
    """What the resident is told when a letter came in."""

    text = Paragraph(
        load_default="您反映的事项{tenant}已收到，受理流水号 {serial_no}，提取码 {access_code}。"
        "凭受理流水号和提取码，可随时查询、监督办理情况，无需注册账号。",
        shortest=10,
        longest=500,
        title="回执文字",
        help="要写上 {serial_no}（受理流水号）和 {access_code}（提取码）；{tenant} 是本区名称",
        group="回执",
    )

    @cross_check
    def tells_number_and_code(self, values: Mapping[str, Any]) -> Mapping[str, str]:
        """Say which of the two is missing: without them nobody finds their letter again."""
        missing = [name for name in ("{serial_no}", "{access_code}") if name not in values["text"]]
        return {"text": f"回执文字里没有 {'、'.join(missing)}，诉求人将无法查询"} if missing else {}


class GroundSettings(Settings):
    """Words that show that an appeal belongs to somebody else, and the lawful way for it."""

    words = Words(required=True, shortest=2, longest=20, least=1, title="词", help="标题或内容出现任意一词即提示")
    rejection = OneOf(
        required=True,
        choices={
            "litigation": "诉讼、仲裁",
            "petition": "信访在办",
            "review": "行政复议",
            "secret": "涉密或隐私",
            "outside": "不属本级职责",
            "final": "已有最终答复",
        },
        title="不予受理的理由",
        help="不予受理时登记的理由",
    )
    advice = Line(required=True, longest=200, title="法定途径", help="不予受理时告诉诉求人的话")
    exempts = YesNo(load_default=False, title="免予问责", help="办理超期时不自动启动对承办单位的问责")


class ScopeSettings(Settings):
    """What is not taken in, and for what no unit is held to account by a rule."""

    grounds = Rows(
        GroundSettings,
        load_default=[
            {
                "words": [
                    "已起诉",
                    "正在诉讼",
                    "法院诉讼",
                    "法院已受理",
                    "已经立案审理",
                    "一审判决",
                    "二审判决",
                    "申请仲裁",
                    "仲裁裁决",
                ],
                "rejection": "litigation",
                "advice": "已进入诉讼、仲裁的事项，请向受理法院或仲裁机构反映",
                "exempts": True,
            },
            {
                "words": ["信访复查", "信访复核", "信访事项正在办理"],
                "rejection": "petition",
                "advice": "已进入信访程序的事项，请向受理的信访机构查询进展；不服答复的可依法申请复查、复核",
                "exempts": False,
            },
            {
                "words": ["行政复议"],
                "rejection": "review",
                "advice": "已进入行政复议的事项，请向行政复议机关反映",
                "exempts": False,
            },
            {
                "words": ["刑事案件", "刑事立案", "立案侦查", "诈骗", "刑侦"],
                "rejection": "outside",
                "advice": "刑事案件的侦查由公安机关依法办理，请向办案单位报案或查询，紧急情况请拨打 110",
                "exempts": True,
            },
        ],
        most=50,
        title="不在受理范围的情形",
        help="只作提示，是否受理由受理席决定；词不宜写日常用词",
        group="受理范围",
        risk="accountability",
    )

    @cross_check
    def each_reason_once(self, values: Mapping[str, Any]) -> Mapping[str, str]:
        """Say of each reason after the first that it was written before: its words belong into one row."""
        return _written_before(values["grounds"], "grounds", "rejection", "这个理由")


def _seats(title: str) -> Whole:
    """Return the setting for the seats of a group of panel members; the articles name the groups, one seat each."""
    return Whole(
        load_default=1,
        min=0,
        max=9,
        unit="席",
        title=f"{title}席位",
        help="抽签为这一组产生的评议员人数，0 为不设",
        group="席位",
        risk="accountability",
    )


class ReviewPanelSettings(Settings):
    """How a third-party panel is made up and decides, and when one is proposed."""

    official_seats = _seats("机关工作人员")
    deputy_seats = _seats("人大代表")
    cppcc_seats = _seats("政协委员")
    lawyer_seats = _seats("律师")
    journalist_seats = _seats("记者")
    grassroots_seats = _seats("基层代表")
    netizen_seats = _seats("网民代表")
    substitutes = Whole(
        load_default=2,
        min=0,
        max=9,
        unit="人",
        title="每组递补",
        help="有人回避时，由同组递补人员接替",
        group="席位",
        risk="accountability",
    )
    quorum = Whole(
        load_default=5,
        min=1,
        max=63,
        unit="票",
        title="法定票数",
        help="截止时少于此数，没有结论；可延期一次或重新抽签",
        group="表决",
        risk="accountability",
    )
    majority = Percent(
        load_default=50,
        min=50,
        max=99,
        title="多数",
        help="一种意见的票数须超过已投票数的这个比例才是结论",
        group="表决",
        risk="accountability",
    )
    days = WorkDays(
        load_default=5,
        min=1,
        max=30,
        title="投票期限",
        help="抽签次日起算，最后一个工作日下班时截止",
        group="表决",
        risk="accountability",
    )
    extension_days = WorkDays(
        load_default=3,
        min=1,
        max=30,
        title="延期",
        help="只能延期一次",
        group="表决",
        risk="accountability",
    )
    criteria = Words(
        load_default=["诉求是否解决", "办理是否依法合规", "答复是否属实", "态度是否认真"],
        least=1,
        most=10,
        shortest=2,
        longest=20,
        title="评分项",
        help="每一项由评议员打 1 到 5 分",
        group="表决",
        risk="accountability",
    )
    binds = YesNo(
        load_default=False,
        title="结论须执行",
        help="选否时结论供督办席参考，不采纳的须写明理由",
        group="表决",
        risk="accountability",
    )
    on_unit_disputes = YesNo(
        load_default=True,
        title="单位认为考核结果不合理时建议评议",
        help="承办单位对评价或超期提出申诉",
        group="建议评议",
        risk="accountability",
    )
    on_two_stories = YesNo(
        load_default=True,
        title="双方各执一词时建议评议",
        help="单位答复“已解决”，诉求人认为没有解决",
        group="建议评议",
        risk="accountability",
    )
    on_large_gap = YesNo(
        load_default=True,
        title="诉求与结果差距较大时建议评议",
        help="诉求人不满意且没有完全解决，并已办理多轮或申请复核",
        group="建议评议",
        risk="accountability",
    )
    gap_rounds = Whole(
        load_default=2,
        min=1,
        max=9,
        unit="轮",
        title="差距较大从第几轮算起",
        help="办理到第几轮仍不满意，即为差距较大",
        group="建议评议",
        risk="accountability",
    )

    @cross_check
    def can_be_decided(self, values: Mapping[str, Any]) -> Mapping[str, str]:
        """Say when there are no seats at all, or fewer than votes that must be in."""
        groups = ("official", "deputy", "cppcc", "lawyer", "journalist", "grassroots", "netizen")
        seats = sum(values[f"{group}_seats"] for group in groups)
        if values["quorum"] > seats:
            return {"quorum": f"法定票数 {values['quorum']} 多于全部席位 {seats}，永远不会有结论"}
        return {}


class ExceptionSettings(Settings):
    """Words by which an appeal is not made public, on which ground, and for how long."""

    words = Words(required=True, shortest=2, longest=20, least=1, title="词", help="标题或内容出现任意一词即不公开")
    ground = OneOf(
        required=True,
        choices={
            "privacy": "涉及个人隐私",
            "state-secret": "涉及国家秘密",
            "trade-secret": "涉及商业秘密",
            "investigation": "调查、诉讼或裁决未结",
            "third-party": "可能损害第三方合法权益",
            "other": "其他依法不予公开的",
        },
        title="不公开的理由",
        help="登记并告诉审核席",
    )
    days = Whole(
        load_default=0, min=0, max=3650, unit="天", title="多久后重新看", help="到期后重新判断能否公开；0 为长期"
    )


class DisclosureSettings(Settings):
    """What of an appeal is public by rule, after how long, what a person reads first, and what is closed."""

    open_matter = YesNo(
        load_default=True,
        title="公开办理事项",
        help="诉求的标题和内容，遮盖个人信息后公开",
        group="三公开",
        risk="privacy",
    )
    open_process = YesNo(
        load_default=True,
        title="公开办理过程",
        help="受理、派单、答复等各步的日期和承办单位",
        group="三公开",
        risk="privacy",
    )
    open_result = YesNo(
        load_default=True,
        title="公开办理结果",
        help="给诉求人的答复，遮盖个人信息后公开",
        group="三公开",
        risk="privacy",
    )
    after_days = WorkDays(
        load_default=5,  # no article says how long; within it the resident rates and may say no
        min=0,
        max=60,
        title="办结后多少个工作日公开",
        help="让诉求人先看到答复、评价和表示意愿",
        group="公开之前",
        risk="privacy",
    )
    read_first = YesNo(
        load_default=True,
        title="公开前由人看过",
        help="审核席看过遮盖后的文字再公开；选否则到期自动公开",
        group="公开之前",
        risk="privacy",
    )
    ask_consent = YesNo(
        load_default=False,
        title="诉求人没有同意的由人决定",
        help="诉求人可在进展页面表示同意或不愿公开；不愿公开的一律不公开，不受本项影响",
        group="公开之前",
        risk="privacy",
    )
    exceptions = Rows(
        ExceptionSettings,
        load_default=[
            {
                "words": ["正在诉讼", "法院已受理", "申请仲裁", "立案侦查", "正在调查", "纪委", "举报"],
                "ground": "investigation",
                "days": 180,
            },
            {
                "words": ["家暴", "未成年人", "病历", "精神病", "艾滋", "性侵", "收养", "低保金额"],
                "ground": "privacy",
                "days": 0,
            },
            {"words": ["商业秘密", "技术秘密", "客户名单"], "ground": "trade-secret", "days": 0},
            {"words": ["国家秘密", "涉密"], "ground": "state-secret", "days": 0},
        ],
        most=50,
        title="不公开的情形",
        help="公开为常态、不公开为例外；命中多行的，以前面的为准",
        group="例外",
        risk="privacy",
    )
    hidden_words = Words(
        load_default=[],
        shortest=2,
        longest=30,
        title="公开前另外遮盖的词",
        help="如小区名、企业简称；电话、证件号、车牌、门牌、姓名已由系统遮盖",
        group="遮盖",
        risk="privacy",
    )


def _written_before(rows: Sequence[Mapping[str, Any]], name: str, column: str, what: str) -> dict[str, str]:
    first: dict[str, int] = {}
    return {
        f"{name}.{number}.{column}": f"第 {first[row[column]] + 1} 行已写了{what}"
        for number, row in enumerate(rows)
        if first.setdefault(row[column], number) != number
    }
