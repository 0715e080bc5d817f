"""The channels 渠道: what comes in by each and what fails, what goes out by each way, and a trial message to oneself."""

from urllib.parse import quote

from flask import Blueprint, g, render_template, request

from core.journey.channels_seen import (
    address_of_pushes,
    channel_cards,
    find_card,
    last_incoming,
    mapped,
    told_of,
)
from core.journey.messages_seen import find_way, last_sent, ways_out
from core.journey.try_out import TRIED, ask_try_out, trials_of
from core.kit.saying import said
from core.people.roles import Permission
from core.web.admin.editors import editor_of
from core.web.input import text
from core.web.refusals import status_of, words_of
from core.web.visit import Answer, Done, Visit, allows, installation

pages = Blueprint("admin_channels", __name__)
LIST = "/admin/channels"
LONGEST_ADDRESS = 200


@pages.get(LIST)
@allows(Permission.ADMINISTER)
def show_channels(visit: Visit) -> Answer:
    """Show every channel as a card, and every way out."""
    cards = channel_cards(visit.scope, installation().roster, actor=visit.actor, now=visit.now)
    return render_template(
        "admin/channels.html",
        cards=cards,
        said_of={card.id: told_of(card) for card in cards},
        ways=ways_out(visit.scope, actor=visit.actor, now=visit.now),
        editor_of=editor_of,
    )


@pages.get(f"{LIST}/<way_in>")
@allows(Permission.ADMINISTER)
def show_channel(visit: Visit, way_in: str) -> Answer:
    """Show one channel: where it comes from, what becomes of what comes in, and what came last."""
    card = find_card(visit.scope, installation().roster, way_in, actor=visit.actor, now=visit.now)
    address = address_of_pushes(visit.scope, card)
    return render_template(
        "admin/channel.html",
        card=card,
        said_of=told_of(card),
        address=f"{request.host_url.rstrip('/')}{quote(address)}" if address else "",
        lines=last_incoming(visit.scope, card.id, now=visit.now),
        mapped=mapped(visit.scope, card, now=visit.now),
        editor_of=editor_of,
    )


@pages.get(f"{LIST}/out/<way_out>")
@allows(Permission.ADMINISTER)
def show_way(visit: Visit, way_out: str) -> Answer:
    """Show one way out: what went last, what failed and why, and the trials; after a refusal with what was typed."""
    refusal = g.get("refusal")
    page = render_template(
        "admin/channel_out.html",
        way=find_way(visit.scope, way_out, actor=visit.actor, now=visit.now),
        lines=last_sent(visit.scope, way_out, now=visit.now),
        may_try=way_out in TRIED,
        trials=trials_of(visit.scope, way_out),
        refusal=words_of(refusal) if refusal else "",
        typed=request.form.get("to", "")[:LONGEST_ADDRESS],
    )
    return (page, status_of(refusal)) if refusal else page


@pages.post(f"{LIST}/out/<way_out>/try")
@allows(Permission.ADMINISTER, again=show_way)
def try_way(visit: Visit, way_out: str) -> Answer:
    """Send a trial message to the administrator's own number or address."""
    find_way(visit.scope, way_out, actor=visit.actor, now=visit.now)
    ask_try_out(visit.scope, way_out, text("to", longest=LONGEST_ADDRESS), actor=visit.actor, now=visit.now)
    return Done(said("正在发送测试消息，几秒后刷新可见结果"), f"{LIST}/out/{way_out}#trials")
