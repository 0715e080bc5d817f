"""Coordination as forms: meetings, division of work, class-wide checks and special reports at the desk, answers of units."""

from core.coordination.labels import MEETING_LABELS
from core.journey import coordinate, lead, report_specially
from core.journey.press import PRESSABLE
from core.journey.queries.choices import Choice
from core.kit.saying import said
from core.web.desk.acts import Act, Deed, listed
from core.web.desk.fields import Field
from core.web.desk.standing import Standing


def instructions(standing: Standing) -> tuple[Choice, ...]:
    """Offer the instructions on the ticket, of which a check may come."""
    return tuple(
        (str(each.id), said("{leader}：{text}", leader=each.leader, text=each.text[:40]))
        for each in standing.file.instructions
    )


def may_write_report(standing: Standing) -> bool:
    """The establishment office has the question, and nobody has written a report on it."""
    asked = standing.file.consultation
    return asked is not None and asked.is_with_establishment and not standing.file.reports


def may_sign_report(standing: Standing) -> bool:
    """The unit is the establishment office, and a report waits for its signature."""
    asked, part = standing.file.consultation, standing.part
    if asked is None or part is None or part.unit_id != asked.answering_id:
        return False
    return any(each.cosigned_at is None and not standing.is_mine(each.written_by_id) for each in standing.file.reports)


def leads_or_led(standing: Standing) -> bool:
    """The unit leads, or led last."""
    return standing.part is not None and standing.part.unit_id == standing.case.lead_id


def answered_by_unit(*, checks: bool) -> Act:
    """Return the form with which a unit answers its errands: of a class-wide check with what it counted, else without."""
    counts = (
        Field("found", "查出多少处", "number", hint="没有查出的填 0。"),
        Field("mended", "整改多少处", "number"),
    )
    deed = Deed(coordinate.answer_errand, "回复", "的交办事项已回复", name="answer_check" if checks else "")
    return Act(
        "回复交办事项",
        (deed,),
        (Field("text", "怎么办的"), *(counts if checks else ())),
        states=coordinate.LASTING,
        beside="errand",
        record="errand_id",
        records=lambda standing: (
            (each.id, each.id)
            for each in standing.file.errands
            if each.is_open
            and (each.kind == "check") == checks
            and standing.part is not None
            and each.unit_id == standing.part.unit_id
        ),
    )


COORDINATING = (
    Act(
        "召集协调会",
        (Deed(coordinate.call_meeting, "召集", "已召集协调会"),),
        (
            Field("kind", "哪种会", "choice", options=listed(MEETING_LABELS), preset=lambda _: "on_site"),
            Field("subject", "议题"),
            Field("meets_at", "时间", "moment"),
            Field("place", "地点", "line"),
            Field("units", "请哪些单位参加", "units", required=False),
            Field(
                "guests",
                "邀请单位以外的人",
                required=False,
                placeholder="专家：张教授\n新闻媒体：某报",
                hint="一行一位，先写身份：专家、新闻媒体、社会团体、人大代表、政协委员、律师、网民代表、群众代表、企业。",
            ),
            Field("others", "一并研究的工单", "line", required=False, hint="写流水号，几件之间空一格。"),
        ),
        states=coordinate.MEETABLE,
    ),
    Act(
        "记录结果",
        (Deed(coordinate.hold_meeting, "记录结果", "已记录协调会结果"),),
        (Field("outcome", "会上怎么定的"),),
        beside="meeting",
        record="meeting_id",
        records=lambda standing: (
            (each.id, each.id) for each in standing.file.meetings if each.is_own and each.held_at is None
        ),
    ),
    Act(
        "分工",
        (Deed(coordinate.assign_errand, "交办", "已交办"),),
        (
            Field("unit", "由哪个单位办", "unit"),
            Field("what", "办什么"),
            Field("due", "何时完成", "moment", required=False),
        ),
        states=coordinate.MEETABLE,
        beside="meeting",
        record="meeting_id",
        records=lambda standing: (
            (each.id, each.id) for each in standing.file.meetings if each.is_own and each.held_at is not None
        ),
    ),
    Act(
        "举一反三",
        (Deed(lead.order_check, "部署排查", "已部署举一反三"),),
        (
            Field("alike", "排查哪些同类问题", "line", preset=lambda standing: standing.case.matter or ""),
            Field("areas", "范围", "line", required=False, placeholder="全市轨道交通车厢"),
            Field("demand", "要求"),
            Field("units", "由哪些单位排查", "units"),
            Field("due", "何时完成", "moment"),
            Field("instruction_id", "依据哪条批示", "record", required=False, options=instructions),
        ),
        states=PRESSABLE,
        hint="每个单位各有一件交办事项，全部回复后自动完成；到时没有回复的，告知该单位和派单台。",
    ),
    Act(
        "起草专报",
        (Deed(report_specially.write_special_report, "起草", "已起草专报，等待会签"),),
        (Field("text", "各方意见和建议"),),
        when=may_write_report,
        beside="consult",
        hint="确实无法形成一致意见的，会同机构编制部门专题向政府报告。机构编制部门会签后编号发出。",
    ),
)
"""What the desk, supervisors and leaders do."""
UNITS_COORDINATING = (
    answered_by_unit(checks=False),
    answered_by_unit(checks=True),
    Act(
        "会签专报",
        (Deed(report_specially.cosign_special_report, "会签", "的专报已会签发出"),),
        when=may_sign_report,
        beside="consult",
    ),
    Act(
        "列出后续安排",
        (Deed(coordinate.plan_stage, "列出", "已列出后续安排"),),
        (Field("what", "以后做到什么"), Field("due", "何时", "moment", required=False, hint="说不准的可不填。")),
        states=coordinate.LASTING,
        when=leads_or_led,
        hint="办结以后仍保留，做到时在此回复。",
    ),
    Act(
        "由本件形成政策",
        (Deed(coordinate.record_policy, "记录", "已记录形成的政策"),),
        (
            Field("title", "政策名称", "line"),
            Field("analysis", "系统性分析"),
            Field("measure", "政策措施"),
            Field("document_no", "文号", "line", required=False),
        ),
        states=coordinate.LASTING,
        when=leads_or_led,
    ),
)
"""What units do."""
