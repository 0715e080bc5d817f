"""Looking at the accounts on Weibo of all tenants, each as often as it says, at the side of the clock."""

import logging

from core.intake.weibo.settings import Weibo
from core.jobs.acting import ActsAs
from core.jobs.looks import Looks
from core.jobs.turns import Now
from core.jobs.weibo.look import WeiboTrouble, find_account_of, look

log = logging.getLogger(__name__)


class WeiboIntake(Looks[Weibo]):
    """All tenants' accounts. A mention that was kept before the process ended is known at the next look."""

    acts_as = ActsAs.SENDER
    what, thread, trouble = "微博查看", "weibo", WeiboTrouble

    def find(self, slug: str) -> Weibo | None:
        """Return the account that the tenant has now, if it has one."""
        return find_account_of(self._installation, slug)

    def look(self, slug: str, target: Weibo, *, now: Now) -> bool:
        """Read mentions and comments. Raises `WeiboTrouble`."""
        looked = look(self._installation, slug, target, now=now, is_ending=self._is_ending)
        if looked.mentions or looked.comments:
            log.info("租户 %s 收到微博 @ %d 条、评论 %d 条", slug, looked.mentions, looked.comments)
        return looked.has_more
