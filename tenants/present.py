"""Giving a demonstration its present: a district's letters are lived in the order of time, up to now.

All in one transaction, because marks of past days must be fired at their own instants: no other process may see a
timer that was due last month and press a unit for it today. What a letter would do after now has not happened yet.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from heapq import heapify, heappop, heapreplace

from core.intake.queries import came_in_before
from core.tenancy.scope import Installation, Scope
from core.tickets.news import untold
from core.workdays.queries import timetable
from tenants.cast import Cast
from tenants.letter import Letter
from tenants.lives import Life
from tenants.marks import Marks
from tenants.profile import Profile

AT_ONCE = 2
"""Districts lived side by side: while one waits for the database, the other one goes on."""


def bring_all_to_present(
    installation: Installation, profiles: Sequence[Profile], letters: Mapping[str, Sequence[Letter]], *, now: datetime
) -> None:
    """Let the letters of all districts happen, as far as they are not there."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        wanted = [profile for profile in profiles if letters.get(profile.slug)]
        list(pool.map(lambda profile: bring_to_present(installation, profile, letters[profile.slug], now=now), wanted))


def bring_to_present(installation: Installation, profile: Profile, letters: Sequence[Letter], *, now: datetime) -> bool:
    """Let all letters of a district happen, and return whether they did; once they are there, they are left alone."""
    return installation.run(profile.slug, partial(_live, letters=letters, cast=_cast(profile), now=now))


def external_id(slug: str, letter: Letter) -> str:
    """Return the name under which a letter comes in once only."""
    return f"letter/{slug}/{letter.number}"


def _live(scope: Scope, *, letters: Sequence[Letter], cast: Cast, now: datetime) -> bool:
    slug = scope.tenant.slug
    if came_in_before(scope, [(letters[0].channel, external_id(slug, letters[0]))]):
        return False  # they come all or none
    hours, now = timetable(scope), now.replace(microsecond=0)
    marks = Marks(scope)
    others: dict[str, Life] = {}
    lives = [
        Life(
            scope, marks, letter, cast, external_id(slug, letter), at=letter.age.instant(hours, now=now), others=others
        )
        for letter in letters
    ]
    others |= {life.letter.title: life for life in lives}
    with untold(scope):
        take_turns(lives, marks, now=now)
    return True


def take_turns(lives: Sequence[Life], marks: Marks, *, now: datetime) -> None:
    """Take every life's steps up to now, the earliest first, and fire each mark that is reached between them."""
    coming = []
    for life in lives:
        steps = life.steps()
        coming.append((next(steps), life.letter.number, steps))
    heapify(coming)
    while coming and coming[0][0] <= now:
        at, number, steps = coming[0]
        marks.fire(until=at)
        following = next(steps, None)
        if following is None:
            heappop(coming)
        else:
            heapreplace(coming, (following, number, steps))
    marks.fire(until=now)


def _cast(profile: Profile) -> Cast:
    # Of several in one role, the first one acts.
    named = [(role, each.name) for each in reversed(profile.accounts) for role in each.roles if not each.unit]
    names = dict(named)
    clerks = {account.unit: account.name for account in profile.accounts if account.unit}
    return Cast(
        operator=names.get("operator", Cast.operator),
        reviewer=names.get("reviewer", Cast.reviewer),
        supervisor=names.get("supervisor", Cast.supervisor),
        clerks=clerks,
    )
