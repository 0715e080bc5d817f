"""网络监督: the discipline commission 纪委监察 sees every ticket from the first minute and works what is not answered."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.hooks import EscalationStep, Exemption, TicketView, Trigger, Watcher, hookimpl
from core.hooks.settings import MatterChoice, Settings, UnitChoice, Words


class DisciplineSettings(Settings):
    """Who supervises, and what no unit answers for."""

    unit = UnitChoice(
        kind="discipline",
        load_default="discipline",
        title="监督单位",
        help="从受理起同步看到每一张工单；超时未答复时在此立案问责",
        group="监督",
        risk="accountability",
    )
    exempt_matters = MatterChoice(
        many=True,
        may_be_empty=True,
        load_default=[],
        title="免予问责的事项",
        help="这些事项超时，不自动立案；需要时由督查人员立案",
        group="免责",
        risk="accountability",
    )
    exempt_words = Words(
        load_default=["已起诉", "法院诉讼", "法院已受理", "申请仲裁", "行政复议", "刑事立案"],  # the article names none
        shortest=2,
        longest=20,
        title="涉诉的词",
        help="标题或内容出现任意一词，视为涉法涉诉，超时不自动立案",
        group="免责",
        risk="accountability",
    )


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
    text = "{unit} 未在 {due} 前答复工单 {serial_no}“{title}”，已立案待核"
    return [
        EscalationStep(kind="case", to=unit, title="超时未答复", text=text, rule_id=rule_id, reason=reason),
        EscalationStep(kind="inbox", to=unit, text=text, rule_id=rule_id, reason=reason),
        EscalationStep(kind="sms", to=unit, text=text, rule_id=rule_id, reason=reason),
    ]


@hookimpl
def exemptions(settings: Mapping[str, Any], ticket: TicketView) -> Sequence[Exemption]:
    """Open no case by itself for what settings exempt, nor for what a court or an arbitrator has in hand 涉法涉诉."""
    grounds = []
    if ticket.matter is not None and ticket.matter in settings["exempt_matters"]:
        grounds.append(Exemption("nanhai.discipline/exempt-matter", "事项在免予问责之列"))
    words = [word for word in settings["exempt_words"] if word in ticket.title or word in ticket.text]
    if words:
        reason = f"诉求提到“{'、'.join(words)}”，涉法涉诉，由督查人员判断"
        grounds.append(Exemption("nanhai.discipline/exempt-litigation", reason))
    return grounds
