"""Features 功能 for administrators: what is on and in which order, switching, trying without one, repairing, all aside at once."""

from flask import Blueprint, g, render_template, request

from core.hooks.specs import HOOKS
from core.journey.dry_run import Result, change_words, summary
from core.journey.features import cards
from core.journey.features.switching import FeatureInUse, dependents_of, move, switch_off, switch_on
from core.journey.features.trouble import list_cards, put_away, resume, resume_all, suspend_all
from core.journey.features.trying_off import newest_trial_off
from core.journey.settings.trying import ask_trial, ask_trial_off
from core.kit.errors import Refused
from core.kit.saying import joined, said, word
from core.people.roles import Permission
from core.tenancy.queries import feature_events_of, find_feature_row
from core.web.admin.drafting import revision_path
from core.web.admin.editors import editor_of
from core.web.input import InputUnusable, text
from core.web.refusals import status_of, words_of
from core.web.visit import Answer, Done, Visit, allows, installation

pages = Blueprint("admin_features", __name__)
LIST = "/admin/features"
LONGEST_ID = 80
EVENTS_SHOWN = 30
CHANGED_SHOWN = 20
EVENT_LABELS = {
    "enabling": "开始启用",
    "on": "启用",
    "off": "关闭",
    "suspended": "停用",
    "resumed": "恢复",
    "moved": "调整次序",
    "secret_set": "设置密钥",
    "secret_removed": "删除密钥",
}
HOOK_LABELS = {name: hook.label for name, hook in HOOKS.items()}
LEVELS = {"district": "区县的功能", "city": "市中心的功能", "every": "区县和市中心都可以用"}


@pages.get(LIST)
@allows(Permission.ADMINISTER)
def show_features(visit: Visit, feature: str = "") -> Answer:
    """Show all features, those that fail first; after a refusal about one of them with why it was refused."""
    refusal = g.get("refusal")
    page = render_template(
        "admin/features.html",
        found=cards.overview(visit.scope, installation().roster, actor=visit.actor),
        hook_labels=HOOK_LABELS,
        editor_of=editor_of,
        refusal=words_of(refusal) if refusal else "",
        typed=request.form if refusal else {},
    )
    return (page, status_of(refusal)) if refusal else page


@pages.get(f"{LIST}/<feature>")
@allows(Permission.ADMINISTER)
def show_feature(visit: Visit, feature: str) -> Answer:
    """Show one feature: what it does, what stands with and against it, and what can be done; after a refusal also why."""
    refusal, roster = g.get("refusal"), installation().roster
    card = cards.card_of(visit.scope, roster, feature, actor=visit.actor)
    trial = newest_trial_off(visit.scope, feature, most=CHANGED_SHOWN, actor=visit.actor)
    installed = roster.features.get(feature)
    row = find_feature_row(visit.scope, feature)
    page = render_template(
        "admin/feature.html",
        card=card,
        level=LEVELS[card.line.level],
        rules=installed.rules if installed else (),
        depends=dependents_of(visit.scope, roster, feature).words if row else (),
        repairs=[each for each in list_cards(visit.scope, roster, actor=visit.actor) if each.feature == feature],
        hook_labels=HOOK_LABELS,
        editor_of=editor_of,
        events=feature_events_of(visit.scope, feature)[:EVENTS_SHOWN],
        event_labels=EVENT_LABELS,
        trial=trial,
        told=summary(trial) if trial else (),
        changed=_changed(trial) if trial else (),
        refusal=_words_of(refusal) if refusal else "",
        typed=request.form if refusal else {},
    )
    return (page, status_of(refusal)) if refusal else page


@pages.post(f"{LIST}/<feature>/on")
@allows(Permission.ADMINISTER, again=show_feature)
def turn_on(visit: Visit, feature: str) -> Answer:
    """Switch a feature on; one that decides on tickets is tried on past ones first, and is on when an administrator agrees."""
    roster, label = installation().roster, _label(feature)
    switching = switch_on(visit.scope, roster, feature, reason=text("reason"), actor=visit.actor, now=visit.now)
    if switching.state == "on":
        return Done(said("已启用“{label}”", label=label), _page_of(feature))
    if "trial" in switching.needs:
        ask_trial(visit.scope, roster, feature, switching.number, actor=visit.actor, now=visit.now)
        told = said("“{label}”先在过去的工单上试算，还没有启用；看过结果再启用", label=label)
    else:
        told = said("“{label}”还没有启用：须由另一位管理员批准", label=label)
    return Done(told, revision_path(feature, switching.number), "soon")


@pages.post(f"{LIST}/<feature>/off")
@allows(Permission.ADMINISTER, again=show_feature)
def turn_off(visit: Visit, feature: str) -> Answer:
    """Switch a feature off; while something depends on it only if that is ticked."""
    depending = switch_off(
        visit.scope,
        installation().roster,
        feature,
        reason=text("reason"),
        anyway=text("anyway", longest=5) == "yes",
        actor=visit.actor,
        now=visit.now,
    )
    more = said("。{words}", words=joined("；", depending.words)) if depending.words else ""
    return Done(said("已关闭“{label}”，设置留着{more}", label=_label(feature), more=more), _page_of(feature))


@pages.post(f"{LIST}/<feature>/try-off")
@allows(Permission.ADMINISTER, again=show_feature)
def try_off(visit: Visit, feature: str) -> Answer:
    """Ask what would have been without the feature; nothing changes by it."""
    ask_trial_off(visit.scope, feature, actor=visit.actor, now=visit.now)
    told = said("正在试算没有“{label}”会怎样，不影响真实工单", label=_label(feature))
    return Done(told, f"{_page_of(feature)}#off")


@pages.post(f"{LIST}/<feature>/order")
@allows(Permission.ADMINISTER, again=show_features)
def put_in_order(visit: Visit, feature: str) -> Answer:
    """Move a feature one place up or down, or before another one (none = last)."""
    to, before = text("to", longest=10), text("before", longest=LONGEST_ID) or None
    if to in ("up", "down"):
        found = cards.overview(visit.scope, installation().roster, actor=visit.actor)
        can, before = cards.order_beside(found.ordered, feature, up=to == "up")
        if not can:
            end = "最前面" if to == "up" else "最后面"
            return Done(said("“{label}”已经在{end}", label=_label(feature), end=word(end)), _place_of(feature), "soon")
    elif to != "before":
        raise InputUnusable("页面不完整，不知道要移到哪里。请刷新后用“上移”“下移”调整。")
    if before == feature:
        return Done("", _place_of(feature))
    move(visit.scope, feature, before=before, actor=visit.actor, now=visit.now)
    return Done(said("已调整“{label}”的次序", label=_label(feature)), _place_of(feature))


@pages.post(f"{LIST}/<feature>/resume")
@allows(Permission.ADMINISTER, again=show_feature)
def let_go_on(visit: Visit, feature: str) -> Answer:
    """Let a feature that was put aside be asked again."""
    resume(visit.scope, installation().roster, feature, reason=text("reason"), actor=visit.actor, now=visit.now)
    return Done(said("已恢复“{label}”，故障重新计数", label=_label(feature)), _page_of(feature))


@pages.post(f"{LIST}/<feature>/put-away")
@allows(Permission.ADMINISTER, again=show_features)
def put_card_away(visit: Visit, feature: str) -> Answer:
    """Put a repair card away; a later failure brings it back."""
    hook = text("hook", longest=LONGEST_ID) or None
    put = put_away(visit.scope, feature, hook=hook, actor=visit.actor, now=visit.now)
    if not put:
        return Done(said("“{label}”没有要收起的待修复", label=_label(feature)), LIST, "soon")
    return Done(said("已收起“{label}”的待修复，再出错会重新出现", label=_label(feature)), LIST)


@pages.post(f"{LIST}/suspend-all")
@allows(Permission.ADMINISTER, again=show_features)
def put_all_aside(visit: Visit) -> Answer:
    """Put all features aside, in an emergency: the general rules hold until they are resumed."""
    aside = suspend_all(visit.scope, reason=text("reason"), actor=visit.actor, now=visit.now)
    return Done(said("已停用全部 {count} 项功能，现在按通用规则办理", count=len(aside)), LIST, "soon")


@pages.post(f"{LIST}/resume-all")
@allows(Permission.ADMINISTER, again=show_features)
def let_all_go_on(visit: Visit) -> Answer:
    """Resume everything that was put aside and can be used."""
    back = resume_all(visit.scope, installation().roster, reason=text("reason"), actor=visit.actor, now=visit.now)
    return Done(said("已恢复 {count} 项功能", count=len(back)), LIST)


def _words_of(refusal: Refused) -> str:
    """Return the refusal in words; what the command line says of its option stands here as what can be ticked."""
    if isinstance(refusal, FeatureInUse):
        return "还有别的依靠它，没有关闭。看过“关闭”里列出的，勾选“都知道了，仍然关闭”再关。"
    return words_of(refusal)


def _changed(trial: Result) -> list[tuple[str, list[str]]]:
    """Return the tickets that a try found changed, each with what changes in words."""
    return [(each.serial_no, [change_words(change) for change in each.changes]) for each in trial.changed]


def _label(feature: str) -> str:
    found = installation().roster.find(feature)
    return word(found.label) if found else feature


def _page_of(feature: str) -> str:
    return f"{LIST}/{feature}"


def _place_of(feature: str) -> str:
    return f"{LIST}#f-{feature}"
