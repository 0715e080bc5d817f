"""A district that holds campaigns, two administrators, and files of campaigns."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

import pytest

from core.engagement.models import Campaign
from core.engagement.queries import get_campaign
from core.journey.campaigns import draw_campaign, open_campaign, sign_campaign, write_campaign
from core.journey.lists import Ordered
from core.journey.taking_part import Entered, Entering, take_part
from core.tenancy.scope import Installation, Scope
from tests.builders import beijing, make_actor, make_district, make_installation
from tests.plugins.making import SHIPPED

T = TypeVar("T")
FEATURES = ("pingshan.engagement", "pingshan.entrance")
QUIZ = """
kind = "quiz"
title = "垃圾分类答题"
words = "答对全部题目的参加抽签。"
organiser = "parks"
opens = 2026-03-12T09:00:00
closes = 2026-03-14T18:00:00
budget_yuan = 130
staff_phones = ["13800000099"]
[[prize]]
name = "一等奖"
number = 1
yuan = 100
[[prize]]
name = "红包"
number = 3
yuan = 10
[[question]]
ask = "旧电池属于哪一类？"
choices = ["厨余垃圾", "有害垃圾", "其他垃圾"]
right = 2
[[question]]
ask = "果皮属于哪一类？"
choices = ["厨余垃圾", "可回收物"]
right = 1
"""
COLLECTION = """
kind = "collection"
title = "公园怎么改，您来说"
words = "说说您家门口的公园还缺什么。"
organiser = "parks"
channel = "entrance"
way = "jury"
opens = 2026-03-12T09:00:00
closes = 2026-03-14T18:00:00
budget_yuan = 100
staff_phones = []
[[prize]]
name = "金点子"
number = 2
yuan = 50
"""
RIGHT, WRONG = (1, 0), (0, 0)


@dataclass
class Fair:
    """The district, and what is done there at Beijing's times."""

    installation: Installation
    slug: str

    def run(self, work: Callable[[Scope], T]) -> T:
        return self.installation.run(self.slug, work)

    def order(self, who: str, at: str) -> Ordered:
        ids = {"安娜": 1, "贝塔": 2}
        return Ordered(make_actor(who, "administrator", id=ids[who]), None, "年度活动", beijing(at))

    def opened(self, text: str = QUIZ) -> int:
        """Write a campaign and open it before its time."""
        number = self.run(lambda scope: write_campaign(scope, text, self.order("安娜", "2026-03-10 09:00")).id)
        self.run(lambda scope: open_campaign(scope, number, self.order("贝塔", "2026-03-11 09:00")).id)
        return number

    def enter(
        self,
        number: int,
        phone: str,
        answers: tuple[int | None, ...] = RIGHT,
        *,
        at: str = "2026-03-12 10:00",
        begun: str = "2026-03-12 09:59",
        address: str = "",
        form: str = "",
        text: str = "",
        is_no_staff: bool = True,
    ) -> Entered:
        entering = Entering(form or f"form-of-{phone}", beijing(begun), phone, is_no_staff, answers, text)
        return self.run(lambda scope: take_part(scope, number, entering, address=address, now=beijing(at)))

    def draw(self, number: int) -> None:
        self.run(lambda scope: draw_campaign(scope, number, self.order("安娜", "2026-03-15 09:00")).id)

    def sign(self, number: int) -> None:
        self.run(lambda scope: sign_campaign(scope, number, self.order("贝塔", "2026-03-15 10:00")).id)

    def look(self, number: int, see: Callable[[Scope, Campaign], T]) -> T:
        return self.run(lambda scope: see(scope, get_campaign(scope, number)))


@pytest.fixture(scope="module")
def fair(database_url: str) -> Iterator[Fair]:
    installation = make_installation(database_url, features=[SHIPPED.features[name] for name in FEATURES])
    yield Fair(installation, make_district(installation, features={name: {} for name in FEATURES}))
    installation.database.engine.dispose()
