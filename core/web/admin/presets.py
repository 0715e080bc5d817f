"""What a city presets 全市预设: which districts took it, which did not and why, and sending it to them once more."""

from collections.abc import Sequence

from flask import Blueprint, abort, render_template

from core.journey.settings.preset_standing import (
    Standing,
    held_in_district,
    list_presets,
    refusals_of,
    standing_of,
)
from core.journey.settings.presets import push_preset
from core.kit.saying import said
from core.people.roles import Permission
from core.web.admin.editors import form_of_feature
from core.web.visit import Answer, Done, Visit, allows, installation

pages = Blueprint("admin_presets", __name__)


@pages.get("/admin/presets")
@allows(Permission.ADMINISTER)
def show_presets(visit: Visit) -> Answer:
    """List what the city presets for its districts; a district has no such page."""
    if visit.scope.tenant.kind != "city":
        abort(404)
    roster = installation().roster
    lines = list_presets(visit.scope, roster, actor=visit.actor)
    preset = {line.feature for line in lines}
    others = [each for each in roster.features.values() if each.level == "district" and each.id not in preset]
    members = installation().members(visit.scope.tenant.slug)
    return render_template("admin/presets.html", lines=lines, others=others, members=members)


@pages.post("/admin/features/<feature>/presets/push")
@allows(Permission.ADMINISTER)
def push(visit: Visit, feature: str) -> Answer:
    """Bring the preset to all districts once more; to those that took it nothing happens."""
    districts = push_preset(visit.scope, installation().roster, feature, actor=visit.actor, now=visit.now)
    words = said("正在下发到 {number} 个区，几秒后刷新可见结果", number=len(districts))
    return Done(words, f"{form_of_feature(feature)}#presets")


def standings_of(visit: Visit, feature: str, number: int) -> Sequence[Standing]:
    """Return how a revision of the city's preset stands in each of its districts, the refusals first."""
    city = visit.scope.tenant.slug
    refused = refusals_of(visit.scope, feature, number)
    found = []
    for district in installation().members(city):
        held = installation().run(district.slug, lambda scope: held_in_district(scope, feature, city=city))
        found.append(standing_of(district.slug, district.name, held, number=number, refused=refused))
    return sorted(found, key=lambda each: ("refused", "underway", "taken").index(each.how))
