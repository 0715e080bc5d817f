"""A ticket, a unit and a duty item as a feature sees them: what was said, never who said it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from core.hooks.values.time import Budget

Nature = Literal["complaint", "help", "inquiry", "suggestion", "praise", "application"]
"""投诉、求助、咨询、建议、表扬"""
Appellant = Literal["person", "enterprise", "organisation"]
"""Who appeals 诉求主体: 个人、企业、其他单位"""
Relation = Literal["resident", "visitor", "investor", "manager", "worker", "other"]
"""Tie to the place 与本地的关系, by one's own word: 本地居民、外地游客、投资者、企业管理者、务工或就学人员、其他"""
Urgency = Literal["normal", "urgent"]
EventGrade = Literal["general", "urgent", "major"]
"""How grave what an item of the duty list is about is 事件等级: 一般、紧急、重大"""
Complexity = Literal["simple", "complex"]
Medium = Literal["phone", "letter", "wechat", "weibo", "web", "app", "sms", "counter", "event", "file"]


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

    `limit` is how long the matter may take, `on_site` how soon the unit has to be there, and `after_arrival` how long it
    then has. `guide` is what the operator should ask; empty = nothing in particular. `is_proposed` says that the district
    has not published the item and its limits: somebody proposes them. `grade` is how grave such an event is 事件等级; a list
    that says nothing of it has general ones only.
    """

    code: str
    category: str
    subcategory: str
    lead: str
    co: tuple[str, ...]
    limit: Budget | None
    on_site: Budget | None
    legal_basis: str
    standard: str
    guide: str = ""
    after_arrival: Budget | None = None
    is_proposed: bool = False
    grade: EventGrade = "general"


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
    matter_guessed: bool = False
    """The matter was found by words or by a rule, and no person has confirmed it."""
    area: str = ""
    """Code of the area 区域 it is from, empty = unknown."""
    appellant: Appellant = "person"
    source: str = ""
    """By which line, account or system it came 来源: its code in the registry, a merged hotline's is its old number; empty =
    unknown, a name that the registry does not have stays as it came.
    """
    mailbox_owner: str = ""
    """Code of the unit that owns the mailbox, where it is on the tenant's list of leaders' mailboxes."""
    mailbox_handler: str = ""
    """Code of the unit that handles the mailbox's letters, where the list names one."""


@dataclass(frozen=True, slots=True)
class ContactView:
    """What was done to reach the resident 联系诉求人 in the present cycle, before a reply; never who they are.

    `is_possible`: they left a phone. `attempts` counts all calls, `was_reached` tells whether one got through.
    `was_told`: a record proves that they were told what became of the appeal 告知; `told_in_vain` counts tries to tell them
    that did not get through. `will_be_told`: the answer goes out with the conclusion, or it is not this house that tells
    them. These are looked up before `reply`, `pass_reply`, `answer_directly` and
    `answer_as_leader` alone.
    """

    is_possible: bool
    attempts: int
    was_reached: bool
    was_told: bool = False
    will_be_told: bool = False
    told_in_vain: int = 0
