"""Fetching the pictures of mentions and adding them to tickets, by the same way as every file."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from core.files.kinds import LARGEST
from core.hooks.outside import AddressNotAllowed, NotReached, fetch
from core.hooks.reach import reaching_outside
from core.jobs.acting import ActsAs
from core.jobs.drain import Failure, JobKind, TryLater
from core.journey.conversation.media import Coming, add_fetched, tell_missing
from core.journey.conversation.mentions import ON_WEIBO
from core.journey.inbound.weibo import find_post
from core.kit.file_store import FilesAway
from core.kit.saying import said
from core.tenancy.scope import Scope

MISSING = (403, 404, 410)
"""There is no such picture, or no more."""


def fetching_pictures() -> JobKind:
    """Return how jobs of kind `weibo-picture` are done."""
    return JobKind(do=_do, tell=_tell, acts_as=ActsAs.SENDER)


def _do(scope: Scope, payload: Mapping[str, Any], now: datetime) -> None:
    post, number = find_post(scope, payload["item_id"]), payload["number"]
    if post is None or number >= len(post.pictures):
        return
    coming = _coming(payload)
    try:
        with reaching_outside():
            fetched = fetch(_encrypted(post.pictures[number]), largest=LARGEST)
    except AddressNotAllowed as refused:
        tell_missing(scope, coming, refused.message, now=now)
        return
    except NotReached as unreached:
        raise TryLater(said("微博的图片没有取到：{unreached}", unreached=unreached)) from None
    if fetched.status in MISSING:
        tell_missing(scope, coming, "微博上已没有这张图片。", now=now)
        return
    if not 200 <= fetched.status < 300:
        raise TryLater(said("微博的图片没有取到（HTTP {status}）", status=fetched.status))
    try:
        add_fetched(scope, coming, fetched.content, now=now)
    except FilesAway as away:
        raise TryLater(away.message) from away


def _tell(scope: Scope, payload: Mapping[str, Any], failure: Failure) -> None:
    if failure.is_last and find_post(scope, payload["item_id"]) is not None:
        tell_missing(scope, _coming(payload), said("{reason}。", reason=failure.reason), now=failure.at)


def _coming(payload: Mapping[str, Any]) -> Coming:
    number = payload["number"]
    return Coming(
        ticket_id=payload["ticket_id"],
        name=said("微博照片{number}", number=number + 1),
        said_of="诉求人在微博发的照片",
        command_id=f"weibo/{payload['item_id']}/{number}",
        actor=ON_WEIBO,
    )


def _encrypted(address: str) -> str:
    """Return the address as it may be reached: Weibo names its pictures without encryption, and gives them with it as well."""
    return address if not address.startswith("http://") or "sinaimg.cn/" not in address else f"https://{address[7:]}"
