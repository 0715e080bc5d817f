"""What a unit does with a ticket: sign, note, hand down, ask for something, and answer what presses on it."""

from collections.abc import Iterable

from core.evaluation.causes import OVERDUE_LABELS
from core.journey import conclude, consult, explain, give_back, handle, joint, judge, persons, press, tell, time
from core.journey.queries.choices import Choice
from core.journey.queries.requests import RequestLine
from core.routing.returns import RETURN_REASONS
from core.sla.labels import PAUSE_LABELS
from core.tickets.states import CONCLUDED, WITH_UNIT, Command
from core.web.desk.acts import Act, Deed, listed, sources
from core.web.desk.coordination_acts import UNITS_COORDINATING
from core.web.desk.disclosure_acts import UNIT_EXPOSURE_ACTS
from core.web.desk.fields import REASON, Field
from core.web.desk.finding_acts import FINDING, TELL_FIELDS
from core.web.desk.standing import Standing


def in_hand(standing: Standing) -> bool:
    """The unit has a share that is not answered yet."""
    return standing.part is not None and standing.part.is_active and not standing.part.has_answered


def handles(standing: Standing) -> bool:
    """The unit has signed and not answered yet."""
    return standing.part is not None and standing.part.handles


def leads(standing: Standing) -> bool:
    """The unit leads, or led last."""
    return standing.part is not None and standing.part.is_root


def own_clock(standing: Standing) -> bool:
    """A limit of the unit runs that could be extended: its own, and as the lead the resident's."""
    assert standing.part is not None
    return any(
        clock.is_running and not clock.is_over and (clock.has_room or standing.part.is_root)
        for clock in standing.case.clocks
        if (clock.name, clock.subject_id) == ("handle", standing.part.assignment_id)
        or (clock.name == "reply" and standing.part.is_root)
    )


def handling_clock(standing: Standing) -> bool:
    """The unit's handling limit runs and is not over."""
    assert standing.part is not None
    return any(
        clock.name == "handle" and clock.is_running and not clock.is_over
        for clock in standing.case.of_assignment(standing.part.assignment_id)
    )


def asks(standing: Standing, requests: Iterable[RequestLine], *states: str) -> bool:
    """A request of the unit's present share stands in one of these states."""
    assert standing.part is not None
    return any(request.state in states and request.assignment_id == standing.part.assignment_id for request in requests)


def pause_reasons(standing: Standing) -> tuple[Choice, ...]:
    """Offer the reasons for which the district lets a clock stand still."""
    return tuple((code, PAUSE_LABELS[code]) for code in standing.rules.pause_reasons)


def below(standing: Standing) -> tuple[Choice, ...]:
    """Offer the units below that have no share yet."""
    return tuple((unit.code, unit.name) for unit in standing.below)


def clause_in_words(standing: Standing) -> tuple[str, ...]:
    """Say what the duty list says of the ticket, against which the unit argues."""
    return (standing.duty_item,) if standing.duty_item else ()


def may_speak(standing: Standing) -> bool:
    """Units consult, and this one has a part in the ticket, or answers for the authority that was asked."""
    asked, part = standing.file.consultation, standing.part
    if asked is None or part is None:
        return False
    return not part.is_watching or part.unit_id == asked.answering_id


def others(standing: Standing) -> tuple[Choice, ...]:
    """Offer who of the unit could have the ticket in place of who has it."""
    return standing.colleagues


HANDLING = (
    Act(
        "签收",
        (Deed(handle.sign, "签收", "已签收"),),
        states=WITH_UNIT,
        when=lambda standing: standing.part is not None and standing.part.may_sign,
        beside="sign",
        hint="签收表示本单位来办。不是本单位的事，请在期限内申请退单。",
    ),
    Act(
        "协办意见",
        (Deed(joint.contribute, "提交给主办单位", "的协办意见已提交"),),
        (Field("text", "查了什么、办了什么", placeholder="只给主办单位和受理席看，不会直接发给诉求人"),),
        states=WITH_UNIT,
        when=lambda standing: standing.part is not None and standing.part.may_contribute,
        beside="contribute",
    ),
    Act(
        "办理记录",
        (
            Deed(handle.note, "记一笔", "已记录", needs=("what",)),
            Deed(handle.arrive, "已到场", "已登记到场"),
        ),
        (Field("what", "进展、到场情况", required=False),),
        states=WITH_UNIT,
        when=in_hand,
        beside="record",
    ),
    Act(
        "联系诉求人",
        (Deed(handle.contact, "记下这次联系", "已记下这次联系"),),
        (
            Field("reached", "联系上了吗", "yes_no"),
            Field("what", "谈了什么", required=False),
        ),
        states=WITH_UNIT,
        when=in_hand,
        beside="record",
    ),
    Act(
        "告知诉求人",
        (Deed(tell.tell, "记下告知", "已记下告知"),),
        TELL_FIELDS,
        states=tell.TELLABLE_BY_UNIT,
        when=lambda standing: standing.rules.proves_telling and standing.part is not None and standing.part.is_root,
        beside="telling",
        hint="答复审核通过之前，诉求人要已被告知结果，或答复会随办结发给诉求人。",
    ),
    Act(
        "转派下级",
        (Deed(joint.sub_dispatch, "转派", "已转派"),),
        (
            Field("unit", "承办的下级单位", "list", options=below),
            Field("co", "协办的下级单位", "units", required=False, options=below),
            Field("reason", "要求", required=False),
        ),
        states=sources(Command.SUB_DISPATCH),
        when=lambda standing: handles(standing) and bool(standing.below),
        hint="本单位仍是承办单位，下级的时限不超过本单位的时限。",
    ),
    Act(
        "转给同事",
        (Deed(persons.hand_to, "转给同事", "已转给同事"),),
        (Field("person", "承办人", "list", options=others), REASON),
        states=WITH_UNIT,
        when=lambda standing: in_hand(standing) and bool(standing.colleagues),
        hint="只在本单位内改由谁来办，单位和时限不变。",
    ),
    Act(
        "申请延期",
        (Deed(time.request_extension, "申请延期", "的延期申请已提交"),),
        (Field("days", "延长几个工作日", "number"), REASON),
        states=WITH_UNIT,
        when=lambda standing: (
            in_hand(standing)
            and own_clock(standing)
            and not asks(standing, standing.file.pauses, "holding")
            and not asks(standing, standing.file.extensions, "pending")
        ),
        hint="决定之前时限照常计算。",
        shortcut="e",
    ),
    Act(
        "申请挂起",
        (Deed(time.request_pause, "申请挂起", "的挂起申请已提交"),),
        (
            Field("reason_code", "事由", "choice", options=pause_reasons),
            Field("evidence", "依据", placeholder="通知书编号、约定补充材料的日期等"),
            Field("days", "挂起几个工作日", "number"),
        ),
        states=WITH_UNIT,
        when=lambda standing: (
            in_hand(standing)
            and bool(standing.rules.pause_reasons)
            and handling_clock(standing)
            and not asks(standing, standing.file.pauses, "pending", "holding")
        ),
        hint="批准后办理时限停止计算；诉求人的答复时限不一定停。",
    ),
    Act(
        "恢复计时",
        (Deed(time.resume, "恢复计时", "已恢复计时"),),
        (Field("note", "说明", "line", required=False),),
        states=WITH_UNIT,
        when=lambda standing: in_hand(standing) and asks(standing, standing.file.pauses, "holding"),
        beside="pause",
    ),
    Act(
        "不是本单位的事：申请退单",
        (Deed(give_back.request_return, "申请退单", "的退单申请已提交，等待受理席决定"),),
        (
            Field("reason_code", "理由", "list", options=listed(RETURN_REASONS)),
            Field("evidence", "情况说明", placeholder="查了什么、现场情况怎样"),
            Field(
                "clause",
                "依据的条款",
                "line",
                required=False,
                placeholder="职责清单、三定方案或法规的哪一条",
                hint="上面是职责清单现在对本单的写法，会随申请一并留存；认为写得不对的，请写明以哪一条为准。",
            ),
            Field(
                "proposed_unit",
                "应由哪个单位办理",
                "unit",
                required=False,
                hint="以“不属本单位职责”或“应由其他单位主办”退单时必选。",
            ),
        ),
        states=WITH_UNIT,
        when=lambda standing: (
            leads(standing)
            and in_hand(standing)
            and standing.may_still_return
            and standing.part is not None
            and standing.part.returnable
            and standing.file.pending_return is None
            and standing.file.consultation is None
        ),
        hint="受理席决定之前，工单仍在本单位，时限照常计算。",
        remarks=clause_in_words,
        folded=True,
        shortcut="r",
    ),
    Act(
        "撤回退单申请",
        (Deed(give_back.withdraw_return, "撤回申请", "的退单申请已撤回"),),
        (Field("reason", "说明", "line", required=False),),
        when=lambda standing: (
            (request := standing.file.pending_return) is not None
            and standing.part is not None
            and standing.part.is_root
            and request.assignment_id == standing.part.assignment_id
        ),
        beside="return",
    ),
)
ANSWERING = (
    Act(
        "会商意见",
        (Deed(consult.give_opinion, "提交意见", "的会商意见已提交"),),
        (
            Field("text", "本单位的意见", hint="提交后不能修改。"),
            Field("clause", "依据的条款", "line", required=False, placeholder="职责清单、三定方案或法规的哪一条"),
        ),
        when=may_speak,
        beside="consult",
    ),
    Act(
        "反馈批示",
        (Deed(press.report_instruction, "反馈", "的批示已反馈"),),
        (Field("text", "落实情况"),),
        beside="instruction",
        record="instruction_id",
        records=lambda standing: (
            (each.id, each.id)
            for each in standing.file.instructions
            if not each.is_reported
            and standing.part is not None
            and (each.unit_id or standing.case.lead_id) == standing.part.unit_id
        ),
    ),
    Act(
        "答复督办",
        (Deed(press.answer_supervision, "答复督办", "的督办已答复"),),
        (Field("text", "办理情况"),),
        beside="supervision",
        record="supervision_id",
        records=lambda standing: (
            (each.id, each.id)
            for each in standing.file.supervisions
            if each.state == "open" and standing.part is not None and each.unit_id == standing.part.unit_id
        ),
    ),
    Act(
        "签收函件",
        (Deed(press.acknowledge_letter, "签收函件", "的函件已签收"),),
        beside="letter",
        record="letter_id",
        records=lambda standing: (
            (each.id, each.id)
            for each in standing.file.letters
            if each.receipt_at is None and standing.part is not None and each.unit_id == standing.part.unit_id
        ),
    ),
    Act(
        "反馈进展",
        (Deed(conclude.report_progress, "反馈进展", "的进展已反馈"),),
        (
            Field("what", "承诺的事办到哪一步"),
            Field("fulfilled", "已经兑现，不再反馈", "tick", required=False),
        ),
        states=CONCLUDED,
        when=lambda standing: (
            standing.part is not None
            and standing.case.lead_id == standing.part.unit_id
            and any(clock.name == "progress" for clock in standing.case.clocks)
        ),
        beside="progress",
    ),
    Act(
        "说明超期原因",
        (Deed(explain.state_overdue_cause, "提交说明", "的超期原因已提交"),),
        (
            Field("cause", "主要原因", "list", options=listed(OVERDUE_LABELS)),
            Field("evidence", "情况和依据", placeholder="卡在哪一步、与谁协调、有何凭据"),
        ),
        beside="overrun",
        record="clock_id",
        records=lambda standing: (
            (each.id, each.id)
            for each in standing.file.overruns
            if each.is_open and standing.part is not None and each.unit_id == standing.part.unit_id
        ),
        hint="只说明原因，超期的认定不变；督办人员核定后计入统计。不服超期认定的，请提申诉。",
    ),
    Act(
        "申诉",
        (Deed(judge.file_dispute, "提出申诉", "的申诉已提交"),),
        (
            Field("kind", "对什么申诉", "choice", options=lambda standing: standing.disputable),
            Field("grounds", "事实和依据"),
        ),
        states=judge.DISPUTABLE,
        when=lambda standing: bool(standing.disputable),
        hint="每一事项申诉一次。裁定不改动已发生的记录，只影响裁定后的指标。",
    ),
    Act(
        "撤回申诉",
        (Deed(judge.withdraw_dispute, "撤回申诉", "的申诉已撤回"),),
        beside="dispute",
        record="dispute_id",
        records=lambda standing: (
            (each.id, each.id)
            for each in standing.file.disputes
            if each.is_open and standing.part is not None and each.unit_id == standing.part.unit_id
        ),
    ),
)


UNIT_ACTS = (*HANDLING, *FINDING, *ANSWERING, *UNITS_COORDINATING, *UNIT_EXPOSURE_ACTS)
