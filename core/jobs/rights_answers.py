"""Telling a resident that what they asked about their data is answered: by SMS to the phone that was shown, and on the page."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import select

from core.intake.portal import address_of
from core.jobs.acting import ActsAs
from core.jobs.drain import Failure, JobKind, NotYet
from core.jobs.transports.outgoing import Gateway, NotAccepted, Outgoing
from core.kit.saying import said
from core.residents.rights.keeping import PHONE, unseal
from core.residents.rights.models import RightsRequest
from core.tenancy.scope import Scope
from core.tickets.hours import by_day, hours_of


def telling_answers(gateways: Mapping[str, Gateway]) -> JobKind:
    """Return how residents are told through these gateways that a request is answered."""
    return JobKind(do=partial(tell, gateways), tell=tell_failure, acts_as=ActsAs.NOBODY)


def tell(gateways: Mapping[str, Gateway], scope: Scope, payload: Mapping[str, Any], now: datetime) -> None:
    """Send the message, by day; the answer itself is read on the page alone. Raises `NotYet` at night, `TryLater`."""
    request = _locked(scope, payload)
    if request.told != "waiting":
        return
    if (morning := by_day(now, scope.tenant.zone, hours_of(scope.hooks))) > now:
        raise NotYet(morning)
    gateway, phone = gateways.get("sms"), unseal(scope, request, PHONE, request.phone)
    if gateway is None or not phone:
        request.told = "failed"
        return
    page = address_of(scope, "/own")
    words = said(
        "【{tenant}】您的本人信息申请 {number} 已答复，请在“本人信息”页面查看{page}。",
        tenant=scope.tenant.name,
        number=request.number,
        page=said("：{address} ", address=page) if page else "",
    )
    outgoing = Outgoing(id=f"{scope.tenant.slug}-rights-{request.id}", to=phone, subject=scope.tenant.name, text=words)
    try:
        gateway.send(outgoing, now=now)
    except NotAccepted:
        request.told = "failed"
    else:
        request.told = "sent"


def tell_failure(scope: Scope, payload: Mapping[str, Any], failure: Failure) -> None:
    """Write onto the request that nobody could be told, once no further try is made."""
    request = _locked(scope, payload)
    if failure.is_last and request.told == "waiting":
        request.told = "failed"


def _locked(scope: Scope, payload: Mapping[str, Any]) -> RightsRequest:
    return scope.session.scalars(
        select(RightsRequest)
        .where(RightsRequest.tenant_id == scope.tenant.id, RightsRequest.id == payload["request_id"])
        .with_for_update()
    ).one()
