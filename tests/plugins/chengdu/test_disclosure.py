"""公开为常态、不公开为例外: matter, process and result are open by rule, closed on a lawful ground, read before by a person."""

import pytest

from core.hooks import DisclosureDecision, HiddenSpan, Wish
from core.hooks.specs import disclosure_decision, hide_in_public
from tests.plugins.making import answers, make_ticket

OPEN = DisclosureDecision(
    ("matter", "process", "result"),
    "chengdu.disclosure/open",
    "办理事项、过程、结果公开为常态",
    after_days=5,
    by_person=True,
)


def test_everything_is_open_by_rule_and_read_by_a_person_first() -> None:
    assert answers("chengdu.disclosure", disclosure_decision, ticket=make_ticket(text="路灯不亮"), wish="none") == [
        OPEN
    ]


@pytest.mark.parametrize(
    ("text", "ground", "days"),
    [
        ("欠薪，已申请仲裁", "investigation", 180),
        ("邻居家暴，请社区上门", "privacy", 0),
        ("竞争对手拿走了我们的客户名单", "trade-secret", 0),
    ],
)
def test_what_the_exceptions_name_is_closed_with_its_ground(text: str, ground: str, days: int) -> None:
    (made,) = answers("chengdu.disclosure", disclosure_decision, ticket=make_ticket(text=text), wish="open")
    assert (made.opens, made.closed, made.closed_days) == ((), ground, days)


@pytest.mark.parametrize(
    ("read_first", "ask_consent", "wish", "by_person"),
    [
        (False, False, "none", False),
        (False, True, "none", True),
        (False, True, "open", False),
        (True, True, "open", True),
    ],
)
def test_a_district_may_let_time_publish_or_ask_for_consent(
    read_first: bool, ask_consent: bool, wish: Wish, by_person: bool
) -> None:
    set_so = {"read_first": read_first, "ask_consent": ask_consent, "open_process": False}
    (made,) = answers("chengdu.disclosure", disclosure_decision, set_so, ticket=make_ticket(text="路灯不亮"), wish=wish)
    assert (made.opens, made.by_person) == (("matter", "result"), by_person)


def test_the_districts_own_words_are_hidden_wherever_they_stand() -> None:
    assert answers(
        "chengdu.disclosure", hide_in_public, {"hidden_words": ["望江橱柜"]}, text="望江橱柜旁，望江橱柜对面"
    ) == [
        HiddenSpan(0, 4, "chengdu.disclosure/word", "“望江橱柜”不公开"),
        HiddenSpan(6, 10, "chengdu.disclosure/word", "“望江橱柜”不公开"),
    ]
