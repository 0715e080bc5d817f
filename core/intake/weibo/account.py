"""An account on Weibo as its API 微博开放平台 knows it: how it is asked and told, and what a refusal means.

Written by the documentation that Weibo publishes (open.weibo.com/wiki); see docs/weibo.md for what was never tried there.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from core.hooks.outside import NotReached, fetch, post_form
from core.hooks.settings import SecretText
from core.kit.saying import said, word

API = "https://api.weibo.com"
TOKEN_ENDED = frozenset({21314, 21315, 21316, 21317, 21319, 21327, 21332})
"""The access token has ended, was taken back, or never was one: only somebody who authorises anew can help."""
TOO_OFTEN = frozenset({10009, 10022, 10023, 10024, 20016})
"""Asked or written too often: later it will do."""
GONE = frozenset({20101, 20104, 20112})
"""The status was deleted, or its author lets nobody see it any more."""
FOR_GOOD = GONE | {20008, 20012, 20018, 20020, 20021, 20206, 20207}
"""No other try will help."""
REFUSALS: Mapping[int, str] = {
    10005: "应用没有这个接口的权限，请在微博开放平台申请",
    10014: "应用没有这个接口的权限，请在微博开放平台申请",
    10022: "这台服务器的调用超过微博的频次限制",
    10023: "这个账号的调用超过微博的频次限制",
    10024: "这个账号对该接口的调用超过微博的频次限制",
    20008: "评论内容为空",
    20012: "评论超过微博的字数限制",
    20016: "发布得太频繁",
    20017: "刚刚发过相似的内容",
    20018: "评论里的网址被微博拒绝",
    20019: "刚刚发过相同的内容",
    20020: "微博认为评论是广告",
    20021: "微博认为评论有不合规的内容",
    20031: "微博要求输入验证码，请到微博上用这个账号发一次",
    20032: "微博已收下，过一两分钟才看得到",
    20101: "原微博已被删除",
    20104: "原微博已看不到",
    20111: "刚刚发过相同的内容",
    20112: "作者设置了原微博不让人看",
    20206: "作者只允许他关注的人评论",
    20207: "作者只允许可信用户评论",
}
"""What the error codes of the API mean that are met here."""
AUTHORISE_ANEW = "微博授权已失效（{code}），@ 收不到，答复也发不出去。请在微博开放平台重新授权，把新的 access_token 设为功能 core.weibo 的密钥。"
SECONDS = 10.0
LARGEST = 4 * 1024 * 1024
"""Bytes of an answer; a page of fifty statuses has some hundred thousand."""


class ApiRefused(Exception):  # noqa: N818 -- a fact about the outside world
    """The API answered with an error code."""

    def __init__(self, code: int) -> None:
        super().__init__(refusal_words(code))
        self.code = code


@dataclass(frozen=True, slots=True)
class Account:
    """The account of a tenant: its number and name on Weibo, and the token by which the API knows it."""

    uid: str
    name: str
    token: SecretText | None
    api: str


def ask(account: Account, path: str, fields: Mapping[str, str | int], *, largest: int = LARGEST) -> Mapping[str, Any]:
    """Ask the API, such as for `statuses/mentions`. Raises `ApiRefused`, and as `core.hooks.outside.fetch`."""
    query = urlencode({**fields, "access_token": account.token.reveal() if account.token else ""})
    fetched = fetch(SecretText(f"{account.api}/2/{path}.json?{query}"), largest=largest, seconds=SECONDS)
    return _said(fetched.status, _object(fetched.content))


def tell(account: Account, path: str, fields: Mapping[str, str]) -> Mapping[str, Any]:
    """Have the API do something, such as `comments/create`. Raises `ApiRefused`, and as `core.hooks.outside.post_form`."""
    token: str | SecretText = account.token or ""
    answered = post_form(f"{account.api}/2/{path}.json", {**fields, "access_token": token}, seconds=SECONDS)
    return _said(answered.status, answered.body)


def token_of(account: Account) -> Mapping[str, Any]:
    """Return what Weibo says of the token: whose it is (`uid`), and in how many seconds it ends (`expire_in`).

    Raises `ApiRefused`, `core.hooks.outside.NotReached`, `AddressNotAllowed`.
    """
    answered = post_form(f"{account.api}/oauth2/get_token_info", {"access_token": account.token or ""}, seconds=SECONDS)
    return _said(answered.status, answered.body)


def refusal_words(code: int) -> str:
    """Say what an error code of the API means."""
    if code in TOKEN_ENDED:
        return AUTHORISE_ANEW.format(code=code)
    known = REFUSALS.get(code)
    return (
        said("微博接口没有接受（{code}）：{known}。", code=code, known=word(known))
        if known
        else said("微博接口没有接受（{code}）。", code=code)
    )


def _said(status: int, body: Mapping[str, Any]) -> Mapping[str, Any]:
    if "error_code" in body:
        raise ApiRefused(_code(body["error_code"]))
    if not 200 <= status < 300:
        raise NotReached(said("微博接口没有接受（HTTP {status}）", status=status))
    if not body:
        raise NotReached("微博接口的应答看不懂")
    return body


def _code(given: Any) -> int:
    """Return an error code, which Weibo writes as a number or in quotes; -1 for what is neither."""
    try:
        return int(given)
    except (TypeError, ValueError):
        return -1


def _object(content: bytes) -> Mapping[str, Any]:
    try:
        said = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}
