"""网络监督: the discipline commission 纪委监察 sees every ticket from the first minute and works what is not answered."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.hooks import (
    AccountabilityRules,
    EscalationStep,
    Exemption,
    TicketView,
    Trigger,
    Watcher,
    hookimpl,
    joined,
    said,
)
from core.hooks.settings import MatterChoice, Paragraph, Settings, UnitChoice, Whole, Words, WorkDays, cross_check

NOTICE = (
    "{unit}：工单 {serial_no}“{title}”{reason}。{authority}已立案，案号 {number}。"
    "请于 {due} 前提交情况说明和有关材料；逾期不说明的，记录在案，依据现有证据作出决定。"
)


class DisciplineSettings(Settings):
    """Who supervises, what no unit answers for without a person judging it, and the ladder of those who do.

    The article says that who is late is held to account by the commission; of days, rungs and words it names none.
    """

    unit = UnitChoice(
        kind="discipline",
        load_default="discipline",
        title="监督单位",
        help="从受理起同步看到每一张工单；超时未答复时在此立案问责",
        group="监督",
        risk="accountability",
    )
    substitute = UnitChoice(
        load_default="",
        may_be_empty=True,
        title="替代办理单位",
        help="被问责的就是监督单位时，由这个单位办理；留空则每次由系统管理员指定",
        group="监督",
        risk="accountability",
    )
    exempt_matters = MatterChoice(
        many=True,
        may_be_empty=True,
        load_default=[],
        title="免予问责的事项",
        help="这些事项超时，立案后先由办案人员核定是否免责，核定之前不通知单位",
        group="免责",
        risk="accountability",
    )
    exempt_words = Words(
        load_default=["已起诉", "法院诉讼", "法院已受理", "申请仲裁", "行政复议", "刑事立案"],  # the article names none
        shortest=2,
        longest=20,
        title="涉诉的词",
        help="标题或内容出现任意一词，视为可能涉法涉诉，立案后先由办案人员核定是否免责",
        group="免责",
        risk="accountability",
    )
    statement_days = WorkDays(
        load_default=3,  # the article names no days, rungs or words of a case
        min=1,
        max=30,
        title="情况说明的期限",
        help="立案通知之后，单位在多少个工作日内说明情况",
        group="办案",
        risk="accountability",
    )
    appeal_days = WorkDays(
        load_default=5,
        min=1,
        max=30,
        title="申诉的期限",
        help="决定应当问责之后，单位在多少个工作日内可以申诉",
        group="办案",
        risk="accountability",
    )
    notice = Paragraph(
        load_default=NOTICE,
        shortest=10,
        longest=1000,
        title="立案通知书",
        help="可以写 {unit}、{number}、{serial_no}、{title}、{reason}、{authority}、{due}，发出时换成实际内容",
        group="办案",
        risk="accountability",
    )
    talk_from = Whole(
        load_default=1,
        min=0,
        max=99,
        unit="次",
        title="同年已被问责多少次起，建议约谈",
        help="不到这个次数的，建议提醒；每一级都由办案人员决定",
        group="问责阶梯",
        risk="accountability",
    )
    bulletin_from = Whole(
        load_default=2,
        min=0,
        max=99,
        unit="次",
        title="同年已被问责多少次起，建议通报",
        help="在决定应当问责之后采取",
        group="问责阶梯",
        risk="accountability",
    )
    referral_from = Whole(
        load_default=4,
        min=0,
        max=99,
        unit="次",
        title="同年已被问责多少次起，建议移送",
        help="在决定应当问责之后采取",
        group="问责阶梯",
        risk="accountability",
    )

    @cross_check
    def ladder(self, values: Mapping[str, Any]) -> dict[str, str] | None:
        """Let no milder rung be proposed after a graver one."""
        if values["bulletin_from"] < values["talk_from"]:
            return {"bulletin_from": "不能少于建议约谈的次数"}
        if values["referral_from"] < values["bulletin_from"]:
            return {"referral_from": "不能少于建议通报的次数"}
        return None

    @cross_check
    def substitutes(self, values: Mapping[str, Any]) -> dict[str, str] | None:
        """Let the authority not stand in for itself."""
        if values["substitute"] and values["substitute"] == values["unit"]:
            return {"substitute": "监督单位不能替代自己，请另选单位"}
        return None


@hookimpl
def accountability_rules(settings: Mapping[str, Any]) -> Sequence[AccountabilityRules]:
    """Give units time to speak and to appeal, and propose rungs 提醒、约谈、通报、移送 by their earlier cases of the year."""
    names = ("substitute", "statement_days", "appeal_days", "talk_from", "bulletin_from", "referral_from", "notice")
    return [AccountabilityRules(**{name: settings[name] for name in names})]


@hookimpl
def propose_watchers(settings: Mapping[str, Any]) -> Sequence[Watcher]:
    """Let the commission look on from the start, whatever the appeal is about."""
    return [
        Watcher(
            unit=settings["unit"],
            rule_id="nanhai.discipline/watch",
            reason="责任部门与纪委监察部门同时介入，全程监督诉求不“烂尾”",
        )
    ]


@hookimpl
def escalation_steps(
    settings: Mapping[str, Any], ticket: TicketView, trigger: Trigger
) -> Sequence[EscalationStep] | None:
    """Open a case against the unit that let the reply run over; before dispatch there is none to hold to account."""
    if trigger.clock not in ("reply", "dispatch") or trigger.mark != "overdue":
        return None
    unit = settings["unit"]
    rule_id, reason = "nanhai.discipline/overdue", "无法在规定时限内解决，由纪委监察部门问责"
    if trigger.clock == "dispatch" or ticket.lead_unit is None:
        text = "工单 {serial_no}“{title}”至 {due} 仍未派出，请督促分派"
        return [EscalationStep(kind="inbox", to=unit, text=text, rule_id=rule_id, reason="超时仍未派出，告知监督单位")]
    text = "{unit}未在 {due} 前答复工单 {serial_no}“{title}”，已立案"
    return [
        EscalationStep(kind="case", to=unit, title="超时未答复", text=text, rule_id=rule_id, reason=reason),
        EscalationStep(kind="inbox", to=unit, text=text, rule_id=rule_id, reason=reason),
        EscalationStep(kind="sms", to=unit, text=text, rule_id=rule_id, reason=reason),
    ]


@hookimpl
def exemptions(settings: Mapping[str, Any], ticket: TicketView) -> Sequence[Exemption]:
    """Propose exemption for what settings name, and for what a court or an arbitrator has in hand 涉法涉诉; a person judges."""
    grounds = []
    if ticket.matter is not None and ticket.matter in settings["exempt_matters"]:
        grounds.append(Exemption("nanhai.discipline/exempt-matter", "事项在免予问责之列"))
    words = [word for word in settings["exempt_words"] if word in ticket.title or word in ticket.text]
    if words:
        reason = said("诉求提到“{words}”，涉法涉诉，由办案人员判断", words=joined("、", words))
        grounds.append(Exemption("nanhai.discipline/exempt-litigation", reason))
    return grounds
