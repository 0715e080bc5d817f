"""Saving from an editor 起草: whatever an administrator changes of a feature becomes a draft, checked at once."""

from typing import Any

from flask import request

from core.journey.settings.drafting import Wish
from core.journey.settings.editing import Form, Opened, open_editor, save
from core.kit.saying import said
from core.web.input import InputUnusable, text
from core.web.visit import Done, Visit, installation

LARGEST_NUMBER = 2**31 - 1
REVISION_NUMBER = f"<int(max={LARGEST_NUMBER}):number>"
"""A revision's number in an address."""


def opened(visit: Visit, feature_id: str) -> Opened:
    """Return what an editor shows: what holds, or the draft that the address names (`?draft=N`), and what its form carries.

    After a refusal, the draft that the form was going on with. Raises what `open_editor` raises.
    """
    asked = request.form.get("continues") or request.args.get("draft")
    return open_editor(visit.scope, installation().roster, feature_id, _number(asked or "0"), actor=visit.actor)


def drafted(visit: Visit, feature_id: str, wish: Wish) -> Done:
    """Draft what a form asks for, check it, and lead to the revision's page.

    The form carries `base`, `newest`, `continues` and `command_id` (macro `carried` of `admin/drafting.html`) and the
    field `reason`. Raises what `save` raises: `FormOutdated` and `DraftedMeanwhile` with 409 when others were faster.
    """
    form = Form(*(_number(request.form.get(name) or "0") for name in ("base", "newest", "continues")))
    saved = save(
        visit.scope,
        installation().roster,
        feature_id,
        wish,
        form=form,
        reason=text("reason"),
        actor=visit.actor,
        now=visit.now,
        command_id=text("command_id", longest=64) or None,
    )
    number = saved.drafted.number
    to = revision_path(feature_id, number)
    if saved.checked.passed:
        return Done(said("已起草第 {number} 次修订，还没有生效。", number=number), to)
    return Done(said("已起草第 {number} 次修订，检查没有通过，请看下面的意见。", number=number), to, "soon")


def revision_path(feature_id: str, number: int) -> str:
    """Return the address of a revision's page."""
    return f"/admin/features/{feature_id}/revisions/{number}"


def carried(opened_form: Opened) -> dict[str, Any]:
    """Return the hidden fields of an editor's form by name; `admin/drafting.html` writes them."""
    return {"base": opened_form.base, "newest": opened_form.newest, "continues": opened_form.draft}


def _number(written: str) -> int:
    if not (written.isascii() and written.isdecimal() and len(written) <= len(str(LARGEST_NUMBER))):
        raise InputUnusable("页面不完整，修订的次数看不懂。请刷新后重试。")
    return min(int(written), LARGEST_NUMBER)
