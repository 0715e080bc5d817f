"""A planned revision holds from its time on, decided anew by the worker; what no longer may hold says so on a card."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from core.jobs.kinds import job_kinds
from core.journey.settings.deciding import PLANNED
from core.tenancy.scope import Installation
from tests.builders import make_installation
from tests.jobs.conftest import OwnDatabase, database, one_database
from tests.jobs.making import drain
from tests.settings.making import District, gate, later, light
from tests.settings.test_deciding import kinds, pull, ready

__all__ = ["database", "one_database"]


@pytest.fixture
def installation(database: OwnDatabase) -> Iterator[Installation]:
    """An installation of the test's own: the worker looks at all tenants."""
    installation = make_installation(database.url, features=[light(), gate()])
    yield installation
    installation.database.engine.dispose()


def come_to(district: District, now: datetime) -> None:
    """Do the jobs that are due then, as the worker does."""
    drain(district.installation, job_kinds({}, district.installation), now=now)


def test_a_planned_revision_holds_from_its_time_on(district: District) -> None:
    number = ready(district)

    decided = district.activate(number, at=later(days=2))
    come_to(district, later(days=1))
    before = district.settings()["yellow_hours"]
    come_to(district, later(days=2))

    assert (decided.is_planned, decided.at) == (True, later(days=2))
    assert (before, district.settings()["yellow_hours"]) == (3, 5)
    assert kinds(district, number) == ["checked", "planned", "activated"]
    assert [event.actor for event in district.events(number)] == ["安娜"] * 3


def test_until_its_time_a_planned_revision_is_shown_with_it(district: District) -> None:
    number = ready(district)
    district.activate(number, at=later(days=2))

    line = district.revisions()[-1]
    assert (line.number, line.state, line.planned_for) == (number, "planned", later(days=2))


def test_a_plan_whose_ground_has_changed_is_refused_on_a_card(district: District) -> None:
    first, second = ready(district, {"yellow_hours": 5}), ready(district, {"answer_days": 7})
    district.activate(first, at=later(days=2))
    district.activate(second, now=later(days=1))

    come_to(district, later(days=3))

    assert district.row().revision == second
    assert district.revisions()[first - 1].state == "refused"
    [card] = district.cards()
    assert (card.hook, card.revision) == ("settings", first)
    assert f"第 {first} 次修订到了生效时间却没有生效" in card.words


def test_a_plan_that_was_withdrawn_or_made_anew_does_nothing(district: District) -> None:
    withdrawn, moved = ready(district, {"yellow_hours": 5}), ready(district, {"answer_days": 7})
    district.activate(withdrawn, at=later(days=1))
    pull(district, withdrawn)
    district.activate(moved, at=later(days=1), now=later(minutes=1))
    district.activate(moved, at=later(days=3), now=later(minutes=2))

    come_to(district, later(days=2))
    held_on_the_first_date = district.row().revision
    come_to(district, later(days=3))

    assert (held_on_the_first_date, district.row().revision) == (1, moved)
    assert [job.state for job in district.jobs(PLANNED)] == ["done", "done", "done"]


def test_a_worker_killed_before_its_commit_lets_the_revision_hold_once(district: District) -> None:
    number = ready(district)
    district.activate(number, at=later(days=1))
    known = job_kinds({}, district.installation)

    class Killed(BaseException):
        """The worker's process ends here."""

    def dies(*given: Any) -> None:
        known[PLANNED].do(*given)
        raise Killed

    dying = {**known, PLANNED: replace(known[PLANNED], do=dies)}
    with pytest.raises(Killed):
        drain(district.installation, dying, now=later(days=1))
    assert district.row().revision == 1
    come_to(district, later(days=1))

    assert kinds(district, number) == ["checked", "planned", "activated"]
