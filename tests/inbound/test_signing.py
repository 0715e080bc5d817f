"""Signatures of other systems: only what is right in everything is let through."""

import base64
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from core.hooks import InboundRequest
from core.hooks.settings import SecretText
from core.hooks.signing import hmac_sha256_matches, signed_message_id
from tests.inbound.making import KEY, request_of, secret, signature, signed

NOW = datetime(2026, 3, 12, 2, 0, tzinfo=UTC)
BODY = '{"content":"路灯不亮"}'.encode()
RIGHT = signed("m-1", BODY, at=NOW)


def known(body: bytes = BODY, **changed: str) -> str | None:
    """Return what is known of a push at NOW with some of its headers changed; an empty one is left out."""
    headers = {name: value for name, value in {**RIGHT, **_names(changed)}.items() if value}
    return signed_message_id(secret(), request_of(body, headers, received_at=NOW))


def _names(changed: dict[str, str]) -> dict[str, str]:
    return {f"webhook-{name}": value for name, value in changed.items()}


def test_a_right_signature_gives_the_sender_s_id() -> None:
    assert known() == "m-1"


@pytest.mark.parametrize(
    "changed",
    [
        {"id": ""},
        {"timestamp": ""},
        {"signature": ""},
        {"id": "m-2"},
        {"timestamp": str(int(NOW.timestamp()) + 1)},
        {"signature": RIGHT["webhook-signature"][:-2] + "A="},
        {"signature": RIGHT["webhook-signature"].removeprefix("v1,")},
        {"signature": RIGHT["webhook-signature"].replace("v1,", "v1a,")},
        {"signature": RIGHT["webhook-signature"].lower()},
        {"signature": "v1,"},
        {"signature": "v1,签名"},
    ],
)
def test_a_header_that_is_missing_or_altered_lets_nothing_through(changed: dict[str, str]) -> None:
    assert known(**changed) is None


@pytest.mark.parametrize(
    "body",
    [
        BODY[:-1] + b"]",
        BODY + b" ",
        BODY.replace(b":", b": "),
        BODY.decode().encode("gb18030"),
        b"\xef\xbb\xbf" + BODY,
        b"",
    ],
)
def test_a_body_altered_by_a_byte_a_blank_or_its_charset_is_not_let_through(body: bytes) -> None:
    assert known(body) is None


@pytest.mark.parametrize(
    ("late", "is_let_through"),
    [
        (timedelta(minutes=5), True),
        (timedelta(minutes=5, seconds=1), False),
        (timedelta(minutes=-5), True),
        (timedelta(minutes=-5, seconds=-1), False),
        (timedelta(days=10_000), False),
    ],
)
def test_a_signature_is_good_for_five_minutes_before_and_after(late: timedelta, is_let_through: bool) -> None:
    request = request_of(BODY, signed("m-1", BODY, at=NOW, late=late), received_at=NOW)

    assert (signed_message_id(secret(), request) == "m-1") == is_let_through


@pytest.mark.parametrize(
    "timestamp", ["-1", "+1773280800", " 1773280800", "1773280800.0", "1e9", "１７７３２８０８００", "9" * 400]
)
def test_a_time_that_is_not_written_in_plain_digits_is_none(timestamp: str) -> None:
    assert known(timestamp=timestamp, signature=signature("m-1", timestamp, BODY)) is None


@pytest.mark.parametrize("message_id", ["a.b", "m" * 121, "编号", "a\tb"])
def test_an_id_that_could_be_mistaken_is_none(message_id: str) -> None:
    timestamp = RIGHT["webhook-timestamp"]

    assert known(id=message_id, signature=signature(message_id, timestamp, BODY)) is None


def test_one_right_signature_of_several_is_enough_while_a_key_is_changed() -> None:
    old = signature("m-1", RIGHT["webhook-timestamp"], BODY, key="旧的密钥，对方系统已经换掉了它")

    assert known(signature=f"v1a,anything {old} {RIGHT['webhook-signature']}") == "m-1"


def test_only_the_first_signatures_of_very_many_are_looked_at() -> None:
    assert known(signature=" ".join(["v1,no"] * 10_000 + [RIGHT["webhook-signature"]])) is None


@pytest.mark.parametrize(
    "given", [None, secret(""), secret("短"), secret("x" * 23), secret("whsec_####"), secret("whsec_" + "A" * 30)]
)
def test_without_a_key_or_with_one_that_is_too_short_nothing_is_let_through(given: SecretText | None) -> None:
    key = given.reveal() if given else ""
    headers = signed("m-1", BODY, key=key, at=NOW)

    assert signed_message_id(given, request_of(BODY, headers, received_at=NOW)) is None


def test_a_key_may_be_written_as_standard_webhooks_writes_it() -> None:
    written = secret("whsec_" + base64.b64encode(KEY.encode()).decode())

    assert signed_message_id(written, request_of(BODY, RIGHT, received_at=NOW)) == "m-1"


@pytest.mark.parametrize(
    "write", [lambda digest: base64.b64encode(digest).decode(), bytes.hex, lambda digest: digest.hex().upper()]
)
def test_a_plain_signature_is_known_in_base64_and_in_digits(write: Callable[[bytes], str]) -> None:
    digest = base64.b64decode(signature("", "", b"x").removeprefix("v1,"))

    assert hmac_sha256_matches(secret(), b"..x", write(digest))
    assert not hmac_sha256_matches(secret(), b"..y", write(digest))


def test_a_push_says_nothing_of_its_content_when_it_is_shown() -> None:
    request = InboundRequest({"authorization": "秘密"}, {"phone": "13900001234"}, BODY, NOW)

    assert repr(request) == f"InboundRequest(received_at={NOW!r})"
