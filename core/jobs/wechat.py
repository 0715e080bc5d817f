"""Fetching photos and recordings from WeChat, which keeps them for three days, and adding them to tickets."""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import quote

from core.files.kinds import LARGEST
from core.hooks.outside import NotReached, fetch
from core.hooks.settings import SecretText
from core.intake.wechat.account import Account, ApiRefused
from core.intake.wechat.settings import find_wechat
from core.jobs.acting import ActsAs
from core.jobs.drain import Failure, JobKind, TryLater
from core.jobs.transports.outgoing import NotAccepted
from core.jobs.transports.wechat import Tokens, reaching
from core.journey.conversation.media import add_fetched, find_media, tell_missing
from core.kit.file_store import FilesAway
from core.kit.saying import said
from core.tenancy.scope import Scope

GONE = 40007
"""WeChat has no such file, or has it no more."""


def fetching_media(tokens: Tokens) -> JobKind:
    """Return how jobs of kind `wechat-media` are done."""
    return JobKind(do=partial(_do, tokens), tell=_tell, acts_as=ActsAs.SENDER)


def _do(tokens: Tokens, scope: Scope, payload: Mapping[str, Any], now: datetime) -> None:
    ticket_id, item_id = payload["ticket_id"], payload["item_id"]
    media, wechat = find_media(scope, item_id), find_wechat(scope.hooks)
    if media is None:
        return
    coming = media.coming(ticket_id, item_id)
    if wechat is None:
        tell_missing(scope, coming, "微信公众号已停用。", now=now)
        return
    try:
        content = reaching(
            tokens, wechat.account, partial(_fetched, wechat.account, media.media_id), now=now, for_good=(GONE,)
        )
    except NotAccepted as refused:
        tell_missing(scope, coming, str(refused), now=now)
        return
    try:
        add_fetched(scope, coming, content, now=now)
    except FilesAway as away:
        raise TryLater(away.message) from away


def _tell(scope: Scope, payload: Mapping[str, Any], failure: Failure) -> None:
    media = find_media(scope, payload["item_id"])
    if failure.is_last and media is not None:
        coming = media.coming(payload["ticket_id"], payload["item_id"])
        tell_missing(scope, coming, said("{reason}。", reason=failure.reason), now=failure.at)


def _fetched(account: Account, media_id: str, token: SecretText) -> bytes:
    url = SecretText(
        f"{account.api}/cgi-bin/media/get?access_token={token.reveal()}&media_id={quote(media_id, safe='')}"
    )
    fetched = fetch(url, largest=LARGEST)
    if not 200 <= fetched.status < 300:
        raise NotReached(said("微信接口没有接受（HTTP {status}）", status=fetched.status))
    if fetched.media_type in ("application/json", "text/plain"):
        raise ApiRefused(_errcode(fetched.content))
    return fetched.content


def _errcode(content: bytes) -> int:
    try:
        said = json.loads(content)
    except (ValueError, RecursionError):
        return -1
    errcode = said.get("errcode") if isinstance(said, dict) else None
    return errcode if isinstance(errcode, int) else -1
