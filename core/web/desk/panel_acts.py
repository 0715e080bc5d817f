"""What the desk does about third-party panels 第三方评议: opening one, its time, its finding, and publishing that."""

from collections.abc import Iterable

from core.evaluation.answers import ADJUDICATION_REASONS
from core.evaluation.panels.words import CAUSE_LABELS, NO_MAJORITY
from core.journey import panel_findings, panels
from core.journey.queries.panels import PanelLine
from core.kit.saying import said, word
from core.tickets.states import ANSWERED
from core.web.desk.acts import Act, Deed, Records, listed
from core.web.desk.fields import REASON, Field
from core.web.desk.standing import Standing

BESIDE, RECORD = "panel", "panel"


def _those(*states: str, has_finding: bool | None = None) -> Records:
    """Offer a form beside every panel in one of these states."""

    def found(standing: Standing) -> Iterable[tuple[int, str]]:
        for panel in standing.file.panels:
            if panel.state in states and has_finding in (None, panel.verdict not in ("", NO_MAJORITY)):
                yield panel.id, panel.number

    return found


def _extendable(standing: Standing) -> Iterable[tuple[int, str]]:
    return (
        (panel.id, panel.number)
        for panel in standing.file.panels
        if panel.state in ("voting", "no_quorum") and not panel.was_extended
    )


def _declinable(standing: Standing) -> Iterable[tuple[int, str]]:
    return ((panel.id, panel.number) for panel in standing.file.panels if _may_be_declined(panel))


def _may_be_declined(panel: PanelLine) -> bool:
    if panel.state == "no_quorum":
        return True
    return panel.state == "found" and (panel.verdict == NO_MAJORITY or not panel.is_binding)


def _unpublished(standing: Standing) -> Iterable[tuple[int, str]]:
    return (
        (panel.id, panel.number)
        for panel in standing.file.panels
        if panel.state in panel_findings.SETTLED and panel.published_at is None
    )


def _publishable(standing: Standing) -> Iterable[tuple[int, str]]:
    for panel in standing.file.panels:
        theirs = standing.is_mine(panel.opened_by_id) or standing.is_mine(panel.proposed_by_id)
        if panel.notice and panel.published_at is None and not theirs:
            yield panel.id, panel.number


def _reasons_in_words(standing: Standing) -> tuple[str, ...]:
    """Say what the district's rules see that calls for a panel."""
    return tuple(
        said("建议提请评议（{cause}）：{reason}", cause=word(CAUSE_LABELS[proposal.cause]), reason=proposal.reason)
        for proposal in standing.review_proposals
    )


PANELS = (
    Act(
        "提请第三方评议",
        (Deed(panels.open_panel, "提请评议并抽签", "已提请第三方评议"),),
        (
            Field(
                "cause",
                "情形",
                "list",
                options=listed(CAUSE_LABELS),
                preset=lambda standing: standing.review_proposals[0].cause if standing.review_proposals else "",
                within=tuple(CAUSE_LABELS),
            ),
            Field("question", "请评议小组评什么", hint="评议员会看到这段话，请不要写人名和联系方式。"),
            Field("other_unit", "可改由哪个单位承担", "unit", required=False, hint="不选，评议小组就不能改变归属。"),
            Field("seed", "抽签种子", "line", required=False, hint="不填时由流转记录和最近一次封存推出，谁也选不了。"),
        ),
        states=ANSWERED,
        when=lambda standing: not any(panel.is_under_way for panel in standing.file.panels),
        hint="抽到的评议员只看隐去姓名、电话、地址的材料；有利害关系的人不会被抽到。",
        remarks=_reasons_in_words,
        folded=True,
    ),
    Act(
        "评议延期",
        (Deed(panels.extend_panel, "延期", "的评议已延期"),),
        (),
        beside=BESIDE,
        record=RECORD,
        records=_extendable,
        hint="只能延期一次。",
    ),
    Act(
        "重新抽签",
        (Deed(panels.redraw_panel, "重新抽签", "的评议已重新抽签"),),
        (Field("seed", "抽签种子", "line", required=False, hint="不填时由流转记录和最近一次封存推出。"),),
        beside=BESIDE,
        record=RECORD,
        records=_those("no_quorum"),
        hint="坐过席位的人不再抽到，已投的票作废。",
    ),
    Act(
        "执行评议结论",
        (Deed(panel_findings.carry_out_finding, "执行结论", "的评议结论已执行"),),
        (
            Field("reason_code", "裁定理由", "list", options=listed(ADJUDICATION_REASONS), preset=lambda _: "other"),
            Field("remark", "说明", required=False),
            Field("same_unit", "重新办理时，直接交原承办单位", "tick"),
        ),
        beside=BESIDE,
        record=RECORD,
        records=_those("found", has_finding=True),
    ),
    Act(
        "不采纳评议结论",
        (Deed(panel_findings.decline_finding, "结束评议", "的评议已结束"),),
        (REASON,),
        beside=BESIDE,
        record=RECORD,
        records=_declinable,
    ),
    Act(
        "拟写评议公告",
        (Deed(panel_findings.propose_notice, "提交审批", "的评议公告待另一人批准"),),
        (Field("text", "公告内容", hint="票数和结论由系统列出；已知的姓名、电话、地址会自动隐去，仍请核对。"),),
        beside=BESIDE,
        record=RECORD,
        records=_unpublished,
    ),
    Act(
        "批准评议公告",
        (Deed(panel_findings.publish_notice, "批准公开", "的评议结果已公开"),),
        (),
        beside=BESIDE,
        record=RECORD,
        records=_publishable,
        hint="提请评议的人和拟写公告的人不能批准。",
    ),
)
