"""Looking into the mailboxes of all tenants, each as often as it says, at the side of the clock: a server that does not
answer holds up neither timers nor the mailbox of another tenant.
"""

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from core.intake.mail.settings import Mailbox
from core.jobs.acting import ActsAs
from core.jobs.mailbox.look import Looked, find_mailbox_of, look
from core.jobs.mailbox.session import MailboxTrouble
from core.jobs.turns import REST, Now, Turns
from core.kit.trouble import where
from core.tenancy.facts import TenantFacts
from core.tenancy.scope import Installation

LEISURE = timedelta(seconds=10)
"""How late a look may be, so that most rounds of the clock need not ask."""
AT_ONCE = 4
"""Mailboxes that are open at the same time, each with a connection to the database while it keeps a mail."""
LONGEST_PAUSE = timedelta(hours=1)
"""A mailbox that cannot be reached is tried again after twice its time, then four times, up to this."""
log = logging.getLogger(__name__)


class MailIntake:
    """All tenants' mailboxes, seen from the clock process.

    Each look has a thread of its own, which ends with the process wherever it is: a mail that was kept and not settled
    on the server is known at the next look.
    """

    acts_as = ActsAs.SENDER

    def __init__(self, installation: Installation, *, is_ending: Callable[[], bool]) -> None:
        self._installation = installation
        self._is_ending = is_ending
        self._turns = Turns(installation, what="邮件收取", is_ending=is_ending)
        self._lock = threading.Lock()
        self._at_work: set[str] = set()
        self._due: dict[str, datetime] = {}
        self._failures: dict[str, int] = {}
        self._next: datetime | None = None

    def fetch(self, *, now: Now) -> None:
        """Begin a look into every mailbox whose time has come, unless that was asked a moment ago; wait for none."""
        if self._next is not None and now() < self._next:
            return
        self._turns.take(partial(self._begin, now=now), now=now)
        self._next = now() + LEISURE

    def _begin(self, tenant: TenantFacts, *, now: Now) -> bool:
        slug = tenant.slug
        with self._lock:
            is_due = slug not in self._at_work and self._due.get(slug, now()) <= now()
            if not is_due or len(self._at_work) >= AT_ONCE:
                return False
        mailbox = find_mailbox_of(self._installation, slug)
        if mailbox is not None:
            with self._lock:
                self._at_work.add(slug)
            threading.Thread(target=self._look, args=(slug, mailbox, now), name=f"mail-{slug}", daemon=True).start()
        return False

    def _look(self, slug: str, mailbox: Mailbox, now: Now) -> None:
        failures, pause = self._failures.get(slug, 0), mailbox.every
        try:
            looked = look(self._installation, slug, mailbox, now=now, is_ending=self._is_ending)
            failures, pause = 0, timedelta() if looked.has_more else mailbox.every
            _tell(slug, looked)
        except MailboxTrouble as trouble:
            failures += 1
            pause = min(mailbox.every * 2**failures, max(mailbox.every, LONGEST_PAUSE))
            log.warning(
                "租户 %s 的邮件没有收取成，%d 分钟后再试：%s", slug, pause.total_seconds() // 60, trouble.message
            )
        except Exception as error:  # the thread's end must not end the mailbox's turns
            pause = REST
            log.error("租户 %s 的邮件收取失败，%d 秒后再试：%s", slug, REST.seconds, where(error))
        finally:
            with self._lock:
                self._failures[slug], self._due[slug] = failures, now() + pause
                self._at_work.discard(slug)


def _tell(slug: str, looked: Looked) -> None:
    if looked.kept or looked.failed:
        log.info("租户 %s 收取邮件 %d 封，%d 封没有收下", slug, looked.kept, looked.failed)
