"""Who administers features and settings, and the reasons they give."""

from core.hooks.settings.wording import flaw_of
from core.kit.errors import Refused
from core.kit.saying import said, word
from core.people.access import asked_of, may
from core.people.roles import NotPermitted, Permission
from core.tenancy.revisions import Author
from core.tickets.service import reason_of, refuse_actor
from core.tickets.timeline import Actor

LONGEST_REASON = 500
READS_CHANGES = frozenset({Permission.ADMINISTER, Permission.DISCIPLINE})
"""Who reads what was changed of settings, when, by whom and why."""


class ReasonUnusable(Refused):
    """The reason cannot be kept or read."""

    code = "reason-unusable"


def administering(actor: Actor, deed: str) -> Author:
    """Return the actor as author of revisions and decisions. Raises `NotPermitted` for who administers nothing."""
    refuse_actor(actor, Permission.ADMINISTER, deed)
    return Author(actor.name, actor.id)


def reading_changes(actor: Actor, deed: str) -> None:
    """Raise `NotPermitted` for who neither administers nor watches over those who do 纪检."""
    if not may(actor.permissions, READS_CHANGES):
        raise NotPermitted(
            said(
                "「{deed}」由{asked}办理，{name}没有这项权限。需要时请联系安全管理员开通。",
                deed=word(deed),
                asked=word(asked_of(READS_CHANGES)),
                name=actor.name,
            )
        )


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
