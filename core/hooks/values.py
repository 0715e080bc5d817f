"""What travels between the core and a district's features: frozen values of plain data, no rows, no sessions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Nature = Literal["complaint", "help", "inquiry", "suggestion", "praise"]
"""投诉、求助、咨询、建议、表扬"""
Urgency = Literal["normal", "urgent"]
Complexity = Literal["simple", "complex"]
Medium = Literal["phone", "letter", "wechat", "weibo", "web", "app", "sms", "counter", "event", "file"]
BudgetMode = Literal["wall", "ws", "wd_eod", "wd_same", "natural"]
ClockName = Literal[
    "accept",
    "dispatch",
    "reply",
    "follow_up",
    "progress",
    "sign",
    "return_window",
    "first_contact",
    "on_site",
    "handle",
    "respond",
]
"""受理、派单、答复、回访、进展反馈；签收、退单、联系诉求人、到场、办理；督办答复"""
PauseReason = Literal["awaiting_resident", "judicial", "force_majeure"]
"""待诉求人补充、司法程序、不可抗力"""
Light = Literal["green", "yellow", "red"]
StepKind = Literal["sms", "mail", "inbox", "letter", "case", "supervise"]
LetterKind = Literal["reminder", "supervision", "talk", "bulletin"]
"""提醒函、督办函、约谈通知、通报"""
SupervisionLevel = Literal["blue", "yellow", "red"]
TriggerKind = Literal["mark", "urgent", "redo", "bounces", "instruction_overdue"]
Dimension = Literal["nature", "channel", "medium"]


@dataclass(frozen=True, slots=True)
class Context:
    """Who asks: the tenant, and whether this is a try (dry run) on past tickets."""

    tenant_id: int
    tenant: str
    zone: str
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Channel:
    """A way 渠道 by which appeals come in. `owner` names the mailbox's leader or the account, if it has one."""

    id: str
    label: str
    medium: Medium
    owner: str = ""


@dataclass(frozen=True, slots=True)
class UnitView:
    """A unit 承办单位 as a feature sees it; `parent` is the code of the unit above."""

    code: str
    name: str
    kind: str
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class DutyView:
    """One item of the duty list 职责清单: whose it is, on what basis, how fast and how well.

    `guide` is what the operator should ask; empty = nothing in particular.
    """

    code: str
    category: str
    subcategory: str
    lead: str
    co: tuple[str, ...]
    limit: "Budget | None"
    on_site: "Budget | None"
    legal_basis: str
    standard: str
    guide: str = ""


@dataclass(frozen=True, slots=True)
class TicketView:
    """A ticket 工单 as a feature sees it: what was said, never who said it."""

    id: int
    serial_no: str
    state: str
    channel: str
    medium: Medium
    mailbox: str
    title: str
    text: str
    place: str
    nature: Nature
    urgency: Urgency
    complexity: Complexity
    matter: str | None
    affected_count: int
    submitted_at: datetime
    lead_unit: str | None
    cycle_no: int
    bounce_count: int


@dataclass(frozen=True, slots=True)
class UrgencySignal:
    """A ground to treat the ticket as urgent."""

    rule_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class RouteProposal:
    """A unit that should handle the ticket. `direct` = dispatch at once 工单直派, without the dispatcher."""

    unit: str
    rule_id: str
    reason: str
    co: tuple[str, ...] = ()
    direct: bool = False
    score: int = 50


@dataclass(frozen=True, slots=True)
class Watcher:
    """A unit that sees the ticket from now on 知会, without handling it."""

    unit: str
    rule_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Budget:
    """An amount of time. `amount` is seconds in modes wall and ws, days in wd_eod, wd_same and natural."""

    mode: BudgetMode
    amount: int


@dataclass(frozen=True, slots=True)
class TimeLimit:
    """How long a clock 时限 runs. The core applies the calendar; a feature never computes a due time."""

    clock: ClockName
    budget: Budget
    rule_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class ClockView:
    """A running clock: its budget, when it began, when it is due."""

    name: ClockName
    budget: Budget
    started_at: datetime
    due_at: datetime
    rule_id: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A point on a clock at which something happens. Exactly one of the four places is given.

    `working_seconds_left` and `wall_seconds_left` look back from the due time; `share_used` is a part (0–1) of the
    working time between start and due; `working_days_over` lies after the due time, at the close of that working day.
    The due time itself always is a mark, named `overdue`, with a red light.
    """

    name: str
    light: Light
    rule_id: str
    reason: str
    working_seconds_left: int | None = None
    wall_seconds_left: int | None = None
    share_used: float | None = None
    working_days_over: int | None = None


@dataclass(frozen=True, slots=True)
class Trigger:
    """What calls for escalation.

    `mark`: a mark reached on a clock (`clock` and `mark` tell which). `urgent`: an urgent ticket coming in or being
    dispatched. `redo`: the ticket is redone for the second time or more. `bounces`: units gave it back so often that it
    needs a consultation. `instruction_overdue`: the deadline of a leader's instruction passed without feedback.
    """

    kind: TriggerKind
    clock: ClockName | None = None
    mark: str | None = None


@dataclass(frozen=True, slots=True)
class EscalationStep:
    """One act of pressing 督促.

    `to` is `lead` (the unit that handles; before dispatch the dispatch desk), `desk`, or a unit's code. `sms`, `mail`
    and `inbox` send `text`; sms and mail wait for the day unless `at_night`, or the ticket or the trigger is urgent.
    `letter` issues a numbered letter to the unit, of the kind `letter`, called `title` if given. `supervise` puts the
    unit under supervision 督办 of a `level`, `text` being what is demanded, with a letter and a clock `respond`; one it
    has not answered yet is raised instead. `case` opens a case of accountability against the lead unit at the unit `to`.
    `text` may use {serial_no}, {title}, {unit}, {due}.
    """

    kind: StepKind
    to: str
    text: str
    rule_id: str
    reason: str
    title: str = ""
    letter: LetterKind = "reminder"
    level: SupervisionLevel = "blue"
    at_night: bool = False


@dataclass(frozen=True, slots=True)
class Metric:
    """A figure 指标: one measure over another, or over nothing when it is a plain count.

    Measures are the core's (`core.statistics.measures`). `where` narrows numerator and denominator to values of a
    dimension, e.g. {"medium": ("phone",)}. `unit` is how the quotient is shown.
    """

    id: str
    version: int
    label: str
    numerator: str
    denominator: str | None
    unit: Literal["count", "percent", "days"]
    better: Literal["up", "down", "neither"] = "up"
    where: Mapping[Dimension, tuple[str, ...]] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True, slots=True)
class HandlingRules:
    """How a district lets units handle 办理规则: how often and how long. Days are working days.

    After `max_returns` returns units consult, and the one designated cannot give the ticket back. An assignment is
    extended at most `extension_times` times by at most `extension_days` days altogether, and stands still for at most
    `pause_days` days, for one of `pause_reasons`; the resident's clock stands still with it only if `pauses_reply`.
    From `max_redos` redone cycles on, a supervision comes first. `contact_attempts` calls that nobody answers will do
    before a reply, `follow_up_attempts` after it. A rating may be disputed within `dispute_days` days.
    """

    max_returns: int = 2
    extension_times: int = 3
    extension_days: int = 10
    pause_reasons: tuple[PauseReason, ...] = ("awaiting_resident", "judicial", "force_majeure")
    pause_days: int = 20
    pauses_reply: bool = False
    max_redos: int = 2
    contact_attempts: int = 3
    follow_up_attempts: int = 3
    dispute_days: int = 3
