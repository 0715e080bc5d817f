"""What is asked of residents' pages beside what is asked of every page: light, few requests before anything shows, made for thumbs."""

import gzip
import urllib.request
from functools import cache

from playwright.sync_api import Page

from tests.web.browser import Watched

HEAVIEST = 60 * 1024
"""Bytes of a page with all its styles, scripts and drawings, packed by gzip; what residents attached is not counted."""
HEADERS = 400
"""Bytes that the headers of one answer take, about."""
MOST_BLOCKING = 3
"""So many requests may keep the first paint waiting: the style sheets, and the one with a tenant's colour."""
LOW, LOW_IN_LARGE = 48, 60
"""CSS pixels that a target is high at least."""
SMALLEST_INPUT, SMALLEST_BODY, SMALLEST_LARGE = 16, 17, 22
"""CSS pixels of type: iPhones zoom into fields below the first."""
OPENED = """() => document.querySelectorAll("details").forEach((each) => { each.open = true; })"""
LOADED = """() => performance.getEntriesByType("resource").filter((entry) => !entry.name.includes("/files/"))
  .map((entry) => [entry.name, entry.renderBlockingStatus === "blocking"])"""
LOW_TARGETS = """(least) => {
  const targets = new Map();
  for (const each of document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary, audio[controls], [role=button]")) {
    if (each.disabled || each.matches("[tabindex='-1'][aria-hidden=true]")) continue;
    const ticked = each.matches("[type=radio], [type=checkbox]") || (each.matches("[type=file]") && each.getBoundingClientRect().width <= 1);
    targets.set(ticked ? each.closest("label") || (each.id && document.querySelector(`label[for="${CSS.escape(each.id)}"]`)) || each : each, each);
  }
  const besides = (node) => Array.from(node.childNodes).map((child) =>
    child.nodeType === Node.TEXT_NODE ? child.textContent
      : child.nodeType !== Node.ELEMENT_NODE || child.matches("a, button, script, style") || getComputedStyle(child).display !== "inline" ? ""
        : besides(child)).join("");
  const isInText = (each) => {
    if (getComputedStyle(each).display !== "inline") return false;
    let block = each.parentElement;
    while (getComputedStyle(block).display === "inline") block = block.parentElement;
    return besides(block).trim().length > 1;
  };
  return Array.from(targets.keys()).filter((each) => {
    const box = each.getBoundingClientRect();
    if (!each.checkVisibility() || box.width <= 1 || box.bottom + scrollY <= 0) return false;
    return box.height < least - 0.5 && !isInText(each);
  }).map((each) => `${Math.round(each.getBoundingClientRect().height)} px: ` + each.outerHTML.slice(0, 110).replace(/\\s+/g, " "));
}"""
SMALL_TYPE = """([input, body]) => {
  const small = (each, least) => parseFloat(getComputedStyle(each).fontSize) < least;
  return Array.from(document.querySelectorAll("input:not([type=hidden], [type=radio], [type=checkbox]), select, textarea"))
    .filter((each) => each.checkVisibility() && small(each, input)).map((each) => each.outerHTML.slice(0, 90))
    .concat(small(document.body, body) ? [`body ${getComputedStyle(document.body).fontSize}`] : []);
}"""
KEPT = """async () => {
  const counted = async ({ name }) => {
    const base = await new Promise((done, failed) => {
      const request = indexedDB.open(name);
      request.onsuccess = () => done(request.result);
      request.onerror = failed;
    });
    const stores = Array.from(base.objectStoreNames);
    const counts = stores.map((store) => new Promise((done) => {
      base.transaction(store).objectStore(store).count().onsuccess = (event) => done(event.target.result);
    }));
    const kept = (await Promise.all(counts)).map((count, place) => [`indexedDB ${name} ${stores[place]}`, count]);
    base.close();
    return kept.filter(([, count]) => count).map(([words]) => words);
  };
  const bases = await Promise.all((await indexedDB.databases()).map(counted));
  return Object.keys(localStorage).map((each) => `localStorage ${each}`)
    .concat(Object.keys(sessionStorage).map((each) => `sessionStorage ${each}`), bases.flat());
}"""


def weighed(page: Page) -> list[str]:
    """Return what is wrong with the weight of the page that is open, and with what the first paint waits for."""
    loaded: dict[str, bool] = dict(page.evaluate(LOADED))
    bytes_ = len(gzip.compress(page.content().encode())) + HEADERS
    bytes_ += sum(_packed(url) + HEADERS for url in loaded)
    blocking = [url for url, is_blocking in loaded.items() if is_blocking]
    return [
        *([f"weight: {bytes_ / 1024:.0f} kB"] if bytes_ > HEAVIEST else []),
        *([f"{len(blocking)} requests before the first paint"] if len(blocking) > MOST_BLOCKING else []),
    ]


def too_small(page: Page, *, large: bool = False) -> list[str]:
    """Return targets that are low and type that is small, as the page stands."""
    low: list[str] = page.evaluate(LOW_TARGETS, LOW_IN_LARGE if large else LOW)
    small: list[str] = page.evaluate(SMALL_TYPE, [SMALLEST_INPUT, SMALLEST_LARGE if large else SMALLEST_BODY])
    return [f"low target {each}" for each in low] + [f"small type {each}" for each in small]


def open_all(page: Page) -> None:
    """Open everything that is folded, so that what is in it is examined too."""
    page.evaluate(OPENED)


def kept(window: Watched) -> list[str]:
    """Return what a page left on the device of somebody who only looked at it."""
    cookies = [f"cookie {each.get('name')}" for each in window.page.context.cookies()]
    found: list[str] = window.page.evaluate(KEPT)
    return cookies + found


@cache
def _packed(url: str) -> int:
    """Return how many bytes an asset takes when packed."""
    with urllib.request.urlopen(url) as answer:
        return len(gzip.compress(answer.read()))
