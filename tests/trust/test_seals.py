"""The daily seal: over all that moved since the one before, once a local day, by one clock process of several."""

import threading
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

from core.jobs.seals import Seals
from core.tenancy.scope import Installation, Scope
from core.tickets.models import Seal, SealedHead
from core.tickets.seals import newest_seal, seal_day, seal_timelines
from tests.builders import beijing, make_district, make_installation
from tests.trust.spoiling import Proven


def heads(walk: Proven) -> dict[tuple[int, str], int]:
    """Return the sealed entry of each seal and ticket."""
    rows = walk.run(lambda scope: scope.session.scalars(select(SealedHead)).all())
    return {(row.seal_number, row.serial_no): row.seq for row in rows}


def seals(walk: Proven) -> list[Seal]:
    return walk.run(lambda scope: list(scope.session.scalars(select(Seal).order_by(Seal.number))))


def test_a_seal_holds_the_newest_entry_of_every_timeline(installation: Installation) -> None:
    walk = Proven(installation, make_district(installation))
    numbers = [walk.take_in().serial_no for _ in range(3)]
    length = walk.ticket().version

    seal = walk.seal("2026-03-13 00:00")

    assert (seal.number, seal.sealed_at, seal.heads) == (1, beijing("2026-03-13 00:00"), 3)
    assert heads(walk) == {(1, number): length for number in numbers}


def test_the_next_seal_holds_only_what_has_moved(installation: Installation) -> None:
    walk = Proven(installation, make_district(installation))
    walk.take_in()
    walk.take_in()
    walk.seal("2026-03-13 00:00")
    walk.dispatch()
    new = Proven(installation, walk.slug)
    new.take_in()

    seal = walk.seal("2026-03-14 00:00")

    assert (seal.number, seal.heads) == (2, 2)
    assert {head: seq for head, seq in heads(walk).items() if head[0] == 2} == {
        (2, walk.serial_no): walk.ticket().version,
        (2, new.serial_no): new.ticket().version,
    }


def test_a_day_without_anything_is_sealed_too_and_continues_the_chain(installation: Installation) -> None:
    walk = Proven(installation, make_district(installation))

    made = [walk.seal(f"2026-03-{day} 00:00") for day in (13, 14)]

    assert [(seal.number, seal.heads) for seal in made] == [(1, 0), (2, 0)]
    assert made[0].digest != made[1].digest
    assert walk.found() == []


def test_a_seal_is_nothing_that_can_be_made_without_the_key(installation: Installation, database_url: str) -> None:
    walk = Proven(installation, make_district(installation))
    walk.take_in()
    stranger = make_installation(database_url)
    stranger.keys = type(stranger.keys)({1: b"x" * 32})
    try:
        stranger.run(walk.slug, lambda scope: seal_timelines(scope, now=beijing("2026-03-13 00:00")))
    finally:
        stranger.database.engine.dispose()

    assert walk.found() == [("seal-changed", None, 1, "被改动")]


def test_two_districts_with_the_same_entries_have_seals_of_their_own(installation: Installation) -> None:
    here, there = (Proven(installation, make_district(installation)) for _ in range(2))

    assert here.seal().digest != there.seal().digest


def test_the_application_cannot_change_or_delete_a_seal(installation: Installation) -> None:
    walk = Proven(installation, make_district(installation))
    walk.seal()

    with pytest.raises(Exception, match="permission denied"):
        walk.run(lambda scope: scope.session.execute(update(Seal).values(digest=b"")))


def test_of_two_that_seal_at_the_same_moment_one_does_it_over(installation: Installation) -> None:
    walk = Proven(installation, make_district(installation))
    walk.take_in()
    at = beijing("2026-03-13 00:00")
    made: list[Seal | None] = []

    def second() -> None:
        made.append(walk.run(lambda scope: seal_day(scope, now=at)))

    with installation.scope(walk.slug) as scope:
        assert seal_day(scope, now=at) is not None
        other = threading.Thread(target=second)
        other.start()
        other.join(0.5)
        assert other.is_alive()  # it waits for the number
    other.join(10)

    assert made == [None]
    assert [seal.number for seal in seals(walk)] == [1]


def test_two_seals_by_hand_at_the_same_moment_follow_each_other(installation: Installation) -> None:
    walk = Proven(installation, make_district(installation))
    walk.take_in()

    with installation.scope(walk.slug) as scope:
        seal_timelines(scope, now=beijing("2026-03-13 00:00"))
        other = threading.Thread(target=walk.seal, args=["2026-03-13 00:00"])
        other.start()
        other.join(0.5)
        assert other.is_alive()
    other.join(10)

    assert [(seal.number, seal.heads) for seal in seals(walk)] == [(1, 1), (2, 0)]
    assert walk.found() == []


def test_sealing_what_was_partly_seen_before_is_impossible(installation: Installation) -> None:
    walk = Proven(installation, make_district(installation))

    def late(scope: Scope) -> Seal:
        newest_seal(scope)
        return seal_timelines(scope, now=beijing("2026-03-13 00:00"))

    with pytest.raises(DBAPIError, match="must be called before any query"):
        walk.run(late)


class Clock:
    """A clock process's sealing, at times of the test's own."""

    def __init__(self, installation: Installation, walk: Proven) -> None:
        self.sealing = Seals(installation, is_ending=lambda: False)
        self.now = beijing("2026-03-13 12:00")
        self._walk = walk

    def at(self, text: str) -> list[datetime]:
        """Let rounds pass until nobody has anything to seal; return when the walk's district was sealed."""
        self.now = beijing(text)
        self.sealing._next = None
        while self.sealing._next is None or self.sealing._next <= self.now:
            self.sealing.seal(now=lambda: self.now)
        return [seal.sealed_at for seal in seals(self._walk)]


@pytest.fixture
def alone(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> Proven:
    """A district that the clock takes for the only one."""
    walk = Proven(installation, make_district(installation))
    mine = installation.tenant(walk.slug)
    monkeypatch.setattr(installation, "tenants", lambda: [mine])
    return walk


def test_a_district_is_sealed_once_a_day_after_its_midnight(installation: Installation, alone: Proven) -> None:
    clock = Clock(installation, alone)

    assert clock.at("2026-03-13 23:59") == [beijing("2026-03-13 23:59")]
    assert clock.at("2026-03-13 23:59:59") == [beijing("2026-03-13 23:59")]
    first = [beijing("2026-03-13 23:59"), beijing("2026-03-14 00:00:01")]
    assert clock.at("2026-03-14 00:00:01") == first
    assert clock.at("2026-03-14 18:00") == first


def test_after_an_outage_one_seal_makes_up_for_the_days_missed(installation: Installation, alone: Proven) -> None:
    clock = Clock(installation, alone)
    clock.at("2026-03-13 00:00")
    alone.take_in()

    assert clock.at("2026-03-20 09:30") == [beijing("2026-03-13 00:00"), beijing("2026-03-20 09:30")]
    assert alone.found() == []


def test_a_clock_that_takes_over_seals_no_second_time(installation: Installation, alone: Proven) -> None:
    Clock(installation, alone).at("2026-03-13 00:01")

    assert Clock(installation, alone).at("2026-03-13 08:00") == [beijing("2026-03-13 00:01")]


def test_a_seal_by_hand_counts_for_the_day(installation: Installation, alone: Proven) -> None:
    alone.seal("2026-03-13 00:00:00")

    assert Clock(installation, alone).at("2026-03-13 08:00") == [beijing("2026-03-13 00:00")]


def test_the_day_is_the_districts_own(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    walk = Proven(installation, make_district(installation, zone="Asia/Urumqi"))
    mine = installation.tenant(walk.slug)
    monkeypatch.setattr(installation, "tenants", lambda: [mine])
    clock = Clock(installation, walk)
    midnight = datetime(2026, 3, 14, tzinfo=ZoneInfo("Asia/Urumqi"))

    assert len(clock.at("2026-03-13 12:00")) == 1
    assert len(clock.at("2026-03-14 00:30")) == 1
    assert clock.at(f"{(midnight + timedelta(minutes=1)).astimezone(ZoneInfo('Asia/Shanghai')):%Y-%m-%d %H:%M}")[
        1:
    ] == [midnight + timedelta(minutes=1)]


def test_each_round_seals_one_district_so_that_timers_have_their_turn(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    walks = [Proven(installation, make_district(installation)) for _ in range(3)]
    tenants = [installation.tenant(walk.slug) for walk in walks]
    monkeypatch.setattr(installation, "tenants", lambda: tenants)
    sealing = Seals(installation, is_ending=lambda: False)
    at = beijing("2026-03-13 00:00")

    counts = []
    for _ in range(4):
        sealing.seal(now=lambda: at)
        counts.append([len(seals(walk)) for walk in walks])

    assert counts == [[1, 0, 0], [1, 1, 0], [1, 1, 1], [1, 1, 1]]
