"""What is counted by code: happenings with one of a closed list of codes, as one table beside the measures.

To add a kind, write one `Kind` into `_TABLE`:

* `anchor` gives each row its day, its ticket and its unit. Take one that stands in `measures` (`DUE`, `RATED`), or build
  one: rows joined with their ticket (`with_ticket`), the instant, the unit, and which rows count. The instant must be that
  of an entry in the ticket's timeline, or a due time of its clocks: then every command marks the day by itself. For any
  other instant the command calls `dirty.mark_dirty` with it, before and after a change.
  An index on tenant and instant is needed: a day is counted anew many times.
* `code` is the column, or an expression of SQL, with the code; NULL or "" is "none", counted and called `none`.
* `labels` are the codes' names; one that is not listed is shown as it stands.
* The migration that brings the column marks every counted day as dirty, as 0020 does, so that the past is counted too.
* Its line in docs/figures.md, and its rows in `naive_codes` of tests/stages/lives.py.

A change of what counts, of the anchor or of the code is a new version: it has rows of its own, and the old ones stay.
Reading is in `codes`. Adjudications change nothing here: it is counted as it happened.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import SQLColumnExpression, and_, case, exists, func, true
from sqlalchemy.orm import aliased

from core.escalation.labels import LEVEL_LABELS
from core.escalation.models import Instruction
from core.evaluation.causes import DISSATISFACTION_LABELS, OVERDUE_LABELS
from core.evaluation.models import OverdueCause, Rating, RatingCause
from core.evaluation.panels.models import ReviewPanel
from core.evaluation.panels.words import FOUND_LABELS
from core.handling.dispositions import DISPOSITION_LABELS, OF_APPLICATIONS
from core.handling.findings import MEASURE_LABELS, VERIFICATION_LABELS
from core.handling.models import Enforcement, Verification
from core.hooks.values.words import RELATION_LABELS
from core.intake.rejections import REJECTION_REASONS
from core.intake.screening.reasons import LABELS
from core.routing.models import Assignment
from core.sla.models import Clock
from core.statistics.anchors import (
    ACCEPTANCE,
    CONCLUSION,
    DUE,
    RATED,
    RECEIPT,
    REJECTION,
    WITHDRAWING,
    Anchor,
    with_ticket,
)
from core.statistics.measures import MEASURES
from core.tickets.models import Ticket, TicketEvent
from core.tickets.withdrawal import WITHDRAWAL_REASONS

UNCONFIRMED = "unconfirmed"
"""Code of a missed limit whose unit has stated a cause on which nobody has found yet: its word alone is none."""


@dataclass(frozen=True, eq=False)
class Kind:
    """One kind of happening that is counted by code. `meaning` tells people exactly what counts.

    Happenings that are as many as the tickets are not divided by unit, or by matter: else there were a row for each.
    """

    key: str
    label: str
    meaning: str
    anchor: Anchor
    code: SQLColumnExpression[str]
    labels: Mapping[str, str]
    none: str = "未填写"
    where: SQLColumnExpression[bool] = field(default_factory=true)
    by_unit: bool = True
    by_matter: bool = True
    version: int = 1

    @property
    def column(self) -> str:
        """Name under which this version stands in the cube."""
        return self.key if self.version == 1 else f"{self.key}_v{self.version}"


INSTRUCTION = Anchor(with_ticket(Instruction), Instruction.tenant_id, Instruction.given_at, Ticket.lead_unit_id, true())

_WHY_DISSATISFIED = and_(RatingCause.tenant_id == Rating.tenant_id, RatingCause.rating_id == Rating.id)
_WHY_OVERDUE = and_(OverdueCause.tenant_id == Clock.tenant_id, OverdueCause.clock_id == Clock.id)

_Later = aliased(Verification, name="later_verification")
_VERIFIED_LATER = exists().where(
    _Later.tenant_id == Verification.tenant_id,
    _Later.ticket_id == Verification.ticket_id,
    _Later.assignment_id == Verification.assignment_id,
    _Later.cycle_no == Verification.cycle_no,
    _Later.id > Verification.id,
)


def _of_unit(
    table: type[Enforcement | Verification], instant: SQLColumnExpression[Any], where: SQLColumnExpression[bool]
) -> Anchor:
    """Return what a unit wrote down in its share of a ticket."""
    share = and_(Assignment.tenant_id == table.tenant_id, Assignment.id == table.assignment_id)
    rows = with_ticket(table).join(Assignment.__table__, share)
    return Anchor(rows, table.tenant_id, instant, Assignment.unit_id, where)


_TABLE = (
    Kind(
        key="instructed",
        label="领导批示",
        meaning="当日登记的领导批示，按领导层级；一件诉求可有多条，计在现主办单位",
        anchor=INSTRUCTION,
        code=Instruction.level,
        labels=LEVEL_LABELS,
    ),
    Kind(
        key="instructed_reported",
        label="已反馈的领导批示",
        meaning="当日登记的领导批示中承办单位已经反馈的，按领导层级；与领导批示相减即待反馈数",
        anchor=INSTRUCTION,
        code=Instruction.level,
        labels=LEVEL_LABELS,
        where=Instruction.feedback_at.is_not(None),
    ),
    Kind(
        key="dissatisfied",
        label="不满意原因",
        meaning="当日评价为不满意的，按主要原因；没有问到原因的计为“未问明”，合计与不满意数相同",
        anchor=replace(RATED, rows=RATED.rows.outerjoin(RatingCause.__table__, _WHY_DISSATISFIED)),
        where=MEASURES["dissatisfied"].where,
        code=RatingCause.cause,
        labels=DISSATISFACTION_LABELS,
        none="未问明",
    ),
    Kind(
        key="overdue",
        label="超期原因",
        meaning="当日到期、超期的答复时限，按核定的原因；单位说明而尚未核定的计为“待核定”，没有说明的计为“未说明”，"
        "合计与超期数相同",
        anchor=replace(DUE, rows=DUE.rows.outerjoin(OverdueCause.__table__, _WHY_OVERDUE)),
        where=MEASURES["overdue"].where,
        code=case(
            (OverdueCause.found != "", OverdueCause.found),
            (OverdueCause.stated != "", UNCONFIRMED),
            else_="",
        ),
        labels={**OVERDUE_LABELS, UNCONFIRMED: "待核定"},
        none="未说明",
    ),
    Kind(
        key="accepted_by_source",
        label="受理诉求的来源",
        meaning="当日受理的诉求，按来源名册里的来源（并入热线按原号码）；名册里没有的按推送时写的名称",
        anchor=ACCEPTANCE,
        code=Ticket.source,
        labels={},
        none="没有写明来源",
        by_unit=False,
        by_matter=False,
    ),
    Kind(
        key="accepted_by_mailbox",
        label="受理诉求的信箱",
        meaning="当日受理的诉求，按写给的领导信箱",
        anchor=ACCEPTANCE,
        code=Ticket.mailbox,
        labels={},
        none="没有写给信箱",
        by_unit=False,
        by_matter=False,
    ),
)
_FOUND = (
    Kind(
        key="verified",
        label="核实结果",
        meaning="当日登记的核实结果（属实、部分属实、不属实），计在核实的单位；同一单位同一轮办理中以最后一次为准",
        anchor=_of_unit(Verification, Verification.at, ~_VERIFIED_LATER),
        code=Verification.result,
        labels=VERIFICATION_LABELS,
    ),
    Kind(
        key="enforced",
        label="执法结果",
        meaning="当日登记的执法结果，按措施，计在登记的单位；一件诉求可有多条",
        anchor=_of_unit(Enforcement, Enforcement.at, true()),
        code=Enforcement.measure,
        labels=MEASURE_LABELS,
    ),
    Kind(
        key="rejected",
        label="不予受理的理由",
        meaning="当日决定不予受理的诉求，按理由；已进入诉讼、仲裁的单独一类",
        anchor=REJECTION,
        code=TicketEvent.detail["reason"].astext,
        labels={code: reason for code, (reason, _way) in REJECTION_REASONS.items()},
    ),
    Kind(
        key="withdrawn",
        label="诉求人撤回的理由",
        meaning="当日由诉求人自己撤回的诉求，按理由，计在当时的主办单位；不计为作废、办结，也不计按期或超期",
        anchor=WITHDRAWING,
        code=TicketEvent.detail["reason"].astext,
        labels=WITHDRAWAL_REASONS,
    ),
    Kind(
        key="invalid",
        label="无效来件的理由",
        meaning="当日提交、经两人先后认定无效的来件，按理由；各区另加的理由按代码",
        anchor=RECEIPT,
        where=MEASURES["invalid"].where,
        code=Ticket.invalid_reason,
        labels=LABELS,
        by_unit=False,
        by_matter=False,
    ),
    Kind(
        key="accepted_by_relation",
        label="受理诉求的诉求人身份",
        meaning="当日受理的诉求，按诉求人自己说的与本地的关系；不要求说明，没有说的计为“没有说”",
        anchor=ACCEPTANCE,
        code=Ticket.relation,
        labels=RELATION_LABELS,
        none="没有说",
        by_unit=False,
        by_matter=False,
    ),
    Kind(
        key="applications",
        label="办事申请的结果",
        meaning="当日办结的办事申请，按结果（准予办理、不予办理、移交其他途径）；与投诉等诉求分开看，诉求的其他指标不变",
        anchor=CONCLUSION,
        where=Ticket.nature == "application",
        code=func.coalesce(Ticket.disposition, ""),
        labels={code: DISPOSITION_LABELS[code] for code in OF_APPLICATIONS},
    ),
    Kind(
        key="panels",
        label="第三方评议",
        meaning="当日启动的第三方评议，按评议结论；还没有结论的计为“尚无结论”",
        anchor=Anchor(
            with_ticket(ReviewPanel), ReviewPanel.tenant_id, ReviewPanel.opened_at, Ticket.lead_unit_id, true()
        ),
        code=ReviewPanel.verdict,
        labels=FOUND_LABELS,
        none="尚无结论",
    ),
)
KINDS = {kind.key: kind for kind in (*_TABLE, *_FOUND)}
