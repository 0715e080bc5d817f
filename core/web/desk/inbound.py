"""What was pushed or mailed and could not be taken in 待人工录入: the list, one item with its content, and what is done with it."""

from flask import Blueprint, Response, abort, g, render_template, request

from core.intake.inbound import noun_of
from core.journey.inbound.by_hand import dismiss
from core.journey.inbound.take_in import read_again
from core.journey.queries.inbound import count_in, find_mail, item_lines, opened_item
from core.kit.saying import said, word
from core.people.roles import Permission
from core.web.input import required
from core.web.refusals import status_of, words_of
from core.web.visit import Answer, Done, Visit, allows

pages = Blueprint("desk_inbound", __name__)
LIST = "/desk/inbound"
ASIDE = "aside"
LONGEST_NUMBER = 18


@pages.get("/desk/inbound")
@allows(Permission.ACCEPT)
def show_items(visit: Visit) -> Answer:
    """Show what waits for somebody to enter it, or with `?state=aside` the mails that no resident wrote."""
    state = ASIDE if request.args.get("state") == ASIDE else "needs_person"
    return render_template(
        "desk/inbound.html",
        lines=item_lines(visit.scope, states=(state,)),
        total=count_in(visit.scope, state),
        is_aside=state == ASIDE,
        aside=count_in(visit.scope, ASIDE),
    )


@pages.get("/desk/inbound/<number>")
@allows(Permission.ACCEPT)
def show_item(visit: Visit, number: str) -> Answer:
    """Show one item with its content; after a refusal with what was typed and why it was refused."""
    refusal = g.get("refusal")
    page = render_template(
        "desk/inbound_item.html",
        item=opened_item(visit.scope, number_of(number)),
        refusal=words_of(refusal) if refusal else None,
    )
    return (page, status_of(refusal)) if refusal else page


@pages.get("/desk/inbound/<number>/original")
@allows(Permission.ACCEPT)
def download_mail(visit: Visit, number: str) -> Answer:
    """Send a mail as it came, with its files, to be saved and never shown."""
    mail = find_mail(visit.scope, number_of(number)) or abort(404)
    disposition = f'attachment; filename="mail-{number}.eml"'
    return Response(mail, mimetype="application/octet-stream", headers={"Content-Disposition": disposition})


@pages.post("/desk/inbound/<number>/dismiss")
@allows(Permission.ACCEPT, again=show_item)
def dismiss_item(visit: Visit, number: str) -> Answer:
    """Say that it is no appeal, and why."""
    reason = required("reason", ask="请写明为什么不是诉求，来件会连同理由留存。", longest=500)
    item = dismiss(visit.scope, number_of(number), reason=reason, actor=visit.actor, now=visit.now)
    return Done(said("{noun} {id} 已处理，不再登记", noun=word(noun_of(item)), id=item.id), LIST)


@pages.post("/desk/inbound/<number>/again")
@allows(Permission.ACCEPT, again=show_item)
def read_item_again(visit: Visit, number: str) -> Answer:
    """Have the item read once more, after what could not read it was mended."""
    item = read_again(visit.scope, number_of(number), now=visit.now)
    if item.state == "needs_person":
        return Done(
            said("{noun} {id} 还是没有登记成功：{failure}", noun=word(noun_of(item)), id=item.id, failure=item.failure),
            f"{LIST}/{item.id}",
            "soon",
        )
    return Done(
        said("{noun} {id} 已登记 {number} 件工单", noun=word(noun_of(item)), id=item.id, number=len(item.tickets)), LIST
    )


def number_of(text: str) -> int:
    """Return the number in an address; 404 for what is none."""
    if not (text.isascii() and text.isdecimal() and len(text) <= LONGEST_NUMBER):
        abort(404)
    return int(text)
