"""Last month's bulletins of a demonstration: drafted by one, decided and published with a second person."""

from datetime import datetime, time, timedelta
from functools import partial

from core.journey import bulletins
from core.statistics.bulletins.models import Bulletin
from core.statistics.bulletins.queries import namings_of
from core.statistics.periods import Month
from core.tenancy.scope import Installation, Scope
from core.tenancy.security_log import By
from core.tickets.timeline import Actor
from tenants.house import people_in

CASES = 2
MADE_IN = timedelta(hours=3)
"""How long ago the bulletin was drafted that is published now."""
NAMES_NOBODY = "本期样本较小，先发提醒，不点名"


def publish_last_month(installation: Installation, slug: str, *, now: datetime) -> None:
    """Make last month's bulletins, once; the general one is decided by a second person and published."""
    month = Month.of(now.astimezone(installation.tenant(slug).zone).date()).previous
    maker, second = installation.run(slug, _two_who_make_bulletins)
    by = By(maker.name, maker.id)
    over = datetime.combine(month.following.first, time(), installation.tenant(slug).zone)
    begun = max(over, now - MADE_IN)
    if not installation.run(slug, partial(bulletins.lacks_any, month=month, now=now)):
        return
    made = bulletins.bulletins_of_month(installation, slug, month, by, now=begun)
    numbers = [each.number for each in made if each.edition == "general"]
    for number in numbers:
        installation.run(slug, partial(_publish, number=number, maker=maker, second=second, begun=begun, now=now))


def _two_who_make_bulletins(scope: Scope) -> tuple[Actor, Actor]:
    """Return who drafts a bulletin and who decides on it: a supervisor and a leader, in the city two analysts."""
    supervisors, leaders, analysts = (people_in(scope, role) for role in ("supervisor", "leader", "analyst"))
    maker, second, *_ = *supervisors[:1], *leaders, *analysts
    return maker, second


def _publish(scope: Scope, *, number: int, maker: Actor, second: Actor, begun: datetime, now: datetime) -> Bulletin:
    decided = begun + (now - begun) / 2
    shown = bulletins.show_bulletin(scope, number)
    if shown.bulletin.state != "draft":
        return shown.bulletin
    for case in shown.offered[:CASES]:
        bulletins.put_case(scope, number, case.public_no, wanted=True, actor=maker, address="", now=begun)
    for naming in namings_of(scope, shown.bulletin):
        bulletins.decide_naming(
            scope, number, naming.id, names=False, reason=NAMES_NOBODY, actor=second, address="", now=decided
        )
    scope.session.flush()
    bulletins.approve_bulletin(scope, number, actor=second, address="", now=decided)
    scope.session.flush()
    return bulletins.publish_bulletin(scope, number, actor=maker, address="", now=now)
