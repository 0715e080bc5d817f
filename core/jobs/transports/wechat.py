"""WeChat template messages 模板消息 by the API of the official account; the account is the tenant's, from its settings."""

import re
import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from string import digits
from typing import Any, TypeVar

from core.hooks.outside import AddressNotAllowed, NotReached
from core.hooks.reach import reaching_outside
from core.hooks.settings import SecretText
from core.intake.wechat.account import Account, ApiRefused, Field, ask_token, call, refusal_words
from core.jobs.drain import TryLater
from core.jobs.transports.outgoing import NotAccepted, Outgoing
from core.kit.saying import said

T = TypeVar("T")
TOKEN_REFUSED = (40001, 40014, 42001)
"""The token is invalid or has expired: another one is asked for, once."""
FOR_GOOD = (40003, 43004, 43101)
"""No such user of this account, not subscribed any more, does not want notices: no other try will help."""
EARLY = timedelta(minutes=5)
"""So long before its end a token is not used any more."""
LONGEST: Mapping[str, int] = {"thing": 20, "character_string": 32, "number": 32, "letter": 32, "phrase": 5, "name": 10}
"""Characters of a field by the kind that its name begins with; what is longer is refused by WeChat."""
LONGEST_OTHER = 200
SENDER = re.compile(r"^[^：，。]{1,20}：")
"""Who says it, at the beginning of words that are too long: the account's name stands above them anyway."""


@dataclass(frozen=True, slots=True)
class About:
    """What a template can tell beside the words of a message. `link` opens when it is tapped, empty = nothing."""

    number: str
    code: str = field(repr=False)
    title: str = field(repr=False)
    state: str = ""
    time: str = ""
    tenant: str = ""
    link: str = ""


@dataclass(slots=True)
class Tokens:
    """The tokens of this process, by account: each is asked for when it is needed and kept until shortly before its end."""

    _lock: threading.Lock = field(default_factory=threading.Lock)
    _kept: dict[tuple[str, str], tuple[SecretText, datetime]] = field(default_factory=dict)

    def use(self, account: Account, deed: Callable[[SecretText], T], *, now: datetime) -> T:
        """Do something with the account's token; where it turns out to hold no more, once again with another.

        Raises what the deed raises, and as `core.intake.wechat.account.ask_token`.
        """
        token = self._token(account, now=now)
        try:
            return deed(token)
        except ApiRefused as refused:
            if refused.errcode not in TOKEN_REFUSED:
                raise
        return deed(self._token(account, now=now, instead_of=token))

    def _token(self, account: Account, *, now: datetime, instead_of: SecretText | None = None) -> SecretText:
        whose = (account.api, account.app_id)
        with self._lock:
            kept = self._kept.get(whose)
            if kept is not None and kept[0] != instead_of and now < kept[1]:
                return kept[0]
            token = ask_token(account)
            if token.text == instead_of:  # WeChat thinks it still holds: only another one will do
                token = ask_token(account, anew=True)
            self._kept[whose] = (token.text, now + token.holds - EARLY)
            return token.text


def send_template(tokens: Tokens, account: Account, outgoing: Outgoing, about: About, *, now: datetime) -> str:
    """Send a template message; return the number under which WeChat has taken it. The same id within ten minutes goes out once.

    Raises `TryLater`, `NotAccepted`.
    """
    if not account.template_id:
        raise NotAccepted("没有设置微信模板（功能 core.wechat 的“模板 ID”），微信通知没有发出。")
    message = {
        "touser": outgoing.to,
        "template_id": account.template_id,
        "url": about.link,
        "client_msg_id": outgoing.id[-32:],
        "data": {each.name: {"value": _value(each, account, about, outgoing.text)} for each in account.fields},
    }

    def deed(token: SecretText) -> Mapping[str, Any]:
        return call(account, "/cgi-bin/message/template/send", message, key=outgoing.id, token=token)

    return str(reaching(tokens, account, deed, now=now).get("msgid", ""))


def reaching(
    tokens: Tokens,
    account: Account,
    deed: Callable[[SecretText], T],
    *,
    now: datetime,
    for_good: Collection[int] = FOR_GOOD,
) -> T:
    """Do something with the account's API. Raises `TryLater`, and `NotAccepted` where no other try would help."""
    if account.app_secret is None:
        raise NotAccepted("没有设置微信公众号的 AppSecret。")
    try:
        with reaching_outside():
            return tokens.use(account, deed, now=now)
    except ApiRefused as refused:
        if refused.errcode in for_good:
            raise NotAccepted(refusal_words(refused.errcode)) from None
        raise TryLater(refusal_words(refused.errcode)) from None
    except NotReached as unreached:
        raise TryLater(said("微信接口没有应答：{unreached}", unreached=unreached)) from None
    except AddressNotAllowed as refused:
        raise TryLater(refused.message) from None


def _value(each: Field, account: Account, about: About, words: str) -> str:
    """Return what a field holds, in one line and as short as WeChat wants it.

    Words that are too long leave out what stands elsewhere in the message anyway: who says it, and the number.
    """
    kind = each.name.rstrip(digits)
    longest = LONGEST.get(kind, LONGEST_OTHER)
    text = " ".join((words if each.holds == "words" else str(getattr(about, each.holds))).split())
    if each.holds == "words" and len(text) > longest:
        text = SENDER.sub("", text)
        if any(field.holds == "number" for field in account.fields):
            text = text.replace(f"诉求 {about.number} ", "诉求")
    if len(text) <= longest:
        return text
    return text[:longest] if kind in ("phrase", "name") else f"{text[: longest - 1]}…"
