"""What Nanhai may set; every default is the practice its article publishes."""

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
    """A list of keywords."""

    default_error_messages = {  # noqa: RUF012 -- marshmallow reads it so
        "invalid": "请填写列表，每项一个词",
        "null": "不能为空",
    }


class ChannelSettings(Settings):
    """Number and account under which residents find the district."""

    hotline = Words(
        load_default="81812345",
        validate=validate.Regexp(r"\d{5,12}\Z", error="热线号码须为 5 到 12 位数字"),
        metadata={"title": "热线号码", "help": "“南海民声”服务热线"},
    )
    weibo_account = Words(
        load_default="南海微力",
        validate=validate.Length(min=1, max=30, error="微博名称须为 1 到 30 个字"),
        metadata={"title": "政务微博", "help": "市民 @ 这个账号即可反映诉求"},
    )


class LightSettings(Settings):
    """The countdown of the light, and the words that make an appeal very urgent."""

    inquiry_days = WholeNumber(
        load_default=1,
        validate=validate.Range(min=1, max=10, error="咨询类时限须在 1 到 10 个工作日之间"),
        metadata={"title": "咨询类答复时限", "help": "次日起算，最后一个工作日下班前答复", "unit": "个工作日"},
    )
    handling_days = WholeNumber(
        load_default=5,
        validate=validate.Range(min=1, max=30, error="办理类时限须在 1 到 30 个工作日之间"),
        metadata={"title": "办理类答复时限", "help": "咨询以外的诉求", "unit": "个工作日"},
    )
    yellow_hours = WholeNumber(
        load_default=3,
        validate=validate.Range(min=1, max=7, error="变黄的剩余时间须在 1 到 7 个工作小时之间"),
        metadata={
            "title": "剩余多少工作小时变黄",
            "help": "圆点由绿色转为黄色，并发短信提醒责任部门",
            "unit": "个工作小时",
        },
    )
    keywords = Several(
        Words(validate=validate.Length(min=2, max=20, error="每个词须为 2 到 20 个字")),
        load_default=[
            *("井盖缺失", "井盖不见", "井盖丢失", "井盖被盗", "没有井盖"),
            *("漏电", "触电", "燃气泄漏", "煤气泄漏", "倒塌", "坍塌", "塌陷", "起火", "落水", "被困"),
        ],
        metadata={"title": "非常紧急的关键词", "help": "标题或内容出现任意一词即按紧急诉求处理"},
    )


class DisciplineSettings(Settings):
    """Who supervises."""

    unit = Words(
        load_default="discipline",
        validate=validate.Regexp(r"[\w.-]+\Z", error="不是单位代码，请从单位名录中选择"),
        metadata={
            "title": "监督单位",
            "help": "从受理起同步看到每一张工单；超时未答复时在此立案问责",
            "source": "units",
        },
    )
