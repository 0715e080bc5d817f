"""Codes by time: the vectors of the RFCs, how far a clock may be off, and what a phone is told."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from core.people.second_factor.totp import address_of, code_at, in_letters, matching_step, new_secret, step_at

SECRET = b"12345678901234567890"
NOW = datetime(2026, 3, 12, 2, 0, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_the_vectors_of_rfc_6238(seconds: int, code: str) -> None:
    moment = datetime.fromtimestamp(seconds, UTC)
    assert code_at(SECRET, step_at(moment), digits=8) == code


def test_the_vectors_of_rfc_4226() -> None:
    given = ["755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"]
    assert [code_at(SECRET, counter) for counter in range(10)] == given


@pytest.mark.parametrize(("off", "fits"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_a_clock_may_be_one_step_off_and_no_more(off: int, fits: bool) -> None:
    code = code_at(SECRET, step_at(NOW + timedelta(seconds=off)))
    assert (matching_step(SECRET, code, now=NOW, after=0) is not None) is fits


def test_a_code_and_all_before_it_fit_no_more_once_used() -> None:
    current = step_at(NOW)
    before, code, following = (code_at(SECRET, current + off) for off in (-1, 0, 1))
    assert matching_step(SECRET, code, now=NOW, after=current - 1) == current
    assert matching_step(SECRET, code, now=NOW, after=current) is None
    assert matching_step(SECRET, before, now=NOW, after=current) is None
    assert matching_step(SECRET, following, now=NOW, after=current) == current + 1


def test_a_phone_is_told_whose_secret_it_is_and_how_codes_are_made() -> None:
    address = urlsplit(address_of(SECRET, account="zhang@pingshan"))
    assert (address.scheme, address.netloc, unquote(address.path)) == ("otpauth", "totp", "/Huiying:zhang@pingshan")
    assert parse_qs(address.query) == {
        "secret": ["GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"],
        "issuer": ["Huiying"],
        "digits": ["6"],
        "period": ["30"],
    }
    assert in_letters(SECRET) == "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ"


def test_every_secret_is_another() -> None:
    assert len({new_secret() for _ in range(20)}) == 20
