"""Sending a code to a phone: at once or not at all, for after ten minutes it is worth nothing."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from core.jobs.acting import ActsAs
from core.jobs.drain import Failure, JobKind
from core.jobs.transports.outgoing import Gateway, NotAccepted, Outgoing
from core.kit.saying import said, word
from core.residents.phones.codes import GOOD, code_of, find_code, phone_of
from core.tenancy.scope import Scope

FOR = {"report": "反映诉求", "own": "查看本人信息"}
NOT_SENT = "短信没有发出去"


def sending_codes(gateways: Mapping[str, Gateway]) -> JobKind:
    """Return how jobs that send a code are done through these gateways."""
    return JobKind(do=partial(send, gateways), tell=tell_failure, acts_as=ActsAs.NOBODY)


def send(gateways: Mapping[str, Gateway], scope: Scope, payload: Mapping[str, Any], now: datetime) -> None:
    """Send one code, or keep why it cannot be. Raises `core.jobs.drain.TryLater` when the gateway does not take it now."""
    row = find_code(scope, payload["code_id"])
    if row is None or row.state != "waiting":
        return
    gateway = gateways.get("sms")
    if gateway is None or now >= row.ends_at:
        row.state, row.failure = "failed", NOT_SENT
        return
    words = said(
        "【{tenant}】验证码 {code}，{minutes} 分钟内有效，用于{what}。不是您本人操作的请忽略，不要把它告诉别人。",
        tenant=scope.tenant.name,
        code=code_of(scope, row),
        minutes=int(GOOD.total_seconds() // 60),
        what=word(FOR[row.purpose]),
    )
    outgoing = Outgoing(
        id=f"{scope.tenant.slug}-code-{row.id}", to=phone_of(scope, row), subject=scope.tenant.name, text=words
    )
    try:
        gateway.send(outgoing, now=now)
    except NotAccepted:
        row.state, row.failure = "failed", NOT_SENT
    else:
        row.state, row.failure = "sent", ""


def tell_failure(scope: Scope, payload: Mapping[str, Any], failure: Failure) -> None:
    """Write onto the code that it does not arrive, so that whoever waits for it is told of another way."""
    row = find_code(scope, payload["code_id"])
    if row is not None and row.state == "waiting":
        row.failure = NOT_SENT
        row.state = "failed" if failure.is_last else row.state
