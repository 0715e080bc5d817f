"""What is done with a case of accountability beside it: by its officers, by the accused unit, by who names the authority."""

from collections.abc import Callable

from core.escalation.accountability.labels import OUTCOME_LABELS, RUNG_LABELS
from core.journey import accountability
from core.journey.queries.pressing import AccountabilityLine
from core.web.desk.acts import Act, Deed, Records, listed
from core.web.desk.fields import REASON, Field
from core.web.desk.standing import Standing

Asked = Callable[[AccountabilityLine], bool]
GROUNDS = Field("grounds", "事实和理由")
MEASURE = Field("measure", "处理措施", required=False, hint="应当问责的必填。")
FILE_TITLE = Field("title", "材料名称", "line", hint="先在工单附件中上传，再列入案件。")


def worked(asked: Asked) -> Records:
    """Find the cases that the visitor may work and of which this holds."""
    return lambda standing: (
        (each.id, each.id) for each in standing.file.accountability if _may_work(standing, each) and asked(each)
    )


def of_unit(*states: str) -> Records:
    """Find the cases against the visitor's unit that stand there."""
    return lambda standing: (
        (each.id, each.id)
        for each in standing.file.accountability
        if each.state in states and each.unit_id == standing.actor.unit_id
    )


def in_states(*states: str) -> Asked:
    """Ask whether a case stands in one of these states."""
    return lambda line: line.state in states


def files(standing: Standing) -> tuple[tuple[str, str], ...]:
    """Offer the ticket's files."""
    return tuple((str(each.id), each.name) for each in standing.files)


def _may_work(standing: Standing, line: AccountabilityLine) -> bool:
    actor = standing.actor
    is_of_authority = actor.unit_id is None or actor.unit_id == line.authority_unit_id
    return line.authority_unit_id is not None and is_of_authority and actor.id not in line.recused


def _case(title: str, deeds: tuple[Deed, ...], fields: tuple[Field, ...], records: Records, hint: str = "") -> Act:
    return Act(title, deeds, fields, beside="case", record="case_id", records=records, hint=hint)


FILE = Field("file_id", "附件", "record", options=files)
CASE_ACTS = (
    _case(
        "核定免责",
        (
            Deed(
                accountability.judge_exemption,
                "予以免责",
                "已免责，案件终结",
                name="grant_exemption",
                fixed={"granted": True},
            ),
            Deed(
                accountability.judge_exemption,
                "不予免责，通知单位",
                "已通知单位说明情况",
                name="deny_exemption",
                fixed={"granted": False},
            ),
        ),
        (REASON,),
        worked(in_states("open")),
        hint="规则只提出可能的免责情形，由您判断。",
    ),
    _case(
        "采取措施",
        (Deed(accountability.take_rung, "采取措施", "已采取问责措施，函件已发出"),),
        (
            Field("rung", "措施", "list", options=listed(RUNG_LABELS)),
            Field("text", "函件内容"),
            Field("reason", "不按顺序采取的理由", required=False),
        ),
        worked(in_states("notified", "stated", "decided", "decided_on_appeal")),
        hint="由轻到重，只能加重；通报和移送在决定应当问责之后采取。",
    ),
    _case(
        "作出决定",
        (Deed(accountability.decide_case, "作出决定", "已作出问责决定"),),
        (Field("outcome", "决定", "choice", options=listed(OUTCOME_LABELS)), GROUNDS, MEASURE),
        worked(lambda line: line.state == "stated" or (line.state == "notified" and line.is_silent)),
        hint="决定书随即送达单位；应当问责的，单位可以申诉。",
    ),
    _case(
        "决定申诉",
        (Deed(accountability.decide_case_appeal, "决定申诉", "申诉已决定"),),
        (Field("outcome", "申诉后的决定", "choice", options=listed(OUTCOME_LABELS)), GROUNDS, MEASURE),
        lambda standing: (
            (each.id, each.id)
            for each in standing.file.accountability
            if each.state == "appealed" and _may_work(standing, each) and not standing.is_mine(each.decided_by_id)
        ),
        hint="由作出原决定以外的人决定。改为不予问责或免责的，这次超期不计入裁定后的指标。",
    ),
    _case(
        "补充材料",
        (Deed(accountability.add_case_file, "列入案件", "材料已列入案件"),),
        (FILE, FILE_TITLE),
        lambda standing: worked(lambda line: line.is_open)(standing) if standing.files else (),
    ),
    _case(
        "固定证据",
        (Deed(accountability.complete_evidence, "再次固定证据", "证据已固定"),),
        (),
        worked(lambda line: line.is_open),
        hint="把工单此刻的流转、时限和告知记录再固定一份，原来的不变。",
    ),
    _case(
        "结案",
        (Deed(accountability.close_case, "结案", "案件已结案"),),
        (Field("note", "结案意见"),),
        worked(in_states("decided", "decided_on_appeal")),
        hint="应当问责的，申诉期满才能结案。",
    ),
    _case(
        "接办",
        (Deed(accountability.take_case, "由我接办", "的案件由您接办"),),
        (),
        lambda standing: (
            (each.id, each.id)
            for each in standing.file.accountability
            if each.is_open and _may_work(standing, each) and not standing.is_mine(each.officer_id)
        ),
    ),
    _case(
        "申请回避",
        (Deed(accountability.recuse_from_case, "申请回避", "您已回避，案件移交其他人员"),),
        (REASON,),
        worked(lambda line: line.is_open),
        hint="回避之后不能再办理本案。",
    ),
    _case(
        "指定办理机关",
        (Deed(accountability.name_authority, "指定办理机关", "已指定办理机关"),),
        (Field("unit", "由哪个单位办理", "unit"), REASON),
        lambda standing: ((each.id, each.id) for each in standing.file.accountability if each.is_open),
    ),
)
"""What officers and administrators do with a case."""
ACCUSED_ACTS = (
    _case(
        "提交情况说明",
        (Deed(accountability.state_facts, "提交情况说明", "的情况说明已提交"),),
        (Field("text", "情况说明", hint="写明经过、原因和整改。提交后不能修改。"),),
        of_unit("notified"),
    ),
    _case(
        "提交材料",
        (Deed(accountability.hand_in_file, "列入案件", "的材料已列入案件"),),
        (FILE, FILE_TITLE),
        lambda standing: of_unit("notified", "stated", "decided", "appealed")(standing) if standing.files else (),
    ),
    _case(
        "申诉",
        (Deed(accountability.appeal_case, "申诉", "的申诉已提出"),),
        (GROUNDS,),
        lambda standing: (
            (each.id, each.id)
            for each in standing.file.accountability
            if each.state == "decided" and each.outcome == "responsible" and each.unit_id == standing.actor.unit_id
        ),
        hint="由作出原决定以外的人决定。",
    ),
)
"""What the accused unit does: state the facts, hand in, appeal."""
