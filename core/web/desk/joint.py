"""What is handled together with other tenants 跨区事项: ours and theirs beside each other, each with its clock."""

from flask import Blueprint, render_template, request

from core.journey.queries.other_side import WHICH_LABELS, Which, joint_matters
from core.people.roles import Permission
from core.web.visit import Answer, Visit, allows

pages = Blueprint("joint", __name__)
PAGE = "/desk/joint"


@pages.get(PAGE)
@allows(Permission.SEE_TICKETS)
def show_joint(visit: Visit) -> Answer:
    """List what was referred to other tenants, or came from them; `?which=` narrows it, anything unknown is all."""
    wanted = request.args.get("which", "")
    which: Which = "joint" if wanted == "joint" else "over" if wanted == "over" else "all"
    return render_template(
        "desk/joint.html",
        matters=joint_matters(visit.scope, which, now=visit.now),
        which=which,
        labels=WHICH_LABELS,
        at=PAGE,
    )
