"""By which line and into which mailbox appeals came in a month: counted by the merged hotlines' old numbers, and by mailbox."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.intake.hotlines.queries import old_numbers
from core.statistics.codes import counts_by_code
from core.statistics.periods import Month
from core.statistics.queries import Cube
from core.statistics.service import refresh_all
from core.tenancy.scope import Installation
from core.units.mailboxes.queries import mailbox_book

NO_SOURCE, NO_MAILBOX = "没有写明来源", "没有写给信箱"


@dataclass(frozen=True, slots=True)
class WayCount:
    """How many appeals were accepted by one way; `name` is what the list calls it, empty = not on the list."""

    way: str
    name: str
    n: int


def accepted_by_old_number(installation: Installation, slug: str, month: str) -> Sequence[WayCount]:
    """Count the accepted appeals of a month by the old number of the hotline they came by.

    Every merged hotline is there, also one that nobody called; then other sources, and those that say none. Raises
    `UnknownTenant`, `MonthUnclear`.
    """
    span = Month.parse(month).span
    refresh_all(installation, slug)
    with installation.scope(slug) as scope:
        counts = counts_by_code(Cube.of(scope), "accepted_by_source", span)
        names = {line.number: line.name for line in old_numbers(scope)}
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
