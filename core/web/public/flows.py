"""The steps of tickets as everybody may follow them 全程公开: a list to search, and one ticket; nothing leads to who spoke."""

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue

from core.journey.queries.open_flows import Asked, find_flow, has_flows, open_flows_page
from core.web.public.site import Entry, Guest, public, public_page

ENTRY = Entry("办理过程", "flow", "诉求和办事申请从受理到答复的每一步、在谁手里、有没有超时，已隐去个人信息", has_flows)
LONGEST, LAST_PAGE = 40, 500


@public.get("/flow")
@public_page
def list_flows(guest: Guest) -> ResponseReturnValue:
    """List the tickets that everybody may follow, narrowed by matter, unit and nature."""
    if not has_flows(guest.scope):
        abort(404)
    given = {name: request.args.get(name, "").strip()[:LONGEST].replace("\x00", "") for name in Asked.__annotations__}
    asked = Asked(**given)
    page = request.args.get("page", "1")
    number = int(page) if page.isascii() and page.isdecimal() and 0 < int(page[:6]) <= LAST_PAGE else 1
    flows = open_flows_page(guest.scope, asked, page=number, now=guest.now)
    return render_template("public/flows.html", flows=flows, asked=asked)


@public.get("/flow/<public_no>")
@public_page
def show_flow(guest: Guest, public_no: str) -> ResponseReturnValue:
    """Show the steps of one ticket under its public number; 404 for what is not public, or no more."""
    followed = find_flow(guest.scope, public_no, now=guest.now)
    if followed is None:
        abort(404)
    return render_template("public/flow.html", followed=followed)
