"""A phone shown to be at hand: codes that are sent, given back, guessed at and asked for too often."""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from core.hooks.core_features import PORTAL_INTAKE
from core.intake.portal import check_settings
from core.journey.phone_proof import (
    PROOF_GOOD,
    CodesNotSent,
    CodesTooMany,
    CodeTooSoon,
    CodeWrong,
    PhoneNotProven,
    Purpose,
    codes_fail,
    find_sent,
    prove_phone,
    proven_phone,
    refuse_unproven,
    send_code,
)
from core.kit.outbox import Job
from core.residents.phones.codes import AGAIN_AFTER, GOOD, MOST_WRONG, forget_codes
from core.residents.phones.models import PhoneCode
from core.residents.phones.rules import PhoneUnusable, mobile_phone, readable_phone
from core.tenancy.scope import Installation, Scope
from core.tickets.contact import Contact
from tests.builders import beijing, make_district, make_installation, set_rates, switch_on
from tests.residents.codes import Phone, other_than

NOW, TYPED, NUMBER = beijing("2026-03-12 10:00"), "１３８－０００ 0📱0 001", "13800000001"
FLAWS = [
    ("", "没有填写电话"),
    ("没有", "没有读到号码"),
    ("138000", "读到 6 位数字（138000），手机号是 11 位"),
    ("12345678901", "以 13 至 19 开头"),
    ("99", "不是完整的电话号码"),
    ("13800000001/13800000002", "几个号码"),
    ("王先生13800000001", "除了号码还有别的字"),
]


@pytest.fixture(scope="module")
def installation(database_url: str) -> Installation:
    return make_installation(database_url)


@pytest.fixture
def slug(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("SMS_URL", "http://127.0.0.1:9/sms")
    return make_district(installation)


def ask(
    installation: Installation,
    slug: str,
    at: datetime = NOW,
    *,
    typed: str = TYPED,
    purpose: Purpose = "report",
    address: str = "192.0.2.1",
) -> str:
    """Ask for a code as a page does, which commits also what is refused; return what is said, "" when it was sent."""
    with installation.scope(slug) as scope:
        try:
            send_code(scope, typed, purpose=purpose, address=address, now=at)
        except (CodeTooSoon, CodesTooMany) as refusal:
            return refusal.message
    return ""


def give(installation: Installation, slug: str, code: str, at: datetime = NOW, **how: Purpose) -> str:
    """Give a code as a page does; return the proof, or what is said."""
    with installation.scope(slug) as scope:
        try:
            return prove_phone(scope, NUMBER, code, purpose=how.get("purpose", "report"), now=at)
        except CodeWrong as refusal:
            return refusal.message


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        (TYPED, NUMBER),
        ("+86 138-0000-0001", NUMBER),
        ("0086\u300013800000001", NUMBER),
        ("1️⃣3️⃣8️⃣ 0000 0001", NUMBER),
        ("\u202a138.0000.0001\u202c", NUMBER),
        ("手机：13800000001", NUMBER),
        ("（０２８）８８８８ 0000", "02888880000"),
        ("+86 28 8888 0000", "02888880000"),
        ("028-88880000 转 12", "02888880000转12"),
        ("88880000", "88880000"),
        ("+852 2123 4567", "+85221234567"),
    ],
)
def test_a_phone_is_read_however_it_was_typed(typed: str, read: str) -> None:
    assert readable_phone(typed) == read


@pytest.mark.parametrize(("typed", "said"), FLAWS)
def test_what_is_no_phone_is_refused_with_what_was_read(typed: str, said: str) -> None:
    with pytest.raises(PhoneUnusable, match=said):
        readable_phone(typed)


def test_a_landline_gets_no_code() -> None:
    with pytest.raises(PhoneUnusable, match="收不到短信验证码"):
        mobile_phone("028-88880000")


def test_a_code_that_came_is_given_back_once_and_shows_the_phone_for_half_an_hour(
    installation: Installation, slug: str
) -> None:
    phone = Phone()
    assert ask(installation, slug) == ""
    phone.deliver(installation, slug, now=NOW)
    [code] = phone.codes(NUMBER)
    other = make_district(installation)

    proof = give(installation, slug, " ".join(chr(ord(each) + 0xFEE0) for each in code))
    again = give(installation, slug, code)

    with installation.scope(slug) as scope, installation.scope(other) as elsewhere:
        assert proven_phone(scope, proof, purpose="report", now=NOW + PROOF_GOOD - timedelta(seconds=1)) == NUMBER
        assert proven_phone(scope, proof, purpose="report", now=NOW + PROOF_GOOD) is None
        assert proven_phone(scope, proof, purpose="own", now=NOW) is None
        assert proven_phone(elsewhere, proof, purpose="report", now=NOW) is None
        assert [proven_phone(scope, bad, purpose="report", now=NOW) for bad in ("", "x.y", proof[:-2] + "AA")] == [
            None
        ] * 3
    assert NUMBER not in proof
    assert "已经用过" in again


def test_nothing_kept_or_logged_says_the_code_or_the_phone(
    installation: Installation, slug: str, caplog: pytest.LogCaptureFixture
) -> None:
    phone = Phone()
    caplog.set_level(logging.DEBUG)
    ask(installation, slug)
    phone.deliver(installation, slug, now=NOW)
    [code] = phone.codes(NUMBER)

    with installation.scope(slug) as scope:
        [row] = scope.session.scalars(select(PhoneCode).where(PhoneCode.tenant_id == scope.tenant.id))
        [job] = scope.session.scalars(select(Job).where(Job.tenant_id == scope.tenant.id))
        kept = "".join(str(getattr(row, column.key)) for column in PhoneCode.__table__.columns if column.key != "id")
    assert row.state == "sent"
    assert not any(secret in text for secret in (code, NUMBER) for text in (kept, caplog.text))
    assert list(job.payload) == ["code_id"]


def test_after_five_wrong_codes_the_right_one_is_worth_nothing_and_a_new_one_helps(
    installation: Installation, slug: str
) -> None:
    phone = Phone()
    ask(installation, slug)
    phone.deliver(installation, slug, now=NOW)
    [code] = phone.codes(NUMBER)

    said = [give(installation, slug, other_than(code)) for _ in range(MOST_WRONG)]
    sixth = give(installation, slug, code)
    later = NOW + AGAIN_AFTER
    ask(installation, slug, later)
    phone.deliver(installation, slug, now=later)
    proof = give(installation, slug, phone.codes(NUMBER)[-1], later)

    assert ["还可以试" in each for each in said] == [True] * (MOST_WRONG - 1) + [False]
    assert "还可以试 1 次" in said[-2]
    assert all("已经作废。请重新获取" in each for each in (said[-1], sixth))
    with installation.scope(slug) as scope:
        assert proven_phone(scope, proof, purpose="report", now=later) == NUMBER


def test_a_code_ends_after_ten_minutes_with_the_next_one_and_counts_for_its_purpose_alone(
    installation: Installation, slug: str
) -> None:
    phone = Phone()
    for at in (NOW, NOW + AGAIN_AFTER):
        ask(installation, slug, at)
        phone.deliver(installation, slug, now=at)
    first, second = phone.codes(NUMBER)

    assert "没有可用的验证码" in give(installation, slug, second, purpose="own")
    assert "验证码不对" in give(installation, slug, first)
    assert "没有可用的验证码" in give(installation, slug, second, NOW + AGAIN_AFTER + GOOD)
    with installation.scope(slug) as scope:
        forget_codes(scope, now=NOW + timedelta(days=2))
        assert scope.session.scalars(select(PhoneCode).where(PhoneCode.tenant_id == scope.tenant.id)).all() == []


def test_codes_are_sent_as_often_as_the_district_allows_and_no_more(installation: Installation, slug: str) -> None:
    set_rates(installation, slug, now=NOW, codes_per_phone_hour=2, codes_per_phone_day=3, codes_per_address=5)
    minutes: Callable[[int], datetime] = lambda number: NOW + timedelta(minutes=number)  # noqa: E731

    said = [ask(installation, slug, minutes(at)) for at in (0, 0, 1, 2, 62, 63, 124)]
    elsewhere = [
        ask(installation, slug, minutes(130), typed=f"1380000010{number}", address=address)
        for number, address in ((1, "192.0.2.1"), (2, "192.0.2.1"), (3, "192.0.2.1"), (4, "192.0.2.2"))
    ]

    assert said[0] == said[2] == said[4] == ""
    assert "请等 60 秒" in said[1]
    assert "一小时内取了太多次" in said[3]
    assert all("24 小时内取了太多次" in said[at] for at in (5, 6))
    assert elsewhere[0] == elsewhere[1] == elsewhere[3] == ""
    assert "这个网络 24 小时内取了太多次" in elsewhere[2]


@pytest.mark.parametrize("trouble", [Phone(down=True), Phone(refuses=True)])
def test_a_gateway_that_does_not_take_it_is_told_and_holds_no_appeal_back(
    installation: Installation, slug: str, trouble: Phone
) -> None:
    with installation.scope(slug) as scope:
        switch_on(scope, PORTAL_INTAKE.id, {"open": True, "phone_check": "code"})
    installation.forget()
    contact = Contact("王小明", NUMBER)
    ask(installation, slug)

    def must_wait(scope: Scope) -> bool:
        try:
            refuse_unproven(scope, contact, now=NOW)
        except PhoneNotProven as refusal:
            return "请先验证手机号 138****0001" in refusal.message
        return False

    assert installation.run(slug, must_wait)
    replace(trouble, received=[]).deliver(installation, slug, now=NOW)

    with installation.scope(slug) as scope:
        sent = find_sent(scope, TYPED, purpose="report", now=NOW)
        assert sent is not None
        assert (sent.phone, sent.trouble) == ("138****0001", "短信没有发出去")
        assert codes_fail(scope, NUMBER, purpose="report", now=NOW)
        assert not must_wait(scope)


def test_without_a_gateway_nothing_is_sent_and_the_administrator_is_warned(
    installation: Installation, slug: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert check_settings(settings={"phone_check": "code"}) is None
    monkeypatch.delenv("SMS_URL")

    with installation.scope(slug) as scope, pytest.raises(CodesNotSent, match="可以不验证，直接往下填写"):
        send_code(scope, TYPED, purpose="report", address="192.0.2.1", now=NOW)
    [warning] = check_settings(settings={"phone_check": "code"}) or ()
    assert (warning.level, warning.field) == ("warning", "phone_check")
    assert "没有配置短信网关（SMS_URL）" in warning.text
