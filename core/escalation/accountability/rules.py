"""Rules of a case of accountability 问责: where it may go from where it stands, which rung of the ladder comes next."""

from collections.abc import Mapping

from core.escalation.accountability.labels import RUNG_LABELS, STATE_LABELS
from core.hooks.values import AccountabilityRules
from core.kit.errors import Refused
from core.kit.saying import said, word

RUNGS = tuple(RUNG_LABELS)
MOVES: Mapping[str, tuple[frozenset[str], str]] = {
    "exempt": (frozenset({"open"}), "exempted"),
    "notify": (frozenset({"open"}), "notified"),
    "state": (frozenset({"notified"}), "stated"),
    "decide": (frozenset({"notified", "stated"}), "decided"),
    "appeal": (frozenset({"decided"}), "appealed"),
    "decide_appeal": (frozenset({"appealed"}), "decided_on_appeal"),
    "close": (frozenset({"decided", "decided_on_appeal"}), "closed"),
}
"""Move → the states from which it leads, and the one to which. None leads back."""
UNDECIDED = frozenset({"notified", "stated"})
PRESSED = ("reminder", "talk")
"""Rungs that may be taken before it is decided whether the unit is responsible; the graver ones only afterwards."""
DECIDED = frozenset({"decided", "decided_on_appeal"})


class CaseElsewhere(Refused):
    """The case does not stand where this could be done."""

    code = "case-elsewhere"


class RungNotOpen(Refused):
    """The rung was taken already, lies below one that was, or waits for the decision."""

    code = "rung-not-open"


def target_of(move: str, state: str, *, label: str, deed: str) -> str:
    """Return the state to which a move leads from this one. Raises `CaseElsewhere`."""
    sources, target = MOVES[move]
    if state not in sources:
        raise elsewhere(state, label=label, deed=deed)
    return target


def elsewhere(state: str, *, label: str, deed: str) -> CaseElsewhere:
    """Return the refusal of a deed for which the case does not stand right."""
    return CaseElsewhere(
        said(
            "{label}现为“{state}”，不能{deed}。请刷新后查看它的最新进展。",
            label=word(label),
            state=word(STATE_LABELS[state]),
            deed=word(deed),
        )
    )


def proposed_rung(rules: AccountabilityRules, earlier: int) -> str:
    """Return the rung that the district proposes for a unit which was held responsible so many times in the year before."""
    if earlier >= rules.referral_from:
        return "referral"
    if earlier >= rules.bulletin_from:
        return "bulletin"
    return "talk" if earlier >= rules.talk_from else "reminder"


def next_rung(taken: str, proposed: str) -> str:
    """Return the rung that comes next in a case: the one proposed, or after that the next above the one taken; empty = none."""
    if not taken:
        return proposed
    above = RUNGS[RUNGS.index(taken) + 1 :]
    return above[0] if above else ""


def refuse_rung(rung: str, *, taken: str, state: str, outcome: str, label: str) -> None:
    """Raise `RungNotOpen` or `CaseElsewhere` unless this rung may be taken where the case stands."""
    name = RUNG_LABELS[rung]
    if taken and RUNGS.index(rung) <= RUNGS.index(taken):
        raise RungNotOpen(
            said(
                "{label}已采取“{rung}”，只能加重，不能再“{name}”。请选择更重的一级。",
                label=word(label),
                rung=word(RUNG_LABELS[taken]),
                name=word(name),
            )
        )
    if state in UNDECIDED and rung in PRESSED:
        return
    if state in UNDECIDED:
        raise RungNotOpen(
            said(
                "“{name}”要在决定应当问责之后采取，{label}还没有决定。请先作出决定。",
                name=word(name),
                label=word(label),
            )
        )
    if state not in DECIDED:
        raise elsewhere(state, label=label, deed=said("采取“{name}”", name=word(name)))
    if outcome != "responsible":
        raise RungNotOpen(said("{label}没有认定应当问责，不能采取“{name}”。", label=word(label), name=word(name)))
