"""首问负责、首办负责: whoever is responsible by the list keeps the ticket; nobody kicks the ball 踢皮球."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.hooks import DutyView, HandlingRules, Objection, TicketView, hookimpl, said
from core.hooks.settings import Settings, Whole, YesNo

HOUR = 3600
RETURNING = ("request_return",)
"""Commands by which a unit gives a ticket back."""


class FirstOwnerSettings(Settings):
    """How firmly whoever is responsible by the list keeps a ticket."""

    max_returns = Whole(
        load_default=1,  # the article: the first unit asked is responsible, nobody passes the ball
        min=1,
        max=5,
        unit="次",
        title="退单几次即会商",
        help="首问负责：退到这个次数就由会商指定责任主体，指定后不得再退",
        group="首问负责",
    )
    consult_after = Whole(
        load_default=8,  # a working day: what two units toss to each other is decided on the next
        min=0,
        max=80,
        unit="工作小时",
        title="退单多久即会商",
        help="退过单、或正申请退单的工单，受理后过了这么多工作小时仍没有单位承办，自动会商；0 为不自动会商",
        group="首问负责",
    )
    asked_informed = YesNo(
        load_default=True,
        title="首问单位全程知情",
        help="诉求人最先找到的单位（如代录的社区党群服务中心）一直看得到工单，派单、退单、办结和评价都会收到站内信",
        group="首问负责",
    )
    asked_follows_up = YesNo(
        load_default=False,  # the article does not say who asks the resident afterwards
        title="首问单位负责回访",
        help="办结时请首问单位回访诉求人；受理席照常回访和登记评价",
        group="首问负责",
    )
    owner_keeps = YesNo(
        load_default=True,
        title="处置责任主体不得退单",
        help="工单在清单上的处置责任主体手里，且事项已由人确认的，按首问负责不能退单；关闭后按一般规定",
        group="首问负责",
        risk="accountability",
    )
    owner_returns = Whole(
        load_default=0,  # the article: no unit kicks the ball
        min=0,
        max=5,
        unit="次",
        title="处置责任主体最多可退几次",
        help="工单退过这么多次以后，处置责任主体不能再退；0 为一次也不能退",
        group="首问负责",
        risk="accountability",
    )


@hookimpl
def guard_command(
    settings: Mapping[str, Any], ticket: TicketView, command: str, duty: DutyView | None
) -> Sequence[Objection] | None:
    """Let the listed owner give back no more than settings allow, once a person has confirmed the item 首问负责."""
    if command not in RETURNING or not settings["owner_keeps"] or duty is None or ticket.matter_guessed:
        return None
    allowed = settings["owner_returns"]
    if ticket.lead_unit != duty.lead or ticket.bounce_count < allowed:
        return None
    item = f"{duty.category} / {duty.subcategory}"
    so_far = said("，本单已退过 {bounce_count} 次", bounce_count=ticket.bounce_count) if allowed else ""
    return [
        Objection(
            text=said(
                "贵单位是职责清单“{item}”的处置责任主体，不能退单{so_far}。事项定错的，请联系受理席更正或改派",
                item=item,
                so_far=so_far,
            ),
            rule_id="pingshan.first_owner/owner-keeps",
            reason="首问负责，杜绝“踢皮球”",
        )
    ]


@hookimpl
def handling_rules(settings: Mapping[str, Any]) -> Sequence[HandlingRules]:
    """Let nobody pass the ball: after the first return, or a day, the units consult, and the one designated keeps it.

    Whoever was asked first is told of each step to the end 首问负责.
    """
    return [
        HandlingRules(
            max_returns=settings["max_returns"],
            consult_after=settings["consult_after"] * HOUR,
            informs_asked=settings["asked_informed"],
            asked_follows_up=settings["asked_informed"] and settings["asked_follows_up"],
        )
    ]
