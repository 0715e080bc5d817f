"""The form of a feature's settings 功能设置, made of its schema: what is inherited and from whom, rows, locks of the city."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint, g, render_template, request

from core.hooks.settings import (
    FormModel,
    FormRows,
    Problem,
    SettingsInvalid,
    Submitted,
    fields_of,
    form_of,
    row_button_pressed,
    values_from,
)
from core.journey.settings.drafting import Wish
from core.journey.settings.editing import DraftedMeanwhile, FormOutdated, Opened
from core.journey.settings.form_values import begin
from core.journey.settings.held import Held, is_preset
from core.journey.settings.naming import settings_choices
from core.kit.errors import Refused
from core.people.roles import Permission
from core.tenancy.scope import Scope
from core.units.queries import directory
from core.web.admin.drafting import drafted, opened
from core.web.admin.editors import form_of_feature, own_editors_of
from core.web.input import InputUnusable, texts
from core.web.refusals import status_of, words_of
from core.web.visit import Answer, Visit, allows

pages = Blueprint("admin_settings", __name__)
PREFIX = "f-"
"""Before the name of each control: a setting may be called as some other part of the page is."""
INHERITED = "!inherit"
"""What a list to choose from says where nothing is chosen: the script that searches it offers no empty entry."""
MOST_FIELDS = 5000
LOCK = "lock"
"""The boxes by which a city keeps settings to itself; each holds the name of one."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form that was sent: the tenant's own values, and what its city would lock."""

    values: Mapping[str, Any]
    locks: tuple[str, ...]


@pages.get("/admin/features/<feature>/settings")
@allows(Permission.ADMINISTER)
def show_settings(visit: Visit, feature: str) -> Answer:
    """Show the form with what holds or a draft; after a refusal with what was typed, and what is wrong beside each field."""
    return _page(visit, feature, refusal=g.get("refusal"))


@pages.post("/admin/features/<feature>/settings")
@allows(Permission.ADMINISTER, again=show_settings)
def save_settings(visit: Visit, feature: str) -> Answer:
    """Draft what was typed; a button of a row only changes the form."""
    editor = opened(visit, feature)
    submitted = _submitted()
    if row_button_pressed(editor.held.schema, submitted):
        return _page(visit, feature, pressed=submitted)
    typed = _typed(editor, submitted)
    held_locks = set(editor.held.own_locked)
    wanted = set(typed.locks) if is_preset(visit.scope, editor.held.feature) else held_locks
    wish = Wish(whole=typed.values, lock=wanted - held_locks, unlock=held_locks - wanted)
    return drafted(visit, feature, wish)


def _page(visit: Visit, feature: str, *, refusal: Refused | None = None, pressed: Submitted | None = None) -> Answer:
    editor = opened(visit, feature)
    held = editor.held
    is_sent = request.method == "POST"
    readable = is_sent and not isinstance(refusal, InputUnusable)
    typed = _typed(editor, _submitted()) if readable else Typed(editor.own, editor.locked)
    problems = refusal.problems if isinstance(refusal, SettingsInvalid) else ()
    beginning = begin(visit.scope, held)
    form = settings_form(visit.scope, held, typed.values, problems)
    elsewhere, fields = own_editors_of(feature), fields_of(held.schema)
    choices = settings_choices(visit.scope) if elsewhere else {}
    page = render_template(
        "admin/settings.html",
        feature=held.feature,
        editor=editor,
        beginning=beginning,
        form=form,
        here=form_of_feature(feature),
        prefix=PREFIX,
        inherited_value=INHERITED,
        elsewhere=[
            (fields[name], fields[name].words(editor.values.get(name), choices), each)
            for name, each in elsewhere.items()
        ],
        initials={unit.code: unit.initials for unit in directory(visit.scope).units},
        locks=typed.locks,
        focus=_focus(form, pressed) if pressed else "",
        refusal=words_of(refusal) if refusal and not form.errors else "",
        reason=request.form.get("reason", ""),
        is_sent=is_sent,
        carries=_carried(editor, refusal),
    )
    return (page, status_of(refusal)) if refusal else page


def settings_form(scope: Scope, held: Held, values: Mapping[str, Any], problems: Sequence[Problem] = ()) -> FormModel:
    """Return the form of a feature's settings, without what has an editor of its own, and without its secrets."""
    form = form_of(
        held.schema,
        values,
        inherited=held.inherited,
        locked=held.locked,
        choices=settings_choices(scope),
        errors=problems,
    )
    elsewhere = own_editors_of(held.feature.id)
    groups = (
        replace(
            group, fields=tuple(each for each in group.fields if each.kind != "secret" and each.path not in elsewhere)
        )
        for group in form.groups
    )
    return FormModel(tuple(group for group in groups if group.fields), form.errors)


def _carried(editor: Opened, refusal: Refused | None) -> Mapping[str, Any]:
    """Return what held when the form was first shown; after a refusal that told of others' changes, what holds now."""
    if request.method == "GET" or isinstance(refusal, FormOutdated | DraftedMeanwhile):
        return {"base": editor.base, "newest": editor.newest, "draft": editor.draft}
    sent = {"base": "base", "newest": "newest", "draft": "continues"}
    return {name: request.form.get(field, "")[:10] for name, field in sent.items()}


def _submitted() -> Submitted:
    """Return the texts of the form's controls by the names that the schema gives them. Raises `InputUnusable`."""
    sent = request.form.to_dict(flat=False)
    if len(sent) > MOST_FIELDS:
        raise InputUnusable("表单的内容太多。请减少行数后再提交。")
    return {
        name.removeprefix(PREFIX): ["" if text == INHERITED else text for text in held]
        for name, held in sent.items()
        if name.startswith(PREFIX)
    }


def _typed(editor: Opened, submitted: Submitted) -> Typed:
    """Return what was typed, and as it was what has an editor elsewhere."""
    schema = editor.held.schema
    kept = {name: editor.own[name] for name in own_editors_of(editor.feature) if name in editor.own}
    locks = tuple(name for name in texts(LOCK, longest=100) if name in fields_of(schema))
    return Typed({**values_from(schema, submitted), **kept}, locks)


def _focus(form: FormModel, pressed: Submitted) -> str:
    """Return the control that gets the focus after a button of a row: the new row's first, else the moved row itself."""
    added = next((name for name in pressed if name.endswith("-add")), "")
    rows = _rows_named(form, added.removesuffix("-add")) if added else None
    if rows is not None and rows.rows:
        return rows.rows[-1].fields[0].name
    return ""


def _rows_named(form: FormModel, name: str) -> FormRows | None:
    """Return the rows of this name, also those that stand in rows."""
    waiting = [each for group in form.groups for each in group.fields]
    while waiting:
        each = waiting.pop()
        if isinstance(each, FormRows):
            if each.name == name:
                return each
            waiting += [inner for row in each.rows for inner in row.fields]
    return None
