"""The entrance for what other systems push 推送接入: `POST /in/<tenant>/<channel>`.

Nobody signs in here: a feature of the tenant vouches for the sender, by a signature for instance, or nothing is kept.
"""

from types import MappingProxyType

from flask import Blueprint, abort, make_response, request
from flask.typing import ResponseReturnValue

from core.hooks.values import InboundRequest
from core.intake.channels import UnknownChannel
from core.journey.inbound.receive import Outcome, receive
from core.people.rules import FAILURE_WINDOW
from core.tenancy.scope import UnknownTenant
from core.web.errors import show
from core.web.visit import clock, in_tenant, open_to_all

inbound = Blueprint("inbound", __name__)
TAKEN = 202
AGAIN_SECONDS = 60
"""When a sender may try again that nobody could tell the sender of."""
REFUSALS: dict[Outcome, tuple[int, str, str, int | None]] = {
    "unknown": (401, "push-not-authenticated", "没有核实推送的来源：签名、时间或编号缺失或不对。没有接收。", None),
    "throttled": (
        429,
        "push-throttled",
        "这个地址没有通过核实的推送太多，请 15 分钟后再推送。",
        int(FAILURE_WINDOW.total_seconds()),
    ),
    "held": (503, "push-held", "暂时无法核实推送的来源。内容已留存待人工查看，请稍后重新推送。", AGAIN_SECONDS),
    "put_off": (503, "push-put-off", "暂时无法核实推送的来源，内容没有留存，请稍后重新推送。", AGAIN_SECONDS),
}
"""Status, code, words, and after how many seconds it may be tried again."""


@inbound.post("/in/<tenant>/<channel>")
@open_to_all
def receive_push(tenant: str, channel: str) -> ResponseReturnValue:
    """Keep what was pushed and answer 202 with our number of it; the same message gets the same answer again."""
    pushed, address = _request(), request.remote_addr or ""
    try:
        received = in_tenant(tenant, lambda scope: receive(scope, channel, pushed, address=address, now=clock()))
    except (UnknownTenant, UnknownChannel):
        abort(404)
    if received.outcome == "kept":
        return {"number": str(received.number)}, TAKEN
    status, code, words, again = REFUSALS[received.outcome]
    response = make_response(show(status, words, code=code))
    if again is not None:
        response.headers["Retry-After"] = str(again)
    return response


def _request() -> InboundRequest:
    """Return the request as features see it: names of headers in small letters, no cookies, the body as it was sent."""
    headers = {name.lower(): value for name, value in request.headers.items() if name.lower() != "cookie"}
    return InboundRequest(
        headers=MappingProxyType(headers),
        query=MappingProxyType(request.args.to_dict()),
        body=request.get_data(cache=False),
        received_at=clock(),
    )
