"""A district with an account on Weibo, set up as an administrator does it, and its worker and clock in one pair of hands."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from core.hooks.core_features import PORTAL_INTAKE, WEIBO
from core.hooks.settings import SecretText
from core.jobs.kinds import job_kinds
from core.jobs.transports.outgoing import Gateway
from core.jobs.weibo.look import Looked, get_account, look
from core.tenancy.revisions import Author, make_active, write_revision
from core.tenancy.scope import Installation
from core.tenancy.secret_rows import keep_text
from core.tickets.models import Message, Ticket, TicketEvent
from tests.jobs.making import drain
from tests.weibo.double import NAME, TOKEN, UID, WeiboApi

SET_UP = Author("系统维护", None)
PAGE = "https://appeals.example.gov.cn"


def set_weibo(installation: Installation, slug: str, api: WeiboApi, *, token: str = TOKEN, **settings: Any) -> None:
    """Give a district its account at this double of Weibo."""
    now = datetime.now(UTC)
    values = {"uid": UID, "name": NAME, "api": api.url, **settings}
    with installation.scope(slug) as scope:
        for feature, wanted in ((WEIBO.id, values), (PORTAL_INTAKE.id, {"address": PAGE})):
            made = write_revision(
                scope, feature, values=wanted, schema_version=1, reason="接入", author=SET_UP, now=now
            )
            make_active(scope, feature, made.number, actor=SET_UP, now=now)
        keep_text(scope, WEIBO.id, "access_token", SecretText(token), by="测试", now=now)
    installation.forget()


@dataclass
class District:
    """A district that looks at its account on Weibo; times are given, and Weibo's clock stands there too."""

    installation: Installation
    slug: str
    api: WeiboApi
    sms: Gateway | None = None

    def looks(self, at: datetime) -> Looked:
        """Look at the account once, as the clock process does."""
        weibo = get_account(self.installation, self.slug)
        return look(self.installation, self.slug, weibo, now=lambda: at)

    def works(self, at: datetime) -> None:
        """Do what waits, as a worker does."""
        self.api.clock = at
        kinds = job_kinds({"sms": self.sms} if self.sms else {}, self.installation)
        drain(self.installation, kinds, now=at)

    def turns(self, at: datetime) -> Looked:
        """Look, and do what came of it."""
        looked = self.looks(at)
        self.works(at)
        return looked

    def rows(self, model: Any) -> list[Any]:
        with self.installation.scope(self.slug) as scope:
            return list(scope.session.scalars(select(model).where(model.tenant_id == scope.tenant.id)))

    def tickets(self) -> list[Ticket]:
        return sorted(self.rows(Ticket), key=lambda each: (each.submitted_at, each.id))

    def entries(self, kind: str) -> list[str]:
        return [each.summary for each in self.rows(TicketEvent) if each.kind == kind]

    def messages(self, transport: str) -> list[Message]:
        found = [each for each in self.rows(Message) if each.transport == transport]
        return sorted(found, key=lambda each: each.id)
