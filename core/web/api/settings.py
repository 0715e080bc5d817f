"""Settings over the API, for systems with a token of role administrator: the same steps as at the command line."""

from dataclasses import asdict
from typing import Any

from flask import request

from core.hooks.settings import describe
from core.journey.dry_run import Result, Sample, result_of
from core.journey.settings.checking import Checked, check
from core.journey.settings.deciding import Decided, activate, approve, roll_back, withdraw
from core.journey.settings.drafting import Drafted, Wish, draft
from core.journey.settings.effects import HOLDS_FROM_NOW
from core.journey.settings.showing import RevisionShown, diff, history, show, show_revision
from core.journey.settings.trying import ask_trial
from core.kit.errors import Refused
from core.people.roles import Permission
from core.web.api.administering import NUMBER, described, roster
from core.web.api.calls import Call, for_systems
from core.web.api.describing import Blueprint
from core.web.api.feature_schemas import (
    ActivateSchema,
    ApprovedSchema,
    CheckedSchema,
    DecidedSchema,
    DraftedSchema,
    DraftSchema,
    NoteSchema,
    ReasonSchema,
    RevisionLineSchema,
    RevisionSchema,
    SettingsShownSchema,
)
from core.web.api.keys import KEY_HEADER, given_key
from core.web.api.trial_schemas import SampleSchema, TrialSchema

settings = Blueprint("settings", __name__, description="设置")
LARGEST_NUMBER = 2**31 - 1
AGAINST = {
    "in": "query",
    "name": "against",
    "schema": {"type": "integer", "minimum": 1},
    "description": "与哪一次修订比较；不写则与现行设置比较",
}


class RevisionUnclear(Refused):
    """What is to be compared with is no number of a revision."""

    code = "revision-unclear"


@settings.get("/<feature>/settings")
@for_systems(Permission.ADMINISTER)
@described(settings)
@settings.response(200, SettingsShownSchema)
def show_settings(call: Call, feature: str) -> dict[str, Any]:
    """Tell the settings 设置 as they hold, where each comes from, and what can be set."""
    shown = show(call.scope, roster(), feature, actor=call.actor)
    description = describe(roster().get(feature).schema())
    return asdict(shown) | {"description": description, "holds": HOLDS_FROM_NOW}


@settings.post("/<feature>/settings")
@for_systems(Permission.ADMINISTER)
@described(settings, parameters=[KEY_HEADER])
@settings.arguments(DraftSchema())
@settings.response(201, DraftedSchema)
def draft_settings(call: Call, given: dict[str, Any], feature: str) -> Drafted:
    """Draft a revision 起草修订; the same Idempotency-Key drafts it once."""
    reason = given.pop("reason")
    return draft(
        call.scope,
        roster(),
        feature,
        Wish(**given),
        reason=reason,
        actor=call.actor,
        now=call.now,
        command_id=given_key(),
    )


@settings.get("/<feature>/revisions")
@for_systems(Permission.ADMINISTER)
@described(settings)
@settings.response(200, RevisionLineSchema(many=True))
def list_revisions(call: Call, feature: str) -> Any:
    """List the revisions 历次修订, the newest first."""
    return history(call.scope, roster(), feature, actor=call.actor)


@settings.get(f"/<feature>/revisions/{NUMBER}")
@for_systems(Permission.ADMINISTER)
@described(settings)
@settings.response(200, RevisionSchema)
def show_one_revision(call: Call, feature: str, number: int) -> RevisionShown:
    """Tell one revision: what it would change, what is still needed, what happened to it."""
    return show_revision(call.scope, roster(), feature, number, actor=call.actor)


@settings.post(f"/<feature>/revisions/{NUMBER}/check")
@for_systems(Permission.ADMINISTER)
@described(settings)
@settings.response(200, CheckedSchema)
def check_revision(call: Call, feature: str, number: int) -> Checked:
    """Check a revision 检查: whether what it names exists, and what the feature itself says."""
    return check(call.scope, roster(), feature, number, actor=call.actor, now=call.now)


@settings.post(f"/<feature>/revisions/{NUMBER}/dry-run")
@for_systems(Permission.ADMINISTER)
@described(settings)
@settings.arguments(SampleSchema())
@settings.response(202, TrialSchema)
def try_revision(call: Call, given: dict[str, Any], feature: str, number: int) -> Result:
    """Try a revision on past tickets 试算, in the background; the one under way with the same tickets is not begun again."""
    run = ask_trial(call.scope, roster(), feature, number, sample=Sample(**given), actor=call.actor, now=call.now)
    return result_of(call.scope, run.id, most=0)


@settings.post(f"/<feature>/revisions/{NUMBER}/approve")
@for_systems(Permission.ADMINISTER)
@described(settings)
@settings.arguments(NoteSchema())
@settings.response(200, ApprovedSchema)
def approve_revision(call: Call, given: dict[str, Any], feature: str, number: int) -> dict[str, Any]:
    """Agree to a revision 批准 that another drafted."""
    changes = approve(
        call.scope,
        roster(),
        feature,
        number,
        note=given["note"],
        aware=given["aware"],
        actor=call.actor,
        now=call.now,
    )
    return {"number": number, "changes": changes}


@settings.post(f"/<feature>/revisions/{NUMBER}/activate")
@for_systems(Permission.ADMINISTER)
@described(settings)
@settings.arguments(ActivateSchema())
@settings.response(200, DecidedSchema)
def activate_revision(call: Call, given: dict[str, Any], feature: str, number: int) -> dict[str, Any]:
    """Let a revision hold 启用, at once or from a time on."""
    at, aware = given["at"], given["aware"]
    decided = activate(call.scope, roster(), feature, number, at=at, aware=aware, actor=call.actor, now=call.now)
    return _decided(decided)


@settings.post(f"/<feature>/revisions/{NUMBER}/rollback")
@for_systems(Permission.ADMINISTER)
@described(settings, parameters=[KEY_HEADER])
@settings.arguments(ReasonSchema())
@settings.response(201, DecidedSchema)
def roll_back_to(call: Call, given: dict[str, Any], feature: str, number: int) -> dict[str, Any]:
    """Let the settings of a revision that has held hold again 回退, as a new revision."""
    return _decided(
        roll_back(
            call.scope,
            roster(),
            feature,
            to=number,
            reason=given["reason"],
            actor=call.actor,
            now=call.now,
            command_id=given_key(),
        )
    )


@settings.post(f"/<feature>/revisions/{NUMBER}/withdraw")
@for_systems(Permission.ADMINISTER)
@described(settings)
@settings.arguments(ReasonSchema())
@settings.response(204)
def withdraw_revision(call: Call, given: dict[str, Any], feature: str, number: int) -> None:
    """Take back a revision 撤回 that does not hold yet."""
    withdraw(call.scope, feature, number, reason=given["reason"], actor=call.actor, now=call.now)


@settings.get(f"/<feature>/revisions/{NUMBER}/diff")
@for_systems(Permission.ADMINISTER)
@described(settings, parameters=[AGAINST])
@settings.response(200, ApprovedSchema)
def compare_revisions(call: Call, feature: str, number: int) -> dict[str, Any]:
    """Tell in words what a revision changes of another one, or of what holds 比较."""
    changes = diff(call.scope, roster(), feature, number, against=_against(), actor=call.actor)
    return {"number": number, "changes": changes}


def _against() -> int | None:
    text = request.args.get("against")
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal() and 1 <= int(text[:11]) <= LARGEST_NUMBER):
        raise RevisionUnclear("against 应为一次修订的序号，如 3。")
    return int(text)


def _decided(decided: Decided) -> dict[str, Any]:
    return asdict(decided) | {"holds": HOLDS_FROM_NOW}
