"""Clearing what was written down, what units found and did, bringing units in, and looking again: the forms for it."""

from core.evaluation.telling.words import BY_PEOPLE
from core.handling.findings import MEASURE_LABELS, VERIFICATION_LABELS
from core.journey import clear, findings, joint, tell
from core.tickets.states import CONCLUDED, WAITING_FOR_DISPATCH, WITH_UNIT, Command
from core.web.desk.acts import Act, Deed, listed, sources
from core.web.desk.fields import Field
from core.web.desk.standing import Standing


def waits_for_me(standing: Standing) -> bool:
    """The ticket waits for clearance, and the visitor neither wrote it nor wrote it anew."""
    waiting = standing.file.clearance
    return (
        waiting is not None
        and waiting.is_pending
        and not standing.is_mine(waiting.written_by_id)
        and not standing.is_mine(waiting.revised_by_id)
    )


WORDS_OF_TICKET = (
    Field("title", "标题", "line", preset=lambda standing: standing.case.title),
    Field("text", "诉求内容", preset=lambda standing: standing.case.text),
    Field("place", "地点", "line", required=False, preset=lambda standing: standing.case.place),
)
CLEARING = (
    Act(
        "审定",
        (
            Deed(clear.clear, "审定通过", "审定通过"),
            Deed(clear.return_for_rewriting, "退回修改", "已退回修改", needs=("remark",)),
        ),
        (Field("remark", "意见", required=False, hint="退回时必填，记录的人要据此修改。"),),
        states=WAITING_FOR_DISPATCH,
        when=waits_for_me,
        beside="clearance",
        hint="通过后按规则派单；有建议单位而规则不直派的，留在派单台。",
    ),
    Act(
        "更正后通过",
        (Deed(clear.correct_and_clear, "更正并通过", "已更正，审定通过"),),
        (*WORDS_OF_TICKET, Field("remark", "更正了什么", "line")),
        states=WAITING_FOR_DISPATCH,
        when=waits_for_me,
        beside="clearance",
        hint="原来的文字会留存。",
    ),
    Act(
        "修改后再交审定",
        (Deed(clear.rewrite, "再交审定", "已再交审定"),),
        WORDS_OF_TICKET,
        states=WAITING_FOR_DISPATCH,
        when=lambda standing: (waiting := standing.file.clearance) is not None and not waiting.is_pending,
        beside="clearance",
        hint="原来的文字会留存。修改的人不能自己审定。",
    ),
)
ADDING = (
    Act(
        "增派协办单位",
        (Deed(joint.add_unit, "增派", "已增派协办单位"),),
        (Field("unit", "请哪个单位协办", "unit"), Field("task", "请它办什么", "line")),
        states=WITH_UNIT,
        hint="它有自己的时限，答复主办单位；主办单位等它提交后才能答复诉求人。",
    ),
)
TRACKING = (
    Act(
        "定期再看效果",
        (Deed(findings.track, "定下日子", "已定下再看的日子"),),
        (Field("days", "几天以后再看", "number"), Field("why", "看什么", "line", placeholder="如：坑洞是否又塌")),
        states=CONCLUDED,
        hint="到日子前后在“效能追踪”里；另定日子会取代原来的。",
    ),
    Act(
        "再看的结果",
        (Deed(findings.look_again, "记下结果", "已记下再看的结果"),),
        (
            Field("holds", "效果", "yes_no", options=lambda _: (("yes", "保持着"), ("no", "问题反复"))),
            Field("found", "看到了什么", hint="问题反复的，可接着重办。"),
        ),
        when=lambda standing: standing.file.tracking is not None,
        beside="tracking",
    ),
)
TELL_FIELDS = (
    Field("way", "怎样告知", "choice", options=listed(BY_PEOPLE)),
    Field("arrived", "告知到了吗", "yes_no", options=lambda _: (("yes", "已告知"), ("no", "没有联系上"))),
    Field("what", "告知了什么", hint="写告诉诉求人的话；没有联系上的，写怎样联系的。"),
    Field("document", "信函或回执编号", "line", required=False),
)
TELLING = (
    Act(
        "告知诉求人",
        (Deed(tell.tell_at_desk, "记下告知", "已记下告知"),),
        TELL_FIELDS,
        states=tell.TELLABLE_AT_DESK,
        when=lambda standing: standing.rules.proves_telling and not standing.file.came_from_elsewhere,
        beside="telling",
    ),
    Act(
        "不再联系",
        (Deed(tell.stop_telling, "不再联系", "已记下不再联系"),),
        (Field("reason", "为什么不再联系"),),
        when=lambda standing: (waits := standing.file.tellings.open) is not None and waits.may_be_closed,
        beside="telling",
        hint="联系的天数已经够了；仍能联系上的，请继续联系。",
    ),
)


def in_hand(standing: Standing) -> bool:
    """The unit has a share that is not answered yet."""
    return standing.part is not None and standing.part.is_active and not standing.part.has_answered


FINDING = (
    Act(
        "核实结果",
        (Deed(findings.verify, "登记核实结果", "已登记核实结果"),),
        (
            Field(
                "result", "诉求反映的", "choice", options=listed(VERIFICATION_LABELS), within=tuple(VERIFICATION_LABELS)
            ),
            Field("found", "查到了什么"),
            Field("on_site", "在现场看到的", "tick", required=False),
        ),
        states=WITH_UNIT,
        when=in_hand,
        hint="可以多次登记，以最后一次为准；答复时也可以一并写。",
    ),
    Act(
        "执法结果",
        (Deed(findings.record_enforcement, "登记执法结果", "已登记执法结果"),),
        (
            Field("measure", "结果", "list", options=listed(MEASURE_LABELS), within=tuple(MEASURE_LABELS)),
            Field("words", "对谁、为什么"),
            Field("amount", "金额（元）", "yuan", required=False, hint="罚款必填；没收可填。"),
            Field("document", "文书号", "line", required=False),
        ),
        states=WITH_UNIT,
        when=in_hand,
    ),
    Act(
        "请其他单位协办",
        (Deed(joint.bring_in, "请它协办", "已请其协办"),),
        (Field("unit", "哪个单位", "unit"), Field("task", "请它办什么", "line")),
        states=sources(Command.SUBMIT_RESULT),
        when=lambda standing: standing.part is not None and standing.part.is_root and standing.part.handles,
        hint="它有自己的时限；本单位等它提交协办意见后再答复诉求人。不是本单位的事，请申请退单。",
    ),
)
