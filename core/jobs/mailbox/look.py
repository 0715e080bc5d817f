"""One look into a tenant's mailbox: each mail is kept and committed, and only then is the server told so."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from sqlalchemy.exc import DBAPIError

from core.intake.mail.settings import Mailbox, find_mailbox
from core.jobs.mailbox.session import MailboxSession, MailboxTrouble, opened
from core.jobs.trouble import is_database_gone
from core.jobs.turns import Now
from core.journey.inbound.mail import keep_mail, note_too_large, tell_trouble
from core.kit.db import is_connection_lost
from core.kit.errors import Refused
from core.kit.saying import said
from core.kit.trouble import where
from core.tenancy.scope import Installation

MOST_AT_ONCE = 200
"""Mails that one look takes; what is left is for the next one, which follows at once."""
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look found: mails kept for the first time, those that were kept before, those left for their size, those
    that could not be kept now. `has_more`: it ended before the mailbox was empty.
    """

    kept: int = 0
    known: int = 0
    too_large: int = 0
    failed: int = 0
    has_more: bool = False


class NoMailbox(Refused):
    """The tenant has no mailbox that mails are fetched from."""

    code = "no-mailbox"


def find_mailbox_of(installation: Installation, slug: str) -> Mailbox | None:
    """Return the mailbox that the tenant has now, if mails are fetched at all."""
    with installation.scope(slug) as scope:
        return find_mailbox(scope.hooks)


def get_mailbox(installation: Installation, slug: str) -> Mailbox:
    """Return the mailbox that the tenant has now. Raises `NoMailbox`."""
    mailbox = find_mailbox_of(installation, slug)
    if mailbox is None:
        raise NoMailbox(said("租户 {slug} 没有设置收信服务器。请先在功能 core.mail_intake 的设置里写明。", slug=slug))
    return mailbox


def look(
    installation: Installation, slug: str, mailbox: Mailbox, *, now: Now, is_ending: Callable[[], bool] = lambda: False
) -> Looked:
    """Fetch what waits in the mailbox. Raises `MailboxTrouble`, after it was written on a repair card.

    May break off anywhere, and be done again, and be done by two at once: each mail is kept once, and none is settled
    on the server before it is kept. Raises sqlalchemy's DBAPIError when the database is gone.
    """
    try:
        with opened(mailbox) as session:
            return _fetched(installation, slug, mailbox, session, now, is_ending)
    except MailboxTrouble as trouble:
        installation.run(slug, partial(tell_trouble, words=trouble.message, now=now()))
        raise


def _fetched(
    installation: Installation,
    slug: str,
    mailbox: Mailbox,
    session: MailboxSession,
    now: Now,
    is_ending: Callable[[], bool],
) -> Looked:
    kept = known = too_large = failed = 0
    for uid, size in session.waiting():
        if kept + failed >= MOST_AT_ONCE or is_ending():
            return Looked(kept, known, too_large, failed, has_more=True)
        raw = session.fetch(uid) if size <= mailbox.largest else None
        is_too_large = size > mailbox.largest or (raw is not None and len(raw) > mailbox.largest)
        content = session.head_of(uid) if is_too_large else raw
        if content is None:  # somebody moved it meanwhile
            continue
        try:
            if is_too_large:
                note = partial(
                    note_too_large, channel=mailbox.channel, head=content, largest=mailbox.largest, now=now()
                )
                installation.run(slug, partial(note, size=max(size, len(raw or b""))))
                too_large += 1
                continue
            keep = partial(keep_mail, channel=mailbox.channel, raw=content, now=now())
            is_new = installation.run(slug, keep).is_new
        except Exception as error:  # one mail that cannot be kept holds up no other; it stays in the mailbox
            if is_connection_lost(error) or (isinstance(error, DBAPIError) and is_database_gone(error)):
                raise
            log.error("租户 %s 的一封邮件没有收下，下次再试：%s", slug, where(error))
            failed += 1
            continue
        kept, known = kept + is_new, known + (not is_new)
        session.settle(uid)
    return Looked(kept, known, too_large, failed)
