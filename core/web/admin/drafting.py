"""Saving from an editor 起草: whatever an administrator changes of a feature becomes a draft, checked at once."""

from dataclasses import replace

from flask import g, request

from core.journey.settings.drafting import Wish
from core.journey.settings.editing import DraftedMeanwhile, Form, FormOutdated, Opened, open_editor, save
from core.kit.saying import said
from core.web.input import InputUnusable, text
from core.web.visit import Done, Visit, installation

LARGEST_NUMBER = 2**31 - 1
REVISION_NUMBER = f"<int(max={LARGEST_NUMBER}):number>"
"""A revision's number in an address."""


def opened(visit: Visit, feature_id: str) -> Opened:
    """Return what an editor shows: what holds, or the draft that the address names (`?draft=N`), and what its form carries.

    A form that is shown again goes on with the same draft, and carries what it was opened with; only once it was said who
    was faster does it carry what is so now, so that saving again is meant. Raises what `open_editor` raises.
    """
    asked = request.form.get("continues") or request.args.get("draft")
    found = open_editor(visit.scope, installation().roster, feature_id, _number(asked or "0"), actor=visit.actor)
    was_told = isinstance(g.get("refusal"), FormOutdated | DraftedMeanwhile)
    if "base" not in request.form or was_told:
        return found
    return replace(found, base=number_in("base"), newest=number_in("newest"))


def drafted(visit: Visit, feature_id: str, wish: Wish) -> Done:
    """Draft what a form asks for, check it, and lead to the revision's page.

    The form carries `base`, `newest`, `continues` and `command_id` (macro `carried` of `admin/drafting.html`) and the
    field `reason`. Raises what `save` raises: `FormOutdated` and `DraftedMeanwhile` with 409 when others were faster.
    """
    form = Form(*(number_in(name) for name in ("base", "newest", "continues")))
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


def number_in(name: str) -> int:
    """Return a number of a revision from a form's field, 0 where it says none. Raises `InputUnusable`."""
    return _number(request.form.get(name) or "0")


def _number(written: str) -> int:
    if not (written.isascii() and written.isdecimal() and len(written) <= len(str(LARGEST_NUMBER))):
        raise InputUnusable("页面不完整，修订的次数看不懂。请刷新后重试。")
    return min(int(written), LARGEST_NUMBER)
