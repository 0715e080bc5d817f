"""What is asked of a page in the browser: read in one visit, told as faults in words."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from playwright.sync_api import Page

from tests.web.browser import Watched
from tests.web.screens.for_residents import kept, open_all, too_small, weighed

Whose = Literal["staff", "stranger", "resident"]
"""For whom a page is made: the sign-in page is a stranger's, and made as those of the staff."""

AXE = Path(__file__).parents[3] / "node_modules" / "axe-core" / "axe.min.js"
NARROW, WIDE, HEIGHT = 320, 1440, 900
HEAVIEST = 120 * 1024
"""Bytes that a staff page may load in all, as sent; what residents attached is not counted."""
HEAVIER = {"/city/explore": 350 * 1024}
"""The page that brings what draws charts to zoom into."""
HEADERS = 400
"""Bytes that the headers of one answer take, about."""

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
ALL = {
    "runOnly": {"type": "tag", "values": TAGS},
    "rules": {"target-size": {"enabled": True}},
    "resultTypes": ["violations", "incomplete"],
    "preload": False,
}
SEEN = {
    "runOnly": {"type": "rule", "values": ["color-contrast", "target-size", "link-in-text-block"]},
    "resultTypes": ["violations", "incomplete"],
    "preload": False,
}
"""What of it can change with colours and sizes alone."""
RUN = """async (options) => {
  const found = await axe.run(document, options);
  const told = (results) => results.flatMap((result) => result.nodes.map((node) =>
    `${result.id}: ${node.target.join(" ")}: ${(node.any[0] || node.all[0] || node.none[0] || {}).message || result.help}`));
  return [told(found.violations), told(found.incomplete.filter((result) => result.id === "color-contrast"))];
}"""
WIDE_PARTS = """() => {
  const root = document.documentElement;
  if (root.scrollWidth <= innerWidth) return [];
  const outside = Array.from(document.body.querySelectorAll("*")).filter((each) => {
    const box = each.getBoundingClientRect();
    return box.width && box.right > innerWidth + 1;
  });
  return [`${root.scrollWidth} px: ` + outside.slice(-2).map((each) => each.outerHTML.slice(0, 90)).join(" … ")];
}"""
SPACED = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync("* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important } p { margin-bottom: 2em !important }");
  document.adoptedStyleSheets = [sheet];
}"""
CHOOSE = """([type, theme]) => {
  for (const [name, value] of [["type", type], ["elder", type && "1"], ["theme", theme]]) {
    if (value) document.documentElement.dataset[name] = value; else delete document.documentElement.dataset[name];
  }
}"""
UNSPACED = "() => { document.adoptedStyleSheets = []; }"
SILENT_DOTS = """() => Array.from(document.querySelectorAll(".dot")).filter((dot) => {
  const use = dot.querySelector("use"), shape = use && document.querySelector(use.getAttribute("href"));
  return !dot.textContent.trim() || !shape || !shape.children.length;
}).map((dot) => dot.outerHTML.slice(0, 120))"""
BYTES = """(headers) => performance.getEntriesByType("navigation").concat(performance.getEntriesByType("resource"))
  .filter((entry) => !entry.name.includes("/files/")).reduce((sum, entry) => sum + (entry.encodedBodySize || 0) + headers, 0)"""
UNSEEN_FOCUS = """() => {
  const kinds = new Map();
  for (const each of document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")) {
    if (!each.checkVisibility() || each.disabled) continue;
    const kind = each.tagName + "." + each.className + "." + (each.type || "");
    if (!kinds.has(kind)) kinds.set(kind, each);
  }
  const before = document.activeElement, unseen = [];
  for (const each of kinds.values()) {
    each.focus({ preventScroll: true });
    if (document.activeElement !== each) continue;
    const shown = [each, each.nextElementSibling, each.closest("label")].filter(Boolean).map((part) => getComputedStyle(part));
    if (!shown.some((style) => (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none")) unseen.push(each.outerHTML.slice(0, 120));
  }
  document.activeElement.blur();
  if (before && !before.matches(".skip")) before.focus({ preventScroll: true }); /* the way past the menu lies over the brand while it has the focus */
  return unseen;
}"""


@dataclass(frozen=True)
class Examined:
    """What is wrong with a page, and where the contrast could not be computed."""

    faults: list[str]
    unclear: list[str]


def examine(window: Watched, *, whose: Whose) -> Examined:
    """Examine the page that is open: as it stands, dark, in large type, in both, in a narrow window. The window is wide again after."""
    page, faults, unclear = window.page, [], []
    if whose == "resident":
        faults += _told("left on the device", kept(window)) + weighed(page)
        open_all(page)
        faults += too_small(page)
    page.keyboard.press("Tab")  # what a script gives the focus to from here on is shown as the keyboard's is
    faults += _told("focus not seen", page.evaluate(UNSEEN_FOCUS))
    faults += _told("dot without words or shape", page.evaluate(SILENT_DOTS))
    most = HEAVIER.get(urlsplit(page.url).path, HEAVIEST)
    if whose == "staff" and (weight := page.evaluate(BYTES, HEADERS)) > most:
        faults.append(f"weight: {weight / 1024:.0f} kB (after `make assets`?)")
    for name, options in (("light", ALL), ("dark", SEEN), ("large", SEEN), ("large dark", SEEN)):
        with_mode(page, name)
        violations, open_ = axe(page, options)
        faults += _told(name, violations)
        unclear += _told(name, open_)
        if name == "large":
            faults += _told("wider than 1440 px in large type", page.evaluate(WIDE_PARTS))
            page.set_viewport_size({"width": NARROW, "height": HEIGHT})
            faults += _told("wider than 320 px in large type", page.evaluate(WIDE_PARTS))
            if whose == "resident":
                faults += _told("large type", too_small(page, large=True))
            page.set_viewport_size({"width": WIDE, "height": HEIGHT})
    with_mode(page, "light")
    page.set_viewport_size({"width": NARROW, "height": HEIGHT})
    faults += _told("wider than 320 px", page.evaluate(WIDE_PARTS))
    page.evaluate(SPACED)
    faults += _told("wider than 320 px with spaced text", page.evaluate(WIDE_PARTS))
    page.evaluate(UNSPACED)
    faults += _told("320 px", axe(page, SEEN)[0])
    if whose == "resident":
        faults += _told("320 px", too_small(page))
    page.set_viewport_size({"width": WIDE, "height": HEIGHT})
    faults += _told("console", window.complaints) + _told("outside request", window.strangers)
    window.complaints.clear()
    window.strangers.clear()
    return Examined(faults, unclear)


def axe(page: Page, options: dict[str, Any]) -> tuple[list[str], list[str]]:
    """Run axe-core on the page; return what it finds wrong, and where it could not tell the contrast."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE.read_text())
    violations, unclear = page.evaluate(RUN, options)
    return violations, unclear


def with_mode(page: Page, mode: str) -> None:
    """Show the page light, as the device asks when it is dark, in large type, or in both as the account's choice writes it."""
    page.emulate_media(color_scheme="dark" if mode == "dark" else "light")
    page.evaluate(CHOOSE, ["large" if mode.startswith("large") else None, "dark" if mode == "large dark" else None])


def _told(what: str, found: list[str]) -> list[str]:
    return [f"{what}: {each}" for each in found]
