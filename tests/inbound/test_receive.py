"""The entrance for what is pushed: who is let in, what is kept, what is answered, and that nothing is lost."""

from datetime import timedelta

import pytest
from flask import Flask

from core.tenancy.scope import Installation
from tests.builders import make_district
from tests.inbound.making import (
    CHANNEL,
    FEATURE,
    Wire,
    body_of,
    items_of,
    make_wired_district,
    push,
    signature,
    signed,
    tickets_of,
    work,
)

BODY = body_of("路灯不亮")


def test_what_is_pushed_becomes_a_ticket(app: Flask, installation: Installation, slug: str) -> None:
    answer = push(app, slug, body_of("路灯不亮", phone="13800000001"))
    work(installation)

    [item], [ticket] = items_of(installation, slug), tickets_of(installation, slug)
    assert (answer.status_code, answer.get_json()) == (202, {"number": str(item.id)})
    assert (item.state, item.tickets, item.vouched_by) == ("taken_in", {"1": ticket.id}, f"{FEATURE}@0/1")
    assert (ticket.text, ticket.channel, ticket.submitted_at) == ("路灯不亮", CHANNEL, item.received_at)
