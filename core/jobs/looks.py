"""Looking into something outside for all tenants, each as often as it says, at the side of the clock: what does not answer holds
up neither timers nor another tenant.
"""

import logging
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import ClassVar, Generic, Protocol, TypeVar

from core.jobs.turns import REST, Now, Turns
from core.kit.errors import Refused
from core.kit.trouble import where
from core.tenancy.facts import TenantFacts
from core.tenancy.scope import Installation

LEISURE = timedelta(seconds=10)
"""How late a look may be, so that most rounds of the clock need not ask."""
AT_ONCE = 4
"""Looks that go on at the same time, each with a connection to the database while it keeps something."""
LONGEST_PAUSE = timedelta(hours=1)
"""What cannot be reached is tried again after twice its time, then four times, up to this."""
log = logging.getLogger(__name__)


class Regular(Protocol):
    """What is looked at again and again."""

    @property
    def every(self) -> timedelta:
        """How often."""


T = TypeVar("T", bound=Regular)


class Looks(ABC, Generic[T]):
    """One kind of looks, seen from the clock process.

    Each look has a thread of its own, which ends with the process wherever it is: what it keeps is known at the next look.
    """

    what: ClassVar[str]
    """What is looked for, in the log."""
    thread: ClassVar[str]
    """How the names of its threads begin."""
    trouble: ClassVar[type[Refused]]
    """What a look raises where the other side is at fault."""

    def __init__(self, installation: Installation, *, is_ending: Callable[[], bool]) -> None:
        self._installation = installation
        self._is_ending = is_ending
        self._turns = Turns(installation, what=self.what, is_ending=is_ending)
        self._lock = threading.Lock()
        self._at_work: set[str] = set()
        self._due: dict[str, datetime] = {}
        self._failures: dict[str, int] = {}
        self._next: datetime | None = None

    @abstractmethod
    def find(self, slug: str) -> T | None:
        """Return what a tenant has looked at now, None = nothing."""

    @abstractmethod
    def look(self, slug: str, target: T, *, now: Now) -> bool:
        """Look once; return whether it ended before everything was seen. Raises `trouble`."""

    def fetch(self, *, now: Now) -> None:
        """Begin a look for every tenant whose time has come, unless that was asked a moment ago; wait for none."""
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
        target = self.find(slug)
        if target is not None:
            with self._lock:
                self._at_work.add(slug)
            name = f"{self.thread}-{slug}"
            threading.Thread(target=self._look, args=(slug, target, now), name=name, daemon=True).start()
        return False

    def _look(self, slug: str, target: T, now: Now) -> None:
        failures, pause = self._failures.get(slug, 0), target.every
        try:
            has_more = self.look(slug, target, now=now)
            failures, pause = 0, timedelta() if has_more else target.every
        except self.trouble as trouble:
            failures += 1
            pause = min(target.every * 2**failures, max(target.every, LONGEST_PAUSE))
            minutes = pause.total_seconds() // 60
            log.warning("租户 %s 的%s没有成，%d 分钟后再试：%s", slug, self.what, minutes, trouble.message)
        except Exception as error:  # the thread's end must not end the tenant's turns
            pause = REST
            log.error("租户 %s 的%s失败，%d 秒后再试：%s", slug, self.what, REST.seconds, where(error))
        finally:
            with self._lock:
                self._failures[slug], self._due[slug] = failures, now() + pause
                self._at_work.discard(slug)
