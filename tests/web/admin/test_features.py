"""The features of a district in the hands of an administrator: on after a try, off with its dependents told, in order, repaired."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser

from core.hooks.table import Failure
from core.hooks.values import Budget, Channel, TimeLimit
from core.journey.dry_run import run_whole, runs_of
from core.journey.features.listing import list_features
from core.tenancy.incidents import keep_incident
from core.tenancy.queries import feature_events_of, feature_rows
from core.tenancy.scope import Installation
from core.web import create_app
from tests.builders import make_actor, make_district, make_feature, make_installation, make_ticket
from tests.settings.making import LIGHT, light
from tests.web.browser import served, watched
from tests.web.making import Life, Visitor, make_account

LIMITS, QUIET = "test.limits", "test.quiet"
ASKING = make_actor("看功能的", "administrator", id=909)


def three_days() -> list[TimeLimit]:
    return [TimeLimit("reply", Budget("wd_eod", 3), f"{LIMITS}/reply", "三日")]


def no_channels() -> list[Channel]:
    return []


@dataclass(frozen=True)
class Kept:
    """A district whose administrator is at a browser."""

    installation: Installation
    app: Flask
    slug: str
    login: str
    visitor: Visitor

    def states(self) -> dict[str, str]:
        """Return the features in their order, each with its state."""
        with self.installation.scope(self.slug) as scope:
            lines = list_features(scope, self.installation.roster, actor=ASKING).features
            return {line.id: line.state for line in lines}

    def post(self, path: str, **fields: Any) -> tuple[int, str]:
        """Send a form from the list; return the status and where it leads, or the page."""
        self.visitor.get("/admin/features")
        answer = self.visitor.post(f"/admin/features{path}", **fields)
        return answer.status_code, answer.location or self.visitor.page


@pytest.fixture(scope="module")
def installation(database_url: str) -> Iterator[Installation]:
    limits = make_feature(LIMITS, time_limits=three_days)
    installation = make_installation(
        database_url, features=[light(), limits, make_feature(QUIET, channels=no_channels)]
    )
    yield installation
    installation.database.engine.dispose()


@pytest.fixture(scope="module")
def app(installation: Installation) -> Flask:
    return create_app(installation)


@pytest.fixture
def make(installation: Installation, app: Flask) -> Callable[..., Kept]:
    """Make a district with these features on in this order, and its administrator at a browser."""

    def make(*on: str) -> Kept:
        slug = make_district(installation, features={name: {} for name in on})
        visitor = Visitor(app)
        login = make_account(installation, slug, "admin", ["administrator"], name="管理员甲")
        assert visitor.sign_in(login).status_code == 303
        return Kept(installation, app, slug, login, visitor)

    return make


def test_a_feature_that_decides_on_tickets_is_tried_before_it_is_on(make: Callable[..., Kept]) -> None:
    kept = make()
    make_ticket(kept.installation, kept.slug, now=datetime.now(UTC))

    begun = kept.post(f"/{LIGHT}/on", reason="领导同意试用")
    waiting = kept.states()[LIGHT]
    page = kept.visitor.get(f"/admin/features/{LIGHT}").get_data(as_text=True)
    with kept.installation.scope(kept.slug) as scope:
        [run] = runs_of(scope, LIGHT)
    run_whole(kept.installation, kept.slug, run.id, now=datetime.now(UTC))
    ready = kept.visitor.get(f"/admin/features/{LIGHT}").get_data(as_text=True)
    kept.visitor.get(begun[1])
    activated = kept.visitor.post(f"{begun[1]}/activate", when="now").status_code

    assert begun == (303, f"/admin/features/{LIGHT}/revisions/1")
    assert waiting == "enabling"
    assert "还要：试算" in page
    assert "都齐了，可以启用" in ready
    assert activated == 303
    assert kept.states()[LIGHT] == "on"


def test_a_feature_that_decides_on_no_ticket_is_on_at_once_and_given_up_in_the_same_way(
    make: Callable[..., Kept],
) -> None:
    kept = make()

    assert kept.post(f"/{QUIET}/on") == (303, f"/admin/features/{QUIET}")
    assert kept.states()[QUIET] == "on"
    assert kept.post(f"/{QUIET}/off", reason="")[0] == 422
    assert kept.states()[QUIET] == "on"
    assert kept.post(f"/{QUIET}/off", reason="试用结束")[0] == 303
    assert kept.states()[QUIET] == "off"
    assert kept.post(f"/{QUIET}/off", reason="再关一次")[0] == 409


def test_what_depends_on_a_feature_is_told_before_it_is_off_and_ticked_away(make: Callable[..., Kept]) -> None:
    kept = make(LIMITS)
    Life(kept.installation, kept.slug).take_in()

    told = kept.visitor.get(f"/admin/features/{LIMITS}").get_data(as_text=True)
    refused = kept.post(f"/{LIMITS}/off", reason="改用清单")
    stood = kept.states()[LIMITS]
    done = kept.post(f"/{LIMITS}/off", reason="改用清单", anyway="yes")

    assert "1 个在走的时限由它设定" in told
    assert refused[0] == 409
    assert "勾选“都知道了，仍然关闭”" in refused[1]
    assert 'value="改用清单"' in refused[1], "what was typed is kept"
    assert stood == "on"
    assert done[0] == 303
    assert kept.states()[LIMITS] == "off"


def test_trying_without_a_feature_changes_nothing_and_shows_what_would_be(make: Callable[..., Kept]) -> None:
    kept = make(LIMITS)
    make_ticket(kept.installation, kept.slug, now=datetime.now(UTC))

    asked = kept.post(f"/{LIMITS}/try-off")
    under_way = kept.visitor.get(f"/admin/features/{LIMITS}").get_data(as_text=True)
    with kept.installation.scope(kept.slug) as scope:
        [run] = runs_of(scope, LIMITS)
    run_whole(kept.installation, kept.slug, run.id, now=datetime.now(UTC))
    shown = kept.visitor.get(f"/admin/features/{LIMITS}").get_data(as_text=True)

    assert asked[0] == 303
    assert "等待试算" in under_way
    assert "1 件中 1 件推迟到期" in shown
    assert kept.states()[LIMITS] == "on"


def test_the_order_is_changed_by_buttons_and_by_naming_the_next_one(make: Callable[..., Kept]) -> None:
    kept = make(LIGHT, LIMITS, QUIET)

    def order() -> list[str]:
        with kept.installation.scope(kept.slug) as scope:
            return [row.feature for row in feature_rows(scope) if row.feature in (LIGHT, LIMITS, QUIET)]

    kept.post(f"/{LIGHT}/order", to="up")
    first_stays = order()
    kept.post(f"/{QUIET}/order", to="up")
    up = order()
    kept.post(f"/{LIGHT}/order", to="down")
    down = order()
    kept.post(f"/{LIGHT}/order", to="before", before="")
    last = order()

    assert first_stays == [LIGHT, LIMITS, QUIET]
    assert up == [LIGHT, QUIET, LIMITS]
    assert down == [QUIET, LIGHT, LIMITS]
    assert last == [QUIET, LIMITS, LIGHT]
    assert kept.post(f"/{LIGHT}/order", to="sideways")[0] == 422
    assert kept.post(f"/{LIGHT}/order", to="before", before="test.nothing")[0] == 422
    assert kept.post("/test.nothing/order", to="before", before=LIGHT)[0] == 422
    assert order() == last


def test_a_repair_card_is_put_away_and_a_feature_put_aside_is_resumed(make: Callable[..., Kept]) -> None:
    kept = make(LIGHT)
    with kept.installation.scope(kept.slug) as scope:
        failure = Failure(scope.tenant.id, LIGHT, "clock_marks", 0, "raised", "9F2C41", "信号灯除以零")
        keep_incident(scope.session, failure, now=datetime.now(UTC))

    shown = kept.visitor.get("/admin/features").get_data(as_text=True)
    put = kept.post(f"/{LIGHT}/put-away", hook="clock_marks")
    after = kept.visitor.get("/admin/features").get_data(as_text=True)
    without_reason = kept.post("/suspend-all")
    kept.post("/suspend-all", reason="全区的时限都错了")
    aside = kept.states()[LIGHT]
    kept.post(f"/{LIGHT}/resume", reason="插件已升级")
    resumed = kept.states()[LIGHT]
    kept.post("/suspend-all", reason="又错了")
    kept.post("/resume-all", reason="都修好了")

    for words in ("信号灯除以零", "时限提示点", "9F2C41", "出错时系统按通用规则办理"):
        assert words in shown
    assert put[0] == 303
    assert "信号灯除以零" not in after
    assert without_reason[0] == 422
    assert (aside, resumed, kept.states()[LIGHT]) == ("suspended", "on", "on")
    with kept.installation.scope(kept.slug) as scope:
        kinds = [each.kind for each in feature_events_of(scope, LIGHT)]
    assert sorted(kinds) == ["resumed", "resumed", "suspended", "suspended"]


@pytest.mark.parametrize("feature", ["no.such_feature", "core.routing", "x" * 300, "a%00b"])
def test_a_feature_without_a_card_is_told_of_in_words(make: Callable[..., Kept], feature: str) -> None:
    kept = make()

    assert kept.visitor.get(f"/admin/features/{feature}").status_code == 404
    for deed in ("on", "off", "try-off", "resume"):
        assert 400 <= kept.post(f"/{feature}/{deed}", reason="试")[0] < 500


def test_dragging_a_card_changes_the_order(make: Callable[..., Kept], browser: Browser) -> None:
    kept = make(LIGHT, LIMITS, QUIET)

    with served(kept.app) as address, watched(browser, address) as window:
        window.sign_in(kept.login)
        window.open("/admin/features")
        with window.page.expect_navigation():
            window.page.drag_and_drop(
                f'[data-feature="{QUIET}"] .grip', f'[data-feature="{LIGHT}"]', target_position={"x": 40, "y": 4}
            )
        window.settle()
        shown = re.findall(r'data-feature="([^"]+)"', window.page.content())

    assert shown == [QUIET, LIGHT, LIMITS]
    assert window.complaints == []
