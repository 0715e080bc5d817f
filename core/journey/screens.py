"""Setting up a big screen 大屏, and ending it: whoever has the link sees the city's figures, so both are on record."""

from datetime import datetime

from core.people.roles import Permission
from core.statistics.screens.links import MadeScreen, Screen, end_screen, make_screen
from core.tenancy.scope import Scope
from core.tenancy.security_log import note_security
from core.tickets.service import refuse_actor
from core.tickets.timeline import Actor


def set_up(scope: Scope, place: str, *, actor: Actor, address: str, now: datetime) -> MadeScreen:
    """Make a link under which a screen shows the figures. Raises `NotPermitted`, `ScreenUnusable`."""
    refuse_actor(actor, Permission.SEE_CITY, "开设大屏")
    made = make_screen(scope, place, made_by=actor.name, now=now)
    note_security(
        scope,
        "screen_made",
        actor=actor.name,
        actor_id=actor.id,
        address=address,
        subject=made.screen.place,
        detail={"until": made.screen.expires_at.isoformat()},
        now=now,
    )
    return made


def take_down(scope: Scope, screen_id: int, *, actor: Actor, address: str, now: datetime) -> Screen:
    """End the link of a screen. Raises `NotPermitted`, `NoSuchScreen`."""
    refuse_actor(actor, Permission.SEE_CITY, "停用大屏")
    ended = end_screen(scope, screen_id, now=now)
    note_security(
        scope,
        "screen_ended",
        actor=actor.name,
        actor_id=actor.id,
        address=address,
        subject=ended.place,
        now=now,
    )
    return ended
