"""The address that WeChat calls for the district's official account: `/wechat/<tenant>`.

Nobody signs in here: WeChat's signature vouches for what comes. A message is kept first; then it is read and answered
within the same request, and by a worker where that does not succeed.
"""

import logging
from functools import partial

from flask import Blueprint, Response, abort, make_response, request
from flask.typing import ResponseReturnValue

from core.journey.conversation.converse import TAKEN, find_answer
from core.journey.inbound.take_in import take_in
from core.journey.inbound.wechat import KeptMessage, NoAccount, Refusal, answer_body, receive_message, verify
from core.kit.trouble import where
from core.people.rules import FAILURE_WINDOW
from core.tenancy.scope import Scope, UnknownTenant
from core.web.errors import show
from core.web.visit import clock, in_tenant, open_to_all

REFUSALS: dict[Refusal, tuple[int, str, str]] = {
    "unknown": (401, "push-not-authenticated", "签名不对，或不是发给这个公众号的。没有接收。"),
    "stale": (401, "push-stale", "签名的时间与现在相差太多。没有接收。"),
    "unreadable": (400, "push-unreadable", "内容不是微信消息的格式。没有接收。"),
    "throttled": (429, "push-throttled", "这个地址没有通过核实的请求太多，请 15 分钟后再试。"),
}
official_account = Blueprint("wechat", __name__)
log = logging.getLogger(__name__)


@official_account.get("/wechat/<tenant>")
@open_to_all
def verify_server(tenant: str) -> ResponseReturnValue:
    """Say back what WeChat says, when the account's server is set up there."""
    query, address = request.args.to_dict(), request.remote_addr or ""
    try:
        said = in_tenant(tenant, lambda scope: verify(scope, query, address=address, now=clock()))
    except (UnknownTenant, NoAccount):
        abort(404)
    if said in REFUSALS:
        return _refused(said)
    return Response(said, mimetype="text/plain")


@official_account.post("/wechat/<tenant>")
@open_to_all
def receive_from_wechat(tenant: str) -> ResponseReturnValue:
    """Keep a message, read it, and answer it in WeChat's XML; the same message gets the same answer again."""
    query, address, body = request.args.to_dict(), request.remote_addr or "", request.get_data(cache=False)
    try:
        kept = in_tenant(tenant, lambda scope: receive_message(scope, query, body, address=address, now=clock()))
    except (UnknownTenant, NoAccount):
        abort(404)
    if not isinstance(kept, KeptMessage):
        return _refused(kept)
    words = _read(tenant, kept)
    nonce = query.get("nonce", "")
    answer = in_tenant(tenant, lambda scope: answer_body(scope, kept, words, nonce=nonce, now=clock()))
    return Response(answer, mimetype="text/plain" if answer == b"success" else "application/xml")


def _read(tenant: str, kept: KeptMessage) -> str:
    """Read the message now; whatever keeps that from succeeding, it is kept, and a worker tries again."""
    try:
        return in_tenant(tenant, partial(_taken_in, number=kept.number))
    except Exception as error:  # WeChat would send it again, and say to the resident that the account is out of order
        log.error("租户 %s 的一条微信消息没有当即读出，由后台再试：%s", tenant, where(error))
        return TAKEN


def _taken_in(scope: Scope, *, number: int) -> str:
    take_in(scope, number, now=clock())
    words = find_answer(scope, number)
    return TAKEN if words is None else words


def _refused(refusal: Refusal) -> ResponseReturnValue:
    status, code, words = REFUSALS[refusal]
    response = make_response(show(status, words, code=code))
    if refusal == "throttled":
        response.headers["Retry-After"] = str(int(FAILURE_WINDOW.total_seconds()))
    return response
