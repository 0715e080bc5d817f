"""Sending a trial message 试发 through the real gateway: once, and what came back is kept for whoever asked."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from core.jobs.acting import ActsAs
from core.jobs.delivery import LABELS, SETTINGS
from core.jobs.drain import Failure, JobKind, TryLater
from core.jobs.transports.outgoing import Gateway, NotAccepted, Outgoing
from core.journey.try_out import find_trial, note_answer
from core.kit.saying import said, word
from core.tenancy.scope import Scope


def trying_out(gateways: Mapping[str, Gateway]) -> JobKind:
    """Return how jobs that send a trial message are done through these gateways."""
    return JobKind(do=partial(send, gateways), tell=tell_failure, acts_as=ActsAs.NOBODY)


def send(gateways: Mapping[str, Gateway], scope: Scope, payload: Mapping[str, Any], now: datetime) -> None:
    """Send one trial and keep what came back. It is not tried again: whoever waits for it tries it anew."""
    trial = find_trial(scope, payload["test"])
    if trial is None:
        return
    gateway, label = gateways.get(trial.way), LABELS[trial.way]
    if gateway is None:
        answer = said(
            "没有配置{label}网关（{setting}），没有发出。请联系系统维护人员。",
            label=word(label),
            setting=word(SETTINGS[trial.way]),
        )
        note_answer(scope, trial.id, answer, is_sent=False)
        return
    tenant = scope.tenant.name
    outgoing = Outgoing(
        id=f"{scope.tenant.slug}-try-{trial.id}",
        to=trial.to,
        subject=said("{tenant}：测试{label}", tenant=tenant, label=word(label)),
        text=said("【{tenant}】这是一条测试{label}，收到说明发送正常，不用回复。", tenant=tenant, label=word(label)),
    )
    try:
        gateway.send(outgoing, now=now)
    except (NotAccepted, TryLater) as refused:
        note_answer(scope, trial.id, said("没有发出：{why}", why=word(str(refused))), is_sent=False)
    else:
        note_answer(scope, trial.id, said("{label}网关已接受，请看是否收到", label=word(label)), is_sent=True)


def tell_failure(scope: Scope, payload: Mapping[str, Any], failure: Failure) -> None:
    """Keep why nothing could be sent at all."""
    note_answer(scope, payload["test"], said("没有发出：{why}", why=failure.reason), is_sent=False)
