"""Pages on an old computer: `python -m benchmarks.web [--at ADDRESS --told FILE]`.

The demonstration is opened in Chromium at a sixth of this machine's speed and 10 Mbit/s with 40 ms, each page five times with
nothing kept from before; told are the medians of the largest contentful paint (LCP) and of the time for which the main thread was
blocked beyond 50 ms a task (TBT). All in one run, on a machine that does nothing else: compare within it.
"""

import argparse
from collections.abc import Sequence
from statistics import median

from playwright.sync_api import Browser, Page, sync_playwright

from tests.web.screens.pictures import CHROMIUM, LEADER, LOGIN, OPERATOR, ROW, UNIT, demonstration, running_at, sign_in

RUNS, SLOWER, BYTES_PER_SECOND, LATENCY_MS = 5, 6, 10_000_000 // 8, 40
MOST_LCP_MS, MOST_TBT_MS = 2000, 200
WATCH = """window.seen = { lcp: 0, tbt: 0 };
new PerformanceObserver((list) => { for (const entry of list.getEntries()) seen.lcp = entry.startTime; }).observe({ type: "largest-contentful-paint", buffered: true });
new PerformanceObserver((list) => { for (const entry of list.getEntries()) seen.tbt += Math.max(0, entry.duration - 50); }).observe({ type: "longtask", buffered: true });"""
PAGES = (
    ("queue", OPERATOR, "/desk", ""),
    ("ticket", OPERATOR, "/desk?lane=all", "a[data-open]"),
    ("unit", UNIT, "/unit", ""),
    ("unit's ticket", UNIT, "/unit", f"{ROW}[href^='/unit/']"),
    ("leader", LEADER, "/leader", ""),
)


def measured(browser: Browser, address: str, told: str) -> Sequence[tuple[str, float, float]]:
    """Return each page's name with the medians of LCP and TBT in milliseconds."""
    passwords = dict(LOGIN.findall(told))
    found = []
    for name, who, path, link in PAGES:
        context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
        page = context.new_page()
        sign_in(page, address, who, passwords[who])
        if link:
            page.goto(address + path)
            path = str(page.locator(link).first.get_attribute("href"))
        context.add_init_script(WATCH)
        slow(page)
        runs = [once(page, address + path) for _ in range(RUNS)]
        found.append((name, median(run[0] for run in runs), median(run[1] for run in runs)))
        context.close()
    return found


def slow(page: Page) -> None:
    """Have the page run as on an old computer with a slow line, nothing kept from before."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    line = {"offline": False, "latency": LATENCY_MS}
    each_way = {"downloadThroughput": BYTES_PER_SECOND, "uploadThroughput": BYTES_PER_SECOND}
    session.send("Network.emulateNetworkConditions", {**line, **each_way})


def once(page: Page, url: str) -> tuple[float, float]:
    """Open a page once; return LCP and TBT in milliseconds."""
    page.goto(url)
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(500)
    lcp, tbt = page.evaluate("[seen.lcp, seen.tbt]")
    return lcp, tbt


def main() -> None:
    """Measure, and say what is more than it may be."""
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--at", default="")
    given.add_argument("--told", default="")
    asked = given.parse_args()
    source = running_at(asked.at, asked.told) if asked.at else demonstration()
    with source as (address, told), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for name, lcp, tbt in measured(browser, address, told):
            verdict = "" if lcp <= MOST_LCP_MS and tbt <= MOST_TBT_MS else "  too slow"
            print(f"{name:14} LCP {lcp:6.0f} ms   TBT {tbt:5.0f} ms{verdict}")
        browser.close()


if __name__ == "__main__":
    main()
