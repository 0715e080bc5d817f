"""Who administers features and settings, and the reasons they give."""

from core.hooks.settings.wording import flaw_of
from core.kit.errors import Refused
from core.kit.saying import said
from core.people.roles import Permission
from core.tenancy.revisions import Author
from core.tickets.service import reason_of, refuse_actor
from core.tickets.timeline import Actor

LONGEST_REASON = 500


class ReasonUnusable(Refused):
    """The reason cannot be kept or read."""

    code = "reason-unusable"


def administering(actor: Actor, deed: str) -> Author:
    """Return the actor as author of revisions and decisions. Raises `NotPermitted` for who administers nothing."""
    refuse_actor(actor, Permission.ADMINISTER, deed)
    return Author(actor.name, actor.id)


def reason_for(text: str, deed: str) -> str:
    """Return why something is done, as it will be read. Raises `ReasonMissing`, `ReasonUnusable`."""
    reason = reason_of(text, deed)
    if len(reason) > LONGEST_REASON:
        raise ReasonUnusable(
            said(
                "理由最多 {longest_reason} 个字，现有 {number} 个字。请写得短一些。",
                longest_reason=LONGEST_REASON,
                number=len(reason),
            )
        )
    if flaw := flaw_of(reason, allowed="\n"):
        raise ReasonUnusable(said("理由{flaw}。请改写。", flaw=flaw))
    return reason
