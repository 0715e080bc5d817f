"""The pages of features: the core's address, menu, form and components around what a feature says."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, abort, g, render_template, request
from marshmallow import missing

from core.hooks.features import NotPossible
from core.hooks.settings import (
    FormModel,
    Problem,
    Settings,
    SettingsInvalid,
    fields_of,
    form_of,
    row_button_pressed,
    values_from,
)
from core.hooks.values import Block
from core.journey.feature_work.parts import FeaturePage, pages_of
from core.journey.feature_work.visits import FeatureFailed, Guest, show_page, submit_page
from core.journey.settings.naming import settings_choices
from core.kit.errors import Refused
from core.kit.saying import said, word
from core.people.roles import Permission
from core.tenancy.scope import Scope
from core.web.blocks import shown_blocks
from core.web.input import InputUnusable, required
from core.web.refusals import status_of, words_of
from core.web.visit import Answer, Done, Visit, allows

pages = Blueprint("plugin_pages", __name__)
MOST_FIELDS = 2000


def permission_of(scope: Scope, parts: Mapping[str, Any]) -> Permission:
    """Return what the page asks for. Where the tenant has no such page, because the feature is off or unknown: 404."""
    return _page_at(scope, **parts).permission


@pages.get("/x/<plugin>/<path:path>")
@allows(permission_of)
def show(visit: Visit, plugin: str, path: str) -> Answer:
    """Show the page; after a refusal of its form, with the words and with what was typed."""
    page, refusal = _page_at(visit.scope, plugin, path), g.get("refusal")
    typed = _typed(page) if refusal and page.form and not isinstance(refusal, InputUnusable) else None
    return _render(visit, page, typed=typed, refusal=refusal)


@pages.post("/x/<plugin>/<path:path>")
@allows(permission_of, again=show)
def submit(visit: Visit, plugin: str, path: str) -> Answer:
    """Hand what was typed to the feature, once for each form that was shown; a button of a row only changes the form."""
    page = _page_at(visit.scope, plugin, path)
    if page.form is None:
        abort(405)
    typed = _typed(page)
    if row_button_pressed(page.form, request.form.to_dict(flat=False)):
        return _render(visit, page, typed=typed)
    form_id = required("command_id", ask="页面不完整，请刷新后重试。", longest=64)
    told = submit_page(visit.scope, page, _guest(visit), typed, form_id=form_id, now=visit.now)
    return Done(told or said("{label}：已提交", label=word(page.spec.label)), page.href)


def _page_at(scope: Scope, plugin: str, path: str) -> FeaturePage:
    page = pages_of(scope).get(f"/x/{plugin}/{path}")
    if page is None:
        abort(404)
    return page


def _render(
    visit: Visit, page: FeaturePage, *, typed: Mapping[str, Any] | None = None, refusal: Refused | None = None
) -> Answer:
    blocks: Sequence[Block] = ()
    trouble: Refused | None = None
    try:
        blocks = show_page(visit.scope, page, _guest(visit), now=visit.now)
    except (FeatureFailed, NotPossible) as failed:
        trouble = failed
    problems = refusal.problems if isinstance(refusal, SettingsInvalid) else ()
    shown = render_template(
        "x/page.html",
        page=page,
        blocks=shown_blocks(blocks),
        form=None if isinstance(trouble, NotPossible) else _form(visit.scope, page.form, typed, problems),
        trouble=trouble.message if trouble else "",
        refusal=words_of(refusal) if refusal and not problems else "",
    )
    answered = refusal or trouble
    return (shown, status_of(answered)) if answered else shown


def _form(
    scope: Scope, schema: type[Settings] | None, typed: Mapping[str, Any] | None, problems: Sequence[Problem]
) -> FormModel | None:
    """Return the form, empty but for the defaults, or with what was typed. What is left empty means the default."""
    if schema is None:
        return None
    values = _defaults(schema) if typed is None else typed
    return form_of(schema, values, inherited={}, choices=settings_choices(scope), errors=problems)


def _defaults(schema: type[Settings]) -> dict[str, Any]:
    fields = fields_of(schema).items()
    return {name: field.load_default for name, field in fields if field.load_default not in (missing, None)}


def _typed(page: FeaturePage) -> dict[str, Any]:
    assert page.form is not None
    submitted = request.form.to_dict(flat=False)
    if len(submitted) > MOST_FIELDS:
        raise InputUnusable("表单的内容太多。请减少行数后再提交。")
    return values_from(page.form, submitted)


def _guest(visit: Visit) -> Guest:
    return Guest(visit.staff.name, visit.staff.account_id)
