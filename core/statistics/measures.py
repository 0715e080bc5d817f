"""What is counted: the core's measures as one table, each with its anchor, which `core.statistics.anchors` has.

How cycles count. A ticket that is done again 重办 is still one ticket: `accepted` counts it once and for all, on the day
of its acceptance; `replied`, `concluded` and their kin count its present cycle, so a redone ticket leaves them until it
is answered again, and then counts on the new day. What a cycle has of its own counts once per cycle, on its own day:
every dispatch, every return, every reply clock with its verdict, every rating.

A letter about several matters that was split 拆单 is one appeal: its parts are work, so they count as dispatches, returns,
extensions and reply clocks; the appeal itself is accepted, replied, concluded and rated once, and its own reply clock gives
way to those of the parts.

What was adjudicated 裁定 never changes a count. Beside each count of reply clocks and ratings stands the same one after
adjudication: a clock or rating that is excluded is left out of it, one that is shifted counts for the other unit.
"""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import SQLColumnExpression, and_, exists, or_, true
from sqlalchemy.orm import aliased

from core.evaluation.models import Rating
from core.kit.saying import said, word
from core.routing.models import Assignment, ReturnRequest
from core.sla.models import Clock
from core.statistics.anchors import (
    ACCEPTANCE,
    AFTER_ADJUDICATION,
    ASKED,
    ATTACHING,
    CONCLUSION,
    DISPATCH,
    DUE,
    EXTENSION,
    FILING,
    HANDLED_FIRST,
    IS_NO_PART,
    RATED,
    REACHED,
    RECEIPT,
    REDO,
    REJECTION,
    REPLY,
    RETURN,
    RETURN_REFUSED,
    RETURN_REQUESTED,
    SETTLED_RETURN,
    VOIDING,
    Anchor,
)
from core.tickets.models import Ticket
from core.tickets.screening import INVALID

SATISFIED = ("satisfied", "basically")
"""The levels that count as satisfied 满意: 基本满意 among them; silence never is."""
A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Measure:
    """One thing that is counted. A change of what counts, of the anchor or of the time taken is a new version.

    `meaning` tells people exactly what counts. It counts on the day of its anchor in the tenant's zone; `where` narrows
    the anchor's rows; `took` is the length of time that is summed up, and sorted into hours for medians.
    """

    key: str
    label: str
    meaning: str
    anchor: Anchor
    where: SQLColumnExpression[bool] = field(default_factory=true)
    took: SQLColumnExpression[Any] | None = None
    version: int = 1

    @property
    def column(self) -> str:
        """Name of the measure's column in the cube; every version has its own."""
        return self.key if self.version == 1 else f"{self.key}_v{self.version}"

    @property
    def seconds_column(self) -> str:
        """Name of the column of the time taken."""
        return f"{self.column}_seconds"


_Later = aliased(Assignment, name="later")
_CAME_BACK = exists().where(
    _Later.tenant_id == Assignment.tenant_id,
    _Later.ticket_id == Assignment.ticket_id,
    _Later.unit_id == Assignment.unit_id,
    _Later.cycle_no == Assignment.cycle_no,
    _Later.role == "lead",
    _Later.parent_id.is_(None),
    _Later.id != Assignment.id,
    _Later.assigned_at >= ReturnRequest.decided_at,
)
"""In the same cycle the ticket came back to the unit that had given it away."""

_Earlier = aliased(Assignment, name="earlier")
_DISPATCHED_BEFORE = exists().where(
    _Earlier.tenant_id == Assignment.tenant_id,
    _Earlier.ticket_id == Assignment.ticket_id,
    _Earlier.role == "lead",
    _Earlier.parent_id.is_(None),
    _Earlier.id < Assignment.id,
)
"""The ticket had been dispatched before."""

_GIVEN_AGAIN = exists().where(
    _Later.tenant_id == Assignment.tenant_id,
    _Later.ticket_id == Assignment.ticket_id,
    _Later.cycle_no == Assignment.cycle_no,
    _Later.role == "lead",
    _Later.parent_id.is_(None),
    _Later.id > Assignment.id,
)
"""In the same cycle the ticket was dispatched once more: redirected, or after a return."""

_WAS_GIVEN = exists().where(
    _Earlier.tenant_id == Ticket.tenant_id,
    _Earlier.ticket_id == Ticket.id,
    _Earlier.role == "lead",
    _Earlier.parent_id.is_(None),
)
"""Some unit had the ticket in hand as lead."""

_TO_REPLY = Ticket.replied_at - Ticket.submitted_at


def _adjudicated(measure: Measure) -> Measure:
    """Return the same measure after adjudication."""
    return replace(
        measure,
        key=f"{measure.key}_adjudicated",
        label=said("{label}（裁定后）", label=word(measure.label)),
        meaning=said("{meaning}；裁定剔除的不计，裁定改由其他单位承担的计在该单位", meaning=measure.meaning),
        anchor=AFTER_ADJUDICATION[measure.anchor],
    )


_JUDGED = (
    Measure(
        key="due",
        label="到期",
        meaning="当日到期、结果已定的答复时限（按时与超期之和）；仍在计时、挂起或待审核的尚无结果，取消的、"
        "由新时限取代的不计；拆单的按各分项计，原单不计",
        anchor=DUE,
    ),
    Measure(
        key="on_time",
        label="按时",
        meaning="当日到期、到期前已答复的答复时限",
        anchor=DUE,
        where=Clock.stopped_at <= Clock.due_at,
    ),
    Measure(
        key="overdue",
        label="超期",
        meaning="当日到期、到期时未答复的答复时限，至今未答复的也在内",
        anchor=DUE,
        where=Clock.stopped_at.is_(None) | (Clock.stopped_at > Clock.due_at),
    ),
    Measure(
        key="answered_resolved",
        label="回答是否解决",
        meaning="当日评价中对“是否解决”的有效回答，每轮办理一次",
        anchor=RATED,
    ),
    Measure(
        key="resolved",
        label="已解决",
        meaning="当日评价中回答“已解决”的，部分解决不计",
        anchor=RATED,
        where=Rating.resolved == "yes",
    ),
    Measure(
        key="rated",
        label="评价",
        meaning="当日的有效评价，每轮办理一次；未评价的不计，不视为满意",
        anchor=RATED,
    ),
    Measure(
        key="satisfied",
        label="满意",
        meaning="当日评价为满意或基本满意的",
        anchor=RATED,
        where=Rating.satisfaction.in_(SATISFIED),
    ),
    Measure(
        key="dissatisfied",
        label="不满意",
        meaning="当日评价为不满意的",
        anchor=RATED,
        where=Rating.satisfaction == "dissatisfied",
    ),
)
"""What may be disputed: each stands once as it was, and once after adjudication."""

_TABLE = (
    Measure(
        key="accepted",
        label="受理",
        meaning="当日受理的诉求，重办不另计，拆单的分项不另计",
        anchor=ACCEPTANCE,
    ),
    Measure(
        key="dispatched",
        label="派单",
        meaning="当日派给主办单位的次数，退单后再派、改派、重办再派、分项各计一次；转派下级和协办不计",
        anchor=DISPATCH,
    ),
    Measure(
        key="first_dispatched",
        label="首次派单",
        meaning="当日第一次派给主办单位的诉求，退单后再派、改派、重办再派和拆单的分项不计；时长从受理到首次派单，"
        "等待审定的时间也在内，计在首派的单位",
        anchor=DISPATCH,
        where=and_(IS_NO_PART, ~_DISPATCHED_BEFORE, Ticket.accepted_at.is_not(None)),
        took=Assignment.assigned_at - Ticket.accepted_at,
    ),
    Measure(
        key="first_hit",
        label="首次分拨准确",
        meaning="当日第一次派给主办单位的诉求中，同一轮办理里至今没有退单、改派或再派的；计在首派的单位",
        anchor=DISPATCH,
        where=and_(
            IS_NO_PART,
            ~_DISPATCHED_BEFORE,
            Ticket.accepted_at.is_not(None),
            Assignment.state != "returned",
            ~_GIVEN_AGAIN,
        ),
    ),
    Measure(
        key="filing_due",
        label="限时立案",
        meaning="当日到期、结果已定的受理时限，从诉求人提交起算；只有等人受理的才有这个时限，提交即受理的不计；计在首问的单位",
        anchor=FILING,
    ),
    Measure(
        key="filed",
        label="立案",
        meaning="当日到期的受理时限中至今已受理的，不论按时与否；时长从提交到受理，不分昼夜；计在首问的单位",
        anchor=FILING,
        where=Clock.stopped_at.is_not(None),
        took=Clock.stopped_at - Clock.started_at,
    ),
    Measure(
        key="filed_in_time",
        label="按时立案",
        meaning="当日到期、到期前已受理的受理时限；计在首问的单位",
        anchor=FILING,
        where=Clock.stopped_at <= Clock.due_at,
    ),
    Measure(
        key="asked_first",
        label="首问",
        meaning="当日受理的诉求，计在诉求人最先找的单位：代为登记的单位、收信的信箱所属单位，否则为派单中心；不因转派改变",
        anchor=ASKED,
    ),
    Measure(
        key="asked_passed_on",
        label="首问后转办",
        meaning="当日受理的诉求中派给过单位主办、而现主办单位不是首问单位的，计在首问单位；直接答复的、还没有派单的不计",
        anchor=ASKED,
        where=and_(_WAS_GIVEN, Ticket.lead_unit_id.is_distinct_from(Ticket.asked_unit_id)),
    ),
    Measure(
        key="first_handled",
        label="首办",
        meaning="当日受理的诉求，计在最先签收（含视同签收）或直接答复的单位；不因退单、改派、重办改变",
        anchor=HANDLED_FIRST,
    ),
    Measure(
        key="first_passed_on",
        label="首办后转出",
        meaning="当日受理的诉求中，现主办单位不是首办单位的，计在首办单位；直接答复的不计",
        anchor=HANDLED_FIRST,
        where=and_(_WAS_GIVEN, Ticket.lead_unit_id.is_distinct_from(Ticket.first_unit_id)),
    ),
    Measure(
        key="return_requested",
        label="申请退单",
        meaning="当日提出的退单申请，不论结果，计在申请的单位",
        anchor=RETURN_REQUESTED,
    ),
    Measure(
        key="return_refused",
        label="被拦下的退单",
        meaning="当日想退单而规则不准提出的次数（处置责任主体、会商指定、退单期限已过等），计在想退的单位；没有生成退单申请",
        anchor=RETURN_REFUSED,
    ),
    Measure(
        key="returned",
        label="退单",
        meaning="当日主办单位退单的次数",
        anchor=RETURN,
    ),
    Measure(
        key="returned_in_vain",
        label="徒劳退单",
        meaning="当日决定、没有站住脚的退单申请，计在申请的单位：不准退单的，或同意退单后同一轮办理中又派回"
        "（含会商指定）本单位主办的；撤回的申请不计，退得有理的不计",
        anchor=SETTLED_RETURN,
        where=or_(ReturnRequest.state == "denied", _CAME_BACK),
    ),
    Measure(
        key="replied",
        label="答复",
        meaning="当日提交答复且已办结的诉求；时长从提交诉求到提交答复，重办后按新答复计",
        anchor=REPLY,
        took=_TO_REPLY,
    ),
    Measure(
        key="replied_of_accepted",
        label="受理后已答复",
        meaning="当日受理的诉求中至今已答复的，不论何时答复；时长从提交诉求到提交答复",
        anchor=ACCEPTANCE,
        where=Ticket.replied_at.is_not(None),
        took=_TO_REPLY,
    ),
    Measure(
        key="concluded",
        label="办结",
        meaning="当日办结的诉求；重办后不再计入，再次办结时计入再次办结之日",
        anchor=CONCLUSION,
    ),
    Measure(
        key="concluded_of_accepted",
        label="受理后已办结",
        meaning="当日受理的诉求中至今已办结的，不论何时办结；重办后不再计入，再次办结后重新计入",
        anchor=ACCEPTANCE,
        where=Ticket.concluded_at.is_not(None),
    ),
    Measure(
        key="to_conclude",
        label="应办结",
        meaning="当日受理的诉求，至今没有作废的；减去受理后已办结的，即尚未办结的",
        anchor=ACCEPTANCE,
        where=Ticket.state != "voided",
    ),
    Measure(
        key="concluded_within_a_day",
        label="一天内办结",
        meaning="当日办结、且距受理不超过 24 小时的诉求",
        anchor=CONCLUSION,
        where=Ticket.concluded_at <= Ticket.accepted_at + A_DAY,
    ),
    *_JUDGED,
    *(_adjudicated(measure) for measure in _JUDGED),
    Measure(
        key="rejected",
        label="不予受理",
        meaning="当日决定不予受理的诉求",
        anchor=REJECTION,
    ),
    Measure(
        key="voided",
        label="作废",
        meaning="当日作废的诉求，不论何时受理",
        anchor=VOIDING,
    ),
    Measure(
        key="attached",
        label="并单",
        meaning="当日并入其他工单的次数，后来拆并的也在内",
        anchor=ATTACHING,
    ),
    Measure(
        key="extended",
        label="延期",
        meaning="当日批准的延期申请，计在申请的单位",
        anchor=EXTENSION,
    ),
    Measure(
        key="received",
        label="收到",
        meaning="当日提交的来件，不论后来是否受理；拆单的分项不另计",
        anchor=RECEIPT,
    ),
    Measure(
        key="valid",
        label="有效诉求",
        meaning="当日提交、至今已受理的来件，认定无效的除外；恢复后重新受理的计入",
        anchor=RECEIPT,
        where=and_(Ticket.accepted_at.is_not(None), Ticket.screened != INVALID),
    ),
    Measure(
        key="invalid",
        label="无效来件",
        meaning="当日提交、经两人先后认定无效的来件，内容留存；恢复的不再计入",
        anchor=RECEIPT,
        where=Ticket.screened == INVALID,
    ),
    Measure(
        key="reached",
        label="回访问到",
        meaning="当日回访接通的次数，接通后不愿评价的也在内；没有接通的不计",
        anchor=REACHED,
    ),
    Measure(
        key="redone",
        label="重办",
        meaning="当日重办的次数，复核重启也在内；计在上一轮答复的单位",
        anchor=REDO,
    ),
)
MEASURES = {measure.key: measure for measure in _TABLE}
OF_FIRSTS = frozenset(key for key, measure in MEASURES.items() if measure.anchor in (ASKED, FILING, HANDLED_FIRST))
"""Measures of where an appeal began: they count for a unit that had no part in handling it."""
