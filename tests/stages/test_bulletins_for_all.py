"""The copy of a bulletin for everybody: it says of units what the figures say, and no count that these keep back."""

from collections.abc import Iterator
from typing import Any

import pytest

from core.documents.frozen import from_text
from core.documents.model import Document, Number, Table
from core.hooks import BulletinRules, BulletinSection, GradeBand
from core.journey import bulletins as journey
from core.statistics.bulletins.for_all import LEFT_OUT
from core.statistics.bulletins.models import BulletinNaming
from core.statistics.bulletins.naming import named_for_all
from core.statistics.bulletins.queries import get_bulletin
from core.statistics.public import months_of
from core.statistics.small_counts import FEWEST, words_of
from core.tenancy.scope import Installation
from tests.builders import beijing, make_city, make_district, make_feature, make_installation
from tests.stages.lives import DUTIES, Life
from tests.stages.test_bulletins import MARCH, NOW, do, drafted, headings, kept, rate, rows_of, words_of_section

OWN = BulletinSection(heading="本区", columns=("项目", "件数"), rows=(("少的", 3), ("多的", 12)))
FEATURES: dict[str, Any] = {
    "bulletin_rules": lambda: [BulletinRules("g/naming", "点名", editions=("general", "enterprise"), sample=2)],
    "grade_bands": lambda: [GradeBand("satisfied", 0.85, "低于底线", "点名", "g/naming", "满意率低于 85%")],
    "bulletin_sections": lambda: [
        *(BulletinSection(core=name) for name in ("overview", "appellants", "levels", "units", "top_accepted")),
        *(BulletinSection(core=name) for name in ("top_dissatisfied", "dissatisfied", "conduct", "topics", "naming")),
        OWN,
    ],
}


@pytest.fixture(scope="module")
def installation(database_url: str) -> Iterator[Installation]:
    installation = make_installation(database_url, features=[make_feature("g", **FEATURES)])
    yield installation
    installation.database.engine.dispose()


@pytest.fixture(scope="module")
def life(installation: Installation) -> Life:
    """A district where one unit had eight appeals, two of them badly rated, and another two."""
    slug = make_district(installation, features={"g": {}}, duties=DUTIES)
    life = Life(installation, slug, now=beijing("2026-03-02 09:00"))
    rate(life, "roads", "rate badly", "rate badly", *["rate well"] * 5)
    rate(life, "roads", "rate well", appellant="enterprise")
    rate(life, "parks", "rate well", "rate well", appellant="enterprise")
    return life


def copy_of(life: Life, number: int) -> Document:
    with life.installation.scope(life.slug) as scope:
        return from_text(get_bulletin(scope, number).for_all)


def small_in(document: Document) -> list[tuple[str, str]]:
    """Return the cells of all tables that tell a count from 1 to 4."""
    return [
        (section.heading, cell.words)
        for section in document.sections
        for block in section.blocks
        if isinstance(block, Table)
        for row in block.rows
        for cell in row
        if isinstance(cell, Number) and 0 < cell.value < FEWEST
    ]


def test_everybodys_copy_tells_of_units_what_the_figures_tell_and_the_house_keeps_the_counts(life: Life) -> None:
    general, enterprise = drafted(life), drafted(life, "enterprise")
    for naming in list(_namings(life, general)):
        do(life, journey.decide_naming, general, naming_id=naming.id, names=True, reason="数字属实")
    do(life, journey.approve_bulletin, general)

    house, copy = kept(life, general)[1], copy_of(life, general)
    with life.installation.scope(life.slug) as scope:
        page = next(each for each in months_of(scope, today=NOW.date()).tables if each.month == MARCH)
    assert [rows_of(house, "各单位办理回复情况")[name][0] for name in ("道路管理处", "园林管理处", "合计")] == [
        8,
        2,
        10,
    ]
    units, levels = rows_of(copy, "各单位办理回复情况"), rows_of(copy, "各级办理回复情况")
    shown = {row.name: words_of(row.counts["accepted"]) for row in page.rows}
    assert {name: str(row[0]) for name, row in units.items() if name != "合计"} == {
        row.name: shown[row.name] for row in page.rows if row.part in ("unit", "nobody")
    }
    assert (shown["园林管理处"], units["园林管理处"][0], units["合计"][0]) == ("少于 5", "少于 5", 10)
    assert units["道路管理处"][0] != 8  # with the total it would give the other away
    assert {str(row[0]) for name, row in levels.items() if name != "合计"} == {
        words_of(row.counts["accepted"]) for row in page.rows if row.part == "kind"
    }
    assert rows_of(copy, "总体情况")["受理"][0] == 10
    assert [words_of_section(copy, heading) for heading in ("不满意件前十", "不满意原因")] == [[LEFT_OUT]] * 2
    assert rows_of(copy, "群众与企业诉求办理回复情况")["企业"] == ["少于 5"]
    assert rows_of(copy, "本区") == {"少的": ["少于 5"], "多的": [12]}
    assert small_in(copy) == []
    assert small_in(house)
    assert headings(copy) == headings(house)[: len(headings(copy))]
    assert rows_of(house, "点名通报")["道路管理处"][1] == "6/8"
    assert rows_of(copy, "点名通报") == {}  # eight are no sample, whatever a feature holds for one
    assert "少于 5" in "".join(copy.lead)

    of_firms = copy_of(life, enterprise)
    assert rows_of(kept(life, enterprise)[1], "各单位办理回复情况")["园林管理处"][0] == 2
    assert [row[0] for row in rows_of(of_firms, "各单位办理回复情况").values()] == ["少于 5", "少于 5", "少于 10"]
    assert small_in(of_firms) == []


def test_a_citys_copy_tells_of_districts_alone(installation: Installation, life: Life) -> None:
    city = make_city(installation, [life.slug], features={"g": {}})
    whole = Life(installation, city, now=NOW)

    copy = copy_of(whole, drafted(whole))

    with installation.scope(life.slug) as scope:
        name = scope.tenant.name
    assert rows_of(copy, "各级办理回复情况")[name][0] == 10
    assert words_of_section(copy, "各单位办理回复情况") == ["各单位的数字见各区（市）县自己公布的办理数据和通报。"]
    assert small_in(copy) == []


def test_everybody_is_told_of_a_naming_over_a_sample_and_of_no_other() -> None:
    def naming(name: str, rated: int, state: str = "named") -> BulletinNaming:
        given: dict[str, Any] = {"tenant_id": 1, "id": 1, "bulletin_id": 1, "satisfied": 1, "satisfied_adjudicated": 1}
        return BulletinNaming(**given, name=name, rated=rated, rated_adjudicated=rated, state=state)

    told = named_for_all([naming("甲", 29), naming("乙", 30), naming("丙", 30, "spared")])

    assert [each.name for each in told] == ["乙"]


def _namings(life: Life, number: int) -> Iterator[BulletinNaming]:
    with life.installation.scope(life.slug) as scope:
        yield from journey.show_bulletin(scope, number).namings
