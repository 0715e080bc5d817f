"""A report in three steps without a script: kept as it is typed, lost by nothing, sent once; files, danger, and a code for the phone."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text

from core.files.limits import LARGEST_OF_STRANGERS
from core.files.models import TicketFile
from core.hooks import TicketView, UrgencySignal
from core.journey.files import remove_orphans
from core.residents.drafts.models import ReportDraft, ReportFile
from core.residents.drafts.service import KEPT, drop_naming, drop_old
from core.tenancy.revisions import FILES, make_active, write_revision
from core.tenancy.scope import Installation
from core.tickets.models import Ticket, TicketContact
from core.tickets.sealing import opened
from core.web import create_app
from tests.builders import make_district, make_feature, make_installation
from tests.files.samples import DEVICE, photo, recording
from tests.residents.codes import Phone, other_than
from tests.web.public.reporting import Reporter

LETTER = "石桥街道菜市场后门的垃圾三天没有人收，请尽快清运。"
DANGER = "富华南路工地板房要倒了，旁边是变压器"
SCRIPTED = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"


def by_rule(ticket: TicketView) -> list[UrgencySignal] | None:
    return [UrgencySignal("f/danger", "诉求提到“变压器”")] if "变压器" in ticket.text else None


class Town(Reporter):
    """A district with a public entry, somebody with a phone before its pages, and the clock on its wall."""

    def __init__(self, installation: Installation, app: Flask, **features: Any) -> None:
        self.installation, self.app, self.now = installation, app, datetime.now(UTC)
        self.slug = make_district(installation, features=features)
        self.set()
        super().__init__(app.test_client(), f"/public/{self.slug}")

    def set(self, **settings: Any) -> None:
        with self.installation.scope(self.slug) as scope:
            values = {"open": True, **settings}
            made = write_revision(
                scope, "core.portal", values=values, schema_version=1, reason="测试", author=FILES, now=self.now
            )
            make_active(scope, "core.portal", made.number, actor=FILES, now=self.now)
        self.installation.forget()

    def another(self) -> Reporter:
        """Return somebody else, on another device."""
        return Reporter(self.app.test_client(), self.base)

    def rows(self, table: type[Any]) -> list[Any]:
        with self.installation.scope(self.slug) as scope:
            return list(scope.session.scalars(select(table).where(table.tenant_id == scope.tenant.id)))

    def texts(self) -> list[str]:
        return [each.text for each in self.rows(Ticket)]

    @property
    def words(self) -> str:
        """What the page says."""
        return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", self.page))


@pytest.fixture(scope="module")
def house(database_url: str) -> Iterator[tuple[Installation, Flask]]:
    feature = make_feature("f", assess_urgency=by_rule)
    installation = make_installation(database_url, features=[feature])
    yield installation, create_app(installation)
    installation.database.engine.dispose()


@pytest.fixture
def town(house: tuple[Installation, Flask], monkeypatch: pytest.MonkeyPatch) -> Town:
    made = Town(*house)
    monkeypatch.setattr("core.web.public.site.clock", lambda: made.now)
    return made


def test_what_was_begun_is_kept_sealed_for_this_device_alone_and_offered_when_one_comes_back(town: Town) -> None:
    assert "Set-Cookie" not in town.open().headers
    answer = town.press(text=LETTER)
    town.press(place="菜市场后门")
    (draft,) = town.rows(ReportDraft)
    (cookie,) = answer.headers.getlist("Set-Cookie")
    with town.installation.scope(town.slug) as scope:
        stored = str(scope.session.execute(text("SELECT * FROM report_draft")).all())

    assert f"Path=/public/{town.slug}/report" in cookie
    assert "HttpOnly" in cookie
    assert not any(words in stored for words in (LETTER[:4], "菜市场", town.fields()["key"]))
    assert draft.key_hash != town.fields()["key"].encode()
    assert "没写完" not in str(town.another().open().data.decode())
    assert town.open().headers["Cache-Control"] == "no-store"
    assert "您有一份没写完的" in town.words
    assert LETTER in town.words
    town.press("resume")
    assert (town.step, town.fields()["text"], town.fields()["place"]) == ("contact", LETTER, "菜市场后门")
    assert town.client.get(f"{town.base}/figures").headers["Cache-Control"] == "public, max-age=60"

    town.open()
    town.press("delete")
    assert (town.rows(ReportDraft), town.step) == ([], "what")
    assert "没写完" not in town.open().get_data(as_text=True)


def test_a_link_that_comes_with_words_adds_them_to_what_was_begun(town: Town) -> None:
    town.open("?text=居住证怎么办")
    assert town.fields()["text"] == "居住证怎么办"
    town.press()
    town.open("?text=材料要原件吗&as=enterprise")
    town.press("resume")
    assert (town.step, town.fields()["text"]) == ("what", "居住证怎么办\n材料要原件吗")
    assert "按企业诉求受理" in town.words


def test_steps_out_of_order_lead_to_the_first_that_lacks_an_answer(town: Town) -> None:
    for step in ("what", "where", "contact", "check"):
        answer = town.client.get(f"{town.base}/report/{step}")
        assert (answer.status_code, answer.headers["Location"]) == (303, f"{town.base}/report")
    town.open()
    town.press(text=LETTER)
    for step in ("contact", "check"):
        assert b'name="step" value="where"' in town.client.get(f"{town.base}/report/{step}").data
    answer = town.press("send", step="contact", key=town.fields()["key"])
    assert town.texts() == []
    town.press("what")
    town.press(text="")
    assert (town.step, "请写下要反映的事情" in town.words) == ("what", True)


def test_a_draft_that_is_gone_takes_no_word_with_it(town: Town) -> None:
    town.open()
    town.walk(text=LETTER, place="菜市场后门", name="王女士")
    town.now += KEPT + timedelta(minutes=1)
    with town.installation.scope(town.slug) as scope:
        assert drop_old(scope, now=town.now) == 1
    town.press("send")
    assert "安全校验没有完成" in town.words  # the proof of work has ended long since
    town.now += timedelta(seconds=40)
    town.press("send")
    (ticket,) = town.rows(Ticket)
    assert (ticket.text, ticket.place) == (LETTER, "菜市场后门")
    assert town.rows(ReportDraft) == []


def test_two_pages_of_one_report_write_over_nothing(town: Town) -> None:
    town.open()
    town.press(text=LETTER)
    town.press("what")
    first = town.page
    town.look("/what")
    town.press("where", text=f"{LETTER}昨天又多了一堆。")
    second = town.page
    town.page = first
    town.press(text=f"{LETTER}老鼠也来了。")

    assert town.step == "what"
    assert "另一个页面里写的是：石桥街道菜市场后门的垃圾三天没有人收，请尽快清运。昨天又多了一堆。" in town.words
    assert town.fields()["text"] == f"{LETTER}老鼠也来了。"
    town.press(text=f"{LETTER}昨天又多了一堆，老鼠也来了。")
    town.press("unknown")
    town.page = second
    town.press(place="后门")  # the second page knows nothing of the newer text, and brings no older one back
    assert town.fields()["text"] == f"{LETTER}昨天又多了一堆，老鼠也来了。"


def test_ten_times_the_same_letter_is_one_ticket_with_its_files_and_one_number(town: Town) -> None:
    town.open()
    town.walk(text=LETTER, files=[("门口.jpg", photo()), ("说的.m4a", recording("m4a"))])
    keys = {row.key for row in town.rows(ReportFile)}
    last, told = town.page, set[str]()
    for _ in range(10):
        town.page = last
        town.press("send")
        told |= set(re.findall(r"T[0-9A-F]{8}\d{13}", re.sub(r"<[^>]*>|\s", "", town.page)))

    (ticket,) = town.rows(Ticket)
    files = town.rows(TicketFile)
    assert told == {ticket.serial_no}
    assert [(file.name, file.ticket_id, file.state, file.actor_kind) for file in files] == [
        ("门口.jpg", ticket.id, "ready", "resident"),
        ("说的.m4a", ticket.id, "ready", "resident"),
    ]
    assert {file.key for file in files} == keys
    assert (town.rows(ReportDraft), town.rows(ReportFile)) == ([], [])
    with town.installation.scope(town.slug) as scope:
        assert remove_orphans(scope, now=datetime.now(UTC) + timedelta(hours=25)) == 0


def test_files_that_will_not_do_are_refused_in_words_and_all_else_is_kept(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    thirty = [(f"{number}.jpg", photo(size=(20, 20 + number))) for number in range(30)]
    polyglot = photo() + b"<html><script>alert(1)</script></html>"
    town.open()
    for files, said in (
        (thirty, "一次最多上传 10 个"),
        ([("a.svg", SCRIPTED)], "“a.svg”不是能上传的种类"),
        ([("a.jpg", SCRIPTED)], "的内容不是能上传的种类"),
        ([("a.jpg", photo()[:900])], "已损坏"),
        ([("b.png", photo())], "与名字不符"),
    ):
        assert town.press(text=LETTER, files=files).status_code == 422
        assert (town.step, town.fields()["text"], said in town.words) == ("what", LETTER, True), town.words[:400]
    assert town.rows(ReportFile) == []

    town.press("add", files=[("IMG.HEIC", photo("heic")), ("两用.jpg", polyglot)])
    assert [(row.kind, row.has_preview) for row in town.rows(ReportFile)] == [("jpg", True), ("jpg", True)]
    with town.installation.scope(town.slug) as scope:
        for row in scope.session.scalars(select(ReportFile)):
            content = scope.files.get(row.key)
            assert not any(told in content for told in (b"Exif", DEVICE.encode(), b"<script"))
    number = re.findall(r"report/file\?number=(\d+)", town.page)[0]
    shown = town.client.get(f"{town.base}/report/file?number={number}")
    assert (shown.status_code, shown.mimetype, shown.headers["Cache-Control"]) == (200, "image/jpeg", "no-store")
    assert town.another().client.get(f"{town.base}/report/file?number={number}").status_code == 404

    answer = town.client.post(
        f"{town.base}/report/files", data=town.fields() | {"drop": number}, content_type="multipart/form-data"
    )
    assert len(re.findall("<img", json.loads(answer.data)["files"])) == 1
    monkeypatch.setattr("core.residents.drafts.service.MOST_FILES", 2)
    town.press("add", files=thirty[:2])
    assert "照片和录音最多 2 个，已有 1 个，这次的 2 个没有存" in town.words


def test_a_form_that_is_far_too_large_loses_its_files_and_no_word(town: Town) -> None:
    town.open()
    answer = town.press(text=LETTER, files=[("长.wav", b"RIFF" + bytes(LARGEST_OF_STRANGERS))])
    assert (answer.status_code, town.step, town.fields()["text"]) == (422, "what", LETTER)
    assert "超过 30 MB，没有收到。文字都还在" in town.words
    assert "您有一份没写完的" in town.open().get_data(as_text=True)


def test_where_a_photo_was_taken_is_offered_and_used_only_if_it_is_chosen(town: Town) -> None:
    for chosen, point in (({"use_photo": "1"}, (114.3, 22.7)), ({"place": "菜市场后门"}, (None, None))):
        town.open()
        town.press(text=LETTER, files=[("a.jpg", photo())])
        assert "就在照片拍摄的地方（22.7000, 114.3000）" in town.words
        town.press(**chosen)
        town.press()
        assert ("照片拍摄的地方" in town.words) == ("use_photo" in chosen)
        town.now += timedelta(seconds=40)
        town.press("send")
        ticket = town.rows(Ticket)[-1]
        assert (ticket.longitude, ticket.latitude) == point


def test_who_only_speaks_is_heard(town: Town) -> None:
    town.open()
    town.press(text="", files=[("录音.webm", recording("webm"))])
    assert town.step == "where"
    town.press("what")
    assert town.fields()["text"] == ""
    town.press()
    town.press("unknown")
    town.press()
    town.now += timedelta(seconds=40)
    town.press("send")
    assert town.texts() == ["诉求人没有写字，内容在录音里，请听附件。"]


@pytest.mark.parametrize(
    ("features", "letter", "because"),
    [({"f": {}}, DANGER, "诉求提到“变压器”"), ({}, "有人触电倒在路边", "提到“触电”"), ({"f": {}}, LETTER, "")],
    ids=["by the district's rule", "by the core's words", "no danger"],
)
def test_danger_shows_whom_to_call_and_makes_the_ticket_urgent(
    house: tuple[Installation, Flask], monkeypatch: pytest.MonkeyPatch, features: Any, letter: str, because: str
) -> None:
    town = Town(*house, **features)
    monkeypatch.setattr("core.web.public.site.clock", lambda: town.now)
    town.open()
    told = town.client.post(f"{town.base}/report/save", data=town.fields() | {"text": letter}).get_json()
    town.press(text=letter)

    for shown in (told["dangers"], town.page):
        assert (because in shown, "可能有人身危险" in shown) == (True, bool(because))
    assert told["said"].strip().startswith("已保存 ")
    assert town.page.index('href="tel:119"') < town.page.index("<h1") or not because
    town.press("unknown")
    town.press()
    town.now += timedelta(seconds=40)
    town.press("send")
    (ticket,) = town.rows(Ticket)
    assert ticket.urgency == ("urgent" if because else "normal")


def test_a_district_that_asks_for_a_code_has_it_given_before_the_summary(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SMS_URL", "http://127.0.0.1:9/sms")
    town.set(phone="required", phone_check="code")
    phone = Phone()
    town.open()
    town.walk(text=LETTER, phone="１３８００００００01")
    assert (town.step, "验证码已发到 138****0001" in town.words) == ("contact", True)
    phone.deliver(town.installation, town.slug, now=town.now)
    (code,) = phone.codes("13800000001")
    assert town.press(code=other_than(code), name="王").status_code == 422
    assert (town.step, town.fields()["name"], "验证码不对" in town.words) == ("contact", "王", True)
    town.press(code=code)
    assert (town.step, "13800000001" in town.words) == ("check", True)
    town.press("send")
    (ticket,) = town.rows(Ticket)
    with town.installation.scope(town.slug) as scope:
        contact = opened(scope.keys, scope.session.get_one(TicketContact, (scope.tenant.id, ticket.id)))
    assert (contact.phone, contact.phone_proven, contact.keep_private) == ("13800000001", True, True)


def test_who_is_erased_is_erased_from_what_was_begun(town: Town) -> None:
    town.open()
    town.walk(text=LETTER, phone="138 0000 0001")
    with town.installation.scope(town.slug) as scope:
        assert (drop_naming(scope, "13800000002"), drop_naming(scope, "13800000001")) == (0, 1)
