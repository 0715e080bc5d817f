"""The form of a feature's settings 功能设置, made of its schema: what is inherited and from whom, rows, locks of the city."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint, g, render_template, request

from core.hooks.settings import (
    FormModel,
    Problem,
    SettingsInvalid,
    Submitted,
    fields_of,
    form_of,
    row_button_pressed,
    secrets_of,
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
from core.web.admin.presets import standings_of
from core.web.admin.searched_lists import searched_lists, with_codes
from core.web.admin.trial_panel import panel_of
from core.web.input import InputUnusable, texts
from core.web.refusals import status_of, words_of
from core.web.visit import Answer, Visit, allows, installation

pages = Blueprint("admin_settings", __name__)
PREFIX = "f-"
"""Before the name of each control: a setting may be called as some other part of the page is."""
INHERITED = "!inherit"
"""What a list to choose from says where nothing is chosen: the script that searches it offers no empty entry."""
MOST_FIELDS = 5000
LOCK = "lock"
"""The boxes by which a city keeps settings to itself; each holds the name of one."""
OF_REASON = frozenset({"reason-missing", "reason-unusable"})
"""Codes of refusals that are about why something is changed: their words stand beside that field."""


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


@allows(Permission.ADMINISTER)
def show_settings_after(visit: Visit, feature: str, name: str) -> Answer:
    """Show the form after something else of the page was refused; `name` is that of the secret it was about."""
    return _page(visit, feature, refusal=g.get("refusal"), secret=name)


@pages.post("/admin/features/<feature>/settings")
@allows(Permission.ADMINISTER, again=show_settings)
def save_settings(visit: Visit, feature: str) -> Answer:
    """Draft what was typed; a button of a row only changes the form."""
    editor = opened(visit, feature)
    submitted = _submitted()
    if row_button_pressed(editor.held.schema, submitted):
        return _page(visit, feature)
    typed = _typed(visit.scope, editor, submitted)
    held_locks = set(editor.held.own_locked)
    wanted = set(typed.locks) if is_preset(visit.scope, editor.held.feature) else held_locks
    wish = Wish(whole=typed.values, lock=wanted - held_locks, unlock=held_locks - wanted)
    return drafted(visit, feature, wish)


def _page(visit: Visit, feature: str, *, refusal: Refused | None = None, secret: str = "") -> Answer:
    editor = opened(visit, feature)
    held = editor.held
    is_sent = request.method == "POST" and not secret
    readable = is_sent and not isinstance(refusal, InputUnusable)
    typed = _typed(visit.scope, editor, _submitted()) if readable else Typed(editor.own, editor.locked)
    problems = _problems(held, typed.values, refusal) if refusal and readable else ()
    beginning = begin(visit.scope, held)
    form = settings_form(visit.scope, held, typed.values, problems)
    elsewhere, fields = own_editors_of(feature), fields_of(held.schema)
    choices = settings_choices(visit.scope)
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
        refusal=words_of(refusal) if refusal and not secret and not _is_beside_fields(refusal) else "",
        reason_fault=words_of(refusal) if refusal and refusal.code in OF_REASON else "",
        secrets=secrets_of(held.schema),
        fields=fields,
        refused_secret=(secret, words_of(refusal)) if refusal else ("", ""),
        standings=standings_of(visit, feature, held.in_force) if beginning.is_preset and held.in_force else (),
        reason=request.form.get("reason", "") if is_sent else "",
        is_sent=is_sent,
        preset={"number": held.preset.number, "city_name": _city_name(held)},
        sources={name: each.source for name, each in held.inherited.items()},
        panel=panel_of(visit, feature, editor.draft) if editor.draft else None,
        own_editors=elsewhere,
        lists=searched_lists(form, choices),
        carries=_carried(editor, refusal, is_sent=is_sent),
    )
    return (page, status_of(refusal)) if refusal else page


def _problems(held: Held, values: Mapping[str, Any], refusal: Refused) -> Sequence[Problem]:
    """Return what is wrong with what was typed, also where something else was refused first: all of it is told at once."""
    if isinstance(refusal, SettingsInvalid):
        return refusal.problems
    try:
        held.checked(values)
    except SettingsInvalid as invalid:
        return invalid.problems
    return ()


def _is_beside_fields(refusal: Refused) -> bool:
    """Tell whether the refusal is told beside the fields that it is about."""
    return isinstance(refusal, SettingsInvalid) or refusal.code in OF_REASON


def _city_name(held: Held) -> str:
    slug = held.preset.city
    return installation().tenant(slug).name if slug else ""


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


def _carried(editor: Opened, refusal: Refused | None, *, is_sent: bool) -> Mapping[str, Any]:
    """Return what held when the form was first shown; after a refusal that told of others' changes, what holds now."""
    if not is_sent or isinstance(refusal, FormOutdated | DraftedMeanwhile):
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


def _typed(scope: Scope, editor: Opened, submitted: Submitted) -> Typed:
    """Return what was typed, and as it was what has an editor elsewhere."""
    schema = editor.held.schema
    kept = {name: editor.own[name] for name in own_editors_of(editor.feature) if name in editor.own}
    locks = tuple(name for name in texts(LOCK, longest=100) if name in fields_of(schema))
    coded = with_codes(fields_of(schema), submitted, settings_choices(scope))
    return Typed({**values_from(schema, coded), **kept}, locks)
