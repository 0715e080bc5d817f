"""By which source and into which mailbox appeals came in a month."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.intake.sources.queries import source_book
from core.intake.sources.words import CLOSED
from core.statistics.codes import counts_by_code
from core.statistics.periods import Month
from core.statistics.queries import Cube
from core.statistics.service import refresh_all
from core.statistics.sources import counts_by_source
from core.tenancy.scope import Installation
from core.units.mailboxes.queries import mailbox_book

NO_SOURCE, NO_MAILBOX = "没有写明来源", "没有写给信箱"


@dataclass(frozen=True, slots=True)
class WayCount:
    """How many appeals were accepted by one way; `name` is what the list calls it, empty = not on the list."""

    way: str
    name: str
    n: int


def accepted_by_source(installation: Installation, slug: str, month: str) -> Sequence[WayCount]:
    """Count the accepted appeals of a month by the source they came by, a merged hotline by its old number.

    Every source in use is there, also one by which nothing came; then names that the registry does not know, and those
    that say none. Raises `UnknownTenant`, `MonthUnclear`.
    """
    span = Month.parse(month).span
    refresh_all(installation, slug)
    with installation.scope(slug) as scope:
        book = source_book(scope)
        counts = counts_by_source(scope, span)
        names = {each.code: each.name for each in book.sources if each.state != CLOSED or each.code in counts}
    return _in_order(counts, names, none=NO_SOURCE)


def accepted_by_mailbox(installation: Installation, slug: str, month: str) -> Sequence[WayCount]:
    """Count the accepted appeals of a month by the leader's mailbox they were written to; mailboxes without any are left out.

    Raises `UnknownTenant`, `MonthUnclear`.
    """
    span = Month.parse(month).span
    refresh_all(installation, slug)
    with installation.scope(slug) as scope:
        counts = counts_by_code(Cube.of(scope), "accepted_by_mailbox", span)
        names = {box.name: box.owner_name for box in mailbox_book(scope).mailboxes if box.name in counts}
    return _in_order(counts, names, none=NO_MAILBOX)


def _in_order(counts: Mapping[str, int], names: Mapping[str, str], *, none: str) -> Sequence[WayCount]:
    listed = [WayCount(way, name, counts.get(way, 0)) for way, name in names.items()]
    others = [WayCount(way, "", n) for way, n in counts.items() if way and way not in names]
    unsaid = [WayCount("", none, counts[""])] if counts.get("") else []
    return [*sorted(listed, key=lambda line: (-line.n, line.way)), *sorted(others, key=lambda line: -line.n), *unsaid]
