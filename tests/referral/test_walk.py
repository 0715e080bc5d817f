"""A ticket referred to a district walks there by itself, and comes back to its resident under the one number."""

import pytest
from sqlalchemy import select

from core.handling.models import Reply
from core.hooks.features import Feature
from core.hooks.values import Budget, RouteProposal, TimeLimit
from core.journey import desk, handle, join
from core.routing.referrals import LeadsOnly
from core.tickets.contact import Contact
from core.tickets.models import Message, TicketContact
from core.tickets.sealing import opened
from tests.builders import OPERATOR, beijing, make_feature, make_installation
from tests.jobs.conftest import OwnDatabase
from tests.journey.walking import Walk
from tests.referral.making import CITY, EAST, WEST, Places, make_places, words_of

ZHANG = Contact("张三", "138 0000 0000", "人民路 1 号", keep_private=False)


def featured(database: OwnDatabase, feature: Feature, *slugs: str) -> Places:
    """Make the places in an installation where these tenants have switched the feature on."""
    installation = make_installation(database.url, features=[feature])
    return make_places(installation, **{slug: {feature.id: {}} for slug in slugs})


def said_to_residents(places: Places, slug: str) -> list[str]:
    with places.installation.scope(slug) as scope:
        return list(
            scope.session.scalars(
                select(Message.text).where(Message.tenant_id == scope.tenant.id, Message.to_unit_id.is_(None))
            )
        )


def contact_of(walk: Walk) -> Contact:
    with walk.installation.scope(walk.slug) as scope:
        row = scope.session.get_one(TicketContact, (scope.tenant.id, walk.ticket().id))
        return opened(scope.keys, row)


def replies_of(walk: Walk) -> list[tuple[str, str]]:
    return [(reply.text, reply.state) for reply in walk.rows(Reply, Reply.id)]


def conclude_there(places: Places, there: Walk, *, text: str = "已修补") -> None:
    """Handle the ticket in the district and have the city told."""
    there.dispatch("2026-03-12 11:00")
    there.sign("2026-03-12 11:30")
    there.reply("2026-03-13 10:00", text=text)
    there.pass_reply("2026-03-13 11:00")
    places.carry("2026-03-13 11:01")


def test_a_referred_ticket_is_handled_there_reviewed_here_and_rated_by_its_resident(places: Places) -> None:
    here, there = places.referred()

    there.dispatch("2026-03-12 11:00")
    places.carry("2026-03-12 11:01")
    there.sign("2026-03-12 11:30")
    places.carry("2026-03-12 11:31")
    there.reply("2026-03-13 10:00")
    there.pass_reply("2026-03-13 11:00")
    places.carry("2026-03-13 11:01")
    here.pass_reply("2026-03-13 14:00")
    here.rate("2026-03-13 15:00")
    places.carry("2026-03-13 15:01")

    assert [line for line in here.timeline() if " clock_" not in line] == [
        "03-12 10:00 坐席甲 register ∅→registered 经受理席登记",
        "03-12 10:00 坐席甲 accept registered→accepted 受理",
        "03-12 10:00 系统 classify accepted→accepted 求助，事项待判定",
        "03-12 10:10 坐席甲 dispatch accepted→dispatched 派给 东城区（受理席派单）",
        "03-12 10:10 东城区 referral dispatched→dispatched 东城区：已受理，应于 2026-03-19 18:00 前办结",
        "03-12 11:01 东城区 referral dispatched→dispatched 东城区：待签收，应于 2026-03-19 18:00 前办结",
        "03-12 11:01 东城区 sign dispatched→in_progress 签收",
        "03-12 11:31 东城区 referral in_progress→in_progress 东城区：办理中，应于 2026-03-19 18:00 前办结",
        "03-13 11:01 东城区 referral in_progress→in_progress 东城区：已办结",
        "03-13 11:01 东城区 submit_result in_progress→submitted 提交答复（已解决）",
        "03-13 14:00 审核员乙 audit_pass submitted→concluded 审核通过，答复送达",
        "03-13 15:00 诉求人 evaluate concluded→evaluated 评价：已解决，满意",
    ]
    assert [line for line in there.timeline() if " clock_" not in line] == [
        "03-12 10:10 中心市 register ∅→registered 经跨区移交登记",
        "03-12 10:10 中心市 accept registered→accepted 受理",
        "03-12 10:10 系统 classify accepted→accepted 求助，事项待判定",
        "03-12 10:10 中心市 referral accepted→accepted 由中心市移交；对方应于 2026-03-19 18:00 前办结",
        "03-12 11:00 坐席甲 dispatch accepted→dispatched 派给 道路管理处（受理席派单）",
        "03-12 11:30 经办人丙 sign dispatched→in_progress 签收",
        "03-13 10:00 经办人丙 submit_result in_progress→submitted 提交答复（已解决）",
        "03-13 11:00 审核员乙 audit_pass submitted→concluded 审核通过，答复送达",
        "03-13 15:01 中心市 referral concluded→concluded 中心市已采用答复，移交了结",
    ]
    assert replies_of(here) == replies_of(there) == [("已修补", "approved")]
    assert [places.jobs(slug) for slug in (CITY, EAST)] == [[], []]


def test_the_receiver_knows_what_the_appeal_says_and_who_spoke(places: Places) -> None:
    here, there = places.referred(
        text="路灯倾斜",
        title="路灯",
        place="人民路",
        contact=ZHANG,
        urgency="urgent",
        complexity="complex",
        affected_count=19,
    )

    ours, theirs = here.ticket(), there.ticket()
    columns = ("text", "title", "place", "nature", "urgency", "complexity", "affected_count")
    assert [getattr(theirs, column) for column in columns] == [getattr(ours, column) for column in columns]
    assert (theirs.channel, theirs.submitted_at) == ("referral", beijing("2026-03-12 10:10"))
    assert contact_of(there) == contact_of(here) == Contact("张三", "13800000000", "人民路 1 号", keep_private=False)


def test_an_identity_that_is_kept_private_stays_so(places: Places) -> None:
    _, there = places.referred(contact=Contact("李四", "13900000000", keep_private=True))

    assert contact_of(there) == Contact("李四", "13900000000", keep_private=True)


def test_the_resident_hears_of_one_number_only(places: Places) -> None:
    here, there = places.referred(contact=ZHANG)

    there.do(desk.transfer_out, "2026-03-12 11:00", actor=OPERATOR, destination="police", reason="涉嫌盗窃")
    places.carry("2026-03-12 11:01")

    assert said_to_residents(places, EAST) == []
    assert replies_of(here) == [("您反映的事项已移交公安机关（110）办理。涉嫌盗窃", "submitted")]


def test_the_unit_signs_when_the_receiver_has_given_the_ticket_to_a_unit_of_its_own(places: Places) -> None:
    here, there = places.referred()
    assert here.ticket().state == "dispatched"

    there.dispatch("2026-03-12 11:00")
    places.carry("2026-03-12 11:05")

    assert here.ticket().state == "in_progress"
    [assignment] = here.assignments()
    assert (assignment.state, assignment.signed_at) == ("signed", beijing("2026-03-12 11:05"))


def test_a_direct_answer_there_is_signed_and_handed_in_here(places: Places) -> None:
    here, there = places.referred()

    there.answer("2026-03-12 11:00", text="请致电路政热线")
    places.carry("2026-03-12 11:05")

    assert [entry.kind for entry in here.entries()][-3:] == ["referral", "sign", "submit_result"]
    assert replies_of(here) == [("请致电路政热线", "submitted")]


def test_a_reply_counts_as_handed_in_when_the_receiver_concluded(places: Places) -> None:
    here, there = places.referred()
    there.answer("2026-03-19 17:59")

    places.carry("2026-03-20 09:30")  # the worker was down over night
    here.pass_reply("2026-03-20 10:00")

    [reply] = here.rows(Reply)
    assert reply.submitted_at == beijing("2026-03-19 17:59")
    assert [(clock.name, clock.state) for clock in here.clocks() if clock.name == "reply"] == [("reply", "met")]


def test_a_reply_that_is_given_back_begins_another_cycle_there(places: Places) -> None:
    here, there = places.referred()
    conclude_there(places, there)

    here.return_reply("2026-03-13 14:00", remark="请附照片")
    places.carry("2026-03-13 14:01")
    again = there.ticket()
    there.reply("2026-03-16 10:00", text="已修补，附照片")
    there.pass_reply("2026-03-16 11:00")
    places.carry("2026-03-16 11:01")

    assert (again.state, again.cycle_no) == ("in_progress", 2)
    assert words_of(there, "redo") == ["重办：中心市未采用：审核退回：请附照片"]
    assert replies_of(here) == [("已修补", "returned"), ("已修补，附照片", "submitted")]
    here.pass_reply("2026-03-16 14:00")
    places.carry("2026-03-16 14:01")
    assert here.ticket().state == "concluded"
    assert places.referrals(EAST)[0].ended_at == beijing("2026-03-16 14:01")


def test_a_cycle_that_the_receiver_begins_itself_is_told_and_brings_another_reply(places: Places) -> None:
    here, there = places.referred()
    there.answer("2026-03-12 11:00", text="第一次答复")
    places.carry("2026-03-12 11:01")

    there.redo("2026-03-12 12:00", reason="答复有误")
    there.answer("2026-03-12 13:00", text="第二次答复")
    here.return_reply("2026-03-12 14:00")
    places.carry("2026-03-12 14:01")

    assert there.ticket().cycle_no == 2
    assert replies_of(here) == [("第一次答复", "returned"), ("第二次答复", "submitted")]


def test_the_reply_waits_for_co_units_here(places: Places) -> None:
    here = places.walk()
    here.take_in()
    here.dispatch(lead=EAST, co=["parks"])
    places.carry("2026-03-12 10:11")
    there = places.arrived(EAST)
    there.answer("2026-03-12 11:00")
    places.carry("2026-03-12 11:01")
    assert (here.ticket().state, replies_of(here)) == ("in_progress", [])

    here.contribute("parks", "2026-03-12 12:10")
    places.carry("2026-03-12 12:11")

    assert (here.ticket().state, replies_of(here)) == ("submitted", [("请致电路政热线", "submitted")])


def test_notes_of_the_receiver_stay_there(places: Places) -> None:
    here, there = places.referred()
    version = here.ticket().version

    there.do(handle.remark, "2026-03-12 11:00", actor=OPERATOR, what="已电话核实")
    places.carry("2026-03-12 11:01")

    assert here.ticket().version == version


def test_attached_residents_of_the_sender_are_answered_with_the_receivers_reply(places: Places) -> None:
    here = places.refer()
    other = places.walk()
    other.take_in("2026-03-12 10:20", text="同一处坑洼")
    other.attach("2026-03-12 10:30", master=here.serial_no)
    places.carry("2026-03-12 10:31")

    places.arrived(EAST).answer("2026-03-12 11:00", text="已回填")
    places.carry("2026-03-12 11:01")
    here.pass_reply("2026-03-12 14:00")

    assert [ticket.serial_no for ticket in places.tickets(EAST)] == [places.arrived(EAST).serial_no]
    assert replies_of(other) == [("已回填", "approved")]


def test_each_part_of_a_split_ticket_is_referred_by_itself_with_the_contact_of_the_whole(places: Places) -> None:
    here = places.walk()
    here.take_in(contact=ZHANG)
    here.do(join.split, "2026-03-12 10:05", actor=OPERATOR, texts=["路面坑洼", "路灯不亮"])
    part = places.walk(CITY, places.tickets(CITY)[1].serial_no)

    part.dispatch("2026-03-12 10:10", lead=EAST)
    places.carry("2026-03-12 10:11")

    there = places.arrived(EAST)
    assert there.ticket().text == "路面坑洼"
    assert contact_of(there).phone == "13800000000"


def test_a_ticket_that_the_receiver_splits_comes_back_as_one_answer(places: Places) -> None:
    here, there = places.referred()
    there.do(join.split, "2026-03-12 11:00", actor=OPERATOR, texts=["路面坑洼", "路灯不亮"])
    places.carry("2026-03-12 11:01")
    assert here.ticket().state == "in_progress"

    for number, part in enumerate(places.tickets(EAST)[1:], 1):
        places.walk(EAST, part.serial_no).answer(f"2026-03-12 1{number + 1}:00", text=f"答复{number}")
    places.carry("2026-03-12 14:01")

    assert replies_of(here) == [("一、路面坑洼：答复1\n二、路灯不亮：答复2", "submitted")]


def test_a_ticket_that_the_receiver_attaches_is_answered_with_its_master(places: Places) -> None:
    here, there = places.referred()
    master = places.walk(EAST)
    master.take_in("2026-03-12 10:20", text="同一处坑洼")
    there.attach("2026-03-12 10:30", master=master.serial_no)

    master.answer("2026-03-12 11:00", text="已回填")
    places.carry("2026-03-12 11:01")

    assert replies_of(here) == [("已回填", "submitted")]


def test_nobody_is_asked_to_call_back_at_the_receiver(database: OwnDatabase) -> None:
    limit = TimeLimit("follow_up", Budget("wall", 24 * 3600), "f/follow-up", "办结后一天内回访")
    places = featured(database, make_feature("f", time_limits=lambda: [limit]), CITY, EAST)
    here, there = places.referred()

    there.answer("2026-03-12 11:00")
    places.carry("2026-03-12 11:01")
    here.pass_reply("2026-03-12 12:00")

    assert [clock.state for clock in there.clocks("follow_up")] == ["cancelled"]
    assert [clock.state for clock in here.clocks("follow_up")] == ["running"]


def test_a_rule_that_dispatches_directly_to_a_district_refers(database: OwnDatabase) -> None:
    proposal = RouteProposal(EAST, "f/east", "东城区的事", co=(WEST, "parks"), direct=True)
    places = featured(database, make_feature("f", propose_routes=lambda: [proposal]), CITY)
    here = places.walk()

    here.take_in()
    places.carry("2026-03-12 10:01")

    assert places.arrived(EAST).ticket().text == "道路坑洼，出行不便"
    assert [(each.role, each.state) for each in here.assignments()] == [
        ("lead", "pending_sign"),
        ("co", "pending_sign"),
    ]
    assert places.tickets(WEST) == []


def test_calls_and_visits_there_stop_the_clocks_that_wait_for_them_here(database: OwnDatabase) -> None:
    limits = [TimeLimit(name, Budget("wall", 3600), f"f/{name}", name) for name in ("first_contact", "on_site")]
    places = featured(database, make_feature("f", time_limits=lambda: limits), CITY)
    here, there = places.referred()
    there.dispatch("2026-03-12 10:20")
    there.sign("2026-03-12 10:25")
    roads = there.clerk("roads")

    there.do(handle.contact, "2026-03-12 10:30", actor=roads, reached=False)
    places.carry("2026-03-12 10:31")
    there.do(handle.contact, "2026-03-12 10:40", actor=roads, reached=True)
    there.do(handle.arrive, "2026-03-12 10:50", actor=roads)
    places.carry("2026-03-12 10:51")

    assert [clock.state for clock in here.clocks("first_contact", "on_site")] == ["met", "met"]
    assert words_of(here, "contact", "on_site") == ["未联系上诉求人", "已联系上诉求人", "已到场"]


def test_a_unit_that_stands_for_a_district_leads_and_does_not_help(places: Places) -> None:
    here = places.walk()
    here.take_in()

    with pytest.raises(LeadsOnly):
        here.dispatch(co=[EAST])

    assert here.ticket().state == "accepted"
