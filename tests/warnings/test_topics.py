"""What is asked about most, what grows, where answers do not hold, what is followed, and what is common to a city."""

from datetime import date

import pytest

from core.journey import warnings
from core.kit.errors import Refused
from core.statistics.days import Span
from core.statistics.periods import Month
from core.statistics.service import refresh
from core.statistics.warnings.places_document import places_document
from core.statistics.warnings.topics import fastest, followed_topics, hot_matters, places, weak_spots
from core.tenancy.scope import Installation
from tests.builders import OPERATOR, beijing, make_district, make_ticket
from tests.judge.case import Case

MAY = Span(date(2026, 5, 16), date(2026, 6, 14))


def take_in(installation: Installation, slug: str, matter: str, count: int, at: str) -> None:
    for each in range(count):
        make_ticket(installation, slug, now=beijing(f"{at} 10:{each:02}"), matter=matter)


def district(installation: Installation) -> str:
    noise = {"code": "noise", "category": "环境", "subcategory": "噪声"}
    return make_district(installation, duties=[{"code": "road"}, noise])


def test_matters_are_ordered_by_count_and_by_growth(installation: Installation) -> None:
    slug = district(installation)
    take_in(installation, slug, "road", 12, "2026-05-01")
    take_in(installation, slug, "road", 13, "2026-06-01")
    take_in(installation, slug, "noise", 11, "2026-06-02")
    installation.run(slug, refresh)

    hot = installation.run(slug, lambda scope: hot_matters(scope, MAY))

    assert [(each.label, each.now, each.before) for each in hot] == [
        ("城市管理 / 道路", 13, 12),
        ("环境 / 噪声", 11, 0),
    ]
    assert [each.matter for each in fastest(hot)] == ["noise", "road"]


def test_a_topic_is_counted_month_by_month_from_its_matters(installation: Installation) -> None:
    slug = district(installation)
    take_in(installation, slug, "road", 2, "2026-05-20")
    take_in(installation, slug, "noise", 3, "2026-06-20")
    case, now = Case(installation, slug), beijing("2026-06-22 10:00")

    def follow(name: str, *matters: str) -> int:
        return case.run(
            lambda scope: warnings.follow_topic(scope, name=name, matters=matters, why="", actor=OPERATOR, now=now).id
        )

    for name, matters, words in (("", ("road",), "名称"), ("出行", (), "至少选一个事项"), ("出行", ("none",), "none")):
        with pytest.raises(Refused, match=words):
            follow(name, *matters)
    topic = follow("出行和安静", "road", "noise", "road")
    with pytest.raises(Refused, match="已在跟踪"):
        follow("出行和安静", "road")
    case.run(refresh)
    [followed] = case.run(lambda scope: followed_topics(scope, Month(2026, 6)))
    assert (followed.now, followed.before, followed.year_before, len(followed.months)) == (3, 2, 0, 13)

    case.run(lambda scope: warnings.end_topic(scope, topic, actor=OPERATOR, now=now))

    assert case.run(lambda scope: followed_topics(scope, Month(2026, 6))) == []
    assert len(case.run(lambda scope: followed_topics(scope, Month(2026, 5)))) == 1


def test_places_add_up_and_go_into_a_document(installation: Installation) -> None:
    slug = district(installation)
    take_in(installation, slug, "road", 2, "2026-06-01")
    take_in(installation, slug, "noise", 3, "2026-06-02")
    installation.run(slug, refresh)

    told = installation.run(slug, lambda scope: places(scope, MAY))
    roads = installation.run(slug, lambda scope: places(scope, MAY, category="城市管理"))

    assert (told.matters, told.rows, told.total) == (["环境 / 噪声", "城市管理 / 道路"], [("区域不明", [3, 2], 5)], 5)
    assert (roads.matters, roads.total) == (["城市管理 / 道路"], 2)
    document = places_document(told, "某区", "", made_at=beijing("2026-06-15 00:00"))
    assert [section.heading for section in document.sections] == ["", "各区域", "各区域问得最多的事项（2 个）"]


def test_a_matter_of_which_much_is_redone_is_a_weak_spot(installation: Installation) -> None:
    slug = district(installation)
    take_in(installation, slug, "noise", 10, "2026-06-01")
    take_in(installation, slug, "road", 9, "2026-06-01")
    case = Case(installation, slug)
    case.take_in("2026-06-01 11:00", matter="road")
    case.answer("2026-06-01 12:00")
    case.redo("2026-06-02 09:00")
    installation.run(slug, refresh)

    spots = installation.run(slug, lambda scope: weak_spots(scope, MAY))

    assert [(each.matter, each.accepted, each.redone, each.dissatisfied) for each in spots] == [("road", 10, 1, 0)]
