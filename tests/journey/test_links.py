"""A link in a message does one thing about one ticket, and ends with what it was for."""

from datetime import timedelta

import pytest

from core.tickets.links import GOOD_FOR, Purpose, link_token, read_link, ticket_of_link
from tests.builders import beijing, make_district
from tests.journey.walking import Walk

MADE = beijing("2026-03-13 11:00")


def token_of(walk: Walk, purpose: Purpose = "rate") -> str:
    return walk.run(lambda scope: link_token(scope, walk.ticket(), purpose, now=MADE))


def opens(walk: Walk, token: str, purpose: Purpose = "rate", *, after: timedelta = timedelta(hours=1)) -> str:
    """Return the number of the ticket that the link opens for this, "" = nothing."""
    found = walk.run(lambda scope: ticket_of_link(scope, token, purpose, now=MADE + after))
    return found.serial_no if found else ""


def answered(walk: Walk) -> Walk:
    walk.take_in()
    walk.answer()
    return walk


def test_a_link_is_for_its_ticket_tenant_and_purpose_alone(walk: Walk) -> None:
    answered(walk)
    other = answered(Walk(walk.installation, walk.slug))
    elsewhere = Walk(walk.installation, make_district(walk.installation))
    token = token_of(walk)

    assert len(token) <= len(walk.serial_no) + 16
    assert opens(walk, token.lower()) == walk.serial_no
    assert opens(elsewhere, token) == ""
    assert opens(walk, token, "stop-news") == ""
    assert opens(walk, token.replace(walk.serial_no, other.serial_no)) == ""
    assert opens(walk, token.replace("-R", "-S"), "stop-news") == ""
    assert opens(walk, token[:-1] + ("0" if token[-1] != "0" else "1")) == ""


@pytest.mark.parametrize("token", ["", "-", "GX2603120000000", "GX2603120000000-R0000000000000", "ｘ-R" + "0" * 14])
def test_what_nobody_made_opens_nothing(walk: Walk, token: str) -> None:
    answered(walk)

    assert opens(walk, token) == ""


def test_a_rating_link_ends_with_its_rating_and_with_its_cycle(walk: Walk) -> None:
    answered(walk)
    token, follow = token_of(walk), token_of(walk, "follow")
    walk.rate()
    rated = opens(walk, token)
    walk.redo()
    walk.answer("2026-03-16 10:00")

    assert (rated, opens(walk, token), opens(walk, follow, "follow")) == ("", "", walk.serial_no)
    link = walk.run(lambda scope: read_link(scope, token, now=MADE))
    assert link is not None
    assert (link.ticket.serial_no, link.is_over) == (walk.serial_no, True)


def test_a_link_ends_after_its_days(walk: Walk) -> None:
    answered(walk)
    token = token_of(walk)

    assert opens(walk, token, after=GOOD_FOR["rate"]) == walk.serial_no
    assert opens(walk, token, after=GOOD_FOR["rate"] + timedelta(days=1)) == ""
