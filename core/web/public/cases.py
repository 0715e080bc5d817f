"""What was answered, as everybody may read it 三公开: a list to search, and one case; nothing leads to who spoke."""

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue

from core.intake.portal import address_of
from core.journey.queries.disclosures import Wanted, find_public_case, has_public_cases, public_cases
from core.web.public.site import Entry, Guest, public, public_page

ENTRY = Entry("办结公开", "cases", "已经办结的诉求：事项、过程和结果，已隐去个人信息", has_public_cases)
LONGEST, LAST_PAGE = 40, 500


@public.get("/cases")
@public_page
def list_cases(guest: Guest) -> ResponseReturnValue:
    """List what is public, narrowed by words, matter, unit and month."""
    given = {name: request.args.get(name, "").strip()[:LONGEST].replace("\x00", "") for name in Wanted.__annotations__}
    wanted = Wanted(**given)
    page = request.args.get("page", "1")
    number = int(page) if page.isascii() and page.isdecimal() and 0 < int(page[:6]) <= LAST_PAGE else 1
    return render_template("public/cases.html", cases=public_cases(guest.scope, wanted, page=number), wanted=wanted)


@public.get("/cases/<public_no>")
@public_page
def show_case(guest: Guest, public_no: str) -> ResponseReturnValue:
    """Show one case under its public number; 404 for what is not public, or no more."""
    case = find_public_case(guest.scope, public_no)
    if case is None:
        abort(404)
    return render_template("public/case.html", case=case, address=address_of(guest.scope, f"/cases/{public_no}"))
