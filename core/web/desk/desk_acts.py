"""What the desk does with a ticket now and then: operators, reviewers, supervisors and leaders."""

from typing import get_args

from core.evaluation.causes import DISSATISFACTION_LABELS
from core.hooks.values import Nature
from core.intake.destinations import DESTINATIONS
from core.intake.rejections import REJECTION_REASONS
from core.journey import (
    accept,
    call,
    challenge,
    complete,
    conclude,
    consult,
    desk,
    explain,
    give_back,
    handle,
    join,
    joint,
    judge,
    knowledge,
    redo_wish,
    refer,
    screening,
    time,
    void,
)
from core.journey.queries.choices import Choice
from core.kit.saying import said, word
from core.people.roles import Permission
from core.routing.returns import RETURN_REASONS
from core.tickets.screening import DOUBTED, INVALID, SCREENABLE
from core.tickets.states import OPEN, WAITING_FOR_DISPATCH, WITH_UNIT, Command, State
from core.web.desk.acts import Act, Deed, listed, sources
from core.web.desk.coordination_acts import COORDINATING
from core.web.desk.disclosure_acts import DISCLOSURE_ACTS
from core.web.desk.fields import REASON, Field
from core.web.desk.finding_acts import ADDING, CLEARING, TELLING, TRACKING
from core.web.desk.panel_acts import PANELS
from core.web.desk.pressing_acts import INSTRUCTING, PRESSING
from core.web.desk.standing import Standing


def grounds_in_words(standing: Standing) -> tuple[str, ...]:
    """Say on which grounds the ticket may lie outside of what can be taken in."""
    return tuple(
        said("可能不属受理范围（{label}）：{reason}", label=word(ground.label), reason=ground.reason)
        for ground in standing.grounds
    )


def duplicates_in_words(standing: Standing) -> tuple[str, ...]:
    """Say which tickets may be about the same thing, and why."""
    return tuple(
        said(
            "疑似重复：{serial_no}「{title}」，{state_label}（{reason}）",
            serial_no=each.serial_no,
            title=each.title,
            state_label=word(each.state_label),
            reason=each.reason,
        )
        for each in standing.hints.duplicates
    )


def lets_go_in_words(standing: Standing) -> tuple[str, ...]:
    """Say until when an attached ticket can be let go again."""
    until = standing.file.related.lets_go_until
    if until is None:
        return ()
    return (said("{until:%m-%d %H:%M} 前可以拆回，时限接着原来的算；过后随主单答复。", until=until),)


def call_in_words(standing: Standing) -> tuple[str, ...]:
    """Say whom to call at once about an urgent ticket."""
    due = standing.call_due
    if due is None:
        return ()
    number = said("（{phone}）", phone=due.phone) if due.phone else "（没有登记电话）"
    tried = said("；已打 {tried} 次，无人接听", tried=due.tried) if due.tried else ""
    return (said("紧急工单，请立即电话通知{unit}{number}{tried}", unit=due.unit, number=word(number), tried=tried),)


CALL = Act(
    "电话通知单位",
    (Deed(call.call_unit, "记下通话", "已记下通话"),),
    (
        Field("reached", "接通了吗", "yes_no", options=lambda _: (("yes", "接通了"), ("no", "无人接听"))),
        Field("who", "接听人", "line", required=False, hint="接通时必填。"),
        Field("what", "说了什么", "line", required=False),
    ),
    states=WITH_UNIT,
    when=lambda standing: standing.case.urgent,
    remarks=call_in_words,
)
CHALLENGE = Act(
    "质疑规则",
    (Deed(challenge.challenge_rule, "提出质疑", "上的质疑已记下，由维护规则的人答复"),),
    (
        Field("rule", "哪一条规则", "list", options=lambda standing: standing.rules_applied),
        Field("words", "哪里不对"),
    ),
    when=lambda standing: bool(standing.rules_applied),
    hint="派单建议、时限和督促各由规则得出。质疑不改变这件工单，由系统管理员答复，并写进流转记录。",
)
COMPLETION = Act(
    "退回补正",
    (Deed(complete.ask_to_complete, "请诉求人补充", "已请诉求人补充"),),
    (
        Field(
            "what",
            "还缺什么",
            "line",
            placeholder="如：具体在哪个路口、门牌号",
            hint="会发给诉求人；不写姓名和电话。补充后写进流转记录并通知受理席；工单仍在派单台，时限不停。",
        ),
    ),
    states=complete.ASKABLE,
    shortcut="r",
)
ACCEPTANCE = (
    Act(
        "受理",
        (Deed(accept.accept_registered, "受理", "已受理"),),
        (
            Field(
                "nature",
                "类型",
                "choice",
                options=lambda standing: standing.choices.natures,
                preset=lambda standing: standing.case.nature_id,
                within=get_args(Nature),
            ),
            Field("matter", "事项", "matter", required=False, preset=lambda standing: standing.case.matter_code or ""),
        ),
        states=sources(Command.ACCEPT),
        beside="accept",
        remarks=grounds_in_words,
    ),
    Act(
        "不予受理",
        (Deed(accept.reject, "不予受理", "不予受理，已告知诉求人"),),
        (
            Field(
                "reason_code",
                "理由",
                "list",
                options=lambda _: tuple((code, reason) for code, (reason, _way) in REJECTION_REASONS.items()),
                preset=lambda standing: standing.grounds[0].rejection if standing.grounds else "",
            ),
            Field(
                "advice",
                "告知诉求人的法定途径",
                required=False,
                preset=lambda standing: standing.grounds[0].advice if standing.grounds else "",
                hint="不填时按所选理由告知。诉求人会看到这段话。",
            ),
        ),
        states=sources(Command.REJECT),
        beside="accept",
        remarks=lambda standing: ("已按上面的依据填好理由，核实后再办。",) if standing.grounds else (),
    ),
    Act(
        "提交受理审核",
        (Deed(accept.submit_for_acceptance, "提交审核", "已提交受理审核"),),
        states=sources(Command.SUBMIT_REVIEW),
        hint="拿不准能否受理时，交由另一人审核。",
    ),
)


def doubt_in_words(standing: Standing) -> tuple[str, ...]:
    """Say that somebody doubts that it is a valid appeal."""
    return (
        said(
            "已初筛为无效：{invalid_reason}。依据见流转记录，复核人不能是初筛人。",
            invalid_reason=standing.case.invalid_reason,
        ),
    )


SCREENING = (
    Act(
        "初筛为无效",
        (Deed(screening.doubt, "初筛为无效", "已初筛为无效，等待另一人复核"),),
        (
            Field("reason_code", "理由", "list", options=lambda standing: standing.choices.invalid),
            Field("remark", "依据", hint="写明为什么不是诉求；重复提交的写明是哪一件。"),
        ),
        states=SCREENABLE,
        when=lambda standing: standing.case.screened != DOUBTED and not standing.is_joined,
        hint="另一人复核后才认定。认定的内容留存、可以恢复，诉求人会收到说明。",
    ),
    Act(
        "复核初筛",
        (
            Deed(screening.set_aside, "认定无效", "已认定无效，内容留存，已告知诉求人"),
            Deed(screening.keep_valid, "是有效诉求", "复核为有效，照常办理", needs=("remark",)),
        ),
        (Field("remark", "说明", required=False, hint="复核为有效时必填。"),),
        states=SCREENABLE,
        when=lambda standing: standing.case.screened == DOUBTED,
        remarks=doubt_in_words,
    ),
    Act(
        "恢复",
        (Deed(screening.put_back, "恢复", "已恢复，回到待受理"),),
        (REASON,),
        states=sources(Command.PUT_BACK),
        when=lambda standing: standing.case.screened == INVALID,
        hint="认定有误的，恢复后重新受理，诉求人会被告知。",
    ),
)


def may_be_joined(standing: Standing) -> bool:
    """A ticket that belongs to no other, on which nobody consults."""
    return not standing.is_joined and standing.file.consultation is None


def may_void(standing: Standing) -> bool:
    """Nothing hangs on the ticket; after dispatch somebody else has asked for it."""
    if standing.file.related.attached or standing.file.related.parts:
        return False
    return standing.state in void.BY_ONE or any(
        (proposal.actor_id, proposal.by) != (standing.actor.id, standing.actor.name)
        for proposal in standing.file.proposals
    )


def waivable(standing: Standing) -> tuple[Choice, ...]:
    """Offer the units whose answer can be done without."""
    return tuple(
        (unit.unit_code, said("{unit}（{role_label}）", unit=unit.unit, role_label=unit.role_label))
        for unit in standing.file.all_units
        if unit.is_active and not unit.has_answered and unit not in standing.file.units[:1]
    )


def may_refer_upward(standing: Standing) -> bool:
    """There is an authority above; from the establishment office on the way is a special report."""
    asked = standing.file.consultation
    if asked is None or asked.is_highest:
        return False
    return not asked.is_with_establishment or asked.answering_id is None


DISPATCHING = (
    Act(
        "改派",
        (Deed(desk.redirect, "改派", "已改派"),),
        (
            Field("lead", "改由哪个单位主办", "unit"),
            Field("co", "协办单位", "units", required=False),
            REASON,
        ),
        states=sources(Command.REDIRECT),
        when=lambda standing: standing.file.consultation is None,
        hint="原承办单位的任务收回，诉求人的答复时限不变。",
        shortcut="d",
    ),
    Act(
        "免予办理",
        (Deed(joint.waive, "免予办理", "已免予办理"),),
        (Field("unit", "免去哪个单位", "list", options=waivable), REASON),
        states=WITH_UNIT,
        when=lambda standing: bool(waivable(standing)),
        hint="主办单位不再等待这个单位的意见。",
    ),
    Act(
        "并入另一件工单",
        (Deed(join.attach, "并单", "已并单"),),
        (
            Field(
                "master",
                "主单的流水号",
                "line",
                options=lambda standing: tuple((each.serial_no, each.title) for each in standing.hints.duplicates),
                placeholder="同一事项、正在办理的工单",
            ),
            Field("reason", "理由", "line", required=False, placeholder="同一事项"),
        ),
        states=sources(Command.ATTACH),
        when=may_be_joined,
        hint="并单后随主单一并答复；编号、时限、回访和评价仍是各自的。",
        remarks=duplicates_in_words,
    ),
    Act(
        "从主单拆出",
        (Deed(join.detach, "拆回", "已拆回，回到派单台"),),
        (REASON,),
        states=sources(Command.DETACH),
        remarks=lets_go_in_words,
        folded=True,
    ),
    Act(
        "发起会商",
        (Deed(consult.open_consultation, "发起会商", "已发起会商"),),
        (Field("question", "请各单位明确什么"),),
        states=WAITING_FOR_DISPATCH,
        when=lambda standing: standing.file.consultation is None,
        hint="会商期间不派单（要先办的可以指定先办单位），诉求人的答复时限不停。",
    ),
    Act(
        "请单位解读",
        (Deed(knowledge.ask_interpretation, "请单位解读", "已请单位解读"),),
        (
            Field("unit", "由哪个单位解读", "unit"),
            Field("question", "要解读的问题", hint="写许多人都会问的那个问题，不写诉求人的姓名和电话。"),
        ),
        hint="解读审核通过后进入知识库，受理席可以据此直接答复；工单照常办理。",
    ),
    Act(
        "升为紧急",
        (Deed(desk.change_urgency, "升为紧急", "已升为紧急", name="raise_urgency", fixed={"urgency": "urgent"}),),
        (REASON,),
        states=desk.CHANGEABLE,
        when=lambda standing: not standing.case.urgent,
        hint="时限按紧急件重新计算，只会提前。",
    ),
    Act(
        "降为一般",
        (Deed(desk.change_urgency, "降为一般", "已降为一般", name="lower_urgency", fixed={"urgency": "normal"}),),
        (REASON,),
        states=desk.CHANGEABLE,
        when=lambda standing: standing.case.urgent and standing.may(Permission.SUPERVISE),
        hint="时限按一般件重新计算，仍从原来的起点算起。",
    ),
    Act(
        "移交本区以外",
        (Deed(desk.transfer_out, "移交并办结", "已移交并办结"),),
        (Field("destination", "移交给", "list", options=listed(DESTINATIONS)), REASON),
        states=sources(Command.TRANSFER_OUT),
        when=lambda standing: standing.file.related.master is None,
        hint="工单随即办结，诉求人会被告知去处和理由。",
    ),
    Act(
        "退回移交方",
        (Deed(refer.send_back, "退回移交方", "已退回移交方"),),
        (
            Field("reason_code", "理由", "list", options=listed(RETURN_REASONS)),
            Field("evidence", "依据"),
        ),
        states=WAITING_FOR_DISPATCH,
        when=lambda standing: standing.file.came_from_elsewhere and not standing.file.related.attached,
        hint="在对方那里成为一份退单申请，由对方决定。",
    ),
    Act(
        "作废",
        (Deed(void.void, "作废", "已作废"),),
        (REASON,),
        states=sources(Command.VOID),
        when=may_void,
        hint="用于测试来电和误登记。作废会计入统计，不能恢复。",
    ),
    Act(
        "申请作废",
        (Deed(void.propose_void, "申请作废", "已申请作废，等待另一人确认"),),
        (REASON,),
        states=tuple(state for state in OPEN if state not in void.BY_ONE),
        when=lambda standing: not may_void(standing) and not standing.file.proposals,
        hint="派单以后作废要两个人：您申请，由另一人确认。",
    ),
    Act(
        "受理席记录",
        (Deed(handle.remark, "记一笔", "已记录"),),
        (Field("what", "记下什么"),),
        states=tuple(state for state in State if state not in (State.ARCHIVED, State.VOIDED)),
    ),
)

DECIDING = (
    Act(
        "决定退单申请",
        (
            Deed(give_back.approve_return, "同意退单", "已同意退单，回到派单台"),
            Deed(give_back.deny_return, "不准退单", "没有同意退单，承办单位继续办理", needs=("reason",)),
        ),
        (Field("reason", "理由", required=False, hint="不准退单时必填，承办单位会看到。"),),
        states=WITH_UNIT,
        when=lambda standing: (
            (request := standing.file.pending_return) is not None and not standing.is_mine(request.by_id)
        ),
        beside="return",
        shortcut="r",
    ),
    Act(
        "会商裁决",
        (Deed(consult.decide_consultation, "指定承办", "已裁决并派单"),),
        (
            Field("unit", "指定哪个单位承办", "unit"),
            Field("co", "协办单位", "units", required=False),
            REASON,
        ),
        states=consult.DECIDABLE,
        when=lambda standing: standing.file.consultation is not None,
        beside="consult",
        hint="裁决后即派给被指定的单位，不能再退单；正由它先办的，照旧办理。裁决会记成派单规则的草稿，启用前不生效。",
        shortcut="d",
    ),
    Act(
        "先办后议：指定先办单位",
        (Deed(consult.act_first, "先行办理", "已派给先办单位，会商继续"),),
        (
            Field("unit", "由哪个单位先办", "unit"),
            Field("co", "协办单位", "units", required=False),
            REASON,
        ),
        states=WAITING_FOR_DISPATCH,
        when=lambda standing: standing.file.consultation is not None,
        beside="consult",
        hint="工单即派给这个单位，时限照常计算，裁决之前不能退单；会商继续，裁决可以改由别的单位办理。",
    ),
    Act(
        "提请上级明确",
        (Deed(consult.refer_upward, "提请上级", "已提请上级明确"),),
        (REASON,),
        when=may_refer_upward,
        beside="consult",
    ),
    Act(
        "邀请单位提意见",
        (Deed(consult.invite_units, "邀请", "已邀请单位提出会商意见"),),
        (Field("units", "邀请哪些单位", "units"),),
        when=lambda standing: standing.file.consultation is not None,
        beside="consult",
        hint="被邀请的单位会看到这件工单，在“会商”一栏提出意见；不等于派单。",
    ),
    Act(
        "召集会议",
        (Deed(consult.set_meeting, "召集会议", "已召集会商会议"),),
        (
            Field("meets_at", "时间", "moment"),
            Field("place", "地点", "line"),
            Field("units", "请哪些单位参加", "units", required=False),
        ),
        when=lambda standing: standing.file.consultation is not None,
        beside="consult",
    ),
    Act(
        "记录会议结果",
        (Deed(consult.note_meeting, "记录结果", "已记录会议结果"),),
        (Field("outcome", "会上怎么定的"),),
        when=lambda standing: (open_one := standing.file.consultation) is not None and open_one.meeting is not None,
        beside="consult",
    ),
    Act(
        "决定延期申请",
        (
            Deed(
                time.decide_extension,
                "同意延期",
                "已同意延期",
                name="approve_extension",
                fixed={"approved": True},
            ),
            Deed(
                time.decide_extension,
                "不准延期",
                "没有同意延期",
                name="deny_extension",
                fixed={"approved": False},
                needs=("note",),
                takes=("note",),
            ),
        ),
        (
            Field("days", "批准几个工作日", "number", required=False, hint="不填就按申请的天数；可以少批，不能多批。"),
            Field("note", "意见", required=False, hint="不准延期时必填，承办单位会看到。"),
        ),
        states=WITH_UNIT,
        beside="extension",
        record="unit",
        records=lambda standing: (
            (each.id, each.unit_code)
            for each in standing.file.extensions
            if each.is_pending and not standing.is_mine(each.by_id)
        ),
        shortcut="e",
    ),
    Act(
        "决定挂起申请",
        (
            Deed(time.decide_pause, "同意挂起", "已同意挂起", name="approve_pause", fixed={"approved": True}),
            Deed(
                time.decide_pause,
                "不准挂起",
                "没有同意挂起",
                name="deny_pause",
                fixed={"approved": False},
                needs=("note",),
            ),
        ),
        (Field("note", "意见", required=False, hint="不准挂起时必填，承办单位会看到。"),),
        states=WITH_UNIT,
        beside="pause",
        record="unit",
        records=lambda standing: (
            (each.id, each.unit_code)
            for each in standing.file.pauses
            if each.is_pending and not standing.is_mine(each.by_id)
        ),
    ),
)

AFTERWARDS = (
    Act(
        "记不满意原因",
        (Deed(explain.ask_cause, "记下原因", "的不满意原因已记下"),),
        (Field("cause", "主要原因", "list", options=listed(DISSATISFACTION_LABELS)),),
        when=lambda standing: bool(rated := standing.case.ratings) and not rated[0].is_good and not rated[0].cause,
        hint="问过诉求人再记，只记最主要的一项；记下后不能更改。",
    ),
    Act(
        "诉求人不认可：重办",
        (Deed(conclude.redo, "重办", "已重办"),),
        (
            Field("reason", "重办理由", hint="承办单位会看到。"),
            Field("same_unit", "直接交回原承办单位，不回派单台", "tick", required=False),
        ),
        states=sources(Command.REDO),
        when=lambda standing: standing.case.cycle <= standing.rules.max_redos,
    ),
    Act(
        "诉求人要求重办：不重办",
        (Deed(redo_wish.decline_redo, "不重办，告知诉求人", "已告知诉求人不重办的原因"),),
        (Field("reason", "为什么不重办", hint="会原样告诉诉求人，不要写内部用语；诉求人还可以申请复核。"),),
        when=lambda standing: standing.case.redo_asked,
    ),
    Act(
        "复核重启",
        (Deed(judge.reopen, "重启办理", "已重启办理"),),
        (
            REASON,
            Field("same_unit", "直接交回原承办单位，不回派单台", "tick", required=False),
        ),
        states=sources(Command.REOPEN),
        when=lambda standing: standing.has_granted_review,
    ),
)


DESK_ACTS = (
    CALL,
    COMPLETION,
    CHALLENGE,
    *ACCEPTANCE,
    *SCREENING,
    *CLEARING,
    *DECIDING,
    *DISPATCHING,
    *ADDING,
    *AFTERWARDS,
    *TRACKING,
    *TELLING,
    *PRESSING,
    *PANELS,
    *COORDINATING,
    *DISCLOSURE_ACTS,
)
BESIDE_DISPATCH = (COMPLETION, INSTRUCTING)
"""What is offered in the pane of the dispatch desk as well, beside dispatch, direct answer, merging and splitting."""
