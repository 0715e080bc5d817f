"""Links of big screens: which there are, made, ended, and found again by their token."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from core.kit.errors import Refused
from core.kit.saying import said
from core.people.secrets import new_token, token_hash
from core.statistics.screens.models import ScreenLink
from core.tenancy.scope import Scope

GOOD_FOR = timedelta(days=366)
"""A screen that hangs for longer gets a new link: somebody has looked whether it is still wanted."""
MOST = 50
LONGEST_PLACE = 60
SEEN_EVERY = timedelta(minutes=10)
"""A screen asks every minute; that it still does is written so often."""


class ScreenUnusable(Refused):
    """A screen cannot be set up so."""

    code = "screen-unusable"


class NoSuchScreen(Refused):
    """There is no screen under this number, or none any more."""

    code = "no-such-screen"


@dataclass(frozen=True, slots=True)
class Screen:
    """A screen as it is listed."""

    id: int
    place: str
    made_by: str
    made_at: datetime
    expires_at: datetime
    seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class MadeScreen:
    """A screen that was set up; its token is told this once."""

    screen: Screen
    token: str


def screens(scope: Scope, *, now: datetime) -> Sequence[Screen]:
    """Return the screens whose links are good, the newest first."""
    asked = (
        select(ScreenLink)
        .where(
            ScreenLink.tenant_id == scope.tenant.id,
            ScreenLink.ended_at.is_(None),
            ScreenLink.expires_at > now,
        )
        .order_by(ScreenLink.made_at.desc(), ScreenLink.id.desc())
    )
    return [_screen(row) for row in scope.session.scalars(asked)]


def make_screen(scope: Scope, place: str, *, made_by: str, now: datetime) -> MadeScreen:
    """Make a link for a screen in some place. Raises `ScreenUnusable` without a place, or with too many of them."""
    where = place.strip()
    if not where or len(where) > LONGEST_PLACE:
        raise ScreenUnusable(said("请写明大屏放在哪里，最多 {longest} 个字，如“指挥中心东墙”。", longest=LONGEST_PLACE))
    if len(screens(scope, now=now)) >= MOST:
        raise ScreenUnusable(said("已有 {most} 块大屏，没有新开。请先停用不再使用的。", most=MOST))
    token = new_token()
    link = ScreenLink(
        tenant_id=scope.tenant.id,
        id=scope.new_id(),
        place=where,
        token_hash=token_hash(token),
        made_by=made_by,
        made_at=now,
        expires_at=now + GOOD_FOR,
    )
    scope.session.add(link)
    scope.session.flush()
    return MadeScreen(_screen(link), token)


def end_screen(scope: Scope, screen_id: int, *, now: datetime) -> Screen:
    """End the link of a screen: it shows nothing from now on. Raises `NoSuchScreen`."""
    link = scope.session.get(ScreenLink, (scope.tenant.id, screen_id), with_for_update=True)
    if link is None or link.ended_at is not None:
        raise NoSuchScreen("没有这块大屏，或者已经停用。请刷新页面再看。")
    link.ended_at = now
    return _screen(link)


def find_screen(scope: Scope, token: str, *, now: datetime) -> Screen | None:
    """Return the screen of this token, None when it is unknown, ended or expired; and keep that it is looked at."""
    link = scope.session.scalar(
        select(ScreenLink).where(
            ScreenLink.tenant_id == scope.tenant.id,
            ScreenLink.token_hash == token_hash(token),
            ScreenLink.ended_at.is_(None),
            ScreenLink.expires_at > now,
        )
    )
    if link is None:
        return None
    if link.seen_at is None or now - link.seen_at >= SEEN_EVERY:
        link.seen_at = now
    return _screen(link)


def _screen(link: ScreenLink) -> Screen:
    return Screen(link.id, link.place, link.made_by, link.made_at, link.expires_at, link.seen_at)
