"""Somebody who reports and follows on the public pages of a district: step by step, as pictures, measurements and tests need it."""

from dataclasses import dataclass

from playwright.sync_api import Page, expect

NEXT = "main button.main[name=go]"
"""The one button of a step that leads on."""


@dataclass
class Resident:
    """Somebody at a page; `at` is the address under which the public pages of the district stand."""

    page: Page
    at: str
    number: str = ""
    code: str = ""
    taps: int = 0
    """How often something was tapped, beside typing."""

    def say(self, text: str) -> None:
        """Open the first step and write what happened."""
        self.page.goto(f"{self.at}/report")
        self.page.fill("#text", text)

    def go_on(self) -> None:
        """Go to the next step."""
        self.tap(NEXT)

    def to_contact(self, text: str, place: str) -> None:
        """Say what happened and where, up to the step that asks how to reach one."""
        self.say(text)
        self.go_on()
        self.page.fill("#place", place)
        self.go_on()

    def send(self) -> None:
        """Send what was looked over, and note the number and the code of the receipt."""
        self.tap(NEXT)
        expect(self.page.locator("h1")).to_contain_text("收到")
        self.number, self.code = (
            self.page.locator(f"dt:has-text('{name}') + dd").first.inner_text().split("\n")[0].strip()
            for name in ("流水号", "提取码")
        )

    def follow(self) -> None:
        """Open one's own page with number and code."""
        self.page.goto(f"{self.at}/progress")
        self.page.fill("input[name=number]", self.number)
        self.page.fill("input[name=code]", self.code)
        self.tap("main form button >> nth=0")

    def tap(self, selector: str) -> None:
        """Tap what leads to another page, and wait until it is there."""
        self.taps += 1
        with self.page.expect_navigation(timeout=60_000):
            self.page.click(selector)
