"""《“一网统管”职责清单》: each of its items names who is responsible, on what basis, and how fast."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.hooks import (
    Block,
    Budget,
    DutyView,
    EscalationStep,
    FactsBlock,
    MatterHint,
    RouteProposal,
    TicketView,
    TimeLimit,
    Trigger,
    UnitView,
    hookimpl,
    joined,
    said,
)
from core.hooks.settings import MatterChoice, Minutes, Rows, Settings, UnitChoice, Whole, Words, YesNo
from core.hooks.values import StepKind

BEST = 100
EACH_WORD = 10
GRADES = {"urgent": "紧急", "major": "重大"}
PROPOSED = "拟定，区里尚未公布"
MINUTE = 60
TOLD_BY: tuple[StepKind, ...] = ("sms", "inbox")
AT_ONCE = ("phone", "wechat", "weibo", "web", "app", "sms")
"""Media by which a message is here as soon as it is sent; a letter, or a table handed in, is not."""


class SceneSettings(Settings):
    """Words of everyday life, and the item of the duty list that they mean."""

    words = Words(required=True, shortest=2, longest=20, least=1, title="场景词", help="出现任意一词即推荐这个事项")
    matter = MatterChoice(required=True, title="事项", help="这些词说的是职责清单的哪一项")


class CatalogueSettings(Settings):
    """How far the duty list is trusted."""

    direct = YesNo(
        load_default=True,
        title="按清单直接分拨",
        help="事项在清单上的工单不经分派员直接派给处置责任主体；关闭后只作推荐",
        group="分拨",
    )
    filing_minutes = Minutes(
        load_default=3,  # the article: 不到3分钟 the resident was told that his case was filed 立案
        min=0,
        max=1440,
        title="几分钟内立案",
        help="网上和电话来的诉求，从提交到受理的时限，到时未受理的亮红灯；0 为不设",
        group="时限",
    )
    scenes = Rows(
        SceneSettings,
        load_default=[],
        most=1500,
        title="场景词",
        help="没有写明事项的诉求，按出现的场景词推荐事项，由受理席确认",
        group="事项判定",
    )
    scene_score = Whole(
        load_default=60,
        min=0,
        max=100,
        unit="分",
        title="场景词的把握",
        help="出现一个场景词时的得分，每多一个词加 10 分；与其他规则的推荐相比，得分高的优先",
        group="事项判定",
    )
    major_units = UnitChoice(
        many=True,
        load_default=[],  # the article wants events graded 分级分类 and does not say who hears of the major ones
        may_be_empty=True,
        most=10,
        title="重大事项同时告知的单位",
        help="清单上事件等级为重大的事项，受理或派单时立即告知处置责任主体、民生诉求中心和这些单位，短信和站内信各一条，夜间也发",
        group="事件分级",
        risk="privacy",
    )


@hookimpl
def suggest_matters(
    settings: Mapping[str, Any], ticket: TicketView, duties: Sequence[DutyView]
) -> Sequence[MatterHint]:
    """Find the item behind the words of everyday life: the more of a scene's words, the surer."""
    listed = {duty.code for duty in duties}
    hints = []
    for row in settings["scenes"]:
        words = [word for word in row["words"] if word in ticket.title or word in ticket.text]
        if words and row["matter"] in listed:
            hints.append(
                MatterHint(
                    matter=row["matter"],
                    rule_id="pingshan.catalogue/scene",
                    reason=said("场景词：{words}", words=joined("、", words)),
                    score=min(BEST, settings["scene_score"] + EACH_WORD * (len(words) - 1)),
                )
            )
    return hints


@hookimpl
def propose_routes(
    settings: Mapping[str, Any], ticket: TicketView, duty: DutyView | None, units: Sequence[UnitView]
) -> Sequence[RouteProposal] | None:
    """Dispatch straight to the listed owner 处置责任主体; a ticket that came back waits for the dispatcher."""
    codes = {unit.code for unit in units}
    if duty is None or duty.lead not in codes:
        return None
    basis = said("，依据：{legal_basis}", legal_basis=duty.legal_basis) if duty.legal_basis else ""
    return [
        RouteProposal(
            unit=duty.lead,
            co=tuple(code for code in duty.co if code in codes),
            direct=settings["direct"] and ticket.bounce_count == 0,
            score=80,
            rule_id="pingshan.catalogue/owner",
            reason=said("职责清单“{item}”的处置责任主体{basis}", item=_item(duty), basis=basis),
        )
    ]


@hookimpl
def time_limits(settings: Mapping[str, Any], ticket: TicketView, duty: DutyView | None) -> Sequence[TimeLimit] | None:
    """File within minutes what comes in at once, and promise what the item promises, if it names a limit.

    The item's limit is the resident's, from acceptance to the answer. The unit has limits of its own where the list says
    so: to be on site, from dispatch, and to have it mended, from then on.
    """
    limits = []
    if settings["filing_minutes"] and ticket.medium in AT_ONCE:
        minutes = Budget("wall", settings["filing_minutes"] * MINUTE)
        limits.append(TimeLimit("accept", minutes, "pingshan.catalogue/filing", "立案时限，从诉求人提交起"))
    if duty is None:
        return limits
    if duty.limit is not None:
        limits.append(
            TimeLimit(
                "reply", duty.limit, "pingshan.catalogue/limit", said("职责清单“{item}”的处置时限", item=_item(duty))
            )
        )
    if duty.on_site is not None:
        limits.append(
            TimeLimit(
                "on_site",
                duty.on_site,
                "pingshan.catalogue/on-site",
                said("职责清单“{item}”的到场时限", item=_item(duty)),
            )
        )
    if duty.after_arrival is not None:
        mended = said("职责清单“{item}”的到场后时限", item=_item(duty))
        limits.append(
            TimeLimit("handle", duty.after_arrival, "pingshan.catalogue/after-arrival", mended, from_arrival=True)
        )
    return limits


@hookimpl
def escalation_steps(
    settings: Mapping[str, Any], ticket: TicketView, trigger: Trigger, duty: DutyView | None
) -> Sequence[EscalationStep] | None:
    """Tell of a major event at once: who handles it, the desk, and the units that the district names, each once.

    Urgent events are told as the core tells of them; an item that is only guessed tells nobody.
    """
    if trigger.kind != "urgent" or duty is None or duty.grade != "major" or ticket.matter_guessed:
        return None
    receivers = ["lead"] * (ticket.lead_unit is not None)
    receivers += [unit for unit in dict.fromkeys(("desk", *settings["major_units"])) if unit != ticket.lead_unit]
    return [
        EscalationStep(
            kind=kind,
            to=receiver,
            text="重大事项 {serial_no}“{title}”，现由{unit}办理，请立即处置、调度",
            rule_id="pingshan.catalogue/major",
            reason=said("职责清单“{item}”为重大事项，第一时间告知", item=_item(duty)),
        )
        for receiver in receivers
        for kind in TOLD_BY
    ]


@hookimpl
def ticket_blocks(duty: DutyView | None) -> Sequence[Block] | None:
    """Show on the ticket what the list says of its item: on what basis, how well, and what to ask."""
    if duty is None:
        return None
    proposed = PROPOSED if duty.is_proposed else ""
    said = (
        ("事件等级", GRADES.get(duty.grade, "")),
        ("法律依据", duty.legal_basis),
        ("处置标准", duty.standard),
        ("受理指引", duty.guide),
        ("清单出处", proposed),
    )
    facts = tuple((name, text) for name, text in said if text)
    return [FactsBlock(facts, heading=_item(duty))] if facts else None


def _item(duty: DutyView) -> str:
    return f"{duty.category} / {duty.subcategory}"
