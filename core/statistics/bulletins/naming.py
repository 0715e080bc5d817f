"""Naming 点名: who is proposed, from what residents said, and the section that tells of those whom a person named."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from core.documents.model import Block, Table, Words
from core.hooks.values import BulletinRules
from core.kit.saying import said, word
from core.statistics.bulletins.facts import Facts
from core.statistics.bulletins.models import BulletinNaming
from core.statistics.bulletins.tables import quotient
from core.statistics.figures import SMALL_SAMPLE
from core.statistics.queries import Counts
from core.statistics.words import value_words


@dataclass(frozen=True, slots=True)
class Proposal:
    """Somebody who lies below the floor over enough ratings; `unit_id` None = not a unit of the tenant's own."""

    unit_id: int | None
    name: str
    satisfied: int
    rated: int
    satisfied_adjudicated: int
    rated_adjudicated: int


@dataclass(frozen=True, slots=True)
class Proposals:
    """Who is proposed, the lowest first, and how many lie below the floor by too few ratings to say so of them."""

    proposed: Sequence[Proposal]
    too_few: int


def propose(facts: Facts, rules: BulletinRules) -> Proposals:
    """Return whom to propose: units, and of a city its districts as a whole besides. What nobody has is nobody's fault.

    Without a floor it is nobody.
    """
    if facts.floor is None:
        return Proposals((), 0)
    units = [(unit.unit_id, f"{unit.place} {unit.name}".strip(), unit.counts) for unit in facts.units if unit.is_unit]
    districts = [(None, label, counts) for label, counts in facts.levels] if facts.is_city else []
    below = [each for each in (*districts, *units) if _lies_below(each[2], facts.floor)]
    enough = [each for each in below if each[2].n("rated") >= rules.sample]
    proposed = [
        Proposal(
            unit_id,
            name,
            *(counts.n(each) for each in ("satisfied", "rated", "satisfied_adjudicated", "rated_adjudicated")),
        )
        for unit_id, name, counts in enough
    ]
    proposed.sort(key=lambda each: (Fraction(each.satisfied, each.rated), each.name))
    return Proposals(proposed, len(below) - len(enough))


def _lies_below(counts: Counts, floor: Fraction) -> bool:
    rated = counts.n("rated")
    return rated > 0 and Fraction(counts.n("satisfied"), rated) < floor


def undecided_blocks(proposals: Proposals, floor: Fraction | None, rules: BulletinRules) -> Sequence[Block]:
    """Return what stands in the draft: how many are proposed, and none of their names."""
    if floor is None:
        return [Words("没有功能规定满意率的底线，不点名。")]
    bound = said(
        "满意率低于 {value}、评价不少于 {sample} 件的", value=word(value_words(floor, "percent")), sample=rules.sample
    )
    words = (
        said(
            "{bound}有 {number} 个，是否点名由第二人逐个核准，核准前不列出。",
            bound=bound,
            number=len(proposals.proposed),
        )
        if proposals.proposed
        else said("本月没有{bound}单位。", bound=bound)
    )
    few = said(
        "另有 {too_few} 个满意率虽低于此数，但评价不足 {sample} 件，样本太少，不作评判，也不点名。",
        too_few=proposals.too_few,
        sample=rules.sample,
    )
    return [Words(words), *([Words(few)] if proposals.too_few else [])]


def decided_blocks(named: Sequence[BulletinNaming], draft: Sequence[Block]) -> Sequence[Block]:
    """Return what stands in the bulletin that was approved: those who were named; what is said of too few stays."""
    rows = [
        (
            each.name,
            quotient(each.satisfied, each.rated),
            f"{each.satisfied:,}/{each.rated:,}",
            quotient(each.satisfied_adjudicated, each.rated_adjudicated),
            f"{each.satisfied_adjudicated:,}/{each.rated_adjudicated:,}",
        )
        for each in named
    ]
    head = ("单位", "满意率", "满意/评价", "裁定后", "满意/评价（裁定后）")
    return [Table(head, rows, empty="本月没有点名的单位。"), *draft[1:]]


def named_for_all(namings: Sequence[BulletinNaming]) -> Sequence[BulletinNaming]:
    """Return who is named to everybody: nobody over a small sample, also where a feature holds fewer for enough."""
    return [each for each in namings if each.state == "named" and each.rated >= SMALL_SAMPLE]


def blocks_for_all(namings: Sequence[BulletinNaming], draft: Sequence[Block]) -> Sequence[Block]:
    """Return the same for everybody: who was named; their figures stand with those of all units, as far as they are told."""
    rows = [(each.name,) for each in named_for_all(namings)]
    return [Table(("单位",), rows, empty="本月没有点名的单位。"), *draft[1:]]
