"""Pressing 督促: what calls for it, what is done, and what keeps a unit from being held to account."""

from dataclasses import dataclass
from typing import Literal

from core.hooks.values.time import ClockName

StepKind = Literal["sms", "mail", "inbox", "letter", "case", "supervise"]
LetterKind = Literal["reminder", "supervision", "talk", "bulletin"]
"""提醒函、督办函、约谈通知、通报"""
SupervisionLevel = Literal["blue", "yellow", "red"]
TriggerKind = Literal["mark", "urgent", "redo", "bounces", "instruction_overdue"]


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
class Exemption:
    """A ground on which the unit is not held to account for this ticket 免责情形."""

    rule_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class AccountabilityRules:
    """How a district holds units to account 问责. Days are working days.

    `substitute` is the code of the unit that takes a case against the authority itself; empty = an administrator names
    one each time. A unit states the facts within `statement_days`, and may appeal within `appeal_days`. The rung of the
    ladder is proposed by how many times it was held responsible before in the same year: a talk from `talk_from` times
    on, a bulletin from `bulletin_from`, a referral from `referral_from`, else a reminder; a person decides.
    `notice` is what the unit is told as a case is opened; it may use {unit}, {number}, {serial_no}, {title}, {reason},
    {authority} and {due}.
    """

    substitute: str = ""
    statement_days: int = 3
    appeal_days: int = 5
    talk_from: int = 1
    bulletin_from: int = 2
    referral_from: int = 3
    notice: str = (
        "{unit}：因工单 {serial_no}「{title}」{reason}，{authority}已立案，案号 {number}。"
        "请于 {due} 前提交书面情况说明，并附有关材料；逾期未提交的，记录在案，依据现有证据作出决定。"
    )
