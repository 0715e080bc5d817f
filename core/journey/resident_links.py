"""Where the links of messages to residents lead 短信链接: to pages of the tenant on which one thing is done without number and code.

A tenant that has not said where its public pages stand has no such links: "" then.
"""

from datetime import datetime

from core.intake.portal import address_of
from core.tenancy.scope import Scope
from core.tickets.links import Purpose, link_token
from core.tickets.models import Ticket


def rating_link(scope: Scope, ticket: Ticket, *, now: datetime) -> str:
    """Return where the resident rates this cycle of their ticket."""
    return _link(scope, ticket, "rate", now=now)


def stop_link(scope: Scope, ticket: Ticket, *, now: datetime) -> str:
    """Return where the resident says that no more steps are to be told 退订."""
    return _link(scope, ticket, "stop-news", now=now)


def confirm_link(scope: Scope, ticket: Ticket, *, now: datetime) -> str:
    """Return where whoever reads mail at the address that was left says that it is theirs 确认邮箱, or is not."""
    token = link_token(scope, ticket, "email", now=now)
    return address_of(scope, f"/mailbox/{token}")


def _link(scope: Scope, ticket: Ticket, purpose: Purpose, *, now: datetime) -> str:
    return address_of(scope, f"/r/{link_token(scope, ticket, purpose, now=now)}")
