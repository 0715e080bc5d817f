"""Everything that comes badly to the door, in one walk through the pages: said in words with a status of its own, and no word typed is lost."""

import io
import wave
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask

from core.residents.drafts.models import ReportFile
from core.residents.phones.codes import AGAIN_AFTER, MOST_WRONG
from core.tenancy.scope import Installation
from core.tickets.models import Ticket
from core.web import create_app
from tests.builders import make_installation
from tests.residents.codes import Phone, other_than
from tests.web.public.test_report import Town

LETTER = "东街菜市场后巷的下水道堵了十天，污水流到路上🤢，住户出门要踩着砖头走，请派人疏通。"
PLACE, NAME, NUMBER = "东街菜市场后巷", "陈某", "13800000001"
TYPED = "📱 ＋86 １３８—0000 0001"
MINUTES, RATE = 20, 8_000


@pytest.fixture
def town(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    """A district that wants a phone and has it shown to be at hand by a code."""
    monkeypatch.setenv("SMS_URL", "http://127.0.0.1:9/sms")
    installation: Installation = make_installation(database_url)
    app: Flask = create_app(installation)
    made = Town(installation, app)
    made.set(phone="required", phone_check="code")
    monkeypatch.setattr("core.web.public.site.clock", lambda: made.now)
    yield made
    installation.database.engine.dispose()


def long_recording() -> bytes:
    """Return twenty minutes of silence."""
    written = io.BytesIO()
    with wave.open(written, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(1)
        sound.setframerate(RATE)
        sound.writeframes(bytes([128]) * RATE * 60 * MINUTES)
    return written.getvalue()


def test_nothing_typed_is_lost_to_whatever_comes_badly(town: Town) -> None:
    def kept(status: int, words: str) -> None:
        """The page says so, with this status, and still has all that was typed."""
        assert (town.last.status_code, words in town.words) == (status, True), town.words[:900]
        fields = town.fields()
        assert {name: fields[name] for name in ("text", "place", "name") if name in fields} == typed

    phone = Phone()
    town.open()
    town.press(text=LETTER, files=[("二十分钟.wav", long_recording())])
    assert [row.kind for row in town.rows(ReportFile)] == ["wav"]
    town.press(place=PLACE)
    typed = {"text": LETTER, "place": PLACE, "name": NAME}

    town.press(name=NAME, phone="")
    kept(422, "请填写")
    town.press(phone="1380000")
    kept(422, "读到 7 位数字（1380000），手机号是 11 位")
    town.press(phone=TYPED)
    kept(422, "安全校验没有完成")  # a robot: at once, and without the proof
    town.press(phone=TYPED, proof_number=town.solve())
    kept(200, "验证码已发到 138****0001")

    phone.deliver(town.installation, town.slug, now=town.now)
    for _ in range(MOST_WRONG - 1):
        town.press(code=other_than(phone.codes(NUMBER)[-1]))
        kept(422, "还可以试")
    for code in (other_than(phone.codes(NUMBER)[-1]), phone.codes(NUMBER)[-1]):  # the sixth is right, and too late
        town.press(code=code)
        kept(422, "重新获取")
    town.now += AGAIN_AFTER + timedelta(seconds=30)
    town.press("code", proof_number=town.solve())
    kept(200, "验证码已发到")
    phone.deliver(town.installation, town.slug, now=town.now)
    town.press(code=phone.codes(NUMBER)[-1])
    assert town.step == "check"
    kept(200, NUMBER)

    last = town.page
    for _ in range(10):
        town.page = last
        assert town.press("send").status_code == 200
    (ticket,) = town.rows(Ticket)
    assert (ticket.text, ticket.place) == (LETTER, PLACE)
