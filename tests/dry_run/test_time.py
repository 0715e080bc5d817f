"""Trying other limits and marks: exactly the right tickets are due, turn yellow and run over otherwise."""

from core.journey.dry_run import summary
from core.journey.time import decide_extension, request_extension
from core.tenancy.scope import Installation
from tests.builders import REVIEWER, make_district
from tests.dry_run.trying import told, tried
from tests.journey.walking import Walk

LIGHT = {"nanhai.light": {}}


def answered(installation: Installation, slug: str, at: str | None, **appeal: str) -> str:
    """Take in an appeal on Thursday 12 March at 10:00, due Thursday 19 at 18:00, and answer it then; return its number."""
    walk = Walk(installation, slug)
    number = walk.take_in("2026-03-12 10:00", **appeal).serial_no
    walk.dispatch("2026-03-12 10:10")
    walk.sign("2026-03-12 11:00")
    if at:
        walk.reply(at)
        walk.pass_reply(f"{at[:11]}20:00")
    return number


def test_yellow_at_five_hours_instead_of_three_turns_exactly_the_right_tickets_yellow_earlier(
    installation: Installation,
) -> None:
    slug = make_district(installation, features=LIGHT)
    early = answered(installation, slug, "2026-03-18 10:00")
    before_noon = answered(installation, slug, "2026-03-19 11:30")
    at_noon = answered(installation, slug, "2026-03-19 14:30")
    late = answered(installation, slug, "2026-03-20 09:00")
    unanswered = answered(installation, slug, None)

    found = tried(installation, slug, "nanhai.light", {"yellow_hours": 5})

    # Offices are open 9:00–12:00 and 14:00–18:00: 3 hours before 18:00 is 15:00, 5 hours before is 11:00.
    assert told(found, "yellow") == {
        unanswered: [("earlier", "2026-03-19 15:00", "2026-03-19 11:00")],
        late: [("earlier", "2026-03-19 15:00", "2026-03-19 11:00")],
        at_noon: [("new", "办结前没有变黄", "2026-03-19 11:00")],
        before_noon: [("new", "办结前没有变黄", "2026-03-19 11:00")],
    }
    assert early not in told(found, "yellow")
    assert (found.totals.tickets, found.totals.changed) == (5, 4)
    assert (found.totals.yellow_earlier, found.totals.yellow_new) == (2, 2)
    assert (found.totals.messages_before, found.totals.messages_after) == (6, 8)
    assert summary(found)[0] == (
        "5 件中 2 件提前变黄，2 件会变黄（原来不会），2 件多发提醒；提醒由 6 条变为 8 条；0 件出错。"
    )


def test_what_is_told_of_a_ticket_names_both_rules_and_what_really_happened(installation: Installation) -> None:
    slug = make_district(installation, features=LIGHT)
    answered(installation, slug, "2026-03-20 09:00")

    [ticket] = tried(installation, slug, "nanhai.light", {"yellow_hours": 5}).changed

    [change] = ticket.changes
    assert (change.what, change.subject) == ("yellow", "答复时限（2026-03-12 10:10 起）")
    assert (change.before.rule_id, change.before.reason, change.before.by) == (
        "nanhai.light/yellow",
        "倒计时剩 3 个工作小时，圆点由绿转黄",
        "nanhai.light@1.0.0/1",
    )
    assert (change.after.reason, change.after.by) == ("倒计时剩 5 个工作小时，圆点由绿转黄", "nanhai.light@1.0.0/2")
    assert (ticket.unit, ticket.is_overdue, ticket.satisfaction) == ("道路管理处", True, "")


def test_two_days_for_inquiries_move_the_due_time_of_inquiries_alone(installation: Installation) -> None:
    slug = make_district(installation, features=LIGHT)
    inquiry = answered(installation, slug, "2026-03-13 19:00", text="请问如何办理居住证", nature="inquiry")
    answered(installation, slug, "2026-03-13 19:00")

    found = tried(installation, slug, "nanhai.light", {"inquiry_days": 2})

    # It may wait for dispatch as long; the window for giving it back ends with the resident's limit at the latest.
    later = ("later", "2026-03-13 18:00", "2026-03-16 18:00")
    assert told(found, "due") == {inquiry: [later, later, later]}
    assert [change.subject for change in found.changed[0].changes if change.what == "due"] == [
        "派单时限（2026-03-12 10:00 起）",
        "答复时限（2026-03-12 10:10 起）",
        "道路管理处退单时限（2026-03-12 10:10 起）",
    ]
    assert told(found, "overdue") == {inquiry: [("gone", "2026-03-13 18:00", "办结前没有超期")]}
    assert (found.totals.changed, found.totals.due_later, found.totals.overdue_less) == (1, 1, 1)


def test_more_time_that_a_unit_was_granted_counts_from_the_other_due_time(installation: Installation) -> None:
    slug = make_district(installation, features=LIGHT)
    walk = Walk(installation, slug)
    number = walk.take_in("2026-03-12 10:00").serial_no
    walk.dispatch("2026-03-12 10:10")
    walk.sign("2026-03-12 11:00")
    walk.do(request_extension, "2026-03-13 10:00", actor=walk.lead_clerk(), days=2, reason="等配件")
    walk.do(decide_extension, "2026-03-13 11:00", actor=REVIEWER, approved=True)

    found = tried(installation, slug, "nanhai.light", {"handling_days": 3})

    # It may wait for dispatch as long as its limit; five and two working days after the 12th, against three and two.
    assert told(found, "due") == {
        number: [
            ("earlier", "2026-03-19 18:00", "2026-03-17 18:00"),
            ("earlier", "2026-03-23 18:00", "2026-03-19 18:00"),
        ]
    }


def test_a_ticket_that_runs_over_by_the_draft_alone_enters_accountability(installation: Installation) -> None:
    slug = make_district(
        installation,
        features={"nanhai.light": {}, "nanhai.discipline": {}},
        units=[("discipline", "纪委监委", "discipline")],
    )
    late = answered(installation, slug, "2026-03-17 19:00")
    answered(installation, slug, "2026-03-16 10:00")

    found = tried(installation, slug, "nanhai.light", {"handling_days": 3})

    assert told(found, "case") == {
        late: [("new", "不启动问责", "启动问责 → 纪委监委（2026-03-17 18:00）")],
    }
    assert (found.totals.accountable, found.totals.overdue_more) == (1, 1)
    [case] = [change for each in found.changed for change in each.changes if change.what == "case"]
    assert case.after.rule_id == "nanhai.discipline/overdue"


def test_switching_a_feature_off_leaves_its_tickets_to_the_core(installation: Installation) -> None:
    slug = make_district(
        installation,
        features={"nanhai.light": {}, "nanhai.discipline": {}},
        units=[("discipline", "纪委监委", "discipline")],
    )
    late = answered(installation, slug, "2026-03-20 09:00")

    found = tried(installation, slug, "nanhai.discipline", None)

    assert told(found, "case") == {late: [("gone", "启动问责 → 纪委监委（2026-03-19 18:00）", "不启动问责")]}
    assert told(found, "watchers") == {late: [("gone", "纪委监委", "无")]}
    assert (found.number, found.totals.not_accountable, found.totals.unwatched) == (None, 1, 1)
    assert found.never_hit == ()


def test_a_feature_that_is_not_on_yet_is_tried_as_if_it_were(installation: Installation) -> None:
    slug = make_district(installation)
    number = answered(installation, slug, "2026-03-20 09:00")

    found = tried(installation, slug, "nanhai.light", {"handling_days": 3})

    assert told(found, "due") == {number: [("earlier", "2026-03-19 18:00", "2026-03-17 18:00")]}
    assert found.base == 0
