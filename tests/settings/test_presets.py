"""What a city presets holds in its districts, beneath what they set themselves and above the defaults, once it is there."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import pytest

from core.hooks.settings import SecretText
from core.jobs.drain import JobKind
from core.jobs.kinds import job_kinds
from core.journey.settings.deciding import roll_back
from core.journey.settings.effects import PRESET
from core.journey.settings.presets import NoPreset, push_preset, tell_new_district
from core.journey.settings.secrets import set_secret
from core.journey.settings.showing import show
from core.tenancy.models import CityMember, SettingsPreset
from core.tenancy.rules import ApprovalMissing
from core.tenancy.scope import Installation
from core.tenancy.secrets import SecretUnusable
from core.units.models import Unit
from tests.builders import make_city, make_installation
from tests.jobs.conftest import OwnDatabase, database, one_database
from tests.jobs.making import drain
from tests.settings.making import ANNA, BORIS, GATE, LIGHT, NOW, District, gate, later, light

__all__ = ["database", "one_database"]


class Killed(BaseException):
    """The worker's process ends here."""


@dataclass(frozen=True)
class City(District):
    """A city that presets for its districts."""

    def preset(self, changes: Mapping[str, Any], *, now: datetime = NOW, **wish: Any) -> int:
        """Draft, check and activate in the city; nothing is brought to the districts yet."""
        number = self.draft(changes, now=now, **wish)
        self.check(number, now=now)
        self.activate(number, now=now)
        return number

    def deliver(self, now: datetime = NOW, kinds: Mapping[str, JobKind] | None = None) -> None:
        """Bring what is under way to the districts, as the worker does."""
        drain(self.installation, kinds or job_kinds({}, self.installation), now=now)
        self.installation.forget()


@pytest.fixture
def installation(database: OwnDatabase) -> Iterator[Installation]:
    """An installation of the test's own: the worker looks at all tenants."""
    installation = make_installation(database.url, features=[light(), gate()])
    yield installation
    installation.database.engine.dispose()


@pytest.fixture
def east(make: Callable[..., District]) -> District:
    return make()


@pytest.fixture
def west(make: Callable[..., District]) -> District:
    return make()


@pytest.fixture
def city(installation: Installation, east: District, west: District) -> City:
    return City(installation, make_city(installation, [east.slug, west.slug]))


def taken(district: District) -> SettingsPreset | None:
    with district.installation.scope(district.slug) as scope:
        return scope.session.get(SettingsPreset, (scope.tenant.id, LIGHT))


def test_a_preset_is_brought_to_every_district(city: City, east: District, west: District) -> None:
    number = city.preset({"yellow_hours": 4}, lock=["answer_days"])
    assert sorted(job.payload["district"] for job in city.jobs(PRESET)) == sorted([east.slug, west.slug])

    city.deliver()

    assert [each.settings()["yellow_hours"] for each in (east, west)] == [4, 4]
    row = taken(east)
    assert row is not None
    assert (row.city, row.number, row.values, row.locked) == (
        city.slug,
        number,
        {"yellow_hours": 4},
        ["answer_days"],
    )


def test_a_district_keeps_its_own_unless_it_is_locked(city: City, east: District, west: District) -> None:
    east.make_active({"yellow_hours": 6, "answer_days": 9})
    city.preset({"yellow_hours": 4, "answer_days": 8}, lock=["answer_days"])

    city.deliver()

    assert (east.settings()["yellow_hours"], east.settings()["answer_days"]) == (6, 8)
    assert (west.settings()["yellow_hours"], west.settings()["answer_days"]) == (4, 8)


def test_a_lock_without_a_value_holds_the_default(city: City, east: District) -> None:
    east.make_active({"answer_days": 9})

    city.preset({"yellow_hours": 4}, lock=["answer_days"])
    city.deliver()

    assert east.settings()["answer_days"] == 5


def test_where_each_setting_comes_from_is_shown(city: City, east: District) -> None:
    east.make_active({"words": ["路灯"], "answer_days": 9})
    city.preset({"yellow_hours": 4}, lock=["answer_days"])
    city.deliver()

    shown = east.run(lambda scope: show(scope, east.roster, LIGHT, actor=ANNA))

    told = {each.name: (each.words, each.source_words, each.locked) for each in shown.values}
    assert told["yellow_hours"] == ("4 个工作小时", f"全市预设（{city.slug} 第 1 次修订）", False)
    assert told["answer_days"] == ("5 个工作日", "默认", True)
    assert told["words"] == ("路灯", "本区第 2 次修订", False)
    in_city = city.run(lambda scope: show(scope, city.roster, LIGHT, actor=ANNA))
    assert [
        (each.source_words, each.locks) for each in in_city.values if each.name in ("yellow_hours", "answer_days")
    ] == [
        ("本市第 1 次修订", False),
        ("默认", True),
    ]


def test_a_unit_that_a_district_does_not_have_keeps_the_preset_out(city: City, east: District, west: District) -> None:
    with east.installation.scope(east.slug) as scope:
        scope.session.add(Unit(tenant_id=scope.tenant.id, id=scope.new_id(), code="hq", name="总部", kind="section"))
    east.installation.forget()
    city.preset({"yellow_hours": 4})
    city.deliver()
    number = city.preset({"steps": [{"unit": "hq"}]}, now=later(minutes=1))

    city.deliver(later(minutes=2))

    assert east.settings()["steps"][0]["unit"] == "hq"
    assert (west.settings()["yellow_hours"], west.settings()["steps"]) == (4, ())
    [card] = west.cards()
    assert (card.feature, card.hook, card.revision) == (LIGHT, "preset", number)
    assert "没有采用" in card.words
    assert "本区没有代码为 hq 的单位" in card.words
    [told] = city.cards()
    assert (told.hook, told.revision) == (f"preset/{west.slug}", number)


def test_a_rule_across_own_and_preset_settings_keeps_the_preset_out(city: City, east: District) -> None:
    east.make_active({"yellow_hours": 7, "answer_days": 2})
    number = city.draft({"yellow_hours": 3, "answer_days": 1}, lock=["answer_days"])
    city.check(number)
    city.activate(number)

    city.deliver()

    assert (east.settings()["yellow_hours"], east.settings()["answer_days"]) == (7, 2)
    assert [card.hook for card in east.cards()] == ["preset"]


def test_districts_that_did_not_take_it_can_be_told_again(city: City, east: District, west: District) -> None:
    city.preset({"steps": [{"unit": "hq"}]})
    city.deliver()
    assert west.settings()["steps"] == ()
    with west.installation.scope(west.slug) as scope:
        scope.session.add(Unit(tenant_id=scope.tenant.id, id=scope.new_id(), code="hq", name="总部", kind="section"))
    west.installation.forget()

    told = city.run(lambda scope: push_preset(scope, city.roster, LIGHT, actor=ANNA, now=later(hours=1)))
    city.deliver(later(hours=1))

    assert sorted(told) == sorted([east.slug, west.slug])
    assert west.settings()["steps"][0]["unit"] == "hq"
    assert east.settings()["steps"] == ()
    with pytest.raises(NoPreset):
        east.run(lambda scope: push_preset(scope, east.roster, LIGHT, actor=ANNA, now=NOW))


def test_a_worker_killed_between_the_two_commits_brings_it_once(city: City, east: District, west: District) -> None:
    city.preset({"yellow_hours": 4})
    kinds = job_kinds({}, city.installation)

    def dies(*given: Any) -> None:
        kinds[PRESET].do(*given)
        raise Killed

    with pytest.raises(Killed):
        city.deliver(kinds={**kinds, PRESET: replace(kinds[PRESET], do=dies)})
    city.installation.forget()
    epochs = {each.slug: each.installation.tenant(each.slug).epoch for each in (east, west)}
    city.deliver()

    assert [each.settings()["yellow_hours"] for each in (east, west)] == [4, 4]
    changed = [slug for slug, epoch in epochs.items() if city.installation.tenant(slug).epoch != epoch]
    assert len(changed) == 1
    assert east.cards() == west.cards() == city.cards() == []


def test_jobs_that_come_in_the_wrong_order_leave_the_newest(city: City, east: District) -> None:
    city.preset({"yellow_hours": 4})
    held_back = [dict(job.payload) for job in city.jobs(PRESET)]
    city.preset({"yellow_hours": 5}, now=later(minutes=1))
    city.deliver(later(minutes=2))

    kinds = job_kinds({}, city.installation)
    for payload in held_back:
        with city.installation.scope(city.slug) as scope:
            kinds[PRESET].do(scope, payload, later(minutes=3))

    assert east.settings()["yellow_hours"] == 5


def test_a_city_sets_no_secret_for_its_districts(city: City) -> None:
    with pytest.raises(SecretUnusable, match="由各区自己设置"):
        city.run(lambda scope: set_secret(scope, city.roster, GATE, "token", SecretText("x"), actor=ANNA, now=NOW))


def test_going_back_in_the_city_goes_back_in_the_districts(city: City, east: District) -> None:
    city.preset({"yellow_hours": 4})
    city.preset({"yellow_hours": 5}, now=later(minutes=1))
    city.run(lambda scope: roll_back(scope, city.roster, LIGHT, reason="太早", actor=ANNA, now=later(minutes=2)))

    city.deliver(later(minutes=3))

    assert east.settings()["yellow_hours"] == 4


def test_what_holds_somebody_to_account_needs_two_in_the_city_too(city: City, east: District) -> None:
    number = city.draft({"watcher": "panel"})
    city.check(number)

    with pytest.raises(ApprovalMissing):
        city.activate(number)
    city.approve(number, actor=BORIS)
    city.activate(number)
    city.deliver()

    assert east.settings()["watcher"] == "panel"


def test_locking_what_holds_somebody_to_account_needs_two(city: City) -> None:
    number = city.draft({}, lock=["watcher"])
    city.check(number)

    with pytest.raises(ApprovalMissing, match="监督单位（锁定）"):
        city.activate(number)


def test_what_is_unlocked_is_left_to_the_districts_again(city: City, east: District) -> None:
    east.make_active({"answer_days": 9})
    city.preset({"yellow_hours": 4}, lock=["answer_days"])
    city.preset({}, unlock=["answer_days"], now=later(minutes=1))
    city.deliver(later(minutes=2))

    assert east.settings()["answer_days"] == 9


def test_a_district_that_joins_is_told_everything(
    make: Callable[..., District], city: City, installation: Installation
) -> None:
    city.preset({"yellow_hours": 4})
    city.deliver()
    late = make()
    with installation.database.transaction(None) as session:
        session.add(
            CityMember(city_id=installation.tenant(city.slug).id, district_id=installation.tenant(late.slug).id)
        )

    city.run(lambda scope: tell_new_district(scope, city.roster, late.slug, now=later(days=1)))
    city.deliver(later(days=1))

    assert late.settings()["yellow_hours"] == 4


def test_a_feature_that_is_off_takes_the_preset_for_later(city: City, east: District) -> None:
    city.draft({"address": "up"}, feature=GATE)
    city.check(1, feature=GATE)
    city.activate(1, feature=GATE)

    city.deliver()

    with city.installation.scope(east.slug) as scope:
        row = scope.session.get_one(SettingsPreset, (scope.tenant.id, GATE))
    assert row.values == {"address": "up"}
