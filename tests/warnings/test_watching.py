"""A rise against quiet weeks is told once, with its evidence, and somebody says what it was."""

from datetime import timedelta
from fractions import Fraction

import pytest
from sqlalchemy import select

from core.jobs.warnings import Warnings
from core.journey import warnings
from core.kit.errors import Refused
from core.statistics.service import refresh
from core.statistics.warnings.models import Warned
from core.statistics.warnings.queries import open_warnings, rule_records, warning_lines
from core.tenancy.scope import Installation
from tests.builders import OPERATOR, SUPERVISOR, alone, beijing, make_actor, make_district, make_ticket
from tests.judge.case import Case
from tests.warnings.conftest import TODAY


def take_in(case: Case, count: int, at: str, **appeal: str) -> list[str]:
    """Take in appeals minutes apart, and return their numbers, the newest first."""
    made = [
        make_ticket(case.installation, case.slug, now=beijing(at) + timedelta(minutes=each), **appeal).serial_no
        for each in range(count)
    ]
    return made[::-1]


def watched(case: Case, at: str = TODAY) -> list[Warned]:
    """Watch, and return all warnings there are, the first raised first."""
    case.run(lambda scope: warnings.watch(scope, now=beijing(at)))
    rows = select(Warned).order_by(Warned.raised_at, Warned.rule)
    return list(case.run(lambda scope: scope.session.scalars(rows.where(Warned.tenant_id == scope.tenant.id)).all()))


def test_a_rise_is_told_once_with_its_evidence(quiet: Case) -> None:
    numbers = take_in(quiet, 8, "2026-06-18 09:00", matter="road", appellant="enterprise")

    found = watched(quiet)

    by_rule = {each.rule: each for each in found}
    assert set(by_rule) == {"whole", "appellant"}
    whole, firms = by_rule["whole"], by_rule["appellant"]
    assert (whole.matter, whole.count, whole.baseline, whole.tickets) == ("road", 8, [1] * 8, numbers)
    assert (whole.from_at, whole.until_at) == (beijing("2026-06-15 00:00"), beijing("2026-06-22 00:00"))
    assert (whole.expected, whole.watched, whole.thresholds["least"]) == (1.062, 1, 5)
    assert whole.chance < 0.001
    assert (firms.appellant, firms.baseline) == ("enterprise", [0] * 8)
    assert len(watched(quiet)) == 2
    assert len(watched(quiet, "2026-06-23 06:00")) == 2


def test_what_is_usual_for_its_weeks_is_not_told(quiet: Case) -> None:
    take_in(quiet, 4, "2026-06-18 09:00", matter="road")

    assert watched(quiet) == []


def test_a_past_too_short_says_nothing(installation: Installation) -> None:
    case = Case(installation, make_district(installation, features={"test.watch": {}}, duties=[{"code": "road"}]))
    take_in(case, 1, "2026-06-01 09:00", matter="road")
    take_in(case, 9, "2026-06-18 09:00", matter="road")

    assert watched(case) == []


def test_a_district_that_does_not_watch_is_told_nothing(installation: Installation) -> None:
    case = Case(installation, make_district(installation, duties=[{"code": "road"}]))

    assert case.run(lambda scope: warnings.watch(scope, now=beijing(TODAY))) == 0


def test_urgent_appeals_are_watched_by_the_hour(quiet: Case) -> None:
    take_in(quiet, 3, "2026-06-21 20:00", matter="noise", urgency="urgent")

    before = quiet.run(lambda scope: warnings.watch_hour(scope, now=beijing("2026-06-21 20:30")))
    after = quiet.run(lambda scope: warnings.watch_hour(scope, now=beijing("2026-06-21 21:30")))
    again = quiet.run(lambda scope: warnings.watch_hour(scope, now=beijing("2026-06-21 22:30")))

    assert (before, after, again) == (0, 1, 0)
    [line] = quiet.run(lambda scope: warning_lines(scope, state="open"))
    assert (line.rule_label, line.what, line.count) == ("紧急诉求", "noise", 3)


def test_a_rule_that_cries_wolf_is_seen_and_what_was_said_stays(quiet: Case) -> None:
    take_in(quiet, 8, "2026-06-18 09:00", matter="road", appellant="enterprise")
    whole, firms = sorted(watched(quiet), key=lambda each: each.rule, reverse=True)
    now = beijing("2026-06-22 09:00")

    def say(deed: str, warning: Warned, reason: str = "同一工地", actor: object = OPERATOR) -> None:
        quiet.run(lambda scope: getattr(warnings, deed)(scope, warning.id, reason=reason, actor=actor, now=now))

    for deed, reason, actor, code in (
        ("call_false", " ", OPERATOR, "reason-missing"),
        ("call_false", "误报", make_actor("经办人丙", "clerk", id=3), "not-permitted"),
    ):
        with pytest.raises(Refused) as refusal:
            say(deed, whole, reason, actor)
        assert refusal.value.code == code
    say("acknowledge_warning", whole)
    say("call_false", firms, "一家公司的批量来件", SUPERVISOR)
    with pytest.raises(Refused) as settled:
        say("call_false", whole)
    assert settled.value.code == "warning-settled"
    take_in(quiet, 3, "2026-06-23 09:00", matter="road")
    watched(quiet, "2026-06-24 06:00")

    records = {each.label: each for each in quiet.run(rule_records)}
    assert (records["事项×企业、单位"].settled, records["事项×企业、单位"].share) == (1, Fraction(1))
    assert (records["事项（全区）"].false_alarms, records["事项（全区）"].lead_days) == (0, 2.0)


def test_a_unit_is_asked_because_of_a_warning(quiet: Case) -> None:
    take_in(quiet, 8, "2026-06-18 09:00", matter="road")
    [warned] = watched(quiet)

    asked = quiet.run(
        lambda scope: warnings.ask_because(
            scope, warned.id, unit="roads", question="何时修好", actor=OPERATOR, now=beijing("2026-06-22 09:00")
        )
    )

    [line] = quiet.run(lambda scope: warning_lines(scope, state="open"))
    assert (line.question_id, asked.matter) == (asked.id, "road")


def test_another_districts_counts_raise_nothing_here(quiet: Case, installation: Installation) -> None:
    there = Case(installation, make_district(installation, features={"test.watch": {}}, duties=[{"code": "road"}]))
    take_in(there, 9, "2026-06-18 09:00", matter="road")
    there.run(refresh)

    assert watched(quiet) == []


def test_the_clock_watches_from_five_in_the_morning_and_makes_up_for_what_was_missed(
    quiet: Case, installation: Installation
) -> None:
    take_in(quiet, 8, "2026-06-18 09:00", matter="road")
    clock = Warnings(installation, is_ending=lambda: False)

    def waiting(at: str) -> int:
        with alone(installation, quiet.slug):
            clock.watch(now=lambda: beijing(at))
        return quiet.run(open_warnings)

    assert [waiting(f"2026-06-22 {at}") for at in ("04:59", "05:00", "05:01")] == [0, 1, 1]
