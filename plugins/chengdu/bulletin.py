"""公开通报: the monthly pack for the mayor's meeting 市长办公会, with its fixed agenda and the edition on enterprises."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.hooks import BulletinMonth, BulletinRules, BulletinSection, GradeBand, hookimpl, said
from core.hooks.settings import Line, Percent, Settings, Whole, Words, YesNo

SECTIONS = (
    *("instructed", "instructed_reported", "overview", "appellants", "levels", "units", "top_accepted"),
    *("top_dissatisfied", "dissatisfied", "overdue", "conduct", "panels", "topics", "cases", "naming"),
)
"""In the order in which the meeting hears of it: instructions first 每月在市长办公会上通报批示情况、办理效能."""


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
        help="月报里低于此数的评为“低于底线”；当月低于此数的单位列为拟点名，由第二人逐个核准",
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


@hookimpl
def bulletin_rules(settings: Mapping[str, Any]) -> Sequence[BulletinRules]:
    """Name whoever satisfies too few, list ten matters, and give enterprises an edition of their own."""
    return [
        BulletinRules(
            rule_id="chengdu.bulletin/naming",
            reason="每月向市长办公会通报",
            editions=("general", "enterprise") if settings["enterprise"] else ("general",),
            top=settings["top"],
            sample=settings["sample"],
            audience=settings["audience"],
            monthly=settings["monthly"],
        )
    ]


@hookimpl
def grade_bands(settings: Mapping[str, Any]) -> Sequence[GradeBand]:
    """Name and summon whoever satisfies too few: 凡是群众满意率低于85%的单位不仅要点名通报，还要约谈."""
    return [
        GradeBand(
            metric="satisfied",
            threshold=settings["floor"] / 100,
            label="低于底线",
            action="点名通报并约谈",
            rule_id="chengdu.bulletin/naming",
            reason=said("群众满意率低于 {floor}% 的单位点名通报并约谈", floor=settings["floor"]),
        )
    ]


@hookimpl
def bulletin_sections(settings: Mapping[str, Any], month: BulletinMonth) -> Sequence[BulletinSection]:
    """Begin with the meeting's agenda; the core's sections follow, of the enterprise edition those that speak of it."""
    core = [BulletinSection(core=name) for name in SECTIONS]
    if month.edition != "general" or not settings["agenda"]:
        return core
    return [BulletinSection(heading="会议议程", lines=_numbered(settings["agenda"])), *core]


def _numbered(lines: Sequence[str]) -> tuple[str, ...]:
    return tuple(f"{number}. {line}" for number, line in enumerate(lines, start=1))
