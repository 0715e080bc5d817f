"""Sending figures by mail: the clock orders what is due in the morning, and a job for each address sends the file."""

import hashlib
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from functools import partial
from typing import Any, cast

from sqlalchemy import select

from core.documents.data import ALL_FORMS
from core.jobs.acting import ActsAs
from core.jobs.drain import Failure, JobKind
from core.jobs.transports.outgoing import Attached, Gateway, NotAccepted, Outgoing
from core.jobs.turns import Now, Turns
from core.journey.deliveries import order_sendings
from core.kit.errors import Refused
from core.kit.saying import said
from core.statistics.asked import span_words
from core.statistics.city_documents import figures_document
from core.statistics.days import Span
from core.statistics.deliveries.models import FigureDelivery, FigureSending
from core.statistics.deliveries.periods import Every, arguments_of
from core.statistics.periods import Month
from core.tenancy.facts import TenantFacts
from core.tenancy.scope import Installation, Scope

FROM = time(7)
"""Local time from which the morning's figures are sent: after the night's counting, before the offices open."""
LONGEST_FAILURE = 500


class Deliveries:
    """All tenants' deliveries, seen from the clock process."""

    acts_as = ActsAs.NOBODY

    def __init__(self, installation: Installation, *, is_ending: Callable[[], bool]) -> None:
        self._installation = installation
        self._turns = Turns(installation, what="定期发送", is_ending=is_ending)
        self._done: dict[str, date] = {}

    def order(self, *, now: Now) -> None:
        """Order what is due in each tenant, once a day; a day on which nobody did is made up for on the next."""
        self._turns.take(partial(self._order_of, now=now), now=now)

    def _order_of(self, tenant: TenantFacts, *, now: Now) -> bool:
        local = now().astimezone(tenant.zone)
        if local.time() < FROM or self._done.get(tenant.slug) == local.date():
            return False
        self._installation.run(tenant.slug, lambda scope: order_sendings(scope, now=now()))
        self._done[tenant.slug] = local.date()
        return False


def sending_figures(installation: Installation, gateways: Mapping[str, Gateway]) -> JobKind:
    """Return how jobs of kind `figure-sending` are done."""
    return JobKind(do=partial(send, installation, gateways), tell=tell_failure, acts_as=ActsAs.NOBODY)


def send(
    installation: Installation,
    gateways: Mapping[str, Gateway],
    scope: Scope,
    payload: Mapping[str, Any],
    now: datetime,
) -> None:
    """Make the file and hand it to the mail server, or keep as failed what only a person can mend.

    Raises `core.jobs.drain.TryLater` when the server does not take it now: then the same mail goes under the same id.
    """
    sending = _locked(scope, payload)
    if sending.state != "waiting":
        return
    delivery = scope.session.get_one(FigureDelivery, (scope.tenant.id, sending.delivery_id))
    gateway = gateways.get("mail")
    if gateway is None:
        _fail(sending, "没有配置邮件服务器（SMTP_URL），没有发出。配置后请重新发送。")
        return
    if not delivery.is_on:
        _fail(sending, "这一项已经停用，没有发出。启用后可以重新发送。")
        return
    try:
        outgoing = _mail(installation, scope, delivery, sending, now=now)
        gateway.send(outgoing, now=now)
    except (NotAccepted, Refused) as refusal:
        _fail(sending, str(refusal))
        return
    sending.state, sending.failure, sending.sent_at = "sent", "", now
    sending.sha256 = hashlib.sha256(outgoing.attached[0].content).hexdigest()


def tell_failure(scope: Scope, payload: Mapping[str, Any], failure: Failure) -> None:
    """Write onto the sending why it has not gone out yet, or never will without a person."""
    sending = _locked(scope, payload)
    if sending.state != "waiting":
        return
    if failure.is_last:
        _fail(
            sending,
            said("试了 {attempt} 次，没有发出：{reason}。", attempt=failure.attempt, reason=failure.reason),
        )
    else:
        sending.failure = said(
            "第 {attempt} 次没有发出，稍后自动重试：{reason}。", attempt=failure.attempt, reason=failure.reason
        )[:LONGEST_FAILURE]


def _mail(
    installation: Installation, scope: Scope, delivery: FigureDelivery, sending: FigureSending, *, now: datetime
) -> Outgoing:
    span = Span(sending.first, sending.last)
    arguments = {**delivery.arguments, **arguments_of(cast(Every, delivery.every), span)}
    document = figures_document(installation, scope, delivery.page, arguments, now=now)
    form = ALL_FORMS[delivery.form]
    days = span_words(span, Month.of(span.first) if delivery.every == "month" else None)
    name = f"{scope.tenant.slug}-{delivery.page}-{span.first}.{delivery.form}"
    lines = [
        said("{title}，见附件（{form}）。", title=document.title, form=form.label),
        *document.lead,
        said("由{tenant}“定期发送”第 {number} 项发出，请勿回复。", tenant=scope.tenant.name, number=delivery.number),
    ]
    return Outgoing(
        id=f"{scope.tenant.slug}-figures-{sending.id}",
        to=sending.address,
        subject=said("{tenant}：{name}，{days}", tenant=scope.tenant.name, name=delivery.name, days=days),
        text="\n".join(str(line) for line in lines),
        attached=(Attached(name, form.media_type, form.write(document)),),
    )


def _fail(sending: FigureSending, reason: str) -> None:
    sending.state, sending.failure = "failed", reason[:LONGEST_FAILURE]


def _locked(scope: Scope, payload: Mapping[str, Any]) -> FigureSending:
    return scope.session.scalars(
        select(FigureSending)
        .where(FigureSending.tenant_id == scope.tenant.id, FigureSending.id == payload["sending_id"])
        .with_for_update()
    ).one()
