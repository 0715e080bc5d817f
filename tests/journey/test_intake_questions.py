"""An appeal comes in: districts read its words, point out what is not theirs, and tell the resident what holds."""

import pytest

from core.hooks import Draft, DraftPatch, Receipt, ScopeIssue, TicketView
from core.journey import accept
from core.journey.queries.case import get_case
from tests.builders import OPERATOR, beijing
from tests.journey.asking import entry, incidents, raises, told, walking

ISSUE = ScopeIssue("litigation", "请向受理法院反映", "f/court", "诉求提到“已起诉”")


def test_what_the_sender_left_open_is_read_out_of_the_words_and_noted_with_rule_and_stamp(database_url: str) -> None:
    def read(draft: Draft) -> list[DraftPatch]:
        assert (draft.channel, draft.place, draft.mailbox, draft.nature) == ("desk", "", "", None)
        return [DraftPatch("f/place", "来件写明地点", place="金牛路", nature="complaint")]

    with walking(database_url, {"f": {"normalise_draft": read}}) as walk:
        walk.take_in(text="#投诉# 路灯不亮\n地点：金牛路")

        ticket, note = walk.ticket(), entry(walk, "draft")
        assert (ticket.place, ticket.nature, ticket.text) == ("金牛路", "complaint", "#投诉# 路灯不亮\n地点：金牛路")
        assert (note.summary, note.detail) == (
            "读出地点、类型（来件写明地点）",
            {"fields": ["place", "nature"], "rule_id": "f/place", "by": "f@1.2.0/1"},
        )


def test_what_the_sender_said_stays_and_each_open_field_is_the_first_feature_s(database_url: str) -> None:
    first = {"normalise_draft": lambda: [DraftPatch("f/1", "甲", place="甲地", affected_count=30)]}
    second = {"normalise_draft": lambda: [DraftPatch("g/1", "乙", place="乙地", mailbox="区长信箱", nature="praise")]}

    with walking(database_url, {"f": first, "g": second}) as walk:
        walk.take_in(nature="inquiry")

        ticket = walk.ticket()
        assert (ticket.place, ticket.mailbox, ticket.nature, ticket.affected_count) == (
            "甲地",
            "区长信箱",
            "inquiry",
            30,
        )
        assert told(walk, "draft") == ["读出地点、涉及人数（甲）", "读出信箱（乙）"]


@pytest.mark.parametrize(
    "patch",
    [
        DraftPatch("f/1", "过长", place="长" * 501),
        DraftPatch("f/1", "过长", mailbox="长" * 101),
        DraftPatch("f/1", "太多", affected_count=10_000_001),
    ],
)
def test_a_rule_that_reads_nonsense_keeps_no_appeal_out(database_url: str, patch: DraftPatch) -> None:
    with walking(database_url, {"f": {"normalise_draft": lambda: [patch]}}) as walk:
        walk.take_in()

        assert (walk.ticket().place, walk.ticket().mailbox, walk.ticket().affected_count) == ("", "", 1)
        assert [hook for hook, _ in incidents(walk)] == ["normalise_draft"]
        assert "没有从来件中提取要素" in told(walk, "rule_failed")[0]


def test_a_rule_that_fails_leaves_the_fields_open_and_a_note(database_url: str) -> None:
    with walking(database_url, {"f": {"normalise_draft": raises}}) as walk:
        walk.take_in()

        assert walk.ticket().state == "accepted"
        note = entry(walk, "rule_failed")
        assert note.summary == f"功能“f”（f）出错，没有从来件中提取要素（错误编号 {note.detail['error_id']}）"


def test_grounds_against_taking_in_are_noted_when_it_is_registered_and_not_again_when_accepted(
    database_url: str,
) -> None:
    def issues(ticket: TicketView) -> list[ScopeIssue]:
        return [ISSUE] if "起诉" in ticket.text else []

    with walking(database_url, {"f": {"scope_issues": issues}}) as walk:
        walk.register(text="已起诉物业，请政府判决")
        walk.do(accept.accept_registered, "2026-03-12 10:05", actor=OPERATOR)

        note = entry(walk, "scope")
        assert (note.at, note.summary) == (
            beijing("2026-03-12 10:00"),
            "可能不属受理范围：诉求提到“已起诉”。请向受理法院反映",
        )
        assert note.detail == {
            "rejection": "litigation",
            "advice": "请向受理法院反映",
            "reason": "诉求提到“已起诉”",
            "rule_id": "f/court",
            "by": "f@1.2.0/1",
        }
        assert walk.ticket().state == "accepted"


def test_an_appeal_taken_in_at_once_is_accepted_with_its_grounds_noted(database_url: str) -> None:
    with walking(database_url, {"f": {"scope_issues": lambda: [ISSUE]}, "g": {"scope_issues": raises}}) as walk:
        walk.take_in()

        assert walk.ticket().state == "accepted"
        assert len(told(walk, "scope")) == 1
        assert "没有核对受理范围，请受理席自行判断" in told(walk, "rule_failed")[0]


def test_without_a_rule_the_resident_is_told_number_and_code(database_url: str) -> None:
    with walking(database_url, {}) as walk:
        accepted, registered = walk.take_in(), walk.register()

        assert accepted.receipt == (
            f"测试区 {walk.slug}已受理您的诉求，受理流水号 {accepted.serial_no}，提取码 {accepted.access_code}。"
            "凭这两样可以查询办理进度。"
        )
        assert f"已登记您的诉求，受理流水号 {registered.serial_no}" in registered.receipt


def test_the_first_district_rule_words_the_receipt_and_a_brace_of_its_own_harms_nothing(database_url: str) -> None:
    first = {"receipt": lambda: [Receipt("{serial_no}/{access_code}（{tenant}）{其他}", "f/1", "回执")]}
    second = {"receipt": lambda: [Receipt("另一段", "g/1", "回执")]}

    with walking(database_url, {"f": first, "g": second}) as walk:
        told_then = walk.take_in(external_id="m1")
        told_again = walk.take_in(external_id="m1")

        assert told_then.receipt == (f"{told_then.serial_no}/{told_then.access_code}（测试区 {walk.slug}）{{其他}}")
        assert (told_again.created, told_again.receipt) == (False, told_then.receipt)


def test_the_access_code_is_in_no_entry_of_the_timeline(database_url: str) -> None:
    with walking(database_url, {"f": {"receipt": lambda: [Receipt("{access_code}", "f/1", "回执")]}}) as walk:
        accepted = walk.take_in()

        assert all(accepted.access_code not in f"{each.summary}{each.detail}" for each in walk.entries())


def test_a_receipt_that_fails_gives_way_to_the_core_s_words(database_url: str) -> None:
    with walking(database_url, {"f": {"receipt": raises}}) as walk:
        accepted = walk.take_in()

        assert accepted.serial_no in accepted.receipt
        assert "回执改用通用的文字" in told(walk, "rule_failed")[0]


def test_the_case_still_opens_after_all_of_it(database_url: str) -> None:
    answers = {"normalise_draft": raises, "scope_issues": lambda: [ISSUE], "receipt": raises}
    with walking(database_url, {"f": answers}) as walk:
        walk.register()

        case = walk.run(lambda scope: get_case(scope, walk.serial_no, now=beijing("2026-03-12 10:01")))
        assert case.state == "registered"
