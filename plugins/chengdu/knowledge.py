"""知识库与回应解读: how long answers hold, when one is missing, and what a unit's reply begins with."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.hooks import KnowledgeRules, ReplyTemplate, hookimpl
from core.hooks.settings import Paragraph, Settings, Whole

COMPLAINT = (
    "您好！您反映的问题已收悉，现答复如下：\n"
    "一、核实情况和政策解释：\n"
    "二、已采取的措施（对责任单位、作业单位怎么处理，何时完成）：\n"
    "三、防止再次发生的措施（日常监管、巡查）：\n"
    "如有疑问，请联系："
)
INQUIRY = "您好！您咨询的问题，依据以下政策答复：\n一、政策规定：\n二、办理条件、材料和地点：\n如有疑问，请联系："
SUGGESTION = (
    "您好！感谢您的建议，现答复如下：\n一、现状和有关规定：\n二、是否采纳，怎么落实、何时落实：\n三、暂不能采纳的理由：\n"
    "如有疑问，请联系："
)


class KnowledgeSettings(Settings):
    """How long an article holds, what is asked so often that one is missing, and templates of replies by nature."""

    valid_days = Whole(
        load_default=365,
        min=30,
        max=1095,
        unit="天",
        title="解读的有效期",
        help="作者没有另写失效日期的，从写成之日起算",
        group="知识库",
    )
    remind_days = Whole(
        load_default=14,
        min=1,
        max=30,
        unit="天",
        title="到期前多少天提醒责任单位",
        help="到期的解读不再提供，请单位在此之前改版或续期",
        group="知识库",
    )
    repeated_from = Whole(
        load_default=5,
        min=0,
        max=1000,
        unit="件",
        title="同一事项多少件算问得多",
        help="在下面的天数里达到此数、知识库又没有答案的事项，列出来请单位解读；填 0 则不列",
        group="知识库",
    )
    repeated_days = Whole(
        load_default=30, min=1, max=365, unit="天", title="在多少天里", help="从现在往前数，按受理时间", group="知识库"
    )
    complaint_template = Paragraph(
        load_default=COMPLAINT,
        longest=1000,
        shortest=0,
        title="投诉、求助的答复模板",
        help="写明政策解释、采取的措施和防止再次发生的办法；清空则不提供",
        group="答复模板",
    )
    inquiry_template = Paragraph(
        load_default=INQUIRY,
        longest=1000,
        shortest=0,
        title="咨询的答复模板",
        help="写明依据、条件和办法；清空则不提供",
        group="答复模板",
    )
    suggestion_template = Paragraph(
        load_default=SUGGESTION,
        longest=1000,
        shortest=0,
        title="建议的答复模板",
        help="写明是否采纳、怎么落实；清空则不提供",
        group="答复模板",
    )


@hookimpl
def knowledge_rules(settings: Mapping[str, Any]) -> Sequence[KnowledgeRules]:
    """Keep articles for a year, tell their units a fortnight before the end, and miss those that many ask for."""
    return [
        KnowledgeRules(
            valid_days=settings["valid_days"],
            remind_days=settings["remind_days"],
            repeated_from=settings["repeated_from"],
            repeated_days=settings["repeated_days"],
        )
    ]


@hookimpl
def reply_templates(settings: Mapping[str, Any]) -> Sequence[ReplyTemplate] | None:
    """Ask of every reply what is explained, what was done, and what keeps it from happening again."""
    templates = [
        ReplyTemplate("投诉、求助：解释、措施、防止再发", settings["complaint_template"], ("complaint", "help")),
        ReplyTemplate("咨询：政策依据和办法", settings["inquiry_template"], ("inquiry",)),
        ReplyTemplate("建议：采纳与否和落实", settings["suggestion_template"], ("suggestion",)),
    ]
    return [template for template in templates if template.text.strip()] or None
