"""A report on a phone with a script: photos shrunk before they are sent, a recording, danger at once, come back to, sent once."""

import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, FilePayload, Page, Request, expect
from sqlalchemy import func, select

from core.files.models import TicketFile
from core.tenancy.revisions import FILES, make_active, write_revision
from core.tickets.models import Ticket
from tests.conftest import CHROMIUM
from tests.files.samples import DEVICE, photo
from tests.web.browser import served, watched
from tests.web.conftest import House
from tests.web.screens.examining import SEEN, WIDE_PARTS, axe, with_mode
from tests.web.screens.for_residents import open_all, too_small, weighed

FAKE = ["--no-sandbox", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
LETTER = "小区门口电线断了垂下来，还在漏电，小孩放学都从这里过。"
MOST_TAPS = 6
SIDE = 1600


@pytest.fixture
def phone(browser: Browser) -> Iterator[BrowserContext]:
    """A phone whose microphone hears a beep, and that asks nobody whether a page may listen."""
    other = browser.browser_type.launch(executable_path=CHROMIUM, args=FAKE)
    yield other.new_context(
        viewport={"width": 390, "height": 844},
        is_mobile=True,
        has_touch=True,
        locale="zh-CN",
        permissions=["microphone"],
    )
    other.close()


@pytest.fixture
def address(house: House) -> Iterator[str]:
    """Where the public pages of a district with a public entry are."""
    now = datetime.now(UTC)
    with house.installation.scope(house.slug) as scope:
        made = write_revision(
            scope, "core.portal", values={"open": True}, schema_version=1, reason="测试", author=FILES, now=now
        )
        make_active(scope, "core.portal", made.number, actor=FILES, now=now)
    house.installation.forget()
    with served(house.app) as at:
        yield f"{at}/public/{house.slug}"


def filed(house: House, letter: str) -> int:
    with house.installation.scope(house.slug) as scope:
        return scope.session.scalar(select(func.count()).where(Ticket.text == letter)) or 0


def test_a_report_with_photos_and_a_recording_is_begun_come_back_to_and_sent_once(
    house: House, phone: BrowserContext, address: str
) -> None:
    page, sent, taps = phone.new_page(), list[int](), list[str]()

    def tap(what: str) -> None:
        page.tap(what)
        taps.append(what)

    def note(request: Request) -> None:
        if request.url.endswith("/report/files"):
            sent.append(int(request.headers.get("content-length", 0)) or len(request.post_data_buffer or b""))

    page.on("request", note)
    page.goto(f"{address}/report")
    page.fill("#text", LETTER)
    expect(page.locator("#danger a[href='tel:119']")).to_be_visible()
    expect(page.locator("#saved")).to_have_text(re.compile(r"已保存 \d\d:\d\d"))
    photos = {
        "IMG_1.jpg": photo(size=(4000, 3000)),
        "IMG_2.jpg": photo(size=(3000, 4000), is_located=False, orientation=6),
        "图.svg": b"<svg/>",
    }
    page.set_input_files(
        "#photos", [FilePayload(name=name, mimeType="image/jpeg", buffer=content) for name, content in photos.items()]
    )
    expect(page.locator("#file-problem")).to_contain_text("“图.svg”不是能上传的种类", timeout=30_000)
    expect(page.locator("#file-list img")).to_have_count(2)
    page.tap("#record")
    expect(page.locator("#record")).to_contain_text("正在录音 0:01")
    page.tap("#record")
    expect(page.locator("#file-list audio")).to_have_count(1, timeout=30_000)
    page.close()

    page = phone.new_page()
    page.goto(f"{address}/report")
    expect(page.locator("h1")).to_have_text("您有一份没写完的")
    tap("button:has-text('继续写')")
    expect(page.locator("h1")).to_have_text("这件事在哪里？")
    tap("text=就在照片拍摄的地方")
    tap("button.main")
    page.fill("#phone", "13800000001")
    tap("button.main")
    expect(page.locator(".report-answers >> nth=0")).to_contain_text("3 个")
    tap("button.main")
    expect(page.locator("#received")).to_be_visible(timeout=30_000)
    assert len(taps) <= MOST_TAPS
    assert phone.cookies() == []

    with house.installation.scope(house.slug) as scope:
        (ticket,) = scope.session.scalars(select(Ticket).where(Ticket.text == LETTER))
        files = list(
            scope.session.scalars(select(TicketFile).where(TicketFile.ticket_id == ticket.id).order_by(TicketFile.id))
        )
        assert (ticket.urgency, ticket.longitude, ticket.latitude) == ("urgent", 114.3, 22.7)
        assert [file.kind for file in files] == ["jpg", "jpg", "webm"]
        assert sent[0] < len(photos["IMG_1.jpg"])
        for file in files[:2]:
            content = scope.files.get(str(file.key))
            assert max(Image.open(io.BytesIO(content)).size) == SIDE
            assert not any(told in content for told in (b"Exif", DEVICE.encode()))


def test_every_step_is_light_and_open_to_everybody_and_two_quick_clicks_send_once(
    house: House, browser: Browser, address: str
) -> None:
    letter, faults = "路灯不亮三天了。", list[str]()

    def look(page: Page) -> None:
        heading = page.locator("h1").inner_text()
        open_all(page)
        found = [*weighed(page), *too_small(page), *axe(page, SEEN)[0]]
        with_mode(page, "large dark")
        page.set_viewport_size({"width": 320, "height": 800})
        found += [*too_small(page, large=True), *axe(page, SEEN)[0], *page.evaluate(WIDE_PARTS)]
        with_mode(page, "light")
        page.set_viewport_size({"width": 390, "height": 844})
        faults.extend(f"{heading}: {each}" for each in found)

    with watched(browser, address.partition("/public")[0], width=390, height=844) as window:
        page, path = window.page, address[address.index("/public") :]
        window.open(f"{path}/report?as=enterprise")
        look(page)
        page.click("button.main")
        look(page)
        page.fill("#text", letter)
        for _ in ("where", "contact", "check"):
            page.click("button.main")
            window.settle()
            look(page)
            if page.locator("#place").count():
                page.click("button.main")
                window.settle()
                look(page)
                page.fill("#place", "文昌路")
        window.open(f"{path}/report")
        look(page)
        page.go_back()
        page.dblclick("button.main")
        expect(page.locator("#received")).to_be_visible()
        complaints = [each for each in window.complaints if "422" not in each]
        assert (faults, complaints, window.strangers) == ([], [], [])
    assert filed(house, letter) == 1


def test_what_is_typed_without_a_network_lies_on_the_phone_and_is_there_again(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN")
    page = context.new_page()
    page.goto(f"{address}/report")
    context.set_offline(True)
    page.fill("#text", "没有信号的地下车库在漏水。")
    expect(page.locator("#saved")).to_contain_text("没有网络，刚写的只存在这台手机上")
    page.close()
    context.set_offline(False)
    page = context.new_page()
    page.goto(f"{address}/report")
    expect(page.locator("#text")).to_have_value("没有信号的地下车库在漏水。")
    expect(page.locator("#saved")).to_have_text(re.compile("已保存"))
    context.close()
