"""What happens often is counted over a time that moves on, under a hash, apart for each tenant and kind."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from core.tenancy.models import Tally
from core.tenancy.rates import ALL, TooOften, count, counted, forget, forget_old, hold_back, key_of
from core.tenancy.scope import Installation
from tests.builders import beijing, make_district, make_installation

NOW = beijing("2026-03-12 10:00")


@pytest.fixture(scope="module")
def installation(database_url: str) -> Installation:
    return make_installation(database_url)


def counts(installation: Installation, slug: str, moments: list[datetime]) -> list[int]:
    """Count once at each moment, and return what came of it."""
    found = []
    for at in moments:
        with installation.scope(slug) as scope:
            found.append(count(scope, "failures", ALL, now=at))
    return found


def test_a_window_moves_on_minute_by_minute(installation: Installation) -> None:
    slug = make_district(installation)
    minutes = [0, 0.5, 5, 14.9, 15, 19.9, 20.5, 60]

    found = counts(installation, slug, [NOW + timedelta(minutes=each) for each in minutes])

    assert found == [1, 2, 3, 4, 3, 4, 4, 1]


def test_what_was_counted_is_read_without_counting(installation: Installation) -> None:
    slug = make_district(installation)
    counts(installation, slug, [NOW, NOW + timedelta(minutes=10)])

    with installation.scope(slug) as scope:
        later = NOW + timedelta(minutes=12)
        assert [counted(scope, "failures", ALL, now=later) for _ in range(2)] == [2, 2]
        assert counted(scope, "failures", ALL, now=later, within=timedelta(minutes=5)) == 1


def test_tenants_kinds_and_keys_are_counted_apart(installation: Installation) -> None:
    here, there = make_district(installation), make_district(installation)
    for slug in (here, there):
        with installation.scope(slug) as scope:
            one, other = key_of(scope, "phone", "13800000001"), key_of(scope, "phone", "13800000002")
            assert [count(scope, "phone", key, now=NOW) for key in (one, one, other)] == [1, 2, 1]
            assert count(scope, "stranger", one, now=NOW) == 1


def test_what_is_too_often_says_until_when_and_which_was_the_first(installation: Installation) -> None:
    slug, at = make_district(installation), NOW + timedelta(seconds=20)
    with installation.scope(slug) as scope:
        found = [hold_back(scope, "systems", ALL, most=2, what="调用", now=at) for _ in range(4)]
        unlimited = [hold_back(scope, "system", ALL, most=0, what="调用", now=at) for _ in range(4)]

    assert found == [None, None, TooOften("调用", 41, is_first=True), TooOften("调用", 41, is_first=False)]
    assert unlimited == [None] * 4


def test_a_count_can_be_begun_anew_and_old_ones_go(installation: Installation) -> None:
    slug = make_district(installation)
    with installation.scope(slug) as scope:
        for kind in ("failures", "proofs"):
            count(scope, kind, ALL, now=NOW)
        forget(scope, "failures", ALL)
        left = list(scope.session.scalars(select(Tally.kind).where(Tally.tenant_id == scope.tenant.id)))
        forget_old(scope, now=NOW + timedelta(days=1))
        kept = list(scope.session.scalars(select(Tally.kind).where(Tally.tenant_id == scope.tenant.id)))
        forget_old(scope, now=NOW + timedelta(days=4))
        gone = list(scope.session.scalars(select(Tally.kind).where(Tally.tenant_id == scope.tenant.id)))

    assert (left, kept, gone) == (["proofs"], ["proofs"], [])
