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
