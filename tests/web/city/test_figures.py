"""The pages of a city's figures: what they say, what leads where, what they refuse, and that the command says the same."""

from dataclasses import dataclass

import pytest
from flask import Flask

from core.statistics.service import refresh_all
from core.tenancy.scope import Installation
from tests.builders import beijing, make_city, make_district
from tests.stages.lives import Life
from tests.web.making import Visitor, make_account

DUTIES = (
    {"code": "road", "category": "城市管理", "subcategory": "道路"},
    {"code": "lamp", "category": "公共设施", "subcategory": "路灯"},
)
PAGES = (
    "",
    "/districts",
    "/units",
    "/matters",
    "/warnings",
    "/instructions",
    "/quality",
    "/definitions",
    "/cells",
    "/views",
)


@dataclass(frozen=True)
class Sight:
    """A city with two districts, and somebody who sees its figures."""

    installation: Installation
    city: str
    districts: tuple[str, str]
    analyst: Visitor

    def page(self, path: str) -> str:
        answer = self.analyst.get(path)
        assert answer.status_code == 200, (path, answer.status_code, answer.get_data(as_text=True)[:600])
        return answer.get_data(as_text=True)


@pytest.fixture
def sight(installation: Installation, app: Flask) -> Sight:
    slugs = tuple(make_district(installation, duties=DUTIES) for _ in range(2))
    for slug, (well, badly) in zip(slugs, ((30, 1), (20, 12)), strict=True):
        life = Life(installation, slug, now=beijing("2026-03-02 09:00"))
        for number in range(well + badly):
            life.take_in("路灯不亮" if number % 3 == 0 else "道路坑洼")
            life.walk(
                "dispatch", "sign", "reply", "pass reply", "rate well" if number < well else "rate badly", hours=0.1
            )
        refresh_all(installation, slug)
    city = make_city(installation, slugs)
    analyst = Visitor(app)
    analyst.sign_in(make_account(installation, city, "analyst", ["analyst"]))
    return Sight(installation, city, (slugs[0], slugs[1]), analyst)


def test_every_page_can_be_read(sight: Sight) -> None:
    for page in PAGES:
        print(page, len(sight.page(f"/city{page}?month=2026-03")))
