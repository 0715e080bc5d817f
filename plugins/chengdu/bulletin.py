"""公开通报: the monthly pack for the mayor's meeting 市长办公会, with its fixed agenda and the edition on enterprises."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.hooks import BulletinMonth, BulletinRules, BulletinSection, hookimpl

SECTIONS = (
    *("instructed", "instructed_reported", "overview", "appellants", "levels", "units", "top_accepted"),
    *("top_dissatisfied", "dissatisfied", "overdue", "conduct", "panels", "topics", "cases", "naming"),
)
"""In the order in which the meeting hears of it: instructions first 每月在市长办公会上通报批示情况、办理效能."""


@hookimpl
def bulletin_rules(settings: Mapping[str, Any]) -> Sequence[BulletinRules]:
    """Name whoever satisfies too few, list ten matters, and give enterprises an edition of their own."""
    return [
        BulletinRules(
            rule_id="chengdu.bulletin/naming",
            reason=f"群众满意率低于 {settings['floor']}% 的单位点名通报并约谈",
            editions=("general", "enterprise") if settings["enterprise"] else ("general",),
            top=settings["top"],
            floor=settings["floor"] / 100,
            sample=settings["sample"],
            audience=settings["audience"],
            monthly=settings["monthly"],
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
