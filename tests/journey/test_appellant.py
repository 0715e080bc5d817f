"""Who appeals, and by which line of the channel: said, or as usual by the channel; kept, ruled by, and counted."""

from collections.abc import Sequence

import pytest

from core.hooks import Channel
from core.intake.rules import AppealUnusable
from core.journey.report import report_month
from core.tenancy.scope import Installation
from tests.builders import beijing, make_district, make_feature, make_installation
from tests.journey.importing import import_rows, table_of, tickets_of
from tests.journey.test_routing_rules import rule, walk_with
from tests.journey.walking import Walk

MAILBOX = Channel("firms", "企业信箱", "letter", appellant="enterprise")


def channels() -> Sequence[Channel]:
    return [MAILBOX]


@pytest.fixture
def walk(database_url: str) -> Walk:
    installation = make_installation(database_url, features=[make_feature("f", channels=channels)])
    return Walk(installation, make_district(installation, features={"f": {}}))


def test_who_writes_to_the_mailbox_of_enterprises_is_one_unless_they_say_otherwise(walk: Walk) -> None:
    walk.take_in(channel="firms")
    assert walk.ticket().appellant == "enterprise"

    walk.take_in(channel="firms", appellant="person", text="我是员工，问个别的事")
    assert walk.ticket().appellant == "person"

    walk.take_in(channel="desk", text="小店门前积水")
    assert walk.ticket().appellant == "person"


def test_the_old_number_of_a_merged_hotline_stays_on_the_ticket(walk: Walk) -> None:
    walk.take_in(source="96123")
    assert walk.ticket().source == "96123"

    with pytest.raises(AppealUnusable) as refusal:
        walk.take_in(source="9" * 101, text="另一件")
    assert "来源" in refusal.value.message


def test_a_month_tells_enterprises_apart(walk: Walk) -> None:
    walk.take_in(channel="firms")
    walk.take_in(text="路不平")
    walk.take_in(text="灯不亮")

    told = report_month(walk.installation, walk.slug, "2026-03", now=beijing("2026-04-10 12:00"))

    assert [(share.label, share.numerator, share.denominator) for share in told.by_appellant] == [
        ("个人", 2, 3),
        ("企业", 1, 3),
    ]


def test_a_file_may_say_who_appeals_and_by_which_line(installation: Installation) -> None:
    slug = make_district(installation)
    rows = table_of(("订单系统打不开", "公司", "96123"), ("路灯不亮", "", ""))

    outcome = import_rows(installation, slug, rows, columns=("内容", "诉求主体", "原热线"))

    assert outcome.rejected == ()
    assert {(ticket.text, ticket.appellant, ticket.source) for ticket in tickets_of(installation, slug)} == {
        ("订单系统打不开", "enterprise", "96123"),
        ("路灯不亮", "person", ""),
    }


def test_rules_may_ask_who_appeals_and_by_which_line(database_url: str) -> None:
    firm = rule("firms", "safety", {"field": "appellant", "op": "eq", "value": "enterprise"}, set={"urgency": "urgent"})
    line = rule("line", "safety", {"field": "source", "op": "eq", "value": "96123"}, set={"urgency": "urgent"})
    walk = walk_with(database_url, [firm, line])

    for appeal, urgency in (({"appellant": "enterprise"}, "urgent"), ({"source": "96123"}, "urgent"), ({}, "normal")):
        walk.take_in(text=f"路面坑洼 {appeal}", **appeal)
        assert walk.ticket().urgency == urgency
