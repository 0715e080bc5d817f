"""A city's districts as its counts know them: how far each has counted, who reports late, and who is no member any more."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import func, literal, select

from core.hooks.values import Metric
from core.kit.errors import Refused
from core.kit.saying import joined, said, word
from core.statistics.asked import Asked
from core.statistics.days import ONE_DAY
from core.statistics.figures import SECONDS
from core.statistics.gathered.models import CityDistrict
from core.statistics.measures import MEASURES
from core.tenancy.models import CityMember, Tenant
from core.tenancy.scope import Scope

LATE = timedelta(hours=1)
"""So much later than it should a district may have counted without being named for it."""


class NoSuchDistrict(Refused):
    """The city has no such district, or no such group of districts."""

    code = "no-such-district"


@dataclass(frozen=True, slots=True)
class Member:
    """A district of the city, and how far its counts are here; None and empty before it was ever counted."""

    id: int
    slug: str
    name: str
    gathered_at: datetime | None
    counted_at: datetime | None
    counted_with: frozenset[str]
    oldest_waiting: date | None
    first_day: date | None
    last_day: date | None

    def is_late(self, asked: Asked, *, now: datetime) -> bool:
        """Tell whether not all of the days that have passed are counted."""
        if self.counted_at is None:
            return True
        if self.oldest_waiting is not None and self.oldest_waiting <= asked.span.last:
            return True
        end = datetime.combine(asked.span.last + ONE_DAY, time(), now.tzinfo)
        return self.counted_at < min(end, now - LATE)

    def lacks(self, metric: Metric) -> bool:
        """Tell whether it has not counted a metric as it is defined now; then the metric cannot be compared."""
        return bool(columns_of(metric) - self.counted_with)


@dataclass(frozen=True, slots=True)
class Former:
    """A district that left the city, or was deleted, and when."""

    name: str
    left_at: datetime


@dataclass(frozen=True)
class Membership:
    """Who is counted, who has left, and the groups that the city compares with each other."""

    members: Sequence[Member]
    former: Sequence[Former]
    groups: Mapping[str, Sequence[str]]
    """Short names of districts by the group's name, in the city's order."""

    def chosen(self, asked: Asked) -> Sequence[Member]:
        """Return the districts that are asked for. Raises `NoSuchDistrict`."""
        if asked.group:
            wanted: Collection[str] = self._group(asked.group)
        elif asked.district:
            wanted = (asked.district,)
            if asked.district not in {member.slug for member in self.members}:
                raise NoSuchDistrict(
                    said(
                        "本市没有区（市）县“{slug}”，也许它已经不属于本市。现有：{known}。",
                        slug=asked.district,
                        known=self._known,
                    )
                )
        else:
            return self.members
        return [member for member in self.members if member.slug in wanted]

    def group_of(self, slug: str) -> str:
        """Return the first group that the district stands in, or nothing."""
        return next((name for name, slugs in self.groups.items() if slug in slugs), "")

    def late(self, asked: Asked, *, now: datetime) -> Sequence[Member]:
        """Return the districts whose counts of these days are not complete."""
        return [member for member in self.members if member.is_late(asked, now=now)]

    @property
    def counted_until(self) -> datetime | None:
        """When the district that counted longest ago did so; None where one never has."""
        instants = [member.counted_at for member in self.members]
        return None if None in instants else min((each for each in instants if each), default=None)

    @property
    def _known(self) -> str:
        return joined(
            "、", (said("{slug}（{name}）", slug=each.slug, name=each.name) for each in self.members)
        ) or word("无")

    def _group(self, name: str) -> Sequence[str]:
        if name not in self.groups:
            raise NoSuchDistrict(
                said(
                    "没有同类组“{name}”。现有：{known}。",
                    name=name,
                    known=joined("、", self.groups) or word("无，可在“市级统计”的设置里分组"),
                )
            )
        return self.groups[name]


def membership(scope: Scope, groups: Mapping[str, Sequence[str]]) -> Membership:
    """Return who belongs to the city now."""
    rows = scope.session.execute(
        select(Tenant.id, Tenant.slug, Tenant.name, CityDistrict)
        .join(CityMember, CityMember.district_id == Tenant.id)
        .outerjoin(
            CityDistrict,
            (CityDistrict.tenant_id == scope.tenant.id)
            & (CityDistrict.district_id == Tenant.id)
            & CityDistrict.left_at.is_(None),
        )
        .where(CityMember.city_id == scope.tenant.id)
        .order_by(Tenant.slug)
    ).all()
    former = scope.session.execute(
        select(CityDistrict.name, CityDistrict.left_at)
        .where(CityDistrict.tenant_id == scope.tenant.id, CityDistrict.left_at.is_not(None))
        .order_by(CityDistrict.left_at.desc())
    )
    return Membership(
        [_member(*row) for row in rows],
        [Former(row.name, row.left_at) for row in former if row.left_at is not None],
        groups,
    )


def is_behind(scope: Scope, *, most: timedelta) -> bool:
    """Tell whether a member's counts were never brought here, or were not looked at for longer than this."""
    known = select(CityDistrict.district_id).where(
        CityDistrict.tenant_id == scope.tenant.id,
        CityDistrict.left_at.is_(None),
        CityDistrict.gathered_at > func.now() - literal(most),
    )
    missing = select(CityMember.district_id).where(
        CityMember.city_id == scope.tenant.id, CityMember.district_id.not_in(known)
    )
    return scope.session.scalar(missing.limit(1)) is not None


def columns_of(metric: Metric) -> frozenset[str]:
    """Return the columns of the cube that a metric is read from."""
    columns = {MEASURES[measure].column for measure in (metric.numerator, metric.denominator) if measure}
    if metric.unit in SECONDS:
        columns.add(MEASURES[metric.numerator].seconds_column)
    return frozenset(columns)


def _member(tenant_id: int, slug: str, name: str, known: CityDistrict | None) -> Member:
    if known is None:
        return Member(tenant_id, slug, name, None, None, frozenset(), None, None, None)
    return Member(
        tenant_id,
        slug,
        name,
        known.gathered_at,
        known.counted_at,
        frozenset(known.counted_with),
        known.oldest_waiting,
        known.first_day,
        known.last_day,
    )
