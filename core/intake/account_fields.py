"""Settings that accounts among residents have in common: where their interface is, and how what comes in is accepted."""

from core.hooks.settings import Line, OneOf, Whole


def api_field(default: str, *, group: str) -> Line:
    """Return the setting for the address of the platform's interface, without a path."""
    return Line(
        load_default=default,
        longest=200,
        pattern=r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?",
        pattern_says="写成 https://主机，不带路径",
        title="接口地址",
        group=group,
        help="除了测试和自建转发，不必改动；不加密只用于系统维护人员放行的本机",
        risk="privacy",
    )


def acceptance_field() -> OneOf:
    """Return the setting whether appeals are accepted as they come, or a person looks first."""
    return OneOf(
        load_default="at_once",
        choices={"at_once": "收到即受理", "by_person": "先登记，由受理席受理"},
        title="受理",
        group="受理",
        risk="dispatch",
    )


def appeals_per_day_field() -> Whole:
    """Return the setting how many appeals of one person are accepted within 24 hours; 0 = any number."""
    return Whole(
        load_default=20,
        min=0,
        max=1000,
        unit="件",
        title="每人 24 小时自动受理",
        group="受理",
        help="超过的仍然登记，由人工先看；0 为不限",
    )
