"""Features over the API, for systems with a token of role administrator: which are on, switching them, what fails."""

from typing import Any

from flask import request

from core.hooks.settings import SecretText
from core.journey.dry_run import Result
from core.journey.features.listing import FeatureList, list_features
from core.journey.features.switching import Dependents, await_trial, move, switch_off, switch_on
from core.journey.features.trouble import list_cards, put_away, resume, resume_all, suspend_all
from core.journey.settings.presets import push_preset
from core.journey.settings.secrets import forget_secret, list_secrets, set_secret
from core.journey.settings.trying import ask_trial, show_trial
from core.kit.errors import Refused
from core.kit.saying import said
from core.people.roles import Permission
from core.web.api.administering import described, roster
from core.web.api.calls import Call, for_systems
from core.web.api.describing import Blueprint
from core.web.api.feature_schemas import (
    CardSchema,
    CountSchema,
    DependentsSchema,
    FeaturesSchema,
    NamesSchema,
    OffSchema,
    OnSchema,
    OrderSchema,
    PutAwaySchema,
    ReasonSchema,
    SecretInSchema,
    SecretSchema,
    SwitchingSchema,
)
from core.web.api.trial_schemas import TrialSchema

features = Blueprint("features", __name__, description="功能")


PAGE = 100
"""Changed tickets of a try in one answer."""
OFFSET = {
    "in": "query",
    "name": "offset",
    "schema": {"type": "integer", "minimum": 0},
    "description": said("从第几件改变的工单起列出，一次 {page} 件", page=PAGE),
}


class OffsetUnclear(Refused):
    """From where the list is to go on is no number."""

    code = "offset-unclear"


class SecretUnclear(Refused):
    """Not exactly one of the text of a secret and its reference was given."""

    code = "secret-unclear"


@features.get("/features")
@for_systems(Permission.ADMINISTER)
@described(features)
@features.response(200, FeaturesSchema)
def list_all(call: Call) -> FeatureList:
    """List the features 功能: state, order, revision, and what is wrong with them."""
    return list_features(call.scope, roster(), actor=call.actor)


@features.post("/features/<feature>/on")
@for_systems(Permission.ADMINISTER)
@described(features)
@features.arguments(OnSchema())
@features.response(200, SwitchingSchema)
def switch_feature_on(call: Call, given: dict[str, Any], feature: str) -> dict[str, Any]:
    """Switch a feature on 启用; one that must be tried first is tried in the background and is on when that has ended."""
    switching = switch_on(call.scope, roster(), feature, reason=given["reason"], actor=call.actor, now=call.now)
    told = {
        "state": switching.state,
        "number": switching.number,
        "needs": switching.needs,
        "suggests": switching.suggests,
    }
    if "trial" not in switching.needs:
        return told
    run = ask_trial(call.scope, roster(), feature, switching.number, actor=call.actor, now=call.now)
    await_trial(call.scope, feature, switching.number, now=call.now)
    return told | {"dry_run": run.id}


@features.post("/features/<feature>/off")
@for_systems(Permission.ADMINISTER)
@described(features)
@features.arguments(OffSchema())
@features.response(200, DependentsSchema)
def switch_feature_off(call: Call, given: dict[str, Any], feature: str) -> Dependents:
    """Switch a feature off 关闭; refused while something depends on it, unless `anyway`."""
    return switch_off(
        call.scope,
        roster(),
        feature,
        reason=given["reason"],
        anyway=given["anyway"],
        actor=call.actor,
        now=call.now,
    )


@features.post("/features/<feature>/order")
@for_systems(Permission.ADMINISTER)
@described(features)
@features.arguments(OrderSchema())
@features.response(200, NamesSchema)
def order_feature(call: Call, given: dict[str, Any], feature: str) -> dict[str, Any]:
    """Put a feature before another one 调整次序, or last; the first in the order decides."""
    return {"names": move(call.scope, feature, before=given["before"], actor=call.actor, now=call.now)}


@features.post("/features/<feature>/resume")
@for_systems(Permission.ADMINISTER)
@described(features)
@features.arguments(ReasonSchema())
@features.response(200, NamesSchema)
def resume_feature(call: Call, given: dict[str, Any], feature: str) -> dict[str, Any]:
    """Let a feature that was put aside be asked again 恢复."""
    resume(call.scope, roster(), feature, reason=given["reason"], actor=call.actor, now=call.now)
    return {"names": [feature]}


@features.post("/features/suspend-all")
@for_systems(Permission.ADMINISTER)
@described(features)
@features.arguments(ReasonSchema())
@features.response(200, NamesSchema)
def suspend_all_features(call: Call, given: dict[str, Any]) -> dict[str, Any]:
    """Put all features aside 全部停用, in an emergency: the general rules hold until they are resumed."""
    return {"names": suspend_all(call.scope, reason=given["reason"], actor=call.actor, now=call.now)}


@features.post("/features/resume-all")
@for_systems(Permission.ADMINISTER)
@described(features)
@features.arguments(ReasonSchema())
@features.response(200, NamesSchema)
def resume_all_features(call: Call, given: dict[str, Any]) -> dict[str, Any]:
    """Resume everything that was put aside and can be used 全部恢复."""
    return {"names": resume_all(call.scope, roster(), reason=given["reason"], actor=call.actor, now=call.now)}


@features.post("/features/<feature>/push")
@for_systems(Permission.ADMINISTER)
@described(features)
@features.response(202, NamesSchema)
def push_feature_preset(call: Call, feature: str) -> dict[str, Any]:
    """Bring what a city presets to its districts again 下发全市预设."""
    return {"names": push_preset(call.scope, roster(), feature, actor=call.actor, now=call.now)}


@features.get("/features/<feature>/secrets")
@for_systems(Permission.ADMINISTER)
@described(features)
@features.response(200, SecretSchema(many=True))
def list_feature_secrets(call: Call, feature: str) -> Any:
    """List which secrets 密钥 are set, by whom and when; never what they say."""
    return list_secrets(call.scope, roster(), feature, actor=call.actor)


@features.put("/features/<feature>/secrets/<name>")
@for_systems(Permission.ADMINISTER)
@described(features)
@features.arguments(SecretInSchema())
@features.response(204)
def set_feature_secret(call: Call, given: dict[str, Any], feature: str, name: str) -> None:
    """Set or replace a secret, by its text or by where it is kept; it belongs to no revision and is never shown again."""
    if len(given) != 1:
        raise SecretUnclear("密钥请写 text（内容）或 reference（引用）之一，只写一样。")
    secret = SecretText(given["text"]) if "text" in given else given["reference"]
    set_secret(call.scope, roster(), feature, name, secret, actor=call.actor, now=call.now)


@features.delete("/features/<feature>/secrets/<name>")
@for_systems(Permission.ADMINISTER)
@described(features)
@features.response(204)
def remove_feature_secret(call: Call, feature: str, name: str) -> None:
    """Remove a secret."""
    forget_secret(call.scope, feature, name, actor=call.actor, now=call.now)


@features.get(f"/dry-runs/<int(max={2**63 - 1}):dry_run>")
@for_systems(Permission.ADMINISTER)
@described(features, parameters=[OFFSET])
@features.response(200, TrialSchema)
def show_dry_run(call: Call, dry_run: int) -> Result:
    """Tell how far a try 试算 has come and what it found, with a page of the tickets that change."""
    return show_trial(call.scope, dry_run, offset=_offset(), most=PAGE, actor=call.actor)


@features.get("/repairs")
@for_systems(Permission.ADMINISTER)
@described(features)
@features.response(200, CardSchema(many=True))
def list_repairs(call: Call) -> Any:
    """List the repair cards 待修复 that nobody has put away."""
    return list_cards(call.scope, roster(), actor=call.actor)


@features.post("/repairs/<feature>/put-away")
@for_systems(Permission.ADMINISTER)
@described(features)
@features.arguments(PutAwaySchema())
@features.response(200, CountSchema)
def put_repairs_away(call: Call, given: dict[str, Any], feature: str) -> dict[str, Any]:
    """Put a feature's repair cards away 收起; a later failure brings them back."""
    return {"count": put_away(call.scope, feature, hook=given["hook"], actor=call.actor, now=call.now)}


def _offset() -> int:
    text = request.args.get("offset", "0")
    if not (text.isascii() and text.isdecimal() and len(text) <= 9):
        raise OffsetUnclear("offset 应为从 0 起的整数，如 100。")
    return int(text)
