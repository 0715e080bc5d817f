"""Serial numbers tell no volume, access codes forgive no typo, and neither repeats."""

import itertools
from collections import Counter
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.kit.keys import CROCKFORD, Keyring
from core.kit.serials import CODE_LENGTH, SPACE, access_code, check_character, serial_no

KEYS = Keyring({1: b"k" * 32})
DAY = date(2026, 3, 12)
codes = st.builds(
    lambda ticket: access_code(KEYS, tenant_id=1, ticket_id=ticket, version=1),
    st.integers(min_value=1, max_value=2**62),
)


def digits(number: int, *, tenant_id: int = 1, keys: Keyring = KEYS) -> int:
    return int(serial_no(keys, tenant_id=tenant_id, prefix="GX", day=DAY, number=number).removeprefix("GX260312"))


def test_a_serial_number_is_prefix_day_and_seven_digits() -> None:
    serial = serial_no(KEYS, tenant_id=1, prefix="GX", day=DAY, number=1)

    assert serial.startswith("GX260312")
    assert len(serial.removeprefix("GX260312")) == 7


def test_different_numbers_have_different_digits() -> None:
    sample = [*range(1, 20_001), *range(SPACE - 5_000, SPACE + 1)]

    assert len({digits(number) for number in sample}) == len(sample)


@given(st.sets(st.integers(min_value=0, max_value=SPACE - 1), min_size=2, max_size=50))
def test_any_different_numbers_have_different_digits(numbers: set[int]) -> None:
    assert len({digits(number) for number in numbers}) == len(numbers)


def test_digits_come_again_only_after_all_ten_million() -> None:
    assert digits(5) == digits(5 + SPACE)


def test_neighbours_look_unrelated() -> None:
    """No step between neighbours is common, and they fall evenly over the range: volume cannot be read off."""
    drawn = [digits(number) for number in range(2_000)]
    steps = Counter(later - earlier for earlier, later in itertools.pairwise(drawn))
    tenths = Counter(each * 10 // SPACE for each in drawn)
    rising = sum(later > earlier for earlier, later in itertools.pairwise(drawn))

    assert steps.most_common(1)[0][1] <= 2
    assert all(140 <= tenths[tenth] <= 260 for tenth in range(10))
    assert 900 <= rising <= 1_100


def test_another_district_or_another_installation_numbers_otherwise() -> None:
    here = [digits(number) for number in range(200)]
    there = [digits(number, tenant_id=2) for number in range(200)]
    elsewhere = [digits(number, keys=Keyring({1: b"x" * 32})) for number in range(200)]

    assert sum(a == b for a, b in zip(here, there, strict=True)) <= 1
    assert sum(a == b for a, b in zip(here, elsewhere, strict=True)) <= 1


def test_a_new_master_key_renumbers_nothing() -> None:
    newer = Keyring({1: b"k" * 32, 2: b"n" * 32})

    assert digits(7, keys=newer) == digits(7)
    assert access_code(newer, tenant_id=1, ticket_id=7, version=1) == access_code(
        KEYS, tenant_id=1, ticket_id=7, version=1
    )


def test_an_access_code_is_nine_characters_and_a_check() -> None:
    code = access_code(KEYS, tenant_id=1, ticket_id=7, version=1)

    assert len(code) == CODE_LENGTH + 1
    assert set(code) <= set(CROCKFORD)
    assert check_character(code[:-1]) == code[-1]


@settings(max_examples=30)
@given(codes)
def test_every_single_wrong_character_is_noticed(code: str) -> None:
    for place, right in enumerate(code):
        for wrong in CROCKFORD.replace(right, ""):
            typed = code[:place] + wrong + code[place + 1 :]
            assert check_character(typed[:-1]) != typed[-1]


@settings(max_examples=200)
@given(codes)
def test_every_swap_of_two_characters_is_noticed(code: str) -> None:
    for first in range(len(code)):
        for second in range(first + 1, len(code)):
            typed = list(code)
            typed[first], typed[second] = typed[second], typed[first]
            if typed != list(code):
                assert check_character("".join(typed[:-1])) != typed[-1]


@pytest.mark.parametrize("what", [{"tenant_id": 2}, {"ticket_id": 8}, {"version": 2}])
def test_a_code_belongs_to_one_ticket_of_one_district_in_one_version(what: dict[str, int]) -> None:
    named = {"tenant_id": 1, "ticket_id": 7, "version": 1}

    assert access_code(KEYS, **named) != access_code(KEYS, **{**named, **what})


def test_codes_use_all_characters_evenly_in_every_place() -> None:
    drawn = [access_code(KEYS, tenant_id=1, ticket_id=ticket, version=1) for ticket in range(3_200)]

    for place in range(CODE_LENGTH + 1):
        counts = Counter(code[place] for code in drawn)
        assert all(50 <= counts[character] <= 160 for character in CROCKFORD)
    assert len(set(drawn)) == len(drawn)
