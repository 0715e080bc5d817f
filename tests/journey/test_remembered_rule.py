"""What a consultation decided becomes a draft of a routing rule, and nothing more until a person lets it hold."""

from datetime import UTC, datetime
from typing import Any

import pytest

from core.hooks.core_features import ROUTING
from core.jobs.drain import Drain
from core.jobs.kinds import job_kinds
from core.journey import consult
from core.journey.remember import RULE_DRAFT, draft_rule
from core.kit.outbox import Job
from core.routing.models import Consultation, RouteDecision
from core.routing.ruleset.reading import parse_rules
from core.tenancy.models import SettingsRevision
from core.tenancy.queries import find_feature_row, revisions_of
from core.tenancy.revisions import Author, make_active, record_event
from core.tenancy.scope import Installation, Scope
from tests.areas.places import let_hold as let_areas_hold
from tests.builders import OPERATOR, SUPERVISOR, beijing, let_hold, make_district
from tests.journey.consulting import consultation_of
from tests.journey.walking import Walk

DECIDED = "2026-03-13 11:00"


@pytest.fixture
def walk(installation: Installation) -> Walk:
    """A ticket in a district of its own."""
    return Walk(
        installation, make_district(installation, duties=[{"code": "road"}, {"code": "lamp", "subcategory": "路灯"}])
    )


def decided(walk: Walk, *, matter: str | None = "road", unit: str = "roads", **how: Any) -> Walk:
    """Units consulted on a new ticket of the district, and a supervisor decided."""
    fresh = Walk(walk.installation, walk.slug)
    fresh.take_in("2026-03-12 10:00", matter=matter, text="路面有一个坑")
    fresh.do(consult.open_consultation, "2026-03-12 15:00", actor=OPERATOR, question="归谁")
    how = {"reason": "路面在\n道路红线内", **how}
    fresh.do(consult.decide_consultation, DECIDED, actor=SUPERVISOR, unit=unit, **how)
    return fresh


def work(walk: Walk) -> None:
    """Do what waits to be done, as a worker does."""
    Drain(walk.installation, job_kinds({}, walk.installation)).run(now=lambda: beijing("2026-03-13 11:01"))


def drafts(walk: Walk) -> list[SettingsRevision]:
    """Return the revisions that are newer than the one that holds, the oldest first."""

    def newer(scope: Scope) -> list[SettingsRevision]:
        row = find_feature_row(scope, ROUTING.id)
        held = row.revision if row else 0
        return [revision for revision in reversed(revisions_of(scope, ROUTING.id)) if revision.number > held]

    return walk.run(newer)


def in_force(walk: Walk) -> list[str]:
    return walk.run(lambda scope: [rule["id"] for rule in scope.hooks.enabled[ROUTING.id].settings["rules"]])


def test_a_decision_is_drafted_as_a_rule_of_its_matter_and_holds_for_nobody(walk: Walk) -> None:
    ticket = decided(walk, co=["parks"])

    work(walk)

    (draft,) = drafts(walk)
    made = consultation_of(ticket)
    assert (draft.author, draft.author_id, draft.values["duty_list"]) == ("督办员丁", SUPERVISOR.id, 1)
    assert draft.reason == f"会商裁决记作规则：工单 {ticket.serial_no}，路面在 道路红线内"
    (rule,) = draft.values["rules"]
    assert (rule["id"], rule["phase"], rule["then"]) == (
        f"c-{made.id}",
        "catalogue",
        {"assign": {"lead": "roads", "co": ["parks"], "direct": False}},
    )
    assert rule["when"]["field"] == "matter"
    assert rule["explain"] == f"会商裁决（工单 {ticket.serial_no}）：路面在 道路红线内"
    assert (made.rule_revision, made.rule_note, in_force(walk)) == (draft.number, "", [])
    assert ticket.timeline()[-1].endswith(
        f"会商裁决已起草为派单规则（第 {draft.number} 次修订），检查、试算并由另一人启用之后才生效"
    )
    parse_rules({"rules": [dict(rule)]})


def test_the_job_done_again_writes_nothing_again(walk: Walk) -> None:
    ticket = decided(walk)
    work(walk)
    told, roster, made = ticket.timeline(), walk.installation.roster, consultation_of(ticket).id

    walk.run(lambda scope: draft_rule(scope, roster, made, now=beijing("2026-03-13 12:00")))
    walk.run(lambda scope: _run_again(scope))
    work(walk)

    assert (len(drafts(walk)), ticket.timeline()) == (1, told)


def test_once_a_person_lets_it_hold_the_next_ticket_goes_where_it_was_decided(walk: Walk) -> None:
    first = decided(walk, unit="parks")
    work(walk)
    (draft,) = drafts(walk)

    walk.run(lambda scope: make_active(scope, ROUTING.id, draft.number, actor=Author("另一人"), now=beijing(DECIDED)))
    walk.installation.forget()
    walk.take_in("2026-03-16 10:00", matter="road", text="路面又有一个坑")

    assert walk.ticket().suggested_unit_id == walk.unit_id("parks")
    (decision,) = walk.rows(RouteDecision)
    assert f"会商裁决（工单 {first.serial_no}）" in decision.reason


def test_what_holds_stays_and_earlier_decisions_that_wait_come_along(walk: Walk) -> None:
    walk.run(lambda scope: let_hold(scope, 1, [RULE]))
    walk.installation.forget()
    first = decided(walk)
    work(walk)

    second = decided(walk, matter="lamp", unit="parks")
    work(walk)

    ids = [f"c-{consultation_of(each).id}" for each in (first, second)]
    assert [[rule["id"] for rule in draft.values["rules"]] for draft in drafts(walk)] == [
        ["kept", ids[0]],
        ["kept", *ids],
    ]


def test_a_draft_that_was_withdrawn_does_not_come_back(walk: Walk) -> None:
    decided(walk)
    work(walk)
    (draft,) = drafts(walk)
    now = beijing("2026-03-13 12:00")
    walk.run(lambda scope: record_event(scope, ROUTING.id, draft.number, "withdrawn", actor=Author("管理员"), now=now))

    second = decided(walk, matter="lamp", unit="parks")
    work(walk)

    assert [rule["id"] for rule in drafts(walk)[-1].values["rules"]] == [f"c-{consultation_of(second).id}"]


@pytest.mark.parametrize(
    ("how", "why"),
    [({"matter": None}, "工单的事项没有确定")],
)
def test_what_cannot_be_a_rule_says_so_on_the_ticket(walk: Walk, how: dict[str, Any], why: str) -> None:
    ticket = decided(walk, **{"unit": "parks", **how})

    work(walk)

    assert (drafts(walk), consultation_of(ticket).rule_revision, consultation_of(ticket).rule_note) == ([], None, why)
    assert ticket.timeline()[-1].endswith(f"会商裁决没有记成派单规则：{why}。需要时请手工起草规则")


def test_a_matter_that_is_no_longer_on_the_list_is_no_rule(walk: Walk) -> None:
    ticket = decided(walk)
    walk.run(lambda scope: let_hold(scope, 0))
    walk.installation.forget()

    work(walk)

    assert consultation_of(ticket).rule_note == "现行职责清单中没有事项 road"


def test_only_a_decision_is_remembered(walk: Walk) -> None:
    walk.take_in(matter="road")
    walk.do(consult.open_consultation, "2026-03-12 15:00", actor=OPERATOR, question="归谁")

    walk.run(lambda scope: draft_rule(scope, walk.installation.roster, _open_one(scope), now=datetime.now(UTC)))

    assert (drafts(walk), walk.run(_rule_jobs)) == ([], 0)


RULE = {
    "id": "kept",
    "label": "已有的规则",
    "phase": "override",
    "when": {"field": "nature", "op": "eq", "value": "praise"},
    "then": {"assign": {"lead": "parks"}},
    "explain": "表扬件由园林统一回复",
}


def _rule_jobs(scope: Scope) -> int:
    return scope.session.query(Job).where(Job.kind == RULE_DRAFT).count()


def _run_again(scope: Scope) -> None:
    job = scope.session.query(Job).where(Job.kind == RULE_DRAFT).one()
    job.state, job.finished_at = "pending", None


def _open_one(scope: Scope) -> int:
    return scope.session.query(Consultation).one().id


def test_where_the_area_is_known_the_rule_is_of_that_area_alone(installation: Installation) -> None:
    slug = make_district(installation)
    let_areas_hold(installation, slug)
    walk = Walk(installation, slug)
    walk.take_in("2026-03-12 10:00", matter="road", place="石井街道田头社区", text="路面有一个坑")
    walk.do(consult.open_consultation, "2026-03-12 15:00", actor=OPERATOR, question="归谁")
    walk.do(consult.decide_consultation, DECIDED, actor=SUPERVISOR, unit="roads", reason="归道路")

    work(walk)

    (rule,) = drafts(walk)[-1].values["rules"]
    assert walk.ticket().area == "tiantou"
    assert rule["when"] == {
        "all": [
            {"field": "matter", "op": "eq", "value": "city.road"},
            {"field": "area", "op": "under", "value": ["d.shijing.tiantou"]},
        ]
    }
