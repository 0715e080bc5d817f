"""Looking into the mailboxes of all tenants, each as often as it says, at the side of the clock."""

import logging

from core.intake.mail.settings import Mailbox
from core.jobs.acting import ActsAs
from core.jobs.looks import Looks
from core.jobs.mailbox.look import find_mailbox_of, look
from core.jobs.mailbox.session import MailboxTrouble
from core.jobs.turns import Now

log = logging.getLogger(__name__)


class MailIntake(Looks[Mailbox]):
    """All tenants' mailboxes. A mail that was kept and not settled on the server is known at the next look."""

    acts_as = ActsAs.SENDER
    what, thread, trouble = "邮件收取", "mail", MailboxTrouble

    def find(self, slug: str) -> Mailbox | None:
        """Return the mailbox that the tenant has now, if mails are fetched at all."""
        return find_mailbox_of(self._installation, slug)

    def look(self, slug: str, target: Mailbox, *, now: Now) -> bool:
        """Fetch what waits. Raises `MailboxTrouble`."""
        looked = look(self._installation, slug, target, now=now, is_ending=self._is_ending)
        if looked.kept or looked.failed:
            log.info("租户 %s 收取邮件 %d 封，%d 封没有收下", slug, looked.kept, looked.failed)
        return looked.has_more
