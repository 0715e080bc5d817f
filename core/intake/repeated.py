"""Many appeals of one phone or address: none is dropped, and beyond what the tenant allows a person looks first."""

from datetime import datetime

from core.kit.saying import said, word
from core.tenancy.rates import Counted, allowed, count, key_of
from core.tenancy.scope import Scope
from core.tickets.contact import normal_phone


def too_many_of_phone(scope: Scope, phone: str, *, now: datetime) -> str:
    """Count an appeal of this phone; say why a person is to look at it first, "" when it may go its way."""
    spoken, most = normal_phone(phone), allowed(scope, "phone_per_day")
    if not spoken or not most:
        return ""
    found = count(scope, "phone", key_of(scope, "phone", spoken), now=now)
    if found <= most:
        return ""
    return said(
        "同一电话 24 小时内第 {found} 件，超过自动受理的 {most} 件。诉求已登记，请核对后受理或不予受理",
        found=found,
        most=most,
    )


def too_many_of_address(scope: Scope, address: str, *, now: datetime) -> str:
    """Count an appeal handed in from this address without signing in; say why a person is to look at it first, or ""."""
    most = allowed(scope, "letters_per_day")
    if not address or not most:
        return ""
    found = count(scope, "letters-from-address", key_of(scope, "letters-from-address", address), now=now)
    if found <= most:
        return ""
    return said(
        "同一地址 24 小时内网上提交第 {found} 件，超过自动受理的 {most} 件。诉求已登记，请核对后受理或不予受理",
        found=found,
        most=most,
    )


def too_many_in_wechat(scope: Scope, openid: str, *, most: int, now: datetime) -> str:
    """Count an appeal of a WeChat user; say why a person is to look at it first, or "". 0 is no limit."""
    return _too_many(scope, "wechat-appeals", openid, "微信用户", most=most, now=now)


def too_many_on_weibo(scope: Scope, uid: str, *, most: int, now: datetime) -> str:
    """Count an appeal of a Weibo user; say why a person is to look at it first, or "". 0 is no limit."""
    return _too_many(scope, "weibo-appeals", uid, "微博用户", most=most, now=now)


def _too_many(scope: Scope, kind: Counted, whose: str, label: str, *, most: int, now: datetime) -> str:
    if not most:
        return ""
    found = count(scope, kind, key_of(scope, kind, whose), now=now)
    if found <= most:
        return ""
    return said(
        "同一{label} 24 小时内第 {found} 件，超过自动受理的 {most} 件。诉求已登记，请核对后受理或不予受理",
        label=word(label),
        found=found,
        most=most,
    )
