"""What a Chengdu district may set; every default is the practice its articles publish."""

from typing import Any

from marshmallow import fields, validate

from core.hooks import Settings


class WholeNumber(fields.Integer):
    """A number without fraction, refused in words an administrator reads."""

    default_error_messages = {"invalid": "请填写整数", "null": "不能为空"}  # noqa: RUF012 -- marshmallow reads it so

    def _validated(self, value: Any) -> int:
        if isinstance(value, float):
            raise self.make_error("invalid", input=value)
        return super()._validated(value)


class Words(fields.String):
    """A line of text."""

    default_error_messages = {"invalid": "请填写文字", "null": "不能为空"}  # noqa: RUF012 -- marshmallow reads it so


class Several(fields.List[str]):
    """A list of keywords, each long enough not to be found everywhere."""

    default_error_messages = {"invalid": "请填写列表，每项一个词", "null": "不能为空"}  # noqa: RUF012 -- marshmallow reads it so


class Pairs(fields.Dict):
    """A table of two columns."""

    default_error_messages = {"invalid": "请填写对照表", "null": "不能为空"}  # noqa: RUF012 -- marshmallow reads it so


def keyword() -> Words:
    """Return the field of one keyword."""
    return Words(validate=validate.Length(min=2, max=20, error="每个词须为 2 到 20 个字"))


class ChannelSettings(Settings):
    """Number and account under which residents find the district."""

    hotline = Words(
        load_default="12345",
        validate=validate.Regexp(r"\d{5,12}\Z", error="热线号码须为 5 到 12 位数字"),
        metadata={"title": "热线号码", "help": "“一号通”：原有各条热线并入后的统一号码"},
    )
    wechat_account = Words(
        load_default="成都网络理政",
        validate=validate.Length(min=1, max=30, error="公众号名称须为 1 到 30 个字"),
        metadata={"title": "微信公众号", "help": "受理诉求的公众号名称"},
    )


class LimitSettings(Settings):
    """How long the clocks of simple, complex and urgent appeals run."""

    simple_days = WholeNumber(
        load_default=5,
        validate=validate.Range(min=1, max=20, error="简单诉求的时限须在 1 到 20 个工作日之间"),
        metadata={"title": "简单诉求答复时限", "help": "次日起算，最后一个工作日下班前答复", "unit": "个工作日"},
    )
    complex_days = WholeNumber(
        load_default=20,
        validate=validate.Range(min=1, max=60, error="复杂诉求的时限须在 1 到 60 个工作日之间"),
        metadata={"title": "复杂诉求答复时限", "help": "最长不超过的工作日数", "unit": "个工作日"},
    )
    on_site_minutes = WholeNumber(
        load_default=60,
        validate=validate.Range(min=10, max=1440, error="紧急诉求的到场时限须在 10 到 1440 分钟之间"),
        metadata={"title": "紧急诉求到场核实时限", "help": "连续计时，不分昼夜和节假日", "unit": "分钟"},
    )
    extension_days = WholeNumber(
        load_default=15,  # 5 + 15: no appeal takes longer than the 20 days of a complex one
        validate=validate.Range(min=0, max=60, error="累计延期须在 0 到 60 个工作日之间"),
        metadata={
            "title": "累计最多延期",
            "help": "简单诉求 5 个工作日，延期后最长不超过 20 个工作日；填 0 则不准延期",
            "unit": "个工作日",
        },
    )


class RoutingSettings(Settings):
    """Whose tickets go straight to the front line, and whose mailbox stands for which unit."""

    direct_domains = Several(
        keyword(),
        load_default=["工商", "市场监管", "城管", "城市管理", "食药监", "食品药品", "旅游"],
        metadata={
            "title": "工单直派的系统",
            "help": "职责清单大类名称含有其中一词的工单，不经分派员直接派给主办单位",
        },
    )
    mailboxes = Pairs(
        keys=Words(validate=validate.Length(min=1, max=50, error="信箱名称须为 1 到 50 个字")),
        values=Words(validate=validate.Regexp(r"[\w.-]+\Z", error="不是单位代码，请从单位名录中选择")),
        load_default={},
        metadata={
            "title": "领导信箱所属单位",
            "help": "写给该信箱的诉求，从受理起即知会这个单位",
            "source": "units",
        },
    )


class UrgentSettings(Settings):
    """What makes an appeal urgent, who hears of it, and when a long clock turns yellow."""

    keywords = Several(
        keyword(),
        # Bare 燃气, 变压器 and 倾斜 mostly speak of gas bills, noise and 政策倾斜; hence the longer words.
        load_default=[
            *("倒塌", "坍塌", "垮塌", "塌陷", "坠落", "砸伤"),
            *("板房倾斜", "房屋倾斜", "墙体倾斜", "楼体倾斜", "整体倾斜", "向外倾斜", "电杆倾斜"),
            *("漏电", "触电", "电线断", "变压器起火", "变压器冒烟", "起火", "着火"),
            *("燃气泄漏", "煤气泄漏", "燃气味", "漏气", "被困", "落水"),
            *("群体性事件", "集体上访"),
        ],
        metadata={
            "title": "紧急关键词",
            "help": "标题或内容出现任意一词即按紧急诉求处理；请写险情本身，不写“燃气”这类日常用词",
        },
    )
    affected_from = WholeNumber(
        load_default=30,  # no article says how many people make a mass incident possible
        validate=validate.Range(min=2, max=10000, error="涉及人数须在 2 到 10000 之间"),
        metadata={
            "title": "可能引发群体性事件的人数",
            "help": "诉求涉及的人数或户数达到此数，即按紧急诉求处理",
            "unit": "人（户）",
        },
    )
    leaders_unit = Words(
        load_default="",
        validate=validate.Regexp(r"[\w.-]*\Z", error="不是单位代码，请从单位名录中选择"),
        metadata={
            "title": "领导理政平台",
            "help": "紧急诉求同时告知的单位；留空则不告知",
            "source": "units",
        },
    )
    warn_hours = WholeNumber(
        load_default=7,  # one working day of 9:00–12:00 and 14:00–18:00
        validate=validate.Range(min=1, max=40, error="黄灯提前量须在 1 到 40 个工作小时之间"),
        metadata={
            "title": "剩余多少工作小时亮黄灯",
            "help": "7 个工作小时即一个工作日；只用于两个工作日以上的时限",
            "unit": "个工作小时",
        },
    )


class MetricSettings(Settings):
    """The floor below which a unit is named at the mayor's monthly meeting."""

    satisfaction_floor = WholeNumber(
        load_default=85,
        validate=validate.Range(min=1, max=100, error="满意率底线须在 1 到 100 之间"),
        metadata={"title": "群众满意率底线", "help": "当月低于此数的单位点名通报并约谈", "unit": "%"},
    )
