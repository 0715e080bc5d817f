"""Who looked at residents' contact data 查看联系方式, counted: how often, what for, and what is out of the ordinary; never whose."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from sqlalchemy import Date, cast, distinct, extract, func, or_, select

from core.journey.access_review import REVIEWS
from core.kit.saying import said
from core.people.access import may
from core.people.roles import NotPermitted
from core.tenancy.models import SecurityEvent
from core.tenancy.scope import Scope
from core.tickets.models import ContactReveal
from core.tickets.reveals import A_DAY, PURPOSE_LABELS
from core.tickets.timeline import Actor

DAYS = 30
OFTEN = 3
"""So many times what is usual among those who look at all, and it is out of the ordinary."""
LEAST = 10
"""With fewer looks nothing is."""
NIGHT_FROM, NIGHT_TO = 22, 6
SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Looker:
    """Somebody who looked at contacts in the last days. `most` is how many on one day, `refused` how often they had enough."""

    name: str
    total: int
    tickets: int
    purposes: tuple[int, ...]
    most: int
    at_night: int
    refused: int
    last_at: datetime
    unusual: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Looks:
    """All who looked, the most frequent first; `purposes` is what the columns are called, in the order of a looker's counts."""

    days: int
    total: int
    purposes: tuple[str, ...]
    lookers: tuple[Looker, ...]


def contact_looks(scope: Scope, *, actor: Actor, now: datetime) -> Looks:
    """Return who looked at contacts in the last days, how often and what for. Raises `NotPermitted`."""
    if not may(actor.permissions, REVIEWS):
        raise NotPermitted("查看联系方式的次数由系统管理员和安全管理员看，逐条记录由审计管理员看。")
    since = now - timedelta(days=DAYS)
    local = func.timezone(scope.tenant.zone.key, ContactReveal.at)
    hour = extract("hour", local)
    rows = scope.session.execute(
        select(
            ContactReveal.actor_id,
            func.max(ContactReveal.actor_name),
            ContactReveal.purpose,
            cast(local, Date),
            func.count(),
            func.count().filter(or_(hour >= NIGHT_FROM, hour < NIGHT_TO)),
            func.max(ContactReveal.at),
        )
        .where(ContactReveal.tenant_id == scope.tenant.id, ContactReveal.at >= since)
        .group_by(ContactReveal.actor_id, ContactReveal.purpose, cast(local, Date))
    ).all()
    by_person = defaultdict(list)
    for row in rows:
        by_person[row[0]].append(row)
    tickets, refused = _tickets(scope, since), _refused(scope, since)
    usual = median([sum(row[4] for row in mine) for mine in by_person.values()]) if by_person else 0
    lookers = []
    for person, mine in by_person.items():
        purposes: Counter[str] = Counter()
        days: Counter[object] = Counter()
        for _, _, purpose, day, count, _, _ in mine:
            purposes[purpose] += count
            days[day] += count
        total, night, most = sum(purposes.values()), sum(row[5] for row in mine), max(days.values())
        counts = tuple(purposes[name] for name in PURPOSE_LABELS)
        turned = refused.get(person, 0)
        lookers.append(
            Looker(
                name=mine[-1][1],
                total=total,
                tickets=tickets.get(person, 0),
                purposes=counts,
                most=most,
                at_night=night,
                refused=turned,
                last_at=max(row[6] for row in mine),
                unusual=tuple(_unusual(total, night, most, purposes["emergency"], turned, usual)),
            )
        )
    lookers.sort(key=lambda each: (not each.unusual, -each.total))
    return Looks(DAYS, sum(each.total for each in lookers), tuple(PURPOSE_LABELS.values()), tuple(lookers))


def _unusual(total: int, night: int, most: int, emergency: int, refused: int, usual: float) -> Iterator[str]:
    if refused:
        yield said("{refused} 次超过一天的上限（{a_day} 次）被拒", refused=refused, a_day=A_DAY)
    if total >= LEAST and total > OFTEN * usual:
        yield said("次数是平常的 {times:.0f} 倍", times=total / usual)
    if night >= LEAST:
        yield said("夜间看了 {night} 次", night=night)
    if most >= A_DAY // 2:
        yield said("一天看了 {most} 次", most=most)
    if total >= LEAST and emergency > SHARE * total:
        yield said("多半以紧急为由（{emergency} 次）", emergency=emergency)


def _tickets(scope: Scope, since: datetime) -> dict[int | None, int]:
    rows = scope.session.execute(
        select(ContactReveal.actor_id, func.count(distinct(ContactReveal.ticket_id)))
        .where(ContactReveal.tenant_id == scope.tenant.id, ContactReveal.at >= since)
        .group_by(ContactReveal.actor_id)
    )
    return dict(rows.all())


def _refused(scope: Scope, since: datetime) -> dict[int | None, int]:
    """Return how often each was refused a look because they had looked enough that day."""
    rows: Sequence[tuple[int | None, int]] = scope.session.execute(
        select(SecurityEvent.actor_id, func.count())
        .where(
            SecurityEvent.tenant_id == scope.tenant.id,
            SecurityEvent.at >= since,
            SecurityEvent.kind == "trespass",
            SecurityEvent.detail["code"].astext == "too-many-reveals",
        )
        .group_by(SecurityEvent.actor_id)
    ).all()
    return dict(rows)
