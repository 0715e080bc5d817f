"""An administrator who is no programmer moves Pingshan's road damage 道路破损 to another unit: by the duty list, then by a rule."""

import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from core.hooks.roster import Roster
from core.jobs.drain import Drain
from core.jobs.kinds import job_kinds
from core.routing.models import RouteDecision
from core.tenancy.scope import Installation, Scope
from core.tickets.queries import get_ticket_id
from core.units.queries import directory
from core.web import create_app
from tenants.apply import apply_profile
from tenants.profile import shipped_profiles
from tests.builders import make_installation, make_ticket
from tests.web.browser import Watched, served, watched
from tests.web.making import make_account

DAMAGE = "路面坑洼，电动车颠簸"
ROADS, WATER = "交通运输局坪山管理局道路设施科", "坪山区水务局"
SLOW = 60_000
"""Milliseconds that the check of a list of 1,285 items in 23 areas may take where others work too."""
PAST = 3
"""Tickets of past days about broken roads."""
OTHERS = ("路灯不亮，晚上看不清", "小区垃圾没有人清运", "红绿灯不亮", "地铁站扶梯停了")
"""What came in besides: a draft that sends nearly everything to one unit has to be agreed to twice."""


@dataclass(frozen=True)
class Pingshan:
    """The district as it ships, with two administrators, served."""

    installation: Installation
    slug: str
    address: str
    first: str
    second: str

    def taken_in(self, text: str, at: datetime) -> str:
        """Take in a ticket by what holds now; return its number."""
        self.installation.forget()  # what holds is read anew within two seconds; nobody here waits for them
        return make_ticket(self.installation, self.slug, text=text, now=at).serial_no

    def suggested(self) -> str:
        """Take in a broken road now, and return the unit that is suggested for it."""
        serial_no = self.taken_in(DAMAGE, datetime.now(UTC))

        def read(scope: Scope) -> str:
            unit = scope.session.scalars(
                select(RouteDecision.unit_id)
                .where(RouteDecision.ticket_id == get_ticket_id(scope, serial_no))
                .order_by(RouteDecision.id.desc())
            ).first()
            return directory(scope).name_of(unit) if unit else ""

        return self.installation.run(self.slug, read)

    def work(self) -> None:
        """Do the jobs that wait, as the worker does."""
        Drain(self.installation, job_kinds({}, self.installation)).run(now=lambda: datetime.now(UTC))


@pytest.fixture
def pingshan(database_url: str) -> Iterator[Pingshan]:
    installation = make_installation(database_url, features=tuple(Roster.installed().features.values()))
    mark = secrets.token_hex(3)
    shipped = next(each for each in shipped_profiles() if each.slug == "pingshan")
    profile = replace(shipped, slug=f"pingshan-{mark}", serial_prefix=f"P{mark.upper()}")
    apply_profile(installation, profile, now=datetime.now(UTC) - timedelta(days=20))
    people = [
        make_account(installation, profile.slug, login, ["administrator"], name=name)
        for login, name in (("jia", "关甲"), ("yi", "梁乙"))
    ]
    with served(create_app(installation)) as address:
        yield Pingshan(installation, profile.slug, address, *people)
    installation.database.engine.dispose()


def test_road_damage_goes_to_another_unit_by_the_duty_list_or_by_a_rule_and_back_again(
    pingshan: Pingshan, browser: Browser
) -> None:
    for days in range(PAST):
        pingshan.taken_in(DAMAGE, datetime.now(UTC) - timedelta(days=days + 1))
    for text in OTHERS:
        pingshan.taken_in(text, datetime.now(UTC) - timedelta(days=1))
    assert pingshan.suggested() == ROADS

    with watched(browser, pingshan.address) as first, watched(browser, pingshan.address, javascript=False) as second:
        first.sign_in(pingshan.first)
        second.sign_in(pingshan.second)

        # By the duty list: the item gets another lead unit, and the version is drafted to hold.
        first.open("/admin/duties")
        first.page.get_by_role("link", name="查找、修改事项").click()
        first.page.get_by_role("searchbox", name="按词、编码或单位查找").fill("道路路面破损")
        first.page.get_by_role("button", name="查找").click()
        first.page.get_by_role("link", name="道路路面破损", exact=True).click()
        first.page.get_by_label("主办单位").fill("水务局")
        first.page.get_by_role("option", name=WATER).click()
        first.page.get_by_label("为什么改").fill("道路养护职责划转")
        first.page.get_by_role("button", name="存为新的一版并起草启用，去试算").click()
        agree_after_trial(pingshan, first, second, changed=PAST + 1)
        assert pingshan.suggested() == WATER
        roll_back(first)
        assert pingshan.suggested() == ROADS

        # By a rule: a sentence that is put together from names.
        first.open("/admin/routing")
        first.page.get_by_role("button", name="新增规则").click()
        first.page.get_by_label("名字").fill("道路破损改派")
        first.page.get_by_label("填事项").fill("道路路面破损")
        first.page.get_by_label("填事项").press("Tab")
        expect(first.page.get_by_role("checkbox", name="道路交通 / 道路路面破损")).to_be_checked()
        first.page.get_by_label("派给").first.fill("水务局")
        first.page.get_by_role("option", name=WATER).click()
        first.page.get_by_label("理由").fill("道路养护职责划转")
        expect(first.page.locator("#reading")).to_have_text(
            f"读作：专项：凡事项属于“道路交通 / 道路路面破损”的，派给{WATER}。"
        )
        expect(first.page.locator("#seen .tiles b")).to_have_text([str(PAST + len(OTHERS) + 3), str(PAST + 3), "0"])
        first.page.get_by_label("为什么改").fill("道路养护职责划转")
        first.page.get_by_role("button", name="存为草稿，去试算").click()
        agree_after_trial(pingshan, first, second, changed=PAST + 3)
        assert pingshan.suggested() == WATER
        roll_back(first)
        assert pingshan.suggested() == ROADS

        for window in (first, second):
            assert (window.complaints, window.strangers) == ([], [])


def agree_after_trial(pingshan: Pingshan, first: Watched, second: Watched, *, changed: int) -> None:
    """Try the draft that the first one looks at; the second one reads what would change, agrees and activates."""
    first.page.wait_for_url("**/admin/features/core.routing/revisions/*", timeout=SLOW)
    number = first.page.url.rsplit("/", 1)[1]
    first.page.get_by_role("button", name="试算", exact=True).click()
    expect(first.page.locator("#trial-panel")).to_contain_text("共")
    pingshan.work()
    expect(first.page.locator(".trial-totals dd").nth(2)).to_have_text(str(changed))
    expect(first.page.locator("#trial-panel")).to_contain_text(WATER)
    second.open("/admin/revisions")
    second.page.get_by_role("link", name=f"第 {number} 次").first.click()
    second.page.get_by_label("批准意见").fill("同意")
    second.page.get_by_role("button", name="批准").click()
    expect(second.page.locator("#notice")).to_contain_text("已批准", timeout=SLOW)
    second.page.get_by_role("button", name="启用").click()
    expect(second.page.get_by_role("heading", level=1)).to_contain_text("生效中", timeout=SLOW)
    first.open(f"/admin/features/core.routing/revisions/{number}")


def roll_back(window: Watched) -> None:
    """Go back with one click, from the revision that holds."""
    page: Page = window.page
    page.get_by_role("button", name=re.compile("回退到")).click()
    expect(page.locator("#notice")).to_contain_text("已回退", timeout=SLOW)
