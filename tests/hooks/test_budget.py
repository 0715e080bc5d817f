"""The time budget of an answer: it cuts, it cuts nothing else, and it leaves nothing behind."""

import gc
import re
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from types import FrameType

import pytest
from rq.timeouts import JobTimeoutException, UnixSignalDeathPenalty

from core.hooks.budget import Deadline, OverBudget, whole, within
from tests.patience import patience

BUDGET = 0.05
SOON = 3.0
"""A cut comes after 50 to 60 ms; the rest is left to a busy machine."""


@pytest.fixture(autouse=True)
def _without_alarm() -> Iterator[None]:
    """Take away the alarm of the test runner, which would be an outer one, and give it back."""
    timer = signal.setitimer(signal.ITIMER_REAL, 0)
    handler = signal.signal(signal.SIGALRM, signal.SIG_DFL)
    yield
    left = signal.setitimer(signal.ITIMER_REAL, 0)
    now = signal.signal(signal.SIGALRM, handler)
    signal.setitimer(signal.ITIMER_REAL, *timer)
    assert (left, now) == ((0.0, 0.0), signal.SIG_DFL), "something was left behind"


def loop() -> None:
    while True:
        pass


def sleep() -> None:
    time.sleep(60)


def runaway_expression() -> None:
    re.match(r"(a+)+$", "a" * 64 + "b")


def swallow_exceptions() -> None:
    while True:
        with suppress(Exception):
            time.sleep(60)


def swallow_the_first_cut() -> None:
    try:
        time.sleep(60)
    except BaseException:
        time.sleep(60)


@pytest.mark.parametrize(
    "endless", [loop, sleep, runaway_expression, swallow_exceptions, swallow_the_first_cut], ids=lambda f: f.__name__
)
def test_what_takes_too_long_is_cut(endless: Callable[[], None]) -> None:
    begun = time.monotonic()

    with pytest.raises(OverBudget) as over, within(BUDGET):
        endless()

    assert BUDGET <= time.monotonic() - begun < patience(SOON)
    assert over.value.seconds == BUDGET


def test_what_is_quick_enough_is_left_alone() -> None:
    with within(10):
        answer = 6 * 7

    assert answer == 42


def test_what_ended_by_itself_but_too_late_does_not_count() -> None:
    with pytest.raises(OverBudget), within(BUDGET), suppress(BaseException):
        time.sleep(60)


def test_other_exceptions_pass_through() -> None:
    for other in (ValueError, SystemExit, KeyboardInterrupt):
        with pytest.raises(other), within(10):
            raise other


def test_a_budget_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError):
        within(0)


def test_the_inner_of_two_budgets_is_cut_alone() -> None:
    with within(10):
        with pytest.raises(OverBudget) as over, within(BUDGET):
            sleep()
        assert over.value.seconds == BUDGET
        left, _ = signal.getitimer(signal.ITIMER_REAL)
        assert 10 - SOON < left < 10 - BUDGET


def test_the_outer_of_two_budgets_goes_on_after_the_inner() -> None:
    def answer() -> None:
        with within(10):
            time.sleep(BUDGET)
        sleep()

    begun = time.monotonic()
    with pytest.raises(OverBudget) as over, within(2 * BUDGET):
        answer()

    assert over.value.seconds == 2 * BUDGET
    assert 2 * BUDGET <= time.monotonic() - begun < patience(SOON)


def test_an_outer_budget_that_ran_out_meanwhile_is_cut_next() -> None:
    def answer() -> None:
        with within(10):
            time.sleep(1.5 * BUDGET)
        sleep()

    begun = time.monotonic()
    with pytest.raises(OverBudget) as over, within(BUDGET):
        answer()

    assert over.value.seconds == BUDGET
    assert time.monotonic() - begun < patience(SOON)


def test_the_alarm_of_a_job_survives() -> None:
    def work() -> None:
        for _ in range(3):
            with pytest.raises(OverBudget), within(BUDGET):
                sleep()
        sleep()

    begun = time.monotonic()
    with pytest.raises(JobTimeoutException), UnixSignalDeathPenalty(1, JobTimeoutException):
        work()

    assert 0.99 <= time.monotonic() - begun < patience(1 + SOON)


def test_the_alarm_of_a_job_that_ran_out_meanwhile_goes_off() -> None:
    def work() -> None:
        with within(10):
            time.sleep(1.2)
        sleep()

    begun = time.monotonic()
    with pytest.raises(JobTimeoutException), UnixSignalDeathPenalty(1, JobTimeoutException):
        work()

    assert 1.2 <= time.monotonic() - begun < patience(1.2 + SOON)


def test_no_cut_comes_late() -> None:
    """Blocks that end just when their time is up: the cut comes inside or not at all."""
    cut = 0
    for number in range(3000):
        end = time.perf_counter() + 0.0002 + (number % 50) * 0.000002
        try:
            with within(0.00025):
                while time.perf_counter() < end:
                    pass
        except OverBudget:
            cut += 1
        [None for _ in range(50)]  # a late cut would come here, or anywhere up to the end of the test
    assert 0 < cut < 3000


def test_no_cut_comes_late_between_two_budgets() -> None:
    for number in range(1000):
        end = time.perf_counter() + 0.0002 + (number % 50) * 0.000002
        try:
            with within(0.00025):
                try:
                    with within(0.0002):
                        while time.perf_counter() < end:
                            pass
                except OverBudget:
                    pass
                while time.perf_counter() < end:
                    pass
        except OverBudget:
            pass
        [None for _ in range(50)]


def test_a_cut_that_comes_while_another_is_weighed_leaves_it_to_that_one(monkeypatch: pytest.MonkeyPatch) -> None:
    weighing: list[FrameType] = []

    def is_over(_: Deadline) -> bool:
        weighing.append(sys._getframe(1))
        return True

    monkeypatch.setattr(Deadline, "_is_over", is_over)
    deadline, seen = within(60), []

    def come_twice() -> None:
        with suppress(OverBudget):
            signal.raise_signal(signal.SIGALRM)
        deadline._cut(signal.SIGALRM, weighing[0])
        seen.append("no second cut")

    with pytest.raises(OverBudget), deadline:
        come_twice()
    assert seen == ["no second cut"]


def test_what_is_to_be_whole_is_cut_when_it_has_ended() -> None:
    done = []

    def piece_then_sleep() -> None:
        with whole():
            time.sleep(4 * BUDGET)
            done.append("whole")
        time.sleep(60)

    with pytest.raises(OverBudget), within(BUDGET):
        piece_then_sleep()

    assert done == ["whole"]


def test_another_thread_is_only_measured() -> None:
    seen: list[str] = []

    def answer() -> None:
        try:
            with within(BUDGET):
                time.sleep(2 * BUDGET)
                seen.append("ran to its end")
        except OverBudget:
            seen.append("over budget")
        with within(10):
            seen.append("in time")

    thread = threading.Thread(target=answer)
    thread.start()
    thread.join()

    assert seen == ["ran to its end", "over budget", "in time"]


def test_a_thousand_quick_blocks_leave_no_timer() -> None:
    for _ in range(1000):
        with within(10):
            pass

    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    assert signal.getsignal(signal.SIGALRM) is signal.SIG_DFL


def test_waiting_counts_less_than_working() -> None:
    with within(BUDGET, longest=30):
        time.sleep(BUDGET * 3)

    with pytest.raises(OverBudget), within(BUDGET, longest=30):
        loop()


def test_waiting_ends_too() -> None:
    begun = time.monotonic()

    with pytest.raises(OverBudget), within(BUDGET, longest=BUDGET * 4):
        sleep()

    assert BUDGET * 4 <= time.monotonic() - begun < patience(SOON)


def collections_within(seconds: float) -> int:
    """Return how often garbage was collected while a block filled the memory."""
    counted: list[str] = []
    gc.callbacks.append(lambda phase, _: counted.append(phase))
    try:
        with within(seconds):
            made = [[number] for number in range(20_000)]
            found = len(counted)
        assert len(made) == 20_000
        return found
    finally:
        gc.callbacks.pop()


def test_no_garbage_is_collected_at_the_expense_of_a_short_block() -> None:
    assert collections_within(1) == 0
    assert gc.isenabled()


def test_garbage_of_a_long_block_is_collected_while_it_works() -> None:
    assert collections_within(10) > 0


def test_collecting_that_was_off_stays_off() -> None:
    gc.disable()
    try:
        with within(BUDGET):
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_collecting_is_on_again_after_a_cut_and_after_blocks_within_each_other() -> None:
    with within(1), pytest.raises(OverBudget), within(BUDGET):
        loop()

    assert gc.isenabled()
