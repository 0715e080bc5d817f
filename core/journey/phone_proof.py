"""A phone shown to be at hand 手机验证: a code is sent to it and given back, or the district's WeChat account knows who writes.

What is answered never depends on whether the phone is known here. Sending is held to so many an hour and day, for the phone,
the address and the whole district; the page that offers it asks for a proof of work besides (`core.web.proof`), so a flood
costs its sender something from the first message on. Wrong tries and what was sent are counted in the caller's transaction:
it commits also when these raise, and calls them outside of any savepoint that a refusal rolls back.
"""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Literal

from core.intake.portal import find_portal
from core.intake.wechat.settings import find_wechat
from core.kit.errors import Refused
from core.kit.gateways import has_sms
from core.kit.saying import said
from core.residents.phones.codes import (
    AGAIN_AFTER,
    DIGITS,
    GOOD,
    MOST_WRONG,
    ask_code,
    code_of,
    newest_code,
)
from core.residents.phones.models import PhoneCode
from core.residents.phones.rules import MOBILE, PhoneUnusable, mobile_phone, read_digits
from core.residents.tokens import opened_token, sealed_token
from core.tenancy.rates import DAY, Counted, allowed, count, counted, key_of
from core.tenancy.scope import Scope
from core.tickets.contact import Contact, masked_phone, normal_phone

Purpose = Literal["report", "own"]
"""What the phone is shown for: handing in an appeal, or looking at what is kept about oneself."""
PROOF_GOOD = timedelta(minutes=30)
WECHAT_GOOD = timedelta(hours=6)
WECHAT_USE = "wechat"
HOUR = timedelta(hours=1)


class CodeWrong(Refused):
    """The code that was given does not show that the phone is at hand."""

    code = "code-wrong"

    def __init__(self, message: str, *, is_over: bool) -> None:
        super().__init__(message)
        self.is_over = is_over
        """Whether no further try can help: a new code must be asked for."""


class CodeTooSoon(Refused):
    """A code has just been sent."""

    code = "code-too-soon"


class CodesTooMany(Refused):
    """As many codes were sent as the district allows."""

    code = "codes-too-many"


class PhoneNotProven(Refused):
    """The district asks that a phone is shown to be at hand, and this one is not yet."""

    code = "phone-not-proven"


class CodesNotSent(Refused):
    """Nothing sends codes here."""

    code = "codes-not-sent"


@dataclass(frozen=True, slots=True)
class Sent:
    """A code that was sent, or is on its way. `phone` is masked; `trouble` says why it does not arrive, "" = nothing is known."""

    phone: str
    ends_at: datetime
    again_at: datetime
    trouble: str = ""


def send_code(scope: Scope, typed: str, *, purpose: Purpose, address: str, now: datetime) -> Sent:
    """Send a code to the phone that was typed; the one before it is worth nothing any more.

    Raises `PhoneUnusable`, `CodesNotSent` where there is no gateway, `CodeTooSoon`, `CodesTooMany`.
    """
    phone = mobile_phone(typed)
    if not has_sms():
        raise CodesNotSent(
            "这里现在发不出短信验证码，不是您的问题。可以不验证，直接往下填写；急事请拨打热线。"
            if purpose == "report"
            else "这里现在发不出短信验证码，不是您的问题。请用受理流水号和提取码，或拨打热线办理。"
        )
    _hold_back(scope, phone, address, now=now)
    latest = newest_code(scope, phone, purpose)
    if latest is not None and latest.state != "failed" and now < latest.asked_at + AGAIN_AFTER:
        seconds = ceil((latest.asked_at + AGAIN_AFTER - now).total_seconds())
        raise CodeTooSoon(
            said("验证码刚发到 {phone}，请等 {seconds} 秒再重新获取。", phone=masked_phone(phone), seconds=seconds)
        )
    for kind, whose, _most, _within, _what in _limits(scope, phone, address):
        count(scope, kind, key_of(scope, kind, whose), now=now)
    return _sent(phone, ask_code(scope, phone, purpose, now=now))


def find_sent(scope: Scope, typed: str, *, purpose: Purpose, now: datetime) -> Sent | None:
    """Return how the code stands that was sent to this phone last, None when none can be given any more."""
    try:
        phone = mobile_phone(typed)
    except PhoneUnusable:
        return None
    row = newest_code(scope, phone, purpose)
    return _sent(phone, row) if row is not None and _is_open(row, now=now) else None


def prove_phone(scope: Scope, typed: str, code: str, *, purpose: Purpose, now: datetime) -> str:
    """Return a proof, good for half an hour, that the phone is at hand of who gives its code. A code counts once.

    Raises `PhoneUnusable`, `CodeWrong`.
    """
    phone = mobile_phone(typed)
    row = newest_code(scope, phone, purpose)
    if row is None or not _is_open(row, now=now):
        raise CodeWrong(
            said(
                "没有可用的验证码：已经用过，或超过了 {minutes} 分钟。请重新获取。",
                minutes=int(GOOD.total_seconds() // 60),
            ),
            is_over=True,
        )
    if row.wrong >= MOST_WRONG:
        raise _worn_out()
    if not hmac.compare_digest(code_of(scope, row).encode(), read_digits(code).encode()):
        row.wrong += 1
        if row.wrong >= MOST_WRONG:
            raise _worn_out()
        raise CodeWrong(
            said(
                "验证码不对。请对照最新一条短信填写 {digits} 位数字，还可以试 {left} 次。",
                digits=DIGITS,
                left=MOST_WRONG - row.wrong,
            ),
            is_over=False,
        )
    row.proven_at = now
    return sealed_token(scope, phone, use=f"phone/{purpose}", good_until=now + PROOF_GOOD)


def proven_phone(scope: Scope, proof: str, *, purpose: Purpose, now: datetime) -> str | None:
    """Return the phone that a proof shows to be at hand, None where it shows nothing: ended, of another purpose or tenant."""
    return opened_token(scope, proof, use=f"phone/{purpose}", now=now)


def codes_fail(scope: Scope, typed: str, *, purpose: Purpose, now: datetime) -> bool:
    """Tell whether it is our fault that this phone has no proof: there is no gateway, or it did not take the last code.

    Then an appeal is handed in all the same, with the phone not shown to be at hand.
    """
    if not has_sms():
        return True
    sent = find_sent(scope, typed, purpose=purpose, now=now)
    return sent is not None and bool(sent.trouble)


def needs_code(scope: Scope, contact: Contact, *, now: datetime) -> bool:
    """Tell whether an appeal with this contact must wait for a code: the district asks for one, the phone is a mobile that
    was not shown to be at hand, nobody knows the resident by WeChat, and codes do arrive.
    """
    portal = find_portal(scope.hooks)
    if portal is None or portal.phone_check == "none" or contact.phone_proven or contact.wechat:
        return False
    phone = normal_phone(contact.phone)
    return MOBILE.fullmatch(phone) is not None and not codes_fail(scope, phone, purpose="report", now=now)


def refuse_unproven(scope: Scope, contact: Contact, *, now: datetime) -> None:
    """Raise `PhoneNotProven` where the appeal must wait for a code."""
    if needs_code(scope, contact, now=now):
        raise PhoneNotProven(
            said(
                "还没有提交：请先验证手机号 {phone}。点“获取验证码”，再填写短信里的 {digits} 位数字。",
                phone=masked_phone(normal_phone(contact.phone)),
                digits=DIGITS,
            )
        )


def wechat_token(scope: Scope, openid: str, *, now: datetime) -> str:
    """Return what the district's WeChat account gives out in a link to the report page: who follows it, for some hours."""
    return sealed_token(scope, openid, use=WECHAT_USE, good_until=now + WECHAT_GOOD)


def wechat_identity(scope: Scope, token: str, *, now: datetime) -> str | None:
    """Return as whom the district's WeChat account knows who follows a link that it gave out; None where that is not shown."""
    return opened_token(scope, token, use=WECHAT_USE, now=now) if find_wechat(scope.hooks) is not None else None


def _is_open(row: PhoneCode, *, now: datetime) -> bool:
    return row.proven_at is None and now < row.ends_at


def _sent(phone: str, row: PhoneCode) -> Sent:
    return Sent(masked_phone(phone), row.ends_at, row.asked_at + AGAIN_AFTER, row.failure)


def _worn_out() -> CodeWrong:
    return CodeWrong(
        said("验证码错了 {most} 次，这一个已经作废。请重新获取，按最新一条短信填写。", most=MOST_WRONG), is_over=True
    )


Limit = tuple[Counted, str, int, timedelta, str]


def _limits(scope: Scope, phone: str, address: str) -> tuple[Limit, ...]:
    """Return what is counted at a code that is sent, under whose name, how often it may be, within what, and what is said."""
    everywhere = "现在取验证码的人太多"
    return (
        ("codes-of-phone", phone, allowed(scope, "codes_per_phone_day"), DAY, "这个手机号 24 小时内取了太多次"),
        ("codes-from-address", address, allowed(scope, "codes_per_address"), DAY, "这个网络 24 小时内取了太多次"),
        ("codes", "", allowed(scope, "codes_per_hour"), HOUR, everywhere),
    )


def _hold_back(scope: Scope, phone: str, address: str, *, now: datetime) -> None:
    hourly: Limit = (
        "codes-of-phone",
        phone,
        allowed(scope, "codes_per_phone_hour"),
        HOUR,
        "这个手机号一小时内取了太多次",
    )
    for kind, whose, most, within, what in (hourly, *_limits(scope, phone, address)):
        if most and counted(scope, kind, key_of(scope, kind, whose), now=now, within=within) >= most:
            raise CodesTooMany(said("{what}，没有再发。请过一小时再试，或用别的方式办理，急事请拨打热线。", what=what))
