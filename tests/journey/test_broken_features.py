"""A feature that fails harms itself alone: the appeal comes in, is handled and timed as the core would without it."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from sqlalchemy import select

from core.hooks.specs import ALL_HOOKS
from core.hooks.values import (
    Budget,
    Channel,
    DraftPatch,
    EscalationStep,
    Mark,
    MatterHint,
    Metric,
    Objection,
    OutreachKind,
    Receipt,
    RouteProposal,
    ScopeIssue,
    TimeLimit,
    UrgencySignal,
    Watcher,
)
from core.tenancy.models import FeatureIncident
from core.tenancy.scope import Installation
from core.tickets.states import State
from tests.builders import beijing, make_district, make_feature, make_installation
from tests.journey.walking import Walk

BAD: Any = None
FINE: dict[str, Any] = {
    "channels": Channel("street", "街道窗口", "counter"),
    "normalise_draft": DraftPatch("f/1", "称呼", mailbox="区长信箱"),
    "scope_issues": ScopeIssue("litigation", "请向法院反映", "f/1", "诉求提到“起诉”"),
    "receipt": Receipt("{serial_no} {access_code}", "f/1", "回执"),
    "suggest_matters": MatterHint("road", "f/1", "场景词"),
    "assess_urgency": UrgencySignal("f/1", "涉及安全"),
    "propose_routes": RouteProposal("parks", "f/1", "分工"),
    "propose_watchers": Watcher("parks", "f/1", "知晓"),
    "time_limits": TimeLimit("reply", Budget("wd_eod", 3), "f/1", "三个工作日"),
    "clock_marks": Mark("half", "yellow", "f/1", "过半", share_used=0.5),
    "escalation_steps": EscalationStep("inbox", "desk", "请处置", "f/1", "提示"),
    "metrics": Metric("f.m", 1, "件数", "accepted", None, "count"),
}
"""One good answer to each hook that the walk asks."""
ASKED = [hook.name for hook in ALL_HOOKS if hook.kind in ("load", "policy")]
WRONG: list[tuple[str, Any]] = [
    ("channels", Channel(BAD, "渠道", "phone")),
    ("channels", Channel("x", "渠道", BAD)),
    ("channels", Channel("x\x00", "渠道", "phone")),
    ("outreach_kinds", OutreachKind("evening", "夜话", "party")),  # type: ignore[arg-type]
    ("outreach_kinds", OutreachKind("evening", "夜话", "meeting", monthly=99)),
    ("normalise_draft", DraftPatch("f/1", "称呼", mailbox="信箱\x00")),
    ("normalise_draft", DraftPatch("f/1", "称呼", mailbox="长" * 101)),
    ("normalise_draft", DraftPatch("f/1", "称呼", place="长" * 501)),
    ("normalise_draft", DraftPatch("f/1", "称呼", affected_count=-1)),
    ("normalise_draft", DraftPatch("f/1", "称呼", nature="anger")),  # type: ignore[arg-type]
    ("scope_issues", ScopeIssue("weather", "看天", "f/1", "下雨")),  # type: ignore[arg-type]
    ("receipt", Receipt(BAD, "f/1", "回执")),
    ("guard_command", Objection("不准", BAD, "规定")),
    ("assess_urgency", UrgencySignal("f/1", BAD)),
    ("propose_routes", RouteProposal(BAD, "f/1", "分工")),
    ("propose_routes", RouteProposal("parks", BAD, "分工", direct=True)),
    ("propose_routes", RouteProposal("parks", "f/1", "分工\x00")),
    ("propose_routes", RouteProposal("parks", "f/1", "分工\ud800")),
    ("propose_routes", RouteProposal("parks", "f/1", "分工", co=BAD)),
    ("propose_routes", RouteProposal("parks", "f/1", "分工", co=(BAD,))),
    ("propose_routes", RouteProposal("parks", "f/1", "分工", score="high")),  # type: ignore[arg-type]
    ("propose_watchers", Watcher(BAD, "f/1", "知晓")),
    ("time_limits", TimeLimit("reply", BAD, "f/1", "时限")),
    ("time_limits", TimeLimit("lunch", Budget("ws", 60), "f/1", "时限")),  # type: ignore[arg-type]
    ("time_limits", TimeLimit("reply", Budget("weeks", 1), "f/1", "时限")),  # type: ignore[arg-type]
    ("time_limits", TimeLimit("reply", Budget("ws", "60"), "f/1", "时限")),  # type: ignore[arg-type]
    ("time_limits", TimeLimit("reply", Budget("ws", -60), "f/1", "时限")),
    ("time_limits", TimeLimit("reply", Budget("wd_eod", 10**9), "f/1", "时限")),
    ("clock_marks", Mark("half", "yellow", "f/1", "过半")),
    ("clock_marks", Mark("half", "yellow", "f/1", "过半", share_used=0.5, wall_seconds_left=60)),
    ("clock_marks", Mark("half", "yellow", "f/1", "过半", share_used=1.5)),
    ("clock_marks", Mark("half", "yellow", "f/1", "过半", wall_seconds_left=-60)),
    ("clock_marks", Mark("half", "yellow", "f/1", "过半", working_seconds_left=10**12)),
    ("clock_marks", Mark("half", "blue", "f/1", "过半", share_used=0.5)),  # type: ignore[arg-type]
    ("escalation_steps", EscalationStep("pigeon", "desk", "请处置", "f/1", "提示")),  # type: ignore[arg-type]
    ("escalation_steps", EscalationStep("inbox", BAD, "请处置", "f/1", "提示")),
    ("escalation_steps", EscalationStep("inbox", "desk", BAD, "f/1", "提示")),
    ("escalation_steps", EscalationStep("letter", "desk", "请处置\x00", "f/1", "提示")),
]


def raises() -> Sequence[Any]:
    raise RuntimeError("broken")


def raises_while_it_answers() -> Iterator[Any]:
    yield FINE["propose_routes"]
    raise RuntimeError("broken half-way")


def answers_a_number() -> Any:
    return 42


def answers_strings() -> Sequence[Any]:
    return ["parks"]


def exhausts_the_stack() -> Sequence[Any]:
    return exhausts_the_stack()


BROKEN: list[Callable[[], Any]] = [
    raises,
    raises_while_it_answers,
    answers_a_number,
    answers_strings,
    exhausts_the_stack,
]
EXPECTED = [
    "03-12 10:00 register ∅→registered 经受理席登记",
    "03-12 10:00 accept registered→accepted 受理",
    "03-12 10:00 classify accepted→accepted 求助，城市管理 / 道路，紧急",
    "03-12 10:00 clock_started accepted→accepted 答复时限至 2026-03-19 18:00（未设时限的诉求，5 个工作日内答复）",
    "03-12 10:00 escalate accepted→accepted 站内信 → 受理中心（紧急诉求）",
    "03-12 10:10 dispatch accepted→dispatched 派给 道路管理处（受理席派单）",
    "03-12 10:10 clock_started dispatched→dispatched 退单时限至 2026-03-16 18:00（派单后 2 个工作日内可以退单）",
    "03-12 10:10 escalate dispatched→dispatched 站内信 → 道路管理处（紧急诉求）",
    "03-13 11:00 return_request dispatched→dispatched 申请退单（不属本单位职责）：不属本单位职责，建议由园林管理处办理",
    "03-13 11:00 return dispatched→to_dispatch 同意退单：不属本单位职责",
    "03-13 11:10 dispatch to_dispatch→dispatched 派给 园林管理处（受理席派单）",
    "03-13 11:10 clock_started dispatched→dispatched 退单时限至 2026-03-17 18:00（派单后 2 个工作日内可以退单）",
    "03-13 11:10 escalate dispatched→dispatched 站内信 → 园林管理处（紧急诉求）",
    "03-20 10:00 clock_mark dispatched→dispatched 退单期限已过，应于 2026-03-17 18:00:00 提示",
    "03-20 10:00 sign dispatched→in_progress 退单期限已过，视同签收",
    "03-20 10:00 clock_mark in_progress→in_progress 答复时限将到，黄灯，应于 2026-03-18 16:48:00 提示",
    "03-20 10:00 escalate in_progress→in_progress 站内信 → 园林管理处（时限提示）",
    "03-20 10:00 clock_mark in_progress→in_progress 答复时限已超期，红灯，应于 2026-03-19 18:00:00 提示",
    "03-20 10:00 escalate in_progress→in_progress 站内信 → 园林管理处（时限提示）",
    "03-20 11:00 redirect in_progress→dispatched 改派给 道路管理处（派错了）",
    "03-20 11:00 clock_started dispatched→dispatched 退单时限至 2026-03-24 18:00（派单后 2 个工作日内可以退单）",
    "03-20 11:00 escalate dispatched→dispatched 站内信 → 道路管理处（紧急诉求）",
    "03-20 11:05 sign dispatched→in_progress 签收",
    "03-20 11:10 submit_result in_progress→submitted 提交答复（已解决）",
    "03-20 11:20 audit_pass submitted→concluded 审核通过，答复送达",
    "03-20 11:20 clock_stopped concluded→concluded 答复时限停止计时，超期",
]
"""What becomes of an urgent appeal by the core's own rules."""


def walked(installation: Installation, slug: str) -> list[str]:
    walk = Walk(installation, slug)
    walk.take_in("2026-03-12 10:00", matter="road", urgency="urgent")
    walk.dispatch("2026-03-12 10:10")
    walk.give_back("2026-03-13 11:00")
    walk.dispatch("2026-03-13 11:10", lead="parks")
    walk.supervise("2026-03-20 10:00")
    walk.redirect("2026-03-20 11:00", lead="roads")
    walk.sign("2026-03-20 11:05")
    walk.reply("2026-03-20 11:10")
    walk.pass_reply("2026-03-20 11:20")
    told = (" ".join(line.split(" ")[:2] + line.split(" ")[3:]) for line in walk.timeline())
    return [line for line in told if line.split(" ")[2] != "rule_failed"]


def walked_with(database_url: str, *features: dict[str, Callable[..., Any]]) -> list[str]:
    named = [make_feature(f"feature-{number}", **answers) for number, answers in enumerate(features)]
    installation = make_installation(database_url, features=named)
    slug = make_district(
        installation, features={feature.id: {} for feature in named}, duties=[{"code": "road", "keywords": ["坑洼"]}]
    )
    try:
        return walked(installation, slug)
    finally:
        installation.database.engine.dispose()


def test_the_walk_without_any_feature_is_the_cores(database_url: str) -> None:
    assert walked_with(database_url) == EXPECTED


@pytest.mark.parametrize("hook", ASKED)
def test_a_feature_that_fails_in_a_hook_leaves_the_walk_as_it_was(database_url: str, hook: str) -> None:
    assert walked_with(database_url, {hook: raises}) == EXPECTED


@pytest.mark.parametrize(
    ("hook", "answer"), WRONG, ids=lambda part: repr(part)[:90].encode("ascii", "replace").decode()
)
def test_an_answer_that_cannot_be_carried_out_is_left_out(database_url: str, hook: str, answer: Any) -> None:
    assert walked_with(database_url, {hook: lambda: [answer]}) == EXPECTED


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken.__name__)
def test_a_feature_that_fails_in_every_hook_at_once_loses_nothing(database_url: str, broken: Callable[[], Any]) -> None:
    asked = ALL_HOOKS if broken is raises else [hook for hook in ALL_HOOKS if hook.name in ASKED]
    assert walked_with(database_url, {hook.name: broken for hook in asked}) == EXPECTED


@pytest.mark.parametrize("hook", FINE)
def test_the_answers_of_other_features_still_count(database_url: str, hook: str) -> None:
    alone = walked_with(database_url, {hook: lambda: [FINE[hook]]})
    beside = walked_with(database_url, {hook: raises}, {hook: lambda: [FINE[hook]]}, {hook: answers_a_number})

    assert beside == alone


def test_a_feature_cannot_change_what_the_core_goes_on_with(database_url: str) -> None:
    def meddle(ticket: Any, units: Any, settings: Any) -> Sequence[Any]:
        for victim, name in ((ticket, "text"), (units[0], "code")):
            with pytest.raises(AttributeError):
                setattr(victim, name, "改写")
        with pytest.raises(TypeError):
            settings["limit"] = 0
        return []

    assert walked_with(database_url, {"propose_routes": meddle}) == EXPECTED


def test_a_broken_limit_leaves_the_resident_the_cores_limit(database_url: str) -> None:
    installation = make_installation(database_url, features=[make_feature("f", time_limits=raises)])
    walk = Walk(installation, make_district(installation, features={"f": {}}))

    walk.take_in("2026-03-12 10:00")

    assert (walk.ticket().state, walk.ticket().next_due_at) == (State.ACCEPTED, beijing("2026-03-19 18:00"))
    installation.database.engine.dispose()


@pytest.mark.parametrize(
    ("feature", "values"),
    [("left.behind", {}), ("f", {"no_such_setting": 1})],
    ids=["not installed", "settings do not fit"],
)
def test_a_feature_that_an_upgrade_left_behind_loses_no_appeal(
    database_url: str, feature: str, values: dict[str, Any]
) -> None:
    installation = make_installation(database_url, features=[make_feature("f")])
    slug = make_district(installation, features={feature: values}, duties=[{"code": "road", "keywords": ["坑洼"]}])

    assert walked(installation, slug) == EXPECTED
    with installation.scope(slug) as scope:
        kept = scope.session.scalars(
            select(FeatureIncident.words).where(
                FeatureIncident.tenant_id == scope.tenant.id, FeatureIncident.feature == feature
            )
        )
        assert [words.partition("：")[0] for words in kept] == ["没有启用"]
    installation.database.engine.dispose()
