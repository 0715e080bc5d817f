"""The walk from the appeal to the rating, told by its timeline; and the short one, answered at the desk."""

from core.handling.models import Reply
from core.journey import conclude, handle
from core.tickets.states import State
from core.tickets.timeline import RESIDENT
from tests.builders import OPERATOR, beijing
from tests.journey.walking import Walk


def test_the_walk_of_a_ticket_is_told_entry_by_entry(walk: Walk) -> None:
    walk.take_in("2026-03-12 10:00", matter="road", nature="complaint", place="幸福路 1 号")
    walk.dispatch("2026-03-12 10:10", co=["parks"], reason="路面归道路处")
    walk.sign("2026-03-12 11:00")
    walk.do(handle.arrive, "2026-03-12 14:00", what="已到现场", actor=walk.lead_clerk())
    walk.do(handle.note, "2026-03-12 15:00", what="材料已申请", actor=walk.lead_clerk())
    walk.contribute("parks", "2026-03-13 09:30")
    walk.reply("2026-03-13 10:00", text="已修补", disposition="partly")
    walk.return_reply("2026-03-13 11:00", remark="请附照片")
    walk.reply("2026-03-16 10:00", text="已修补，附照片", disposition="resolved")
    walk.pass_reply("2026-03-16 17:00")
    walk.follow_up("2026-03-17 10:00", outcome="unreachable")
    walk.follow_up("2026-03-17 15:00", outcome="reached")
    walk.rate("2026-03-17 15:05", satisfaction="basically", resolved="partly")

    assert walk.timeline() == [
        "03-12 10:00 坐席甲 register ∅→registered 经受理席登记",
        "03-12 10:00 坐席甲 accept registered→accepted 受理",
        "03-12 10:00 系统 classify accepted→accepted 投诉，城市管理 / 道路",
        "03-12 10:00 系统 clock_started accepted→accepted 答复时限至 2026-03-19 18:00（未设时限的诉求，5 个工作日内答复）",
        "03-12 10:10 坐席甲 dispatch accepted→dispatched 派给 道路管理处，协办 园林管理处（路面归道路处）",
        "03-12 10:10 系统 clock_started dispatched→dispatched 退单时限至 2026-03-16 18:00（派单后 2 个工作日内可以退单）",
        "03-12 11:00 经办人丙 sign dispatched→in_progress 签收",
        "03-12 14:00 经办人丙 on_site in_progress→in_progress 已到现场",
        "03-12 15:00 经办人丙 note in_progress→in_progress 材料已申请",
        "03-13 09:30 经办人丙 co_sign in_progress→in_progress 园林管理处签收",
        "03-13 09:30 经办人丙 contribute in_progress→in_progress 园林管理处提交协办意见",
        "03-13 10:00 经办人丙 submit_result in_progress→submitted 提交答复（部分解决）",
        "03-13 11:00 审核员乙 audit_return submitted→in_progress 审核退回：请附照片",
        "03-16 10:00 经办人丙 submit_result in_progress→submitted 提交答复（已解决）",
        "03-16 17:00 审核员乙 audit_pass submitted→concluded 审核通过，答复送达",
        "03-16 17:00 系统 clock_stopped concluded→concluded 答复时限停止计时，按时",
        "03-17 10:00 坐席甲 follow_up_attempt concluded→concluded 回访：未接通",
        "03-17 15:00 坐席甲 follow_up concluded→following_up 回访已接通",
        "03-17 15:05 诉求人 evaluate following_up→evaluated 评价：部分解决，基本满意",
    ]


def test_what_the_walk_leaves_on_the_ticket(walk: Walk) -> None:
    walk.take_in("2026-03-12 10:00", matter="road")
    walk.dispatch(co=["parks"])
    walk.sign()
    walk.contribute("parks")
    walk.reply("2026-03-16 10:00")
    walk.pass_reply("2026-03-16 17:00")

    ticket = walk.ticket()

    assert (ticket.state, ticket.disposition) == (State.CONCLUDED, "resolved")
    assert (ticket.accepted_at, ticket.replied_at, ticket.concluded_at) == (
        beijing("2026-03-12 10:00"),
        beijing("2026-03-16 10:00"),
        beijing("2026-03-16 17:00"),
    )
    assert (ticket.light, ticket.next_due_at, ticket.cycle_no) == ("green", None, 1)
    assert [(row.role, row.state, row.ended_at) for row in walk.assignments()] == [
        ("lead", "done", beijing("2026-03-16 17:00")),
        ("co", "done", beijing("2026-03-16 17:00")),
    ]


def test_an_appeal_answered_at_the_desk_is_concluded_without_a_unit(walk: Walk) -> None:
    walk.take_in("2026-03-12 10:00", text="请问修路要多久")

    walk.answer("2026-03-12 10:05", text="约两周", disposition="explained")

    assert walk.timeline() == [
        "03-12 10:00 坐席甲 register ∅→registered 经受理席登记",
        "03-12 10:00 坐席甲 accept registered→accepted 受理",
        "03-12 10:00 系统 classify accepted→accepted 咨询，事项待判定",
        "03-12 10:00 系统 clock_started accepted→accepted 答复时限至 2026-03-19 18:00（未设时限的诉求，5 个工作日内答复）",
        "03-12 10:05 坐席甲 answer_directly accepted→concluded 直接答复（政策解释）",
        "03-12 10:05 系统 clock_stopped concluded→concluded 答复时限停止计时，按时",
    ]
    assert [(row.text, row.unit_id, row.state) for row in walk.rows(Reply, Reply.id)] == [("约两周", None, "approved")]
    assert walk.assignments() == []


def test_a_resident_who_was_not_called_may_still_rate(walk: Walk) -> None:
    walk.take_in()
    walk.answer()

    ticket = walk.do(conclude.rate, "2026-03-12 12:00", resolved="no", satisfaction="dissatisfied", actor=RESIDENT)

    assert ticket.state == State.EVALUATED


def test_a_resident_who_was_not_reached_is_asked_again(walk: Walk) -> None:
    walk.take_in()
    walk.answer()

    for hour in (10, 14, 16):
        walk.do(conclude.follow_up, f"2026-03-13 {hour}:00", outcome="unreachable", actor=OPERATOR)

    assert walk.ticket().state == State.CONCLUDED
    assert [line.split()[-1] for line in walk.timeline()[-3:]] == ["回访：未接通"] * 3
