"""Drafts that are wrong: what raises is counted and harms nothing else; what cannot be used fails in words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from core.hooks import RouteProposal, TicketView, UnitView, UrgencySignal
from core.hooks.settings import Settings, Words, YesNo
from core.journey.dry_run import BadSample, FailureSeen, NoSuchDryRun, Sample, ask_for, go_on, summary
from core.tenancy.models import FeatureIncident
from core.tenancy.revisions import NoSuchRevision, bump_epoch
from core.tenancy.scope import Installation
from tests.builders import beijing, make_district, make_feature, make_installation, make_ticket
from tests.dry_run.trying import ADMINISTRATOR, TODAY, asked, make_draft, result, told, tried


class WordSettings(Settings):
    words = Words(load_default=["急"], shortest=1, longest=10, title="词", help="", group="")
    breaks = YesNo(load_default=False, title="出错", help="", group="")


def _urgency(settings: Mapping[str, Any], ticket: TicketView) -> Sequence[UrgencySignal]:
    if settings["breaks"] and "树" in ticket.text:
        raise ValueError("王小二 138 0000 0001")
    found = [word for word in settings["words"] if word in ticket.text]
    return [UrgencySignal("try.words/word", f"提到“{word}”") for word in found]


def _routes(settings: Mapping[str, Any], units: Sequence[UnitView]) -> Sequence[RouteProposal]:
    return [RouteProposal("dissolved", "try.words/route", "撤销了的单位")] if settings["breaks"] else []


WORDS = replace(
    make_feature("try.words", assess_urgency=_urgency, propose_routes=_routes),
    settings=WordSettings,
    rules=("word", "route", "unused"),
)
OUTDONE = replace(
    make_feature(
        "try.outdone", propose_routes=lambda: [RouteProposal("parks", "try.outdone/parks", "总是园林", score=10)]
    ),
    rules=("parks",),
)
BEST = make_feature("try.best", propose_routes=lambda: [RouteProposal("roads", "try.best/roads", "总是道路", score=90)])


@pytest.fixture(scope="module")
def installation(database_url: str) -> Iterator[Installation]:
    installation = make_installation(database_url, features=[WORDS, OUTDONE, BEST])
    yield installation
    installation.database.engine.dispose()


def test_a_draft_that_raises_is_counted_and_the_other_tickets_are_compared(installation: Installation) -> None:
    slug = make_district(installation, features={"try.words": {}})
    tree = make_ticket(installation, slug, text="树倒了，很危险").serial_no
    urgent = make_ticket(installation, slug, text="路塌了，很危险").serial_no
    make_ticket(installation, slug, text="路灯不亮")

    found = tried(installation, slug, "try.words", {"words": ["危险"], "breaks": True})

    assert told(found, "urgency") == {urgent: [("new", "一般", "紧急")]}
    assert len(told(found, "error")[tree]) == 2
    assert found.totals.errors_new == 3  # each has the route to a unit that is not there
    assert [(each.hook, each.before, each.after) for each in found.failures] == [
        ("assess_urgency", 0, 1),
        ("propose_routes", 0, 3),
    ]
    assert found.failures[1] == FailureSeen("try.words", "propose_routes", "没有单位 dissolved", 0, 3)
    assert "王小二" not in str(found)
    assert "3 件出错" in summary(found)[0]
    with installation.scope(slug) as scope:
        assert scope.session.scalars(select(FeatureIncident)).all() == []


def test_a_draft_that_no_longer_raises_is_counted_too(installation: Installation) -> None:
    slug = make_district(installation, features={"try.words": {"breaks": True}})
    tree = make_ticket(installation, slug, text="树倒了").serial_no

    found = tried(installation, slug, "try.words", {})

    assert (found.totals.errors_new, found.totals.errors_gone) == (0, 1)
    assert [effect for effect, _, _ in told(found, "error")[tree]] == ["gone", "gone"]


def test_a_rule_that_never_answered_and_one_that_never_decided_are_named(installation: Installation) -> None:
    slug = make_district(installation, features={"try.words": {}, "try.best": {}, "try.outdone": {}})
    make_ticket(installation, slug, text="急")

    assert tried(installation, slug, "try.words", {}).never_hit == ("try.words/route", "try.words/unused")
    outdone = tried(installation, slug, "try.outdone", {})
    assert (outdone.never_hit, outdone.shadowed) == ((), ("try.outdone/parks",))
    assert "答了但总被其他规则盖过的规则：try.outdone/parks。" in summary(outdone)


def test_a_draft_that_does_not_fit_its_form_fails_in_words(installation: Installation) -> None:
    slug = make_district(installation, features={"try.words": {}})
    make_ticket(installation, slug)

    found = tried(installation, slug, "try.words", {"words": "不是列表"})

    assert (found.state, found.done) == ("failed", 0)
    assert found.failure.endswith("。")
    assert summary(found) == [f"试算没有完成：{found.failure}"]


def test_a_try_fails_when_the_district_is_changed_meanwhile(installation: Installation) -> None:
    slug = make_district(installation, features={"try.words": {}})
    make_ticket(installation, slug)
    dry_run_id = asked(installation, slug, "try.words", make_draft(installation, slug, "try.words", {}))
    installation.run(slug, bump_epoch)

    progress = go_on(installation, slug, dry_run_id, now=TODAY)

    assert progress.state == "failed"
    assert "请重新试算" in result(installation, slug, dry_run_id).failure


def test_no_try_is_made_in_safe_mode(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    slug = make_district(installation, features={"try.words": {}})
    make_ticket(installation, slug)
    dry_run_id = asked(installation, slug, "try.words", make_draft(installation, slug, "try.words", {}))
    monkeypatch.setenv("HUIYING_SAFE_MODE", "1")

    assert go_on(installation, slug, dry_run_id, now=TODAY).state == "failed"
    assert "安全模式" in result(installation, slug, dry_run_id).failure


DAY = date(2026, 3, 12)


@pytest.mark.parametrize(
    ("sample", "says"),
    [
        (Sample(newest=0), "须在 1 到 20,000 件之间"),
        (Sample(newest=20_001), "须在 1 到 20,000 件之间"),
        (Sample(newest=5, since=DAY, until=DAY), "只能写一种"),
        (Sample(since=DAY), "须写明起止两个日期"),
        (Sample(since=DAY, until=DAY.replace(day=11)), "先止后起"),
        (Sample(since=DAY.replace(day=1), until=DAY.replace(day=2)), "一件也没有"),
    ],
)
def test_a_sample_that_cannot_be_tried_is_refused_in_words(
    installation: Installation, sample: Sample, says: str
) -> None:
    slug = make_district(installation, features={"try.words": {}})
    make_ticket(installation, slug, now=beijing("2026-03-12 10:00"))
    number = make_draft(installation, slug, "try.words", {})

    with pytest.raises(BadSample, match=says):
        asked(installation, slug, "try.words", number, sample=sample)


def test_a_district_without_tickets_has_nothing_to_try(installation: Installation) -> None:
    slug = make_district(installation, features={"try.words": {}})
    number = make_draft(installation, slug, "try.words", {})

    with pytest.raises(BadSample, match="先导入历史工单"):
        asked(installation, slug, "try.words", number)


def test_a_revision_and_a_try_that_are_not_there_are_refused(installation: Installation) -> None:
    slug = make_district(installation, features={"try.words": {}})

    with pytest.raises(NoSuchRevision), installation.scope(slug) as scope:
        ask_for(scope, "try.words", 99, sample=Sample(), asked_by=ADMINISTRATOR.name, now=TODAY)
    with pytest.raises(NoSuchDryRun):
        go_on(installation, slug, 12345, now=TODAY)


def test_only_the_tickets_of_the_period_are_tried_by_the_districts_own_midnights(installation: Installation) -> None:
    slug = make_district(installation, features={"try.words": {}})
    for at in ("2026-03-11 23:59", "2026-03-12 00:00", "2026-03-12 23:59", "2026-03-13 00:00"):
        make_ticket(installation, slug, text="危险", now=beijing(at))

    found = tried(installation, slug, "try.words", {"words": ["危险"]}, sample=Sample(since=DAY, until=DAY))

    assert (found.totals.tickets, found.totals.urgent) == (2, 2)
    assert found.sample == "2026-03-12 至 2026-03-12 受理的工单"
