"""The breaker: what keeps failing is left alone, tried again after a rest, and asked as before once it answers."""

from core.hooks.breaker import AT_LEAST, FIRST_REST, IN_A_ROW, LONGEST_REST, WINDOW_SECONDS, Breaker


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def broken(breaker: Breaker, times: int, key: str = "k") -> None:
    for _ in range(times):
        breaker.failed(key)


def test_five_failures_in_a_row_open_it_for_this_key_alone() -> None:
    breaker = Breaker(clock=Clock())

    broken(breaker, IN_A_ROW - 1)
    allowed_before = breaker.allows("k")
    broken(breaker, 1)

    assert (allowed_before, breaker.allows("k"), breaker.allows("another revision")) == (True, False, True)


def test_an_answer_in_between_counts_anew() -> None:
    breaker = Breaker(clock=Clock())
    for _ in range(3):
        broken(breaker, IN_A_ROW - 1)
        breaker.succeeded("k")

    assert breaker.allows("k")


def test_half_of_many_calls_failing_opens_it_without_five_in_a_row() -> None:
    breaker = Breaker(clock=Clock())
    for _ in range(AT_LEAST // 2):
        broken(breaker, 1)
        assert breaker.allows("k")
        breaker.succeeded("k")
    broken(breaker, 1)

    assert not breaker.allows("k")


def test_failures_of_long_ago_are_forgotten() -> None:
    clock = Clock()
    breaker = Breaker(clock=clock)
    for _ in range(AT_LEAST):
        broken(breaker, 1)
        breaker.succeeded("k")
        clock.now += WINDOW_SECONDS / 3

    assert breaker.allows("k")


def test_after_its_rest_one_call_is_let_through_and_the_others_wait_for_it() -> None:
    clock = Clock()
    breaker = Breaker(clock=clock)
    broken(breaker, IN_A_ROW)
    clock.now += FIRST_REST

    assert [breaker.allows("k") for _ in range(3)] == [True, False, False]

    breaker.succeeded("k")
    assert [breaker.allows("k") for _ in range(3)] == [True, True, True]


def test_a_try_that_never_came_back_is_made_again_after_a_rest() -> None:
    clock = Clock()
    breaker = Breaker(clock=clock)
    broken(breaker, IN_A_ROW)
    clock.now += FIRST_REST
    breaker.allows("k")
    clock.now += FIRST_REST

    assert breaker.allows("k")


def test_each_try_that_fails_doubles_the_rest_up_to_half_an_hour() -> None:
    clock = Clock()
    breaker = Breaker(clock=clock)
    broken(breaker, IN_A_ROW)
    rests = []
    for _ in range(8):
        rest = 0.0
        while not breaker.allows("k"):
            clock.now += 1
            rest += 1
        rests.append(rest)
        broken(breaker, 1)

    assert rests == [60, 120, 240, 480, 960, LONGEST_REST, LONGEST_REST, LONGEST_REST]
