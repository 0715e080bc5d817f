"""What one set of rules comes to for a past ticket: values, each with the rule that decided and who it is."""

from dataclasses import dataclass, field
from datetime import datetime

from core.hooks.values import Light, StepKind, Urgency
from core.sla.limits import OVERDUE


@dataclass(frozen=True, slots=True)
class Ground:
    """Why: the rule, its reason in words, and who decided (feature, plugin version, settings revision)."""

    rule_id: str
    reason: str
    by: str


@dataclass(frozen=True, slots=True)
class Known:
    """What the ticket is about and where it is from, empty = unknown, in codes and in the names of that duty list.

    `because` and `where` say why, where it was found anew.
    """

    matter: str = ""
    matter_name: str = ""
    because: str = ""
    area: str = ""
    area_name: str = ""
    where: str = ""


@dataclass(frozen=True, slots=True)
class Urged:
    """An urgency that a routing rule sets, and why."""

    urgency: Urgency
    ground: Ground


@dataclass(frozen=True, slots=True)
class Route:
    """To whom the ticket goes at acceptance: the unit's code, empty = a person decides; at once or as a suggestion."""

    unit: str
    co: tuple[str, ...]
    is_direct: bool
    ground: Ground


@dataclass(frozen=True, slots=True)
class Marked:
    """A mark that was reached while the clock ran."""

    mark: str
    light: Light
    at: datetime
    ground: Ground


@dataclass(frozen=True, slots=True)
class Timed:
    """A clock: whose it is (0 = the ticket's), when it began and was due (None = it stands still), and its marks."""

    name: str
    assignment_id: int
    unit: str
    cycle_no: int
    started_at: datetime
    due_at: datetime | None
    ground: Ground
    marks: tuple[Marked, ...]

    @property
    def key(self) -> tuple[str, int, datetime | int]:
        """What names the same clock under other rules: one that counts for the resident, once per cycle, may begin elsewhen."""
        return self.name, self.assignment_id, self.cycle_no if self.name == "reply" else self.started_at

    @property
    def overdue(self) -> Marked | None:
        """The mark at which it ran over, if it did before the clock ended."""
        return next((mark for mark in self.marks if mark.mark == OVERDUE), None)

    @property
    def yellow(self) -> Marked | None:
        """The mark at which its light first turned yellow, if it did."""
        return next((mark for mark in self.marks if mark.light == "yellow"), None)


@dataclass(frozen=True, slots=True)
class Act:
    """One step of pressing: of what kind, to which unit, on which occasion, and when."""

    kind: StepKind
    unit: str
    occasion: str
    at: datetime
    level: str
    ground: Ground


@dataclass(frozen=True, slots=True)
class Refusal:
    """Something that was really done, and that the rules do not allow: what, when, and the words of the refusal."""

    deed: str
    label: str
    at: datetime
    words: str
    ground: Ground


@dataclass(slots=True)
class Outcome:
    """Everything that the rules decide about one ticket.

    `urgent` are the grounds of its urgency, `issues` of it being out of scope. `answered`
    and `decisive` are the rules that answered, and those whose answer was followed. `failures` are what could not be
    had, by feature and question.
    """

    known: Known = field(default_factory=Known)
    urgency: str = "normal"
    urgent: list[Ground] = field(default_factory=list)
    issues: list[Ground] = field(default_factory=list)
    receipt: str = ""
    receipt_ground: Ground | None = None
    watchers: dict[str, Ground] = field(default_factory=dict)
    route: Route | None = None
    clocks: list[Timed] = field(default_factory=list)
    acts: list[Act] = field(default_factory=list)
    exempted: list[Ground] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    consultations: list[int] = field(default_factory=list)
    failures: dict[tuple[str, str], str] = field(default_factory=dict)
    answered: set[str] = field(default_factory=set)
    decisive: set[str] = field(default_factory=set)

    def of_kind(self, *kinds: StepKind) -> list[Act]:
        """Return the steps of these kinds."""
        return [act for act in self.acts if act.kind in kinds]
