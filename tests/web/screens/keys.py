"""Somebody who has no mouse: presses keys, which are counted, and is nowhere when the focus is on the body."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import expect

from tests.web.browser import Watched

FARTHEST = 90
"""So many stops of Tab are walked before something counts as out of reach."""
CODES = """() => document.activeElement === document.body ? "body" : document.activeElement.tagName + "#" + document.activeElement.id"""


class Keyboard:
    """The keys of one person at one window, counted for each task."""

    def __init__(self, window: Watched, who: str) -> None:
        self._window, self._who, self._page = window, who, window.page
        self.pressed = 0

    @contextmanager
    def task(self, name: str, *, most: int) -> Iterator[None]:
        """Count the keys of a task, tell them, and fail when it took more than `most` or left the focus nowhere."""
        before = self.pressed
        yield
        self._window.settle()
        strokes = self.pressed - before
        print(f"keystrokes of the {self._who}: {name}: {strokes}")  # noqa: T201 -- shown by python -m tests.web.screens.keystrokes
        assert strokes <= most, f"{name} took {strokes} keystrokes, {most} are enough"
        assert self._window.complaints == []

    def press(self, *keys: str) -> None:
        """Press keys; a chord is one."""
        for key in keys:
            self._page.keyboard.press(key)
            self.pressed += 1

    def type(self, text: str) -> None:
        """Type a short word: each character is a keystroke."""
        self._page.keyboard.type(text)
        self.pressed += len(text)

    def write(self, text: str) -> None:
        """Write what is to be said: its words are not what is counted here."""
        self._page.keyboard.insert_text(text)

    def reach(self, selector: str, *, back: bool = False) -> None:
        """Walk with Tab until the focus is on what fits; each stop must be seen and counts."""
        for _ in range(FARTHEST):
            if self._page.evaluate("(wanted) => document.activeElement.matches(wanted)", selector):
                return
            self.press("Shift+Tab" if back else "Tab")
        raise AssertionError(
            f"{selector} is not reached in {FARTHEST} stops, the focus is on {self._page.evaluate(CODES)}"
        )

    def skip_menu(self) -> None:
        """Go past the menu by the first link of every page."""
        self.press("Tab")
        assert self._page.evaluate("document.activeElement.matches('.skip')")
        self.press("Enter")

    def reached(self, words: str) -> None:
        """Wait until the page tells of what was done; the focus must be on something by then."""
        expect(self._page.locator("#notice, [role=status]").filter(has_text=words).first).to_be_visible()
        self.is_somewhere()

    def is_somewhere(self) -> None:
        """Fail when the focus is lost."""
        self._page.wait_for_function("document.activeElement !== document.body")
