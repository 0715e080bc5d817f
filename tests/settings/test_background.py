"""Switching a feature on without waiting for it: the worker tries it on past tickets, and it is on when that has ended."""

from collections.abc import Callable, Iterator

import pytest

from core.jobs.kinds import job_kinds
from core.journey.dry_run import fail
from core.journey.features.switching import Switching, await_trial, switch_on
from core.journey.settings.trying import ask_trial
from core.tenancy.revisions import bump_epoch
from core.tenancy.scope import Installation, Scope
from tests.builders import make_installation
from tests.jobs.conftest import OwnDatabase, database, one_database
from tests.jobs.making import drain
from tests.settings.making import ANNA, BORIS, LIGHT, NOW, District, gate, later, light

__all__ = ["database", "one_database"]


@pytest.fixture
def installation(database: OwnDatabase) -> Iterator[Installation]:
    """An installation of the test's own: the worker looks at all tenants."""
    installation = make_installation(database.url, features=[light(), gate()])
    yield installation
    installation.database.engine.dispose()


@pytest.fixture
def district(make: Callable[..., District]) -> District:
    return make({})


def begin(district: District) -> Switching:
    """Switch the light on as a call over the API does."""

    def work(scope: Scope) -> Switching:
        switching = switch_on(scope, district.roster, LIGHT, actor=ANNA, now=NOW)
        ask_trial(scope, district.roster, LIGHT, switching.number, actor=ANNA, now=NOW)
        await_trial(scope, LIGHT, switching.number, now=NOW)
        return switching

    switching: Switching = district.run(work)
    return switching


def let_work(district: District, *, minutes: int) -> None:
    district.installation.forget()
    drain(district.installation, job_kinds({}, district.installation), now=later(minutes=minutes))


def test_the_worker_tries_the_feature_and_switches_it_on(district: District) -> None:
    switching = begin(district)
    assert (switching.state, switching.needs) == ("enabling", ("trial",))

    let_work(district, minutes=1)
    let_work(district, minutes=2)

    assert (district.row().state, district.row().revision) == ("on", 1)
    assert [event.actor for event in district.events(1)] == ["安娜", "安娜"]
    assert {job.state for job in district.jobs("feature-enabling")} == {"done"}
    assert district.cards() == []


def test_a_try_that_fails_is_told_on_a_card_and_nothing_waits_for_it(district: District) -> None:
    begin(district)
    district.run(bump_epoch)

    let_work(district, minutes=1)
    let_work(district, minutes=2)

    assert district.row().state == "enabling"
    [card] = district.cards()
    assert "没有启用成，试算没有完成" in card.words
    assert card.words.endswith("请再启用一次。")
    assert {job.state for job in district.jobs("feature-enabling")} == {"done"}
    assert begin(district).needs == ("trial",)
    let_work(district, minutes=3)
    let_work(district, minutes=4)
    assert district.row().state == "on"


def test_what_a_person_must_do_is_left_to_the_person(make: Callable[..., District], database: OwnDatabase) -> None:
    restricted = make_installation(database.url, features=[light(restricted=True)])
    district = make({}, within=restricted)
    begin(district)

    let_work(district, minutes=1)
    let_work(district, minutes=2)

    assert district.row().state == "enabling"
    assert {job.state for job in district.jobs("feature-enabling")} == {"done"}
    district.approve(1, actor=BORIS, now=later(minutes=3))
    district.activate(1, now=later(minutes=3))
    assert district.row().state == "on"
    restricted.database.engine.dispose()


def test_a_try_that_is_given_up_keeps_nothing_waiting(district: District) -> None:
    begin(district)
    [job] = district.jobs("dry-run")
    district.run(lambda scope: fail(scope, job.payload["dry_run"], "数据库不见了。", now=later(minutes=1)))

    let_work(district, minutes=2)

    assert "数据库不见了。" in district.cards()[0].words
