"""The draw follows from the seed and the pool, and from nothing else; who may not judge is not drawn, and it says why."""

import hashlib
from datetime import date
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from core.evaluation.panels.counting import counted
from core.evaluation.panels.draw import Candidate, Excluded, Matter, draw

GROUPS = ("deputy", "lawyer", "netizen")
MATTER = Matter(
    parties={"roads": "道路管理处"},
    appellant_name="王某",
    appellant_phone=b"phone",
    first=date(2026, 3, 16),
    last=date(2026, 3, 23),
)
pools = st.lists(
    st.builds(
        Candidate,
        number=st.from_regex(r"[A-Z]{2}-[0-9]{1,3}", fullmatch=True),
        name=st.sampled_from(("王某", "李某", "张某")),
        group=st.sampled_from(GROUPS),
        organisation=st.sampled_from(("道路管理处养护队", "某律所", "")),
        ties=st.sampled_from(((), ("roads",), ("parks",))),
        has_account=st.booleans(),
        phone=st.sampled_from((None, b"phone", b"other")),
        active_until=st.sampled_from((None, date(2026, 3, 20), date(2027, 1, 1))),
        away_first=st.sampled_from((None, date(2026, 3, 20))),
        sat_before=st.booleans(),
    ),
    max_size=40,
    unique_by=lambda member: member.number,
)
seats = st.lists(st.sampled_from(GROUPS), unique=True).flatmap(
    lambda groups: st.tuples(*(st.tuples(st.just(group), st.integers(0, 3)) for group in groups))
)


@given(pools, seats, st.text(min_size=1, max_size=8), st.integers(0, 3), st.integers())
def test_the_same_seed_seats_the_same_people_whatever_the_order_of_the_pool(
    pool: list[Candidate], wanted: tuple[tuple[str, int], ...], seed: str, substitutes: int, shuffle: int
) -> None:
    shuffled = list(pool)
    Random(shuffle).shuffle(shuffled)

    first = draw(seed, pool, MATTER, seats=wanted, substitutes=substitutes)

    assert draw(seed, shuffled, MATTER, seats=wanted, substitutes=substitutes) == first
    drawn = [(each.group, each.number) for each in (*first.seats, *first.substitutes)]
    assert len(set(drawn)) == len(drawn)
    assert set(drawn) <= set(first.eligible)
    assert not {number for _, number in drawn} & {each.number for each in first.excluded}
    assert len(first.eligible) + len(first.excluded) == len(pool)
    for group, count in wanted:
        there = sum(of == group for of, _ in first.eligible)
        assert sum(each.group == group for each in first.seats) == min(count, there)
        assert first.lacking.get(group, 0) == max(0, count - there)


def test_anybody_can_draw_again_with_nothing_but_sha_256() -> None:
    pool = [Candidate(number=f"NE-{each}", name=f"网民{each}", group="netizen", organisation="") for each in range(9)]

    drawn = draw("7", pool, MATTER, seats=[("netizen", 2)], substitutes=1)

    by_hand = sorted((hashlib.sha256(f"7:netizen:NE-{each}".encode()).hexdigest(), f"NE-{each}") for each in range(9))
    assert [each.number for each in (*drawn.seats, *drawn.substitutes)] == [number for _, number in by_hand[:3]]
    assert [each.place for each in drawn.substitutes] == [3]


def test_each_exclusion_says_why() -> None:
    def member(number: str, **how: object) -> Candidate:
        plain = {"number": number, "name": number, "group": "netizen", "organisation": ""}
        return Candidate(**{**plain, **how})  # type: ignore[arg-type]

    pool = [
        member("1", ties=("roads",)),
        member("2", organisation="道路管理处 养护队"),
        member("3", name="王某"),
        member("4", phone=b"phone"),
        member("5", sat_before=True),
        member("6", active_until=date(2026, 3, 22)),
        member("7", away_first=date(2026, 3, 23), away_last=date(2026, 3, 30)),
        member("8", has_account=False),
        member("9", away_first=date(2026, 3, 1), away_last=date(2026, 3, 15), active_until=date(2026, 3, 23)),
    ]

    drawn = draw("7", pool, MATTER, seats=[("netizen", 2)], substitutes=0)

    assert drawn.excluded == (
        Excluded("1", "netizen", "ties", "道路管理处"),
        Excluded("2", "netizen", "organisation", "道路管理处"),
        Excluded("3", "netizen", "interest"),
        Excluded("4", "netizen", "interest"),
        Excluded("5", "netizen", "sat_before"),
        Excluded("6", "netizen", "ended", "至 2026-03-22"),
        Excluded("7", "netizen", "away", "2026-03-23 至 2026-03-30"),
        Excluded("8", "netizen", "no_account"),
    )
    assert ([each.number for each in drawn.seats], drawn.lacking) == (["9"], {"netizen": 1})


@given(st.lists(st.sampled_from(("keep", "redo", "exclude")), max_size=15), st.integers(1, 9), st.integers(50, 99))
def test_what_is_found_had_more_than_the_majority_of_the_votes(verdicts: list[str], quorum: int, majority: int) -> None:
    count = counted(verdicts, quorum=quorum, majority_percent=majority)

    assert sum(number for _, number in count.by_verdict) == count.votes == len(verdicts)
    assert count.has_quorum is (len(verdicts) >= quorum)
    for verdict in ("keep", "redo", "exclude"):
        carries = verdicts.count(verdict) * 100 > len(verdicts) * majority
        assert (count.verdict == verdict) is (carries and count.has_quorum)
