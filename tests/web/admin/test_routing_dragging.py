"""Rules are put in order in the browser: by dragging, and by the buttons that do the same."""

from playwright.sync_api import Browser, expect

from core.journey.settings.drafting import Wish, draft
from tests.builders import make_actor
from tests.routing.written import make_rule
from tests.web.browser import watched
from tests.web.conftest import House
from tests.web.making import make_account


def test_a_rule_is_dragged_before_another_and_moved_back_by_its_button(
    house: House, address: str, browser: Browser
) -> None:
    login = make_account(house.installation, house.slug, "admin", ["administrator"], name="关甲")
    condition = {"field": "text", "op": "contains_any", "value": ["坑洼"]}
    rules = [
        make_rule(each, label=f"规则{each}", when=condition, then={"assign": {"lead": "parks"}}) for each in ("a", "b")
    ]
    number = house.installation.run(
        house.slug,
        lambda scope: (
            draft(
                scope,
                house.installation.roster,
                "core.routing",
                Wish(changes={"rules": rules}),
                reason="试",
                actor=make_actor("关甲", "administrator", id=101),
                now=house.installation.database.clock.now(),
            ).number
        ),
    )
    with watched(browser, address) as window:
        window.sign_in(login)
        window.open(f"/admin/routing?draft={number}")
        labels = window.page.locator("[data-rule] h3 button")
        expect(labels).to_have_text(["规则a", "规则b"])

        grip = window.page.locator("[data-rule='b'] [data-grip]").bounding_box()
        target = window.page.locator("[data-rule='a']").bounding_box()
        assert grip is not None
        assert target is not None
        mouse = window.page.mouse
        mouse.move(grip["x"] + 4, grip["y"] + 8)
        mouse.down()
        mouse.move(target["x"] + 40, target["y"] + 30, steps=4)
        mouse.move(target["x"] + 40, target["y"] + 6, steps=4)
        mouse.up()
        expect(labels).to_have_text(["规则b", "规则a"], timeout=30_000)

        window.page.locator("#up-a").click()
        expect(labels).to_have_text(["规则a", "规则b"], timeout=30_000)
        assert window.complaints == []
