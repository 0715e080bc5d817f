"""回路: from the resident, back to the resident; nothing is concluded before they were provably told what became of it."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.hooks import ContactView, HandlingRules, Objection, hookimpl, said, word
from core.hooks.settings import Settings, Whole, WorkDays, YesNo

ANSWERING = ("reply",)
"""Commands by which a unit says that it is done."""
CONCLUDING = ("pass_reply", "answer_directly", "answer_as_leader")
"""Commands by which the house says so."""


class LoopSettings(Settings):
    """What has to be done before a ticket is answered and concluded, so that the loop closes at the resident."""

    attempts = Whole(
        load_default=1,  # the article says that the unit reports back, not how often it has to try
        min=1,
        max=5,
        unit="次",
        title="答复、办结前至少联系几次",
        help="诉求人留有电话的，联系上一次即可；联系不上的，至少试这么多次",
        group="反馈市民",
    )
    proof = YesNo(
        load_default=True,
        title="办结须有告知的记录",
        help="没有诉求人已被告知的记录、没有试着联系过、答复也不会随办结发出的，不能办结；没有送达或没有联系上的，办结后退回受理席接着联系",
        group="反馈市民",
    )
    notice = YesNo(
        load_default=True,  # the article says nothing of those who cannot be reached
        title="没有联系方式的，在进展页面公布视为告知",
        help="工单上如实写明“公布，是否看到无从确认”；选否则这些工单也要由人写明理由",
        group="反馈市民",
    )
    try_days = WorkDays(
        load_default=3,  # the article names no number; so many days are asked elsewhere before a call counts as in vain
        min=1,
        max=10,
        title="没有告知到的，联系多少个工作日",
        help="每个工作日提醒受理席联系一次；联系满这么多天仍没有告知到的，才可由人写明理由不再联系",
        group="没有告知到的",
    )
    back_days = Whole(
        load_default=0,  # the article asks for it from then on
        min=0,
        max=365,
        unit="天",
        title="启用以前多少天内办结的也要告知",
        help="本功能第一次启用以前办结的工单不要求告知的记录，也不列入未了结的报告；0 为都不要求。启用以后办结的不论过了多久都要求",
        group="没有告知到的",
    )


@hookimpl
def handling_rules(settings: Mapping[str, Any]) -> Sequence[HandlingRules]:
    """Have the desk go on trying where nothing proves that a resident was told."""
    return [
        HandlingRules(
            proves_telling=settings["proof"],
            telling_days=settings["try_days"],
            telling_back_days=settings["back_days"],
            notice_tells=settings["notice"],
        )
    ]


@hookimpl
def guard_command(settings: Mapping[str, Any], command: str, contact: ContactView) -> Sequence[Objection] | None:
    """Take no answer of a unit that has not tried to tell the resident, and conclude nothing that they were not told."""
    if command in CONCLUDING and settings["proof"]:
        return _untold(settings, contact)
    return _unanswerable(settings, contact) if command in ANSWERING else None


def _unanswerable(settings: Mapping[str, Any], contact: ContactView) -> list[Objection] | None:
    needed = settings["attempts"]
    if not contact.is_possible or contact.was_reached or contact.was_told:
        return None
    if contact.attempts + contact.told_in_vain >= needed:
        return None
    tried = said("已联系 {attempts} 次", attempts=contact.attempts) if contact.attempts else "还没有联系过诉求人"
    return [
        Objection(
            text=said(
                "答复前须向诉求人反馈：{tried}，联系不上的至少联系 {needed} 次。请联系并登记“联系诉求人”后再提交",
                tried=word(tried),
                needed=needed,
            ),
            rule_id="nanhai.loop/told",
            reason="解决问题后要反馈给市民",
        )
    ]


def _untold(settings: Mapping[str, Any], contact: ContactView) -> list[Objection] | None:
    if contact.was_told or contact.will_be_told or contact.told_in_vain >= settings["attempts"]:
        return None
    return [
        Objection(
            text="还不能办结：没有诉求人已被告知办理结果的记录，答复也不会随办结发给诉求人。"
            "请承办单位或受理席告知诉求人，登记“告知诉求人”后再办；联系不上的，登记没有联系上，办结后由受理席接着联系",
            rule_id="nanhai.loop/proof",
            reason="从群众出发、到群众结束",
        )
    ]
