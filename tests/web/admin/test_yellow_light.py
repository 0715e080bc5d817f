"""An administrator who is no programmer lets Nanhai's dot turn yellow five hours before the end, in the browser, and takes it back."""

import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from core.hooks.roster import Roster
from core.jobs.drain import Drain
from core.jobs.kinds import job_kinds
from core.journey import desk
from core.routing.service import UNEXPLAINED
from core.sla.models import Clock, Timer
from core.tenancy.scope import Installation
from core.tickets.queries import get_ticket_id
from core.tickets.timeline import Order
from core.web import create_app
from tenants.apply import apply_profile
from tenants.profile import shipped_profiles
from tests.builders import BEIJING, OPERATOR, beijing, make_installation, make_ticket
from tests.web.browser import served, watched
from tests.web.making import make_account

PAST = 6
"""Tickets of past days on which the draft is tried; nobody has answered them, so each turned yellow at its time."""


@dataclass(frozen=True)
class Nanhai:
    """The district as it ships, with two administrators, served."""

    installation: Installation
    slug: str
    address: str
    first: str
    second: str

    def dispatched(self, at: datetime) -> str:
        """Take in a broken road and dispatch it by what holds now; return its number."""
        self.installation.forget()  # what holds is read anew within two seconds; nobody here waits for them
        serial_no = make_ticket(self.installation, self.slug, text="道路破损，出行不便", now=at).serial_no
        order = Order(OPERATOR, at + timedelta(minutes=1))
        self.installation.run(
            self.slug, lambda scope: desk.dispatch(scope, serial_no, order, lead="hgc-sz", reason=UNEXPLAINED)
        )
        return serial_no

    def yellow(self, serial_no: str) -> tuple[str, str]:
        """Return when a ticket's answer is due, and when its dot turns yellow: both as local clock times."""

        def read(found: list[tuple[datetime | None, datetime]]) -> tuple[str, str]:
            ((due, yellow),) = found
            assert due is not None
            assert due.astimezone(BEIJING).date() == yellow.astimezone(BEIJING).date()
            return f"{due.astimezone(BEIJING):%H:%M}", f"{yellow.astimezone(BEIJING):%H:%M}"

        return self.installation.run(
            self.slug,
            lambda scope: read(
                [
                    (due, fire)
                    for due, fire in scope.session.execute(
                        select(Clock.due_at, Timer.fire_at)
                        .join(Timer, (Timer.tenant_id == Clock.tenant_id) & (Timer.clock_id == Clock.id))
                        .where(Clock.ticket_id == get_ticket_id(scope, serial_no), Clock.name == "reply")
                        .where(Timer.mark == "yellow", Clock.state == "running")
                    )
                ]
            ),
        )

    def work(self) -> None:
        """Do the jobs that wait, as the worker does."""
        Drain(self.installation, job_kinds({}, self.installation)).run(now=lambda: datetime.now(UTC))


@pytest.fixture
def nanhai(database_url: str) -> Iterator[Nanhai]:
    installation = make_installation(database_url, features=tuple(Roster.installed().features.values()))
    mark = secrets.token_hex(3)
    shipped = next(each for each in shipped_profiles() if each.slug == "nanhai")
    profile = replace(shipped, slug=f"nanhai-{mark}", serial_prefix=f"N{mark.upper()}")
    apply_profile(installation, profile, now=datetime.now(UTC))
    people = [
        make_account(installation, profile.slug, login, ["administrator"], name=name)
        for login, name in (("jia", "关甲"), ("yi", "梁乙"))
    ]
    app: Flask = create_app(installation)
    with served(app) as address:
        yield Nanhai(installation, profile.slug, address, *people)
    installation.database.engine.dispose()


def test_the_dot_turns_yellow_five_hours_before_the_end_by_two_administrators_and_three_again(
    nanhai: Nanhai, browser: Browser
) -> None:
    for number in range(PAST):
        nanhai.dispatched(beijing(f"2026-03-{number + 10} 09:00"))
    assert nanhai.yellow(nanhai.dispatched(datetime.now(UTC))) == ("17:30", "14:30")

    with watched(browser, nanhai.address) as first, watched(browser, nanhai.address, javascript=False) as second:
        first.sign_in(nanhai.first)
        second.sign_in(nanhai.second)

        # The first one finds the setting, changes it and says why.
        first.open("/admin/features")
        first.page.get_by_role("link", name=re.compile("设置")).and_(
            first.page.locator("a[href='/admin/features/nanhai.light/settings']")
        ).first.click()
        first.page.get_by_label("剩余多少小时变黄").fill("5")
        first.page.get_by_label("为什么改").fill("责任部门反映三小时来不及，提前到五小时")
        first.page.get_by_role("button", name="存为草稿").last.click()
        expect(first.page.get_by_role("heading", level=1)).to_contain_text("第 2 次修订 已检查")
        assert row(first.page, "剩余多少小时变黄") == ["3 个工作小时", "5 个工作小时"]
        revision = first.page.url.rsplit("/", 1)[1]
        at = f"/admin/features/nanhai.light/revisions/{revision}"

        # The draft is tried on past tickets; the page follows it by itself.
        first.page.get_by_role("button", name="试算", exact=True).click()
        expect(first.page.locator("#trial-panel")).to_contain_text(f"共 {PAST + 1} 件")
        nanhai.work()
        totals = first.page.locator(".trial-totals dd")
        expect(totals).to_have_text([str(PAST + 1), "1", str(PAST), "0", "0"])
        expect(first.page.locator("#trial-panel .trial-more")).to_contain_text(f"{PAST} 件提前变黄")
        expect(first.page.locator("#steps")).to_contain_text("可以启用了")

        # The second one, whose browser runs no scripts, reads what would change, agrees and activates.
        second.open("/admin/revisions")
        second.page.locator(f"a[href='{at}']").click()
        expect(second.page.locator(".trial-totals dd")).to_have_text([str(PAST + 1), "1", str(PAST), "0", "0"])
        second.page.get_by_label("批准意见").fill("同意")
        second.page.get_by_role("button", name="批准").click()
        expect(second.page.locator("#notice")).to_contain_text("已批准")
        second.page.get_by_role("button", name="启用").click()
        expect(second.page.get_by_role("heading", level=1)).to_contain_text("生效中")
        assert nanhai.yellow(nanhai.dispatched(datetime.now(UTC))) == ("17:30", "10:30")

        # The first one goes back with one click.
        first.open(at)
        first.page.get_by_role("button", name="回退到").click()
        expect(first.page.locator("#notice")).to_contain_text("已回退")
        assert nanhai.yellow(nanhai.dispatched(datetime.now(UTC))) == ("17:30", "14:30")

        for window in (first, second):
            assert window.complaints == []
            assert window.strangers == []


def row(page: Page, setting: str) -> list[str]:
    """Return what a setting was and becomes, as the table of differences says."""
    return page.locator(".diff tr", has_text=setting).locator("td").all_inner_texts()
