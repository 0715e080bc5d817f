"""Archiving 归档: only when the window has closed and nothing is open; by night, everything that can be."""

from collections.abc import Callable
from functools import partial

import pytest
from sqlalchemy import update

from core.escalation.models import Supervision
from core.jobs.archives import Archives
from core.journey import archive as archiving
from core.journey.accept import reject
from core.journey.archive import StillDisputable, archive_closed
from core.people.roles import NotPermitted
from core.tenancy.scope import Installation, Scope
from core.tickets.models import FROM_ELSEWHERE, Ticket
from core.tickets.service import MoveNotAllowed, lock_ticket
from core.tickets.states import State
from core.tickets.timeline import Order
from tests.builders import OPERATOR, alone, beijing
from tests.judge.case import Case

OPEN_UNTIL = "2026-03-18 18:00"
"""What stands since Friday the 13th may be objected to until then."""
AFTER = "2026-03-18 18:01"
MONTHS_LATER = "2026-06-01 10:00"


def answered(case: Case) -> None:
    case.take_in("2026-03-12 10:00", matter="road")
    case.dispatch("2026-03-12 10:10")
    case.sign("2026-03-12 11:00")
    case.reply("2026-03-13 09:00")
    case.pass_reply("2026-03-13 10:00")


def put_under_supervision(case: Case, *, state: str = "open") -> None:
    def write(scope: Scope) -> None:
        ticket = lock_ticket(scope, case.serial_no)
        scope.session.add(
            Supervision(
                tenant_id=scope.tenant.id,
                id=scope.new_id(),
                ticket_id=ticket.id,
                unit_id=case.unit_id("roads"),
                level="red",
                source="person",
                demand="说明情况",
                cause=f"person/{ticket.id}",
                issued_by="督办员丁",
                issued_at=beijing("2026-03-13 16:00"),
                state=state,
            )
        )

    case.run(write)


def by_night(case: Case, at: str, *, limit: int = 50) -> int:
    return case.run(partial(archive_closed, now=beijing(at), limit=limit))


def test_a_ticket_is_archived_when_the_window_has_closed(case: Case) -> None:
    case.answered_badly()

    with pytest.raises(StillDisputable, match=f"申诉期至 {OPEN_UNTIL}"):
        case.archive(OPEN_UNTIL)
    case.archive(AFTER)

    assert case.ticket().state == State.ARCHIVED
    assert case.entries()[-1].summary == "归档：申诉期已过，没有未了事项"


def test_a_late_rating_opens_the_window_again(case: Case) -> None:
    answered(case)
    case.rate("2026-03-17 10:00", satisfaction="dissatisfied")

    with pytest.raises(StillDisputable, match="申诉期至 2026-03-20 18:00"):
        case.archive(AFTER)


def dispute_open(case: Case) -> None:
    case.answered_badly()
    case.file("rating", "2026-03-16 10:00")


def review_open(case: Case) -> None:
    case.answered_badly()
    case.ask_review("2026-03-16 10:00")


def supervised(case: Case) -> None:
    case.answered_badly()
    put_under_supervision(case)


@pytest.mark.parametrize(
    ("happens", "words"),
    [
        (dispute_open, "2026-03-16 的评价申诉待裁定"),
        (review_open, "2026-03-16 的复核申请待裁定"),
        (supervised, "对道路管理处的督办未销号"),
    ],
)
def test_what_is_open_is_named_and_left(case: Case, happens: Callable[[Case], None], words: str) -> None:
    happens(case)

    with pytest.raises(StillDisputable, match=words):
        case.archive(MONTHS_LATER)

    assert (by_night(case, MONTHS_LATER), case.ticket().state) == (0, State.EVALUATED)


def test_a_decided_dispute_and_a_closed_supervision_keep_nothing_open(case: Case) -> None:
    case.answered_badly()
    case.file("rating", "2026-03-16 10:00")
    case.decide("2026-03-16 11:00", upheld=False)
    put_under_supervision(case, state="closed")

    case.archive(AFTER)

    assert case.ticket().state == State.ARCHIVED


def test_an_archived_ticket_is_only_read(case: Case) -> None:
    case.answered_badly()
    case.archive(AFTER)

    for change in (
        lambda: case.redo("2026-03-19 10:00"),
        lambda: case.file("rating", "2026-03-19 10:00"),
        lambda: case.archive("2026-03-19 10:00"),
    ):
        with pytest.raises(MoveNotAllowed):
            change()


def test_operators_do_not_archive(case: Case) -> None:
    case.answered_badly()

    with pytest.raises(NotPermitted):
        case.archive(AFTER, actor=OPERATOR)


def test_by_night_all_that_can_be_archived_is(case: Case) -> None:
    case.answered_badly()
    rated = case.serial_no
    case.register("2026-03-12 10:00")
    case.do(reject, "2026-03-13 11:00", actor=OPERATOR, reason_code="outside")
    rejected = case.serial_no
    case.take_in("2026-03-12 10:00")
    open_one = case.serial_no

    assert by_night(case, OPEN_UNTIL) == 0
    assert by_night(case, AFTER) == 2

    for serial_no, state in ((rated, State.ARCHIVED), (rejected, State.ARCHIVED), (open_one, State.ACCEPTED)):
        case.serial_no = serial_no
        assert case.ticket().state == state
    assert by_night(case, AFTER) == 0


def test_a_resident_who_was_not_asked_yet_keeps_a_month_to_rate(case: Case) -> None:
    answered(case)

    assert by_night(case, "2026-04-12 09:00") == 0
    assert by_night(case, "2026-04-12 11:00") == 1


def test_whoever_was_called_in_vain_often_enough_is_not_waited_for(case: Case) -> None:
    answered(case)
    for at in ("2026-03-13 15:00", "2026-03-13 17:00", "2026-03-16 09:00"):
        case.follow_up(at, outcome="unreachable")

    assert by_night(case, AFTER) == 1


def test_a_ticket_whose_resident_another_tenant_asks_is_not_waited_for(case: Case) -> None:
    answered(case)
    case.run(lambda scope: scope.session.execute(update(Ticket).values(channel=FROM_ELSEWHERE)))

    assert by_night(case, AFTER) == 1


def test_a_batch_takes_those_concluded_first(case: Case) -> None:
    numbers = []
    for day in (12, 13):
        case.take_in(f"2026-03-{day} 10:00")
        case.answer(f"2026-03-{day} 11:00")
        case.rate(f"2026-03-{day} 12:00")
        numbers.append(case.serial_no)

    assert by_night(case, MONTHS_LATER, limit=1) == 1

    states = []
    for serial_no in numbers:
        case.serial_no = serial_no
        states.append(case.ticket().state)
    assert states == [State.ARCHIVED, State.EVALUATED]


def test_a_ticket_somebody_works_on_is_left_for_the_next_time(case: Case) -> None:
    case.answered_badly()

    with case.installation.scope(case.slug) as scope:
        lock_ticket(scope, case.serial_no)
        assert by_night(case, AFTER) == 0
    assert by_night(case, AFTER) == 1


def test_one_that_cannot_be_archived_keeps_back_no_other(
    case: Case, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    case.answered_badly()
    broken = case.serial_no
    case.answered_badly()
    real = archiving.archive

    def archive_or_fail(scope: Scope, serial_no: str, order: Order) -> Ticket:
        if serial_no == broken:
            raise RuntimeError("disk full")
        return real(scope, serial_no, order)

    monkeypatch.setattr(archiving, "archive", archive_or_fail)

    assert by_night(case, AFTER) == 1
    assert case.ticket().state == State.ARCHIVED
    assert f"工单 {broken} 到期未能归档" in caplog.text


def test_the_clock_archives_once_a_day_from_one_in_the_morning(installation: Installation, case: Case) -> None:
    case.answered_badly()
    archives = Archives(installation, is_ending=lambda: False)

    with alone(installation, case.slug):
        archives.archive(now=lambda: beijing("2026-03-19 00:59"))
    assert case.ticket().state == State.EVALUATED
    with alone(installation, case.slug):
        archives.archive(now=lambda: beijing("2026-03-19 01:00"))
    assert case.ticket().state == State.ARCHIVED

    with alone(installation, case.slug):
        archives.archive(now=lambda: beijing("2026-03-19 01:01"))  # nothing is left: done for today
    case.answered_badly()
    with alone(installation, case.slug):
        archives.archive(now=lambda: beijing("2026-03-19 10:00"))
    assert case.ticket().state == State.EVALUATED
    with alone(installation, case.slug):
        archives.archive(now=lambda: beijing("2026-03-20 01:00"))
    assert case.ticket().state == State.ARCHIVED


def test_archiving_ends_the_clocks_that_still_ran(case: Case) -> None:
    answered(case)
    case.archive(AFTER)

    assert [clock.state for clock in case.clocks() if clock.state in ("running", "paused")] == []
