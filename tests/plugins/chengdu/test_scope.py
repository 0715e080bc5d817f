"""群众反映的一些诉求涉及司法程序，如公安政法中的诈骗、刑事案件的侦查: neither taken in nor held against a unit."""

import pytest

from core.hooks import Exemption, ScopeIssue
from core.hooks.specs import exemptions, scope_issues
from tests.plugins.making import answers, make_ticket


def test_what_a_court_has_in_hand_is_pointed_out_with_the_lawful_way() -> None:
    ticket = make_ticket(title="物业纠纷", text="我和物业的官司，法院已受理，请政府判物业输。")

    assert answers("chengdu.scope", scope_issues, ticket=ticket) == [
        ScopeIssue(
            rejection="litigation",
            advice="已进入诉讼、仲裁的事项，请向受理法院或仲裁机构反映",
            rule_id="chengdu.scope/litigation",
            reason="诉求提到“法院已受理”",
        )
    ]


@pytest.mark.parametrize(
    ("text", "rejections", "is_exempt"),
    [
        ("申请仲裁三个月了没有结果", ["litigation"], True),
        ("对信访复核意见不服", ["petition"], False),
        ("行政复议还在办", ["review"], False),
        ("遇到诈骗，什么时候破案", ["outside"], True),
        ("已起诉，又碰到诈骗", ["litigation", "outside"], True),
        ("路灯坏了，第二审批窗口也没人", [], False),
    ],
)
def test_the_grounds_that_an_appeal_speaks_of(text: str, rejections: list[str], is_exempt: bool) -> None:
    ticket = make_ticket(text=text)

    assert [issue.rejection for issue in answers("chengdu.scope", scope_issues, ticket=ticket)] == rejections
    assert bool(answers("chengdu.scope", exemptions, ticket=ticket)) is is_exempt


def test_no_unit_answers_alone_for_what_the_police_investigate() -> None:
    ticket = make_ticket(text="诈骗案什么时候破案", lead_unit="police")

    assert answers("chengdu.scope", exemptions, ticket=ticket) == [
        Exemption("chengdu.scope/exempt", "诉求涉及“诈骗”，成因复杂，承办单位难以自行彻底解决")
    ]
