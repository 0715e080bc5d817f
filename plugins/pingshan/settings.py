"""What Pingshan may set; every default is the practice its article publishes, or says that it names no number."""

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


class YesNo(fields.Boolean):
    """A switch."""

    default_error_messages = {"invalid": "请选择是或否", "null": "不能为空"}  # noqa: RUF012 -- marshmallow reads it so


class ChannelSettings(Settings):
    """Names under which residents find the district."""

    entrance = Words(
        load_default="@坪山",
        validate=validate.Length(min=1, max=30, error="主入口名称须为 1 到 30 个字"),
        metadata={"title": "主入口", "help": "原有各线上渠道整合后主推的微信入口"},
    )
    account = Words(
        load_default="坪山发布",
        validate=validate.Length(min=1, max=30, error="公众号名称须为 1 到 30 个字"),
        metadata={"title": "微信公众号", "help": "同样受理诉求的政务公众号"},
    )
    hotline = Words(
        load_default="12345",
        validate=validate.Regexp(r"\d{5,12}\Z", error="热线号码须为 5 到 12 位数字"),
        metadata={"title": "热线号码", "help": "并入统一平台的政务服务热线"},
    )


class DutyListSettings(Settings):
    """How far the duty list is trusted."""

    direct = YesNo(
        load_default=True,
        metadata={
            "title": "按清单直接分拨",
            "help": "事项在清单上的工单不经分派员直接派给处置责任主体；关闭后只作推荐",
        },
    )
    max_returns = WholeNumber(
        load_default=1,  # the article: the first unit asked is responsible, nobody passes the ball
        validate=validate.Range(min=1, max=5, error="退单次数须在 1 到 5 之间"),
        metadata={
            "title": "退单几次即会商",
            "help": "首问负责：退到这个次数就由会商指定责任主体，指定后不得再退",
            "unit": "次",
        },
    )


class ReminderSettings(Settings):
    """When a reminder is due, and which of the two occasions deserves a letter."""

    mark_by = Words(
        load_default="share",
        validate=validate.OneOf(["share", "hours"], ["按已用时间比例", "按剩余工作小时"], error="请选择提醒方式"),
        metadata={"title": "提醒方式", "help": "职责清单时限长短不一，按比例较为公平"},
    )
    share_percent = WholeNumber(
        load_default=80,  # the article names no number
        validate=validate.Range(min=10, max=99, error="已用时间比例须在 10 到 99 之间"),
        metadata={"title": "已用时限的百分之几时提醒", "help": "提醒方式为按比例时使用", "unit": "%"},
    )
    hours_left = WholeNumber(
        load_default=3,  # the article names no number
        validate=validate.Range(min=1, max=7, error="剩余工作小时须在 1 到 7 之间"),
        metadata={
            "title": "剩余多少工作小时时提醒",
            "help": "提醒方式为按小时时使用；时限本身不足此数的，仍按比例提醒",
            "unit": "个工作小时",
        },
    )
    letter_at = Words(
        load_default="both",
        validate=validate.OneOf(
            ["reminder", "overdue", "both"], ["临期时", "超期时", "临期和超期时"], error="请选择何时发提醒函"
        ),
        metadata={"title": "何时发提醒函", "help": "提醒函编号存档；其余提醒只进收件箱"},
    )
