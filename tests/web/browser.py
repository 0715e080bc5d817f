"""A real browser at a real server, watched for errors and for requests to anywhere else."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, Request
from werkzeug.serving import make_server

from tests.web.making import PASSWORD


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """Serve the application on a free port; yield its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()


@dataclass
class Watched:
    """A page, what it complained of, where it went, and how much it loaded (as sent, compressed)."""

    page: Page
    address: str
    complaints: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)
    loaded: list[Request] = field(default_factory=list)
    loading: set[Request] = field(default_factory=set)

    def open(self, path: str) -> None:
        """Open a page of the server and wait until nothing is loading."""
        self.loaded.clear()
        self.loading.clear()
        self.page.goto(self.address + path)
        self.settle()

    def settle(self) -> None:
        """Wait until the page is there, and all that it asked for."""
        self.page.wait_for_load_state("load")
        while self.loading:
            self.page.wait_for_timeout(10)

    def sign_in(self, login: str) -> None:
        """Sign in on the sign-in page."""
        self.open("/sign-in")
        self.page.fill("#login", login)
        self.page.fill("#password", PASSWORD)
        with self.page.expect_navigation():
            self.page.click("button:has-text('登录')")
        self.settle()

    def weight(self) -> int:
        """Return the bytes of everything the page loaded."""
        sizes = [request.sizes() for request in self.loaded]
        return sum(size["responseBodySize"] + size["responseHeadersSize"] for size in sizes)


@contextmanager
def watched(
    browser: Browser, address: str, *, width: int = 1440, height: int = 900, javascript: bool = True, dark: bool = False
) -> Iterator[Watched]:
    """Open a window of this size; its complaints are collected from the first request on."""
    context: BrowserContext = browser.new_context(
        viewport={"width": width, "height": height},
        java_script_enabled=javascript,
        color_scheme="dark" if dark else "light",
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
    )
    page = context.new_page()
    seen = Watched(page, address)

    def note(request: Request) -> None:
        seen.loading.add(request)
        if not request.url.startswith((address, "data:", "about:")):
            seen.strangers.append(request.url)

    def arrived(request: Request) -> None:
        seen.loading.discard(request)
        seen.loaded.append(request)

    page.on("console", lambda message: seen.complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: seen.complaints.append(str(error)))
    page.on("request", note)
    page.on("requestfinished", arrived)
    page.on("requestfailed", lambda request: seen.loading.discard(request))
    try:
        yield seen
    finally:
        context.close()
