"""Common problems 共性问题 of a city: one matter in all districts, and what is asked about in most of them, through the one door."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from sqlalchemy.orm import Session

from core.statistics.periods import Month
from core.statistics.queries import Cube, accepted_by_category
from core.statistics.report import TOP
from core.tenancy.across import ask_members
from core.tenancy.facts import TenantFacts
from core.tenancy.scope import Installation


@dataclass(frozen=True, slots=True)
class InDistrict:
    """A category in one district: its appeals now and in the month before, and all of the district's."""

    district: str
    now: int
    before: int
    everything: int

    @property
    def share(self) -> Fraction | None:
        """Part of the district's appeals; what can be compared between a large district and a small one."""
        return Fraction(self.now, self.everything) if self.everything else None


@dataclass(frozen=True)
class CommonProblem:
    """A category of matters over a city: all its appeals, and in how many districts it is among the ten most asked."""

    category: str
    now: int
    before: int
    among_the_first: int
    districts: Sequence[InDistrict]
    """The highest share first."""


def common_problems(installation: Installation, city: str, month: Month) -> list[CommonProblem]:
    """Return the categories of a city's month, those first that are among the ten most asked in most districts.

    Raises `UnknownTenant` or `NotACity`.
    """

    def question(district: TenantFacts, session: Session) -> tuple[Mapping[str, int], Mapping[str, int]]:
        cube = Cube(session, district.id)
        return accepted_by_category(cube, month.span), accepted_by_category(cube, month.previous.span)

    answers = ask_members(installation, city, question)
    first: Counter[str] = Counter()
    for _, (now, _) in answers:
        named = sorted((each for each in now if each), key=lambda each: (-now[each], each))
        first.update(named[:TOP])
    categories = {each for _, (now, before) in answers for each in (*now, *before) if each}
    problems = []
    for category in categories:
        districts = [
            InDistrict(district.name, now.get(category, 0), before.get(category, 0), sum(now.values()))
            for district, (now, before) in answers
        ]
        problems.append(
            CommonProblem(
                category,
                sum(each.now for each in districts),
                sum(each.before for each in districts),
                first[category],
                sorted(districts, key=lambda each: (-(each.share or 0), each.district)),
            )
        )
    return sorted(problems, key=lambda each: (-each.among_the_first, -each.now, each.category))
