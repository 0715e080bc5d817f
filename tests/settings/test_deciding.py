"""A revision holds once it was checked, tried and, where it matters, approved by a second person; never by itself alone."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import ProgrammingError

from core.hooks.settings import MigrationFailed, SettingsInvalid
from core.journey.settings.deciding import FARTHEST, NeverHeld, TimeUnusable, roll_back, withdraw
from core.journey.settings.drafting import NothingChanged
from core.kit.errors import Refused
from core.people.roles import NotPermitted
from core.tenancy.revisions import NoSuchRevision
from core.tenancy.rules import (
    AlreadyApproved,
    ApprovalMissing,
    BaseChanged,
    CheckFailed,
    NotChecked,
    NotTried,
    OwnRevision,
    RevisionClosed,
)
from core.tickets.service import ReasonMissing
from core.units.models import Unit
from tests.builders import make_installation
from tests.settings.making import ANNA, BORIS, CLERK, GATE, LIGHT, NOW, District, later, later_light


def ready(district: District, changes: dict[str, Any] | None = None) -> int:
    """Draft a revision that was checked and tried."""
    number = district.draft(changes or {"yellow_hours": 5})
    district.check(number)
    district.tried(number)
    return number


def back(district: District, to: int | None = None, *, actor: Any = ANNA, reason: str = "变黄太早", **more: Any) -> int:
    """Roll back and return the number of the new revision."""
    decided = district.run(
        lambda scope: roll_back(
            scope, district.roster, LIGHT, to=to, reason=reason, actor=actor, now=later(hours=1), **more
        )
    )
    number: int = decided.number
    return number


def pull(district: District, number: int, reason: str = "不需要了") -> None:
    district.run(lambda scope: withdraw(scope, LIGHT, number, reason=reason, actor=ANNA, now=NOW))


def kinds(district: District, number: int) -> list[str]:
    return [event.kind for event in district.events(number)]


def close_unit(district: District, code: str) -> None:
    district.run(
        lambda scope: scope.session.execute(
            update(Unit).where(Unit.tenant_id == scope.tenant.id, Unit.code == code).values(active=False)
        )
    )
    district.installation.forget()


def test_a_revision_that_is_ready_holds_at_once(district: District) -> None:
    number = ready(district)

    decided = district.activate(number)

    assert (decided.number, decided.is_planned, [each.after for each in decided.changes]) == (
        2,
        False,
        ["5 个工作小时"],
    )
    assert district.settings()["yellow_hours"] == 5
    assert [line.state for line in district.revisions()] == ["superseded", "active"]
    assert kinds(district, 1)[-1] == "superseded"
    assert kinds(district, 2) == ["checked", "activated"]


def test_settings_of_a_feature_that_is_not_asked_say_what_they_wait_for(make: Callable[..., District]) -> None:
    district = make({})
    number = district.draft({"address": "up"}, feature=GATE)
    district.check(number, feature=GATE)

    decided = district.activate(number, feature=GATE)

    assert decided.waits == "这项功能还没有启用，启用之后才用到。"


def test_a_draft_without_check_try_or_approval_does_not_hold(district: District) -> None:
    number = district.draft({"watcher": "panel"})

    with pytest.raises(NotChecked):
        district.activate(number)
    district.check(number)
    with pytest.raises(NotTried):
        district.activate(number)
    district.tried(number)
    with pytest.raises(ApprovalMissing, match="改动了监督单位，须由起草人以外的管理员批准"):
        district.activate(number)
    district.approve(number)
    district.activate(number)

    assert district.settings()["watcher"] == "panel"


def test_what_failed_its_check_does_not_hold(district: District) -> None:
    number = district.draft({"watcher": "audit"})
    close_unit(district, "audit")
    district.check(number)
    district.tried(number)

    with pytest.raises(CheckFailed):
        district.activate(number)


def test_what_no_longer_fits_since_its_check_does_not_hold(district: District) -> None:
    number = ready(district, {"steps": [{"unit": "audit"}]})
    close_unit(district, "audit")

    with pytest.raises(CheckFailed, match="检查之后情况变了：本区没有代码为 audit 的单位"):
        district.activate(number)


def test_a_feature_that_decides_on_no_ticket_needs_no_try(make: Callable[..., District]) -> None:
    district = make({})
    number = district.draft({"address": "up"}, feature=GATE)
    district.check(number, feature=GATE)

    district.activate(number, feature=GATE)

    assert district.row(GATE).revision == number


def test_the_author_does_not_approve_and_others_do_so_once(district: District) -> None:
    number = ready(district, {"watcher": "panel"})

    with pytest.raises(OwnRevision):
        district.approve(number, actor=ANNA)
    with pytest.raises(NotPermitted):
        district.approve(number, actor=CLERK)
    district.approve(number, actor=BORIS)
    with pytest.raises(AlreadyApproved):
        district.approve(number, actor=BORIS)

    approved = district.events(number)[-1]
    assert (approved.kind, approved.actor, approved.detail["base"]) == ("approved", "鲍里斯", 1)
    assert isinstance(approved.detail["dry_run"], int)
    assert district.revisions()[-1].approvers == ("鲍里斯",)


def test_who_approves_sees_the_try_first(district: District) -> None:
    number = district.draft({"watcher": "panel"})
    district.check(number)

    with pytest.raises(NotTried):
        district.approve(number)


def test_an_approval_where_none_is_needed_is_kept(district: District) -> None:
    number = ready(district)

    district.approve(number)
    district.activate(number)

    assert kinds(district, number) == ["checked", "approved", "activated"]


def test_of_two_drafts_the_later_one_is_looked_at_anew(district: District) -> None:
    first, second = ready(district, {"yellow_hours": 5}), ready(district, {"answer_days": 7})
    district.activate(first)

    with pytest.raises(BaseChanged, match="第 2 次修订生效了"):
        district.activate(second)
    district.check(second)
    with pytest.raises(BaseChanged):
        district.activate(second)
    district.tried(second)
    decided = district.activate(second)

    assert [(each.label, each.before, each.after) for each in decided.changes] == [
        ("剩余多少工作小时变黄", "5 个工作小时", "3 个工作小时"),
        ("答复时限", "5 个工作日", "7 个工作日"),
    ]


def test_an_approval_of_before_does_not_cover_what_changed_since(district: District) -> None:
    first, second = ready(district, {"yellow_hours": 5}), ready(district, {"watcher": "panel"})
    district.approve(second)
    district.activate(first)
    district.check(second)
    district.tried(second)

    with pytest.raises(ApprovalMissing, match="先前的批准"):
        district.activate(second)
    district.approve(second)
    district.activate(second)


def test_two_who_activate_at_once_do_so_one_after_the_other(district: District) -> None:
    drafts = [ready(district, {"yellow_hours": 5}), ready(district, {"answer_days": 7})]
    refused: list[Refused] = []
    begin = threading.Barrier(2)

    def work(number: int) -> None:
        begin.wait()
        try:
            district.activate(number)
        except Refused as refusal:
            refused.append(refusal)

    threads = [threading.Thread(target=work, args=(number,)) for number in drafts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [type(each) for each in refused] == [BaseChanged]
    assert district.row().revision in drafts
    assert sorted(line.state for line in district.revisions()) == ["active", "checked", "superseded"]


@pytest.mark.parametrize("at", [NOW, NOW - timedelta(minutes=1), NOW + FARTHEST + timedelta(minutes=1)])
def test_a_time_that_has_passed_or_is_too_far_is_refused(district: District, at: datetime) -> None:
    number = ready(district)

    with pytest.raises(TimeUnusable):
        district.activate(number, at=at)


def test_a_withdrawn_revision_never_holds(district: District) -> None:
    number = ready(district)
    pull(district, number)

    with pytest.raises(RevisionClosed, match="已撤回"):
        district.activate(number)
    with pytest.raises(RevisionClosed):
        pull(district, number)
    with pytest.raises(RevisionClosed):
        pull(district, 1)
    with pytest.raises(ReasonMissing):
        pull(district, ready(district), reason=" ")


def test_going_back_is_a_revision_of_its_own_that_holds_at_once(district: District) -> None:
    district.make_active({"yellow_hours": 5})

    number = back(district, actor=BORIS)

    revision = district.revision(number)
    assert (number, revision.values, revision.restored_from, revision.author) == (3, {}, 1, "鲍里斯")
    assert district.settings()["yellow_hours"] == 3
    assert [line.state for line in district.revisions()] == ["superseded", "superseded", "active"]
    assert kinds(district, number) == ["checked", "activated"]


def test_one_goes_back_to_any_revision_that_has_held(district: District) -> None:
    district.make_active({"yellow_hours": 5})
    district.make_active({"yellow_hours": 6}, now=later(minutes=1))

    assert district.revision(back(district, to=1)).values == {}
    assert district.revision(back(district, to=2)).values == {"yellow_hours": 5}


def test_one_does_not_go_back_to_what_never_held(district: District) -> None:
    never = ready(district, {"watcher": "panel"})

    with pytest.raises(NoSuchRevision, match="没有先前生效过的修订"):
        back(district)
    with pytest.raises(NeverHeld, match="从未生效过"):
        back(district, to=never)
    with pytest.raises(NeverHeld, match="正在生效"):
        back(district, to=1)
    with pytest.raises(NoSuchRevision):
        back(district, to=9)


def test_going_back_to_the_same_is_refused(district: District) -> None:
    district.make_active({"yellow_hours": 5})
    district.make_active({}, inherit=["yellow_hours"], now=later(minutes=1))

    with pytest.raises(NothingChanged):
        back(district, to=1)


def test_going_back_under_the_same_key_is_done_once(district: District) -> None:
    district.make_active({"yellow_hours": 5})

    assert back(district, command_id="k") == back(district, command_id="k") == 3


def test_one_does_not_go_back_to_a_unit_that_is_gone(district: District) -> None:
    district.make_active({"steps": [{"unit": "audit"}]})
    district.make_active({"steps": []}, now=later(minutes=1))
    close_unit(district, "audit")

    with pytest.raises(SettingsInvalid, match="本区没有代码为 audit 的单位"):
        back(district, to=2)
    assert len(district.revisions()) == 3


def test_going_back_brings_older_values_to_the_present_schema(district: District, database_url: str) -> None:
    district.make_active({"yellow_hours": 4})
    district.make_active({"yellow_hours": 5}, now=later(minutes=1))
    newer = District(make_installation(database_url, features=[later_light()]), district.slug)

    number = back(newer, to=2)

    assert (newer.revision(number).schema_version, newer.revision(number).values) == (2, {"warn_hours": 4})


def test_what_the_present_schema_cannot_read_is_not_restored(district: District, database_url: str) -> None:
    district.make_active({"answer_days": 9})
    district.make_active({"yellow_hours": 4}, inherit=["answer_days"], now=later(minutes=1))
    newer = District(make_installation(database_url, features=[later_light()]), district.slug)

    with pytest.raises(MigrationFailed):
        back(newer, to=2)


def test_settings_that_a_newer_version_cannot_read_give_way_to_the_last_that_it_can(
    district: District, database_url: str
) -> None:
    district.make_active({"yellow_hours": 4})
    district.make_active({"answer_days": 9}, now=later(minutes=1))
    newer = District(make_installation(database_url, features=[later_light()]), district.slug)

    assert newer.settings()["warn_hours"] == 4
    assert "改用第 2 次修订" in newer.cards()[0].words
    number = newer.draft({"warn_hours": 2}, now=later(minutes=2))
    assert (newer.revision(number).schema_version, newer.revision(number).values) == (2, {"warn_hours": 2})


def test_revisions_and_what_happened_to_them_cannot_be_changed(district: District) -> None:
    district.make_active({"yellow_hours": 5})

    for statement in (
        "UPDATE settings_revision SET reason = 'x'",
        "DELETE FROM settings_revision",
        "UPDATE settings_event SET kind = 'approved'",
        "DELETE FROM settings_event",
        "DELETE FROM feature_event",
        "UPDATE dry_run_change SET serial_no = 'x'",
    ):
        with pytest.raises(ProgrammingError, match="permission denied"):
            district.run(lambda scope, said=statement: scope.session.execute(text(said)))


def test_an_administrator_of_another_district_sees_and_decides_nothing(make: Callable[..., District]) -> None:
    here, there = make(), make()
    number = ready(here)

    assert [line.number for line in there.revisions()] == [1]
    for deed in (there.check, there.approve, there.activate):
        with pytest.raises(NoSuchRevision):
            deed(number)
    assert kinds(here, number) == ["checked"]
