"""Cases of accountability 问责: judged, answered, decided, appealed and closed, each by those who may, and forward only."""

from core.escalation.accountability.evidence import put_in_file
from core.escalation.accountability.impartial import (
    OwnCase,
    StoodAside,
    belongs_to,
    live_cases,
    recused_from,
    refuse_partial,
)
from core.escalation.accountability.labels import ENDED, OUTCOME_LABELS, RUNG_LABELS
from core.escalation.accountability.models import AccountabilityCase, AccountabilityEvidence
from core.escalation.accountability.queries import rung_due
from core.escalation.accountability.rules import elsewhere, refuse_rung
from core.escalation.accountability.rules_in_force import rules_of
from core.escalation.accountability.service import (
    case_of,
    give_to_officer,
    move,
    notify,
    picture_again,
    take_step,
    write_to_unit,
)
from core.escalation.accountability.statement import drop_statement, stop_statement
from core.escalation.rules import listed, words_of
from core.files.queries import get_file
from core.journey.accountability_figures import correct_figures
from core.journey.command import command
from core.kit import saying
from core.kit.errors import Refused
from core.people.roles import Permission, SameHands
from core.routing.service import BY_PERSON, NotYours
from core.tenancy.scope import Scope
from core.tickets.messages import say
from core.tickets.models import Ticket
from core.tickets.service import lock_ticket, reason_of
from core.tickets.timeline import SYSTEM, Order
from core.units.queries import directory
from core.workdays.queries import timetable

RUNG_LETTERS = {"reminder": "问责提醒函", "talk": "", "bulletin": "", "referral": ""}
"""How the letter of a rung is called; empty = as its kind."""


class StatementAwaited(Refused):
    """The unit still has time to state the facts."""

    code = "statement-awaited"


class AppealNotOpen(Refused):
    """Nothing was decided against the unit, or its time to appeal is over."""

    code = "appeal-not-open"


class AppealStillOpen(Refused):
    """The unit may still appeal."""

    code = "appeal-still-open"


@command(Permission.DISCIPLINE, "核定免责")
def judge_exemption(scope: Scope, ticket: Ticket, order: Order, *, case_id: int, granted: bool, reason: str) -> None:
    """Judge whether the unit is exempt 免责, which rules only propose: granted, the case ends; denied, the unit is told of it.

    Raises `ReasonMissing`, `NoSuchCase`, `CaseElsewhere`, `OwnCase`, `StoodAside`, `NotTheAuthority`.
    """
    why, case = reason_of(reason, "核定免责"), _worked(scope, ticket, order, case_id)
    if case.state != "open":
        raise elsewhere(case.state, label=case.label, deed="核定免责")
    if granted:
        move(case, "exempt", deed="核定免责")
        _decide(case, order, outcome="exempt", measure="")
        case.ended_at = order.now
    summary = saying.said(
        "{granted}（{why}）", granted=saying.word("予以免责") if granted else saying.word("不予免责"), why=why
    )
    code = "granted" if granted else "denied"
    take_step(scope, ticket, case, order, kind="exemption", code=code, text=why, summary=summary)
    if granted:
        correct_figures(scope, ticket, case, order, finding=why)
    else:
        notify(scope, ticket, case, order, rule_id=BY_PERSON, by=BY_PERSON)


@command(Permission.HANDLE, "情况说明")
def state_facts(scope: Scope, ticket: Ticket, order: Order, *, case_id: int, text: str) -> None:
    """The accused unit states the facts 情况说明, once; late as well, as long as nothing was decided.

    Raises `NothingSaid`, `NoSuchCase`, `NotYours`, `CaseElsewhere`.
    """
    said, case = words_of(text, "情况说明"), _of_unit(scope, ticket, order, case_id)
    move(case, "state", deed="提交情况说明")
    late = "（逾期）" if case.silent_since else ""
    name = directory(scope).name_of(case.unit_id)
    code = "late" if late else ""
    take_step(
        scope,
        ticket,
        case,
        order,
        kind="statement",
        code=code,
        text=said,
        summary=saying.said("{name}提交情况说明{late}：{said}", name=name, late=saying.word(late), said=said),
    )
    stop_statement(scope, ticket, case.id, now=order.now)
    _tell_authority(
        scope,
        ticket,
        case,
        saying.said(
            "{label}：{name}已提交情况说明{late}", label=saying.word(case.label), name=name, late=saying.word(late)
        ),
        order,
    )


@command(Permission.HANDLE, "提交案件材料")
def hand_in_file(scope: Scope, ticket: Ticket, order: Order, *, case_id: int, file_id: int, title: str) -> None:
    """The accused unit puts a file of the ticket into the case. Raises `NothingSaid`, `NoSuchCase`, `NotYours`,
    `NoSuchFile`, `CaseElsewhere`.
    """
    said, case = words_of(title, "材料名称"), _of_unit(scope, ticket, order, case_id)
    _put_in(scope, ticket, case, order, file_id=file_id, title=said)


@command(Permission.DISCIPLINE, "补充案件材料")
def add_case_file(scope: Scope, ticket: Ticket, order: Order, *, case_id: int, file_id: int, title: str) -> None:
    """An officer puts a file of the ticket into the case. Raises as `judge_exemption`, `NothingSaid`, `NoSuchFile`."""
    said, case = words_of(title, "材料名称"), _worked(scope, ticket, order, case_id)
    _put_in(scope, ticket, case, order, file_id=file_id, title=said)


@command(Permission.DISCIPLINE, "固定证据")
def complete_evidence(scope: Scope, ticket: Ticket, order: Order, *, case_id: int) -> None:
    """Freeze the evidence once more as it stands now, beside what was frozen before. Raises as `judge_exemption`."""
    case = _worked(scope, ticket, order, case_id)
    if case.state in ENDED:
        raise elsewhere(case.state, label=case.label, deed="固定证据")
    evidence = picture_again(scope, ticket, case, order, kind="completed")
    _evidence_step(scope, ticket, case, order, evidence, kind="evidence")


@command(Permission.DISCIPLINE, "采取问责措施")
def take_rung(
    scope: Scope, ticket: Ticket, order: Order, *, case_id: int, rung: str, text: str, reason: str = ""
) -> None:
    """Take a rung of the ladder 提醒、约谈、通报、移送, with a letter; never one below, and with a reason where it is not
    the one that comes next.

    Bulletin and referral wait for the decision. Raises as `judge_exemption`, `NotListed`, `NothingSaid`, `RungNotOpen`.
    """
    name, said = (
        listed(rung, RUNG_LABELS, "问责措施"),
        words_of(text, saying.said("{rung}内容", rung=saying.word(RUNG_LABELS.get(rung, "")))),
    )
    case = _worked(scope, ticket, order, case_id)
    refuse_rung(rung, taken=case.rung, state=case.state, outcome=case.outcome, label=case.label)
    due = rung_due(scope, case)
    why = (
        reason.strip()
        if rung == due
        else reason_of(
            reason, saying.said("不按顺序采取“{name}”（现应“{rung}”）", name=name, rung=saying.word(RUNG_LABELS[due]))
        )
    )
    letter = write_to_unit(
        scope,
        ticket,
        case,
        order,
        kind=rung,
        text=said,
        rule_id=BY_PERSON,
        by=BY_PERSON,
        title=RUNG_LETTERS[rung],
    )
    case.rung = rung
    because = saying.said("（{why}）", why=why) if why else ""
    take_step(
        scope,
        ticket,
        case,
        order,
        kind="rung",
        code=rung,
        text=said,
        reason=why,
        letter=letter,
        summary=saying.said("{name}{because}：{said}", name=name, because=because, said=said),
    )


@command(Permission.DISCIPLINE, "作出问责决定")
def decide_case(
    scope: Scope, ticket: Ticket, order: Order, *, case_id: int, outcome: str, grounds: str, measure: str = ""
) -> None:
    """Decide whether the unit is responsible, by grounds, and with a measure where it is; the unit is told by letter.

    It waits for the statement, or until the time for that is over. What does not hold the unit responsible leaves the
    missed limit out of the figures after adjudication. Raises as `judge_exemption`, `NotListed`, `StatementAwaited`.
    """
    label, why = listed(outcome, OUTCOME_LABELS, "问责决定"), reason_of(grounds, "问责决定")
    asked = reason_of(measure, "应当问责的，处理措施") if outcome == "responsible" else measure.strip()
    case = _worked(scope, ticket, order, case_id)
    if case.state == "notified" and case.silent_since is None:
        raise StatementAwaited(
            saying.said(
                "{label}还在等待情况说明，不能作出决定。期满仍未提交的，可以依据现有证据决定。",
                label=saying.word(case.label),
            )
        )
    move(case, "decide", deed="作出决定")
    drop_statement(scope, ticket, case.id, now=order.now)
    _decide(case, order, outcome=outcome, measure=asked)
    appeal = ""
    if outcome == "responsible":
        case.appeal_until = timetable(scope).close_after(order.now, rules_of(scope).rules.appeal_days)
        appeal = saying.said(
            "不服的，可以在 {appeal_until:%Y-%m-%d %H:%M} 前申诉。",
            appeal_until=case.appeal_until.astimezone(scope.tenant.zone),
        )
    text = _decision_text(scope, ticket, case, label, why, asked, appeal)
    letter = write_to_unit(scope, ticket, case, order, kind="case_decision", text=text, rule_id=BY_PERSON, by=BY_PERSON)
    evidence = picture_again(scope, ticket, case, order, kind="decision")
    take_step(
        scope,
        ticket,
        case,
        order,
        kind="decision",
        code=outcome,
        text=why,
        reason=asked,
        letter=letter,
        records=[evidence],
        summary=saying.said(
            "{label}：{why}{asked}",
            label=saying.word(label),
            why=saying.unstopped(why),
            asked=saying.said("；处理：{asked}", asked=asked) if asked else "",
        ),
    )
    if outcome != "responsible":
        correct_figures(scope, ticket, case, order, finding=why)


@command(Permission.HANDLE, "问责申诉")
def appeal_case(scope: Scope, ticket: Ticket, order: Order, *, case_id: int, grounds: str) -> None:
    """The unit that was held responsible appeals 申诉, within its time, once. Raises `ReasonMissing`, `NoSuchCase`,
    `NotYours`, `AppealNotOpen`, `CaseElsewhere`.
    """
    why, case = reason_of(grounds, "问责申诉"), _of_unit(scope, ticket, order, case_id)
    if case.state == "decided" and case.appeal_until is None:
        raise AppealNotOpen(
            saying.said(
                "{label}没有认定{name}应当问责，不需要申诉。",
                label=saying.word(case.label),
                name=directory(scope).name_of(case.unit_id),
            )
        )
    if case.state == "decided" and case.appeal_until is not None and order.now > case.appeal_until:
        until = f"{case.appeal_until.astimezone(scope.tenant.zone):%Y-%m-%d %H:%M}"
        raise AppealNotOpen(
            saying.said("{label}的申诉期至 {until}，现已过期，不再受理。", label=saying.word(case.label), until=until)
        )
    move(case, "appeal", deed="申诉")
    take_step(scope, ticket, case, order, kind="appeal", text=why, summary=why)
    _tell_authority(
        scope,
        ticket,
        case,
        saying.said(
            "{label}：{name}提出申诉", label=saying.word(case.label), name=directory(scope).name_of(case.unit_id)
        ),
        order,
    )


@command(Permission.DISCIPLINE, "决定问责申诉")
def decide_case_appeal(
    scope: Scope, ticket: Ticket, order: Order, *, case_id: int, outcome: str, grounds: str, measure: str = ""
) -> None:
    """Another person than who decided first decides on the appeal; what is overturned is set right in the figures.

    Raises as `judge_exemption`, `NotListed`, `SameHands`.
    """
    label, why = listed(outcome, OUTCOME_LABELS, "申诉决定"), reason_of(grounds, "申诉决定")
    case = _worked(scope, ticket, order, case_id)
    if order.actor.id is not None and order.actor.id == case.decided_by_id:
        raise SameHands(
            saying.said(
                "{label}由您作出原决定，申诉须由另一人决定，这次操作已记录。请由其他人员办理。",
                label=saying.word(case.label),
            )
        )
    move(case, "decide_appeal", deed="决定申诉")
    was, case.outcome = case.outcome, outcome
    if outcome == "responsible":
        case.measure = measure.strip() or case.measure
    else:
        case.measure = measure.strip()
    kept = "维持原决定" if outcome == was else saying.said("撤销原决定，改为{label}", label=saying.word(label))
    text = _decision_text(scope, ticket, case, kept, why, case.measure, "")
    letter = write_to_unit(
        scope,
        ticket,
        case,
        order,
        kind="case_decision",
        text=text,
        rule_id=BY_PERSON,
        by=BY_PERSON,
        title="问责申诉决定书",
    )
    take_step(
        scope,
        ticket,
        case,
        order,
        kind="appeal_decision",
        code=outcome,
        text=why,
        reason=case.measure,
        letter=letter,
        summary=saying.said("{kept}：{why}", kept=saying.word(kept), why=why),
    )
    if outcome != "responsible":
        correct_figures(scope, ticket, case, order, finding=why)


@command(Permission.DISCIPLINE, "问责结案")
def close_case(scope: Scope, ticket: Ticket, order: Order, *, case_id: int, note: str) -> None:
    """Close the case; one in which the unit may still appeal stays open. Raises as `judge_exemption`, `AppealStillOpen`."""
    why, case = reason_of(note, "问责结案"), _worked(scope, ticket, order, case_id)
    if case.state == "decided" and case.appeal_until is not None and order.now <= case.appeal_until:
        until = f"{case.appeal_until.astimezone(scope.tenant.zone):%Y-%m-%d %H:%M}"
        raise AppealStillOpen(
            saying.said("{label}的申诉期至 {until}，期满前不能结案。", label=saying.word(case.label), until=until)
        )
    move(case, "close", deed="结案")
    case.ended_at = order.now
    evidence = picture_again(scope, ticket, case, order, kind="completed")
    take_step(scope, ticket, case, order, kind="closed", text=why, summary=why, records=[evidence])


@command(Permission.DISCIPLINE, "申请回避")
def recuse_from_case(scope: Scope, ticket: Ticket, order: Order, *, case_id: int, reason: str) -> None:
    """An officer says that they are partial 回避: from then on they do nothing in the case, and another one has it.

    Raises `ReasonMissing`, `NoSuchCase`, `CaseElsewhere`, `OwnCase`, `StoodAside`, `NotTheAuthority`.
    """
    why, case = reason_of(reason, "申请回避"), _worked(scope, ticket, order, case_id)
    if case.state in ENDED:
        raise elsewhere(case.state, label=case.label, deed="申请回避")
    take_step(
        scope,
        ticket,
        case,
        order,
        kind="recused",
        text=why,
        summary=saying.said("{name}申请回避（{why}）", name=order.actor.name, why=why),
    )
    if case.officer_id in (None, order.actor.id):
        _hand_on(scope, ticket, case, order)


@command(Permission.DISCIPLINE, "接办案件")
def take_case(scope: Scope, ticket: Ticket, order: Order, *, case_id: int) -> None:
    """An officer takes the case into their hands. Raises `NoSuchCase`, `CaseElsewhere`, `OwnCase`, `StoodAside`,
    `NotTheAuthority`.
    """
    case = _worked(scope, ticket, order, case_id)
    if case.state in ENDED or case.officer_id == order.actor.id:
        raise elsewhere(case.state, label=case.label, deed="再由您接办")
    case.officer_id, case.officer = order.actor.id, order.actor.name
    take_step(
        scope,
        ticket,
        case,
        order,
        kind="handed",
        text=case.officer,
        summary=saying.said("由{officer}接办", officer=case.officer),
    )


@command(Permission.ADMINISTER, "指定办理机关")
def name_authority(scope: Scope, ticket: Ticket, order: Order, *, case_id: int, unit: str, reason: str) -> None:
    """Name who works a case, where the authority would judge itself, or cannot. The accused unit never does.

    Raises `ReasonMissing`, `NoSuchUnit`, `NoSuchCase`, `CaseElsewhere`, `OwnCase`.
    """
    why, case = reason_of(reason, "指定办理机关"), case_of(scope, ticket, case_id)
    named = directory(scope).get_unit(unit)
    if case.state in ENDED:
        raise elsewhere(case.state, label=case.label, deed="指定办理机关")
    if belongs_to(scope, order.actor.unit_id, case.unit_id) or belongs_to(scope, named.id, case.unit_id):
        raise OwnCase(
            saying.said(
                "{label}问责的就是该单位，不能由它办理，也不能由它的人员指定。请另选单位。",
                label=saying.word(case.label),
            )
        )
    case.authority_unit_id = named.id
    take_step(
        scope,
        ticket,
        case,
        order,
        kind="authority",
        text=why,
        summary=saying.said("由{name}办理（{why}）", name=named.name, why=why),
    )
    give_to_officer(scope, case, now=order.now)
    _tell_authority(
        scope,
        ticket,
        case,
        saying.said("{label}指定由{name}办理（{why}）", label=saying.word(case.label), name=named.name, why=why),
        order,
    )
    if case.state == "open" and not case.proposed:
        notify(scope, ticket, case, order, rule_id=BY_PERSON, by=BY_PERSON)


def hand_on_after(scope: Scope, serial_no: str, refusal: Refused, order: Order) -> None:
    """Hand the ticket's cases on that are in the hands of somebody who was just refused as partial."""
    if not isinstance(refusal, OwnCase | StoodAside):
        return
    ticket = lock_ticket(scope, serial_no)
    for case in list(live_cases(scope, ticket)):
        is_partial = belongs_to(scope, order.actor.unit_id, case.unit_id) or order.actor.id in recused_from(scope, case)
        if case.officer_id == order.actor.id and is_partial:
            _hand_on(scope, ticket, case, order)


def _worked(scope: Scope, ticket: Ticket, order: Order, case_id: int) -> AccountabilityCase:
    """Return a case for somebody who may work it. Raises `NoSuchCase`, `OwnCase`, `StoodAside`, `NotTheAuthority`."""
    case = case_of(scope, ticket, case_id)
    refuse_partial(scope, case, order.actor)
    return case


def _of_unit(scope: Scope, ticket: Ticket, order: Order, case_id: int) -> AccountabilityCase:
    """Return a case for somebody of the accused unit. Raises `NoSuchCase`, `NotYours`."""
    case = case_of(scope, ticket, case_id)
    if not order.actor.acts_for(case.unit_id):
        raise NotYours(
            saying.said("{label}问责的是其他单位，您不能代为说明、举证或申诉。", label=saying.word(case.label))
        )
    return case


def _decide(case: AccountabilityCase, order: Order, *, outcome: str, measure: str) -> None:
    case.outcome, case.measure = outcome, measure
    case.decided_by, case.decided_by_id, case.decided_at = order.actor.name, order.actor.id, order.now


def _put_in(scope: Scope, ticket: Ticket, case: AccountabilityCase, order: Order, *, file_id: int, title: str) -> None:
    if case.state in ENDED:
        raise elsewhere(case.state, label=case.label, deed="补充材料")
    file = get_file(scope, ticket.id, file_id)
    evidence = put_in_file(scope, case, file, title=title, actor=order.actor, now=order.now)
    _evidence_step(scope, ticket, case, order, evidence, kind="file")


def _evidence_step(
    scope: Scope,
    ticket: Ticket,
    case: AccountabilityCase,
    order: Order,
    evidence: AccountabilityEvidence,
    *,
    kind: str,
) -> None:
    summary = saying.said("{title}（指纹 {sha256}）", title=evidence.title, sha256=evidence.sha256[:16])
    take_step(scope, ticket, case, order, kind=kind, text=evidence.title, summary=summary, records=[evidence])


def _hand_on(scope: Scope, ticket: Ticket, case: AccountabilityCase, order: Order) -> None:
    """Give the case to another officer; where there is none, administrators are told."""
    give_to_officer(scope, case, now=order.now)
    to = case.officer or "待增派"
    by_itself = Order(SYSTEM, order.now)
    take_step(
        scope,
        ticket,
        case,
        by_itself,
        kind="handed",
        text=to,
        summary=saying.said("因回避移交，现由{to}办理", to=saying.word(to)),
    )


def _decision_text(
    scope: Scope, ticket: Ticket, case: AccountabilityCase, decided: str, why: str, measure: str, appeal: str
) -> str:
    unit = directory(scope).name_of(case.unit_id)
    about = saying.said(
        "关于{unit}办理工单 {serial_no}「{title}」的{label}，决定：{decided}。",
        unit=unit,
        serial_no=ticket.serial_no,
        title=ticket.title,
        label=saying.word(case.label),
        decided=decided,
    )
    asked = saying.said("处理：{measure}。", measure=saying.unstopped(measure)) if measure else ""
    return saying.said(
        "{about}理由：{why}。{asked}{appeal}", about=about, why=saying.unstopped(why), asked=asked, appeal=appeal
    )


def _tell_authority(scope: Scope, ticket: Ticket, case: AccountabilityCase, words: str, order: Order) -> None:
    if case.authority_unit_id is not None:
        say(scope, ticket_id=ticket.id, transport="inbox", text=words, to_unit_id=case.authority_unit_id, now=order.now)
