"""The accessibility statement 无障碍说明: what was tested, what is known to be lacking, and who helps."""

from flask import render_template
from flask.typing import ResponseReturnValue

from core.web.public.site import Guest, public, public_page

STATED_ON = "2026-11-30"
"""When the statement was last held against the pages."""


@public.get("/a11y")
@public_page
def show_accessibility(guest: Guest) -> ResponseReturnValue:
    """Say how the pages can be used by everybody, in honest words."""
    return render_template("public/a11y.html", stated_on=STATED_ON)
