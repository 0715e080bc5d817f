"""An official account as its API knows it: who it is, the token of its API, and what a refusal of the API means."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from core.hooks.outside import NotReached, post_json
from core.hooks.settings import SecretText
from core.kit.saying import said, word

API = "https://api.weixin.qq.com"
KEY_CHARACTERS = 43
"""Of an EncodingAESKey: the base64 of 32 bytes without its last `=`."""
REFUSALS: Mapping[int, str] = {
    40001: "AppSecret 不对，或接口凭证已失效",
    40013: "AppID 不对",
    40125: "AppSecret 不对",
    40164: "这台服务器的地址不在公众平台的 IP 白名单里",
    40037: "模板 ID 不对",
    40003: "接收人不是这个公众号的用户",
    43004: "对方没有关注公众号",
    43101: "对方拒绝接收通知",
    47003: "模板字段与公众平台上的模板不一致",
    48001: "公众号没有这个接口的权限",
    45009: "接口调用超过每日限额",
    45011: "接口调用太频繁",
    50002: "公众号被限制使用接口",
    40007: "素材已过期或不存在",
}
"""What the error codes of the API mean that are met here."""


class ApiRefused(Exception):  # noqa: N818 -- a fact about the outside world
    """The API answered with an error code."""

    def __init__(self, errcode: int) -> None:
        super().__init__(refusal_words(errcode))
        self.errcode = errcode


@dataclass(frozen=True, slots=True)
class Credentials:
    """By what a message is known to come from WeChat, and meant for this account."""

    app_id: str
    token: SecretText | None
    aes_key: SecretText | None
    original_id: str

    @property
    def key(self) -> bytes | None:
        """The 32 bytes that messages are encrypted with, None when no usable key is set."""
        if self.aes_key is None:
            return None
        try:
            key = base64.b64decode(f"{self.aes_key.reveal()}=", validate=True)
        except (binascii.Error, ValueError):
            return None
        return key if len(key) == 32 else None

    @property
    def key_flaw(self) -> str:
        """What is wrong with the EncodingAESKey, in words; empty where there is none, or it can be used."""
        if self.aes_key is None or self.key is not None:
            return ""
        return said(
            "消息加解密密钥应为 {key_characters} 个字母和数字。请照公众平台上的重新设置。",
            key_characters=KEY_CHARACTERS,
        )


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the template, and what it holds: a key of `core.intake.wechat.settings.WHAT`."""

    name: str
    holds: str


@dataclass(frozen=True, slots=True)
class Account:
    """The official account of a tenant."""

    app_id: str
    app_secret: SecretText | None
    credentials: Credentials
    api: str
    template_id: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Token:
    """A token of the API 接口凭证, and for how long it holds."""

    text: SecretText
    holds: timedelta


def ask_token(account: Account, *, anew: bool = False) -> Token:
    """Ask for the account's token: the one that holds now, so that several programs share it; `anew` for another one.

    Raises `ApiRefused`, `core.hooks.outside.NotReached`, `AddressNotAllowed`.
    """
    secret = account.app_secret.reveal() if account.app_secret else ""
    body = {
        "grant_type": "client_credential",
        "appid": account.app_id,
        "secret": secret,
        "force_refresh": anew,
    }
    said = call(account, "/cgi-bin/stable_token", body, key=account.app_id)
    token, seconds = said.get("access_token"), said.get("expires_in")
    if not isinstance(token, str) or not token or not isinstance(seconds, int) or seconds <= 0:
        raise NotReached("微信接口的应答看不懂")
    return Token(SecretText(token), timedelta(seconds=seconds))


def call(
    account: Account, path: str, body: Mapping[str, Any], *, key: str, token: SecretText | None = None
) -> Mapping[str, Any]:
    """Post to the account's API and return what it said. Raises `ApiRefused`, and as `core.hooks.outside.post_json`."""
    query = f"?access_token={token.reveal()}" if token else ""
    answered = post_json(SecretText(f"{account.api}{path}{query}"), body, key=key)
    if not answered.is_accepted:
        raise NotReached(said("微信接口没有接受（HTTP {status}）", status=answered.status))
    errcode = answered.body.get("errcode", 0)
    if not isinstance(errcode, int) or errcode != 0:
        raise ApiRefused(errcode if isinstance(errcode, int) else -1)
    return answered.body


def refusal_words(errcode: int) -> str:
    """Say what an error code of the API means."""
    known = REFUSALS.get(errcode)
    return (
        said("微信接口没有接受（{errcode}）：{known}。", errcode=errcode, known=word(known))
        if known
        else said("微信接口没有接受（{errcode}）。", errcode=errcode)
    )
