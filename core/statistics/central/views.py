"""Views 常用视图: a page of the city's figures as somebody asked it, under a name, for oneself or for everybody in the city's office."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode

from sqlalchemy import func, select

from core.kit.errors import Refused
from core.kit.saying import joined, said, word
from core.people.roles import NotPermitted
from core.statistics.asked import NARROWINGS, Asked, asked_of
from core.statistics.central.cells import BY
from core.statistics.central.pages import METRICS
from core.statistics.central.registry import TITLES
from core.statistics.gathered.models import CityView
from core.tenancy.scope import Scope
from core.tickets.timeline import Actor

MOST = 50
"""Views that one person may have."""
LONGEST_NAME = 30
DAYS = ("month", "from", "until")


class NoSuchView(Refused):
    """There is no view of this number, or not for this person."""

    code = "no-such-view"


class ViewUnusable(Refused):
    """The view cannot be saved as it was given."""

    code = "view-unusable"


@dataclass(frozen=True, slots=True)
class ViewLine:
    """A view as pages show it; `moves` = it always shows the last whole month."""

    number: int
    name: str
    title: str
    words: str
    href: str
    shared: bool
    is_own: bool
    by: str
    moves: bool


def save_view(
    scope: Scope,
    name: str,
    page: str,
    arguments: Mapping[str, str],
    *,
    moves: bool,
    shared: bool,
    actor: Actor,
    now: datetime,
) -> int:
    """Save a view and return its number; `moves` leaves the days out. Raises `ViewUnusable` and what `asked_of` raises."""
    if actor.id is None:
        raise NotPermitted("只有登录的人可以保存视图。")
    called = " ".join(name.split())
    if not called or len(called) > LONGEST_NAME:
        raise ViewUnusable(said("视图要有名称，不超过 {n} 个字。请改短或补上名称。", n=LONGEST_NAME))
    if page not in TITLES:
        known = joined("、", (word(title) for title in TITLES.values()))
        raise ViewUnusable(said("没有“{page}”这一页。可以保存的有：{known}。", page=page[:40], known=known))
    kept = _kept(arguments, today=now.astimezone(scope.tenant.zone).date(), moves=moves)
    # Numbers are given out one after the other, and nobody saves more at once than one may.
    scope.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended("city-view", scope.tenant.id))))
    tenant = CityView.tenant_id == scope.tenant.id
    own = select(func.count()).select_from(CityView).where(tenant, CityView.account_id == actor.id)
    if (scope.session.scalar(own) or 0) >= MOST:
        raise ViewUnusable(said("您已有 {most} 个视图，没有保存。请先删去用不到的。", most=MOST))
    number = (scope.session.scalar(select(func.max(CityView.number)).where(tenant)) or 0) + 1
    scope.session.add(
        CityView(
            tenant_id=scope.tenant.id,
            id=scope.new_id(),
            number=number,
            account_id=actor.id,
            by=actor.name,
            name=called,
            page=page,
            arguments=kept,
            shared=shared,
            saved_at=now,
        )
    )
    scope.session.flush()
    return number


def views_for(scope: Scope, *, actor: Actor, now: datetime) -> Sequence[ViewLine]:
    """Return one's own views and the shared ones, by name."""
    rows = scope.session.scalars(
        select(CityView)
        .where(CityView.tenant_id == scope.tenant.id, CityView.shared | (CityView.account_id == actor.id))
        .order_by(CityView.name, CityView.number)
    )
    today = now.astimezone(scope.tenant.zone).date()
    return [_line(row, actor, today) for row in rows]


def remove_view(scope: Scope, number: int, *, actor: Actor) -> str:
    """Remove a view of one's own and return its name. Raises `NoSuchView`."""
    row = scope.session.scalar(
        select(CityView).where(
            CityView.tenant_id == scope.tenant.id, CityView.number == number, CityView.account_id == actor.id
        )
    )
    if row is None:
        raise NoSuchView(said("没有您自己的第 {number} 号视图；别人共享的视图由保存的人删除。", number=number))
    scope.session.delete(row)
    scope.session.flush()
    return row.name


def _kept(arguments: Mapping[str, str], *, today: date, moves: bool) -> dict[str, str]:
    asked = asked_of({name: value for name, value in arguments.items() if name in (*DAYS, *NARROWINGS)}, today=today)
    kept = {str(name): value for name, value in asked.narrowed.items()} if moves else dict(asked.arguments)
    if arguments.get("metric") in METRICS:
        kept["metric"] = arguments["metric"]
    if arguments.get("by") in BY:
        kept["by"] = arguments["by"]
    return kept


def _line(row: CityView, actor: Actor, today: date) -> ViewLine:
    moves = not set(row.arguments) & set(DAYS)
    path = "/city" if row.page == "overview" else f"/city/{row.page}"
    return ViewLine(
        row.number,
        row.name,
        TITLES.get(row.page, row.page),
        _words(row, today, moves=moves),
        f"{path}?{urlencode(row.arguments)}" if row.arguments else path,
        row.shared,
        row.account_id == actor.id,
        row.by,
        moves,
    )


def _words(row: CityView, today: date, *, moves: bool) -> str:
    asked: Asked = asked_of(
        {name: value for name, value in row.arguments.items() if name in (*DAYS, *NARROWINGS)}, today=today
    )
    words = asked.words()
    if moves:
        first, _, rest = words.partition("，")
        words = said("上一个整月（现在是{month}）{rest}", month=word(first), rest=f"，{rest}" if rest else "")
    metric = METRICS.get(row.arguments.get("metric", ""))
    return said("{words}，{metric}", words=words, metric=word(metric.label)) if metric else words
