"""One look at a tenant's account on Weibo: new mentions, and what their writers added below those that are tickets.

Each is kept and committed before the place up to which was read moves on, so a look may end anywhere and be done again.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from core.hooks.outside import AddressNotAllowed, NotReached
from core.hooks.reach import reaching_outside
from core.intake.weibo.account import FOR_GOOD, GONE, Account, ApiRefused, ask, refusal_words
from core.intake.weibo.reading import Kind, Unreadable, number_of, read_post, writer_of, written_at
from core.intake.weibo.settings import Weibo, find_weibo
from core.jobs.transports.weibo import pages_of
from core.jobs.turns import Now
from core.journey.inbound.weibo import (
    BACK,
    Place,
    Thread,
    keep_post,
    note_gone,
    note_place,
    note_read,
    place_of,
    tell_trouble,
    threads_to_read,
)
from core.kit.errors import Refused
from core.kit.saying import said
from core.tenancy.scope import Installation

A_PAGE = 50
MOST_PAGES = 10
"""Pages of mentions in one look; what is older is for the next one, which follows at once."""


class WeiboTrouble(Refused):
    """Weibo does not answer, or not any more. The message says why, for administrators, and names no token."""

    code = "weibo-trouble"


class NoWeiboAccount(Refused):
    """The tenant has no account on Weibo."""

    code = "no-weibo-account"


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look found: mentions and comments that were kept for the first time. `has_more`: it ended before all was read."""

    mentions: int = 0
    comments: int = 0
    has_more: bool = False


def find_account_of(installation: Installation, slug: str) -> Weibo | None:
    """Return the account that the tenant has now, if it has one."""
    with installation.scope(slug) as scope:
        return find_weibo(scope.hooks)


def get_account(installation: Installation, slug: str) -> Weibo:
    """Return the account that the tenant has now. Raises `NoWeiboAccount`."""
    weibo = find_account_of(installation, slug)
    if weibo is None:
        raise NoWeiboAccount(said("租户 {slug} 没有接入微博账号。请先在功能 core.weibo 的设置里写明。", slug=slug))
    return weibo


def look(
    installation: Installation, slug: str, weibo: Weibo, *, now: Now, is_ending: Callable[[], bool] = lambda: False
) -> Looked:
    """Read what is new. Raises `WeiboTrouble`, after it was written on a repair card.

    May be done by two at once: each mention and comment is kept once.
    """
    try:
        if weibo.account.token is None:
            raise WeiboTrouble("没有设置 access_token，收不到 @，也发不出回复。请设为功能 core.weibo 的密钥。")
        with reaching_outside():
            return _Look(installation, slug, weibo, now, is_ending).read()
    except ApiRefused as refused:
        trouble = WeiboTrouble(refusal_words(refused.code))
    except (NotReached, AddressNotAllowed) as unreached:
        trouble = WeiboTrouble(said("微博没有应答：{unreached}。稍后自动再试。", unreached=unreached))
    except WeiboTrouble as missing:
        trouble = missing
    installation.run(slug, partial(tell_trouble, words=trouble.message, now=now()))
    raise trouble


@dataclass(frozen=True, slots=True)
class _Look:
    """A look while it lasts."""

    installation: Installation
    slug: str
    weibo: Weibo
    now: Now
    is_ending: Callable[[], bool]

    @property
    def _account(self) -> Account:
        return self.weibo.account

    def read(self) -> Looked:
        mentions, has_more = self._mentions()
        threads = self.installation.run(self.slug, partial(threads_to_read, most=self.weibo.threads_at_once))
        comments = 0
        for thread in threads:
            if self.is_ending():
                break
            comments += self._comments(thread)
        return Looked(mentions, comments, has_more)

    def _mentions(self) -> tuple[int, bool]:
        """Read mentions from the newest back to those known; return how many are new, and whether older ones are left."""
        uid = self._account.uid
        place = self.installation.run(self.slug, partial(place_of, uid=uid, now=self.now()))
        new = 0
        for _ in range(MOST_PAGES):
            fields = {"since_id": place.since_id, "count": A_PAGE}
            fields |= {"max_id": place.until_id} if place.until_id else {}
            listed = ask(self._account, "statuses/mentions", fields).get("statuses")
            told = [each for each in listed if number_of(each)] if isinstance(listed, list) else []
            new += sum(self._keep("mention", self._whole(each)) for each in told if self._is_wanted(each, place))
            if not told or (place.since_id == 0 and self._are_too_old(told, place.begun_at)):
                done = Place(place.begun_at, since_id=max(place.since_id, place.top_id, *map(number_of, told)))
                self.installation.run(self.slug, partial(note_place, uid=uid, place=done))
                return new, False
            numbers = list(map(number_of, told))
            place = replace(place, until_id=min(numbers) - 1, top_id=max(place.top_id, *numbers))
            self.installation.run(self.slug, partial(note_place, uid=uid, place=place))
            if self.is_ending():
                break
        return new, True

    def _is_wanted(self, told: Mapping[str, Any], place: Place) -> bool:
        """Tell whether a mention is to be taken in: not one of our own, nor of before the account was connected."""
        return writer_of(told) != self._account.uid and not self._are_too_old([told], place.begun_at)

    def _are_too_old(self, told: list[Mapping[str, Any]], begun_at: datetime) -> bool:
        try:
            return all(written_at(each) < begun_at - BACK for each in told)
        except Unreadable:
            return False

    def _whole(self, told: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return what is told of a status with its whole words, where it says that they are cut."""
        try:
            if not read_post(told).is_cut:
                return told
            shown = ask(self._account, "statuses/show", {"id": number_of(told), "isGetLongText": 1})
        except Unreadable:
            return told
        except ApiRefused as refused:
            if refused.code not in FOR_GOOD:
                raise
            return told
        return shown if number_of(shown) == number_of(told) else told

    def _comments(self, thread: Thread) -> int:
        """Read what its writer added below a mention; return how many comments are new."""
        new, up_to = 0, thread.comments_since
        try:
            for page in pages_of(self._account, thread.status, since_id=thread.comments_since):
                up_to = max(up_to, *map(number_of, page))
                for each in page:
                    if writer_of(each) == thread.person:
                        new += self._keep("comment", {**each, "status": {"id": thread.status}})
        except ApiRefused as refused:
            if refused.code not in GONE:
                raise
            why = refusal_words(refused.code)
            gone = partial(note_gone, post_id=thread.post_id, why=why, now=self.now())
            self.installation.run(self.slug, gone)
            return new
        self.installation.run(self.slug, partial(note_read, thread=thread, up_to=up_to, now=self.now()))
        return new

    def _keep(self, kind: Kind, told: Mapping[str, Any]) -> bool:
        keep = partial(keep_post, channel=self.weibo.channel, kind=kind, told=told, now=self.now())
        return self.installation.run(self.slug, keep)
