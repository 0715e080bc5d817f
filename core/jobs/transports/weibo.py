"""Comments on Weibo 微博评论 below what a resident wrote: each is looked for before it is posted, so that none stands there twice."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from core.hooks.outside import AddressNotAllowed, NotReached
from core.hooks.reach import reaching_outside
from core.intake.weibo.account import (
    FOR_GOOD,
    GONE,
    TOKEN_ENDED,
    TOO_OFTEN,
    Account,
    ApiRefused,
    ask,
    refusal_words,
    tell,
)
from core.intake.weibo.reading import Unreadable, number_of, writer_of, written_at
from core.jobs.drain import TryLater
from core.jobs.transports.outgoing import NotAccepted
from core.journey.spoken_openly import OpenWords
from core.kit import saying

LONGEST = 140.0
"""So long a comment may be: a Chinese character counts one, a letter or digit half."""
A_PAGE = 50
MOST_PAGES = 20
"""Pages of comments that are looked through for our own."""
CLOCKS_APART = timedelta(minutes=10)
"""How far Weibo's clock may be behind ours."""
MORE = "…"


class StatusGone(NotAccepted):
    """The status was deleted, or nobody is let see it any more."""


class AskedTooOften(TryLater):
    """Weibo wants to be asked less often."""


class TokenEnded(TryLater):
    """Nothing goes before somebody authorises anew."""


def post_comment(account: Account, status: int, said: OpenWords, *, since: datetime) -> str:
    """Post the words below a status unless a comment of ours with their mark stands there; return that comment's number.

    `since` is when the words were written: nothing older is looked through. A comment that Weibo took although the connection was
    lost is found at the next try. Raises `StatusGone`, `NotAccepted`, `AskedTooOften`, `TokenEnded`, `TryLater`.
    """
    if account.token is None:
        raise TokenEnded("没有设置微博的 access_token。")
    try:
        with reaching_outside():
            if found := find_own(account, status, said.mark, since=since):
                return found
            told = tell(account, "comments/create", {"id": str(status), "comment": fitted(said)})
            return str(number_of(told))
    except ApiRefused as refused:
        raise _meaning(refused) from None
    except NotReached as unreached:
        raise TryLater(saying.said("微博接口没有应答：{unreached}", unreached=unreached)) from None
    except AddressNotAllowed as refused:
        raise TryLater(refused.message) from None


def find_own(account: Account, status: int, mark: str, *, since: datetime) -> str:
    """Return the number of our comment with this mark below a status, "" = there is none since then.

    Raises `NotAccepted` where there are too many comments to tell, and as `core.intake.weibo.account.ask`.
    """
    for pages, comments in enumerate(pages_of(account, status), start=1):
        for each in comments:
            if writer_of(each) == account.uid and mark in str(each.get("text", "")):
                return str(number_of(each))
        if _is_before(comments[-1], since - CLOCKS_APART):
            return ""
        if pages == MOST_PAGES:
            raise NotAccepted("这条微博下的评论太多，认不出是否已经回复过。请到微博上核对，没有回复的请人工回复。")
    return ""


def pages_of(account: Account, status: int, *, since_id: int = 0) -> Iterator[list[Mapping[str, Any]]]:
    """Yield the comments below a status page by page, the newest first; after `since_id` only. Raises as `ask`.

    Each page begins below the lowest number of the one before, so that what is written or deleted meanwhile moves nothing out of sight.
    """
    until = 0
    while True:
        fields = {"id": status, "since_id": since_id, "count": A_PAGE} | ({"max_id": until} if until else {})
        listed = ask(account, "comments/show", fields).get("comments")
        comments = [each for each in listed if number_of(each)] if isinstance(listed, list) else []
        if not comments:
            return
        yield sorted(comments, key=number_of, reverse=True)
        until = min(map(number_of, comments)) - 1


def fitted(said: OpenWords) -> str:
    """Return a comment that is not too long: where the words are cut, the link tells where they are whole; the mark ends it."""
    words = " ".join(said.words.split())
    if weight(words) + weight(said.mark) <= LONGEST:
        return words + said.mark
    tail = (
        f"{MORE}{said.link} {said.mark}"
        if said.link
        else saying.said("{more}请凭编号查询全文{mark}", more=MORE, mark=said.mark)
    )
    room = LONGEST - weight(tail)
    while weight(words) > room:
        words = words[:-1]
    return words + tail


def weight(text: str) -> float:
    """Return how much of a comment's room a text takes."""
    return sum(0.5 if character.isascii() else 1.0 for character in text)


def _meaning(refused: ApiRefused) -> Exception:
    words = refusal_words(refused.code)
    if refused.code in TOKEN_ENDED:
        return TokenEnded(words)
    if refused.code in TOO_OFTEN:
        return AskedTooOften(words)
    if refused.code in GONE:
        return StatusGone(words)
    if refused.code in FOR_GOOD:
        return NotAccepted(words)
    return TryLater(words)  # also for what was just written, or is seen in a minute only: the next try finds it there


def _is_before(comment: Mapping[str, Any], instant: datetime) -> bool:
    try:
        return written_at(comment) < instant
    except Unreadable:
        return False
