"""What the panel of the dry run 试算 shows, the same beside every editor: how far it is, what would change, what really happened."""

from dataclasses import dataclass

from core.evaluation.answers import SATISFACTION_LABELS
from core.journey.dry_run import (
    MOST,
    USUAL,
    WHAT_LABELS,
    Change,
    ChangedTicket,
    Result,
    UnitLoad,
    notes,
    total_lines,
    warnings_of,
)
from core.journey.dry_run.changes import REPLACED
from core.journey.settings.trying import Standing, newest_trial, show_trial, trial_standing
from core.kit.saying import joined, said, word
from core.people.roles import Permission
from core.web.admin.drafting import revision_path
from core.web.visit import Visit, installation

FIRST = 10
"""Changed tickets that the panel shows; the others stand on a page of their own."""
NOTHING_YET = Standing("none", is_open=False)
LATE = {True: "超期", False: "按期", None: "未办结"}


@dataclass(frozen=True, slots=True)
class Panel:
    """What the panel shows of a revision's try; `result` None = it was never tried.

    `number` 0 = nothing is drafted yet. `asks`: the visitor may begin one. `poll` is where the panel asks for itself again.
    """

    feature: str
    number: int
    at: str
    poll: str
    standing: Standing
    result: Result | None
    asks: bool
    usual: int = USUAL
    most: int = MOST

    @property
    def is_under_way(self) -> bool:
        """Whether it goes on by itself: the panel asks again."""
        return self.result is not None and self.result.state in ("waiting", "running")

    @property
    def percent(self) -> int:
        """How much of it is done."""
        return 100 * self.result.done // self.result.total if self.result and self.result.total else 0

    @property
    def is_at_home(self) -> bool:
        """Whether it stands on the page of its own revision."""
        return self.poll != self.at

    @property
    def page(self) -> str:
        """Where the revision stands that is tried."""
        return revision_path(self.feature, self.number)

    @property
    def totals(self) -> list[tuple[str, int, str]]:
        """What is counted first: what it is called, how many, and how it is marked."""
        if self.result is None:
            return []
        totals = self.result.totals
        unmatched = sum(load.after for load in self.result.load if not load.code)
        return [
            ("试跑", totals.tickets, ""),
            ("不变", totals.tickets - totals.changed, ""),
            ("改变", totals.changed, "changed" if totals.changed else ""),
            ("无规则命中", unmatched, ""),
            ("出错", totals.errors_new, "bad" if totals.errors_new else ""),
        ]

    @property
    def more(self) -> list[tuple[str, int]]:
        """What happens to how many tickets."""
        return total_lines(self.result.totals) if self.result else []

    @property
    def warnings(self) -> tuple[str, ...]:
        """What must be known before somebody approves."""
        if self.result is None or self.result.state != "done":
            return ()
        return warnings_of(self.result.totals, self.result.load)

    @property
    def notes(self) -> list[str]:
        """Which rules were never used or never decided, and what failed."""
        return notes(self.result) if self.result else []

    @property
    def load(self) -> list[UnitLoad]:
        """The units that would lead more tickets or fewer, those with the greatest difference first."""
        changed = [each for each in self.result.load if each.before != each.after] if self.result else []
        return sorted(changed, key=lambda each: -abs(each.after - each.before))

    def what(self, change: Change) -> str:
        """Say what of a ticket changes, and which way: what the column of values stands under."""
        effect = word(change.effect_words)
        return said(
            "{what}{effect}", what=word(WHAT_LABELS[change.what]), effect="" if change.what in REPLACED else effect
        )

    def really(self, ticket: ChangedTicket) -> str:
        """Say what really happened with a ticket: returned, late, how the resident found it."""
        parts = [word(LATE[ticket.is_overdue])]
        if ticket.returns:
            parts.insert(0, said("退单 {number} 次", number=ticket.returns))
        if ticket.satisfaction:
            parts.append(word(SATISFACTION_LABELS.get(ticket.satisfaction, ticket.satisfaction)))
        return joined("，", parts)


def panel_of(visit: Visit, feature_id: str, number: int, *, on_revision: bool = False) -> Panel:
    """Return the panel of a revision (0 = nothing is drafted yet); `admin/trial_panel.html` shows it.

    `on_revision`: it stands on the revision's own page, whose next steps change when the try has ended. Raises `NotPermitted`, `UnknownFeature`, `FeatureUnusable`, `NoSuchRevision`.
    """
    roster = installation().roster
    if not number:
        return Panel(feature_id, 0, "", "", NOTHING_YET, None, asks=False)
    standing = trial_standing(visit.scope, roster, feature_id, number, actor=visit.actor)
    run = newest_trial(visit.scope, feature_id, number)
    result = show_trial(visit.scope, run.id, most=FIRST, actor=visit.actor) if run else None
    at = f"{revision_path(feature_id, number)}/trial"
    return Panel(
        feature=feature_id,
        number=number,
        at=at,
        poll=f"{at}?steps" if on_revision else at,
        standing=standing,
        result=result,
        asks=standing.is_open and standing.trial != "not-needed" and Permission.ADMINISTER in visit.permissions,
    )
