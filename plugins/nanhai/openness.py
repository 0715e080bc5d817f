"""全部流程放上网: each step from the acceptance to the answer is public for those who look, and nothing of who spoke."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.hooks import FlowDecision, TicketView, Wish, hookimpl, joined, said, word
from core.hooks.settings import Settings, Whole, Words, YesNo

NATURES = {
    "complaint": "投诉",
    "help": "求助",
    "inquiry": "咨询",
    "suggestion": "建议",
    "praise": "表扬",
    "application": "办事申请",
}


class OpennessSettings(Settings):
    """Which appeals everybody may follow, how much later, and which words keep one inside."""

    complaints = YesNo(load_default=True, title="公开投诉的过程", help="投诉和求助", group="公开哪些", risk="privacy")
    inquiries = YesNo(
        load_default=True, title="公开咨询的过程", help="咨询和建议、表扬", group="公开哪些", risk="privacy"
    )
    applications = YesNo(
        load_default=True, title="公开办事申请的过程", help="从受理到准予、不予或移交", group="公开哪些", risk="privacy"
    )
    delay_hours = Whole(
        load_default=24,  # the article says that each step is public, not how soon; a day lets a mistake be found
        min=0,
        max=240,
        unit="小时",
        title="各步骤多久以后公开",
        help="受理、派单、签收、答复、评价等每一步，过了这么久才看得到",
        group="公开之前",
        risk="privacy",
    )
    show_title = YesNo(
        load_default=False,  # the article speaks of steps, not of words
        title="公开诉求的标题",
        help="选否则只写事项名称；选是则写遮盖个人信息以后的标题，遮盖靠规则，可能有遗漏",
        group="公开之前",
        risk="privacy",
    )
    closed_words = Words(
        load_default=[
            *("举报", "纪委", "实名", "家暴", "未成年人", "性侵", "病历", "精神病", "艾滋", "自杀"),
            *("涉密", "国家秘密", "商业秘密", "正在诉讼", "立案侦查"),
        ],
        shortest=2,
        longest=20,
        title="不公开的词",
        help="标题或内容出现任意一词，过程一律不公开",
        group="例外",
        risk="privacy",
    )


@hookimpl
def flow_decision(settings: Mapping[str, Any], ticket: TicketView, wish: Wish) -> Sequence[FlowDecision]:
    """Let everybody follow what is of an open kind, unless one of the words stands in it or the resident asked not to."""
    words = [each for each in settings["closed_words"] if each in ticket.title or each in ticket.text]
    if words or wish == "closed":
        reason = said("诉求提到“{words}”", words=joined("、", words)) if words else "诉求人不愿公开"
        return [FlowDecision(False, "nanhai.openness/closed", reason)]
    if not settings[_kind(ticket.nature)]:
        return [
            FlowDecision(
                False,
                "nanhai.openness/kind",
                said("本区不公开{natures}的过程", natures=word(NATURES[ticket.nature])),
            )
        ]
    return [
        FlowDecision(
            True,
            "nanhai.openness/open",
            "从受理到答复的全部流程公开",
            delay_hours=settings["delay_hours"],
            shows_title=settings["show_title"],
        )
    ]


def _kind(nature: str) -> str:
    """Return the setting that a nature falls under."""
    if nature == "application":
        return "applications"
    return "complaints" if nature in ("complaint", "help") else "inquiries"
