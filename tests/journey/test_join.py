"""Appeals about the same matter are handled together, and one about several matters apart; nobody loses anything by it."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from core.evaluation.models import Rating
from core.handling.models import Reply
from core.hooks import Alike, Budget, DuplicateHint, TimeLimit
from core.intake.joining import CannotAttach, CannotSplit, JoinedTooLong
from core.journey import desk, join
from core.journey.queries.alike import alike_to
from core.journey.void import CannotVoid
from core.kit.errors import Refused
from core.tenancy.scope import Installation, Scope
from core.tickets.contact import Contact
from core.tickets.models import Attachment, Message, Ticket
from core.tickets.service import MoveNotAllowed
from core.tickets.states import State
from core.tickets.timeline import Order
from tests.builders import OPERATOR, beijing, make_district, make_feature, make_installation
from tests.journey.walking import Walk


@pytest.fixture
def other(installation: Installation, district: str) -> Walk:
    return Walk(installation, district)


def finish(walk: Walk) -> None:
    walk.dispatch("2026-03-12 14:00")
    walk.sign("2026-03-12 15:00")
    walk.reply("2026-03-13 10:00", text="路已修好")
    walk.pass_reply("2026-03-13 11:00")


def test_an_attached_resident_gets_an_answer_of_their_own_and_rates_it(walk: Walk, other: Walk) -> None:
    walk.take_in("2026-03-12 10:00")
    other.take_in("2026-03-12 12:00", text="幸福路坑洼")
    other.attach("2026-03-12 13:00", master=walk.serial_no, reason="同一路段")

    finish(walk)
    walk.rate("2026-03-13 12:00", satisfaction="satisfied")
    other.rate("2026-03-13 13:00", satisfaction="dissatisfied", resolved="no")

    assert [(row.text, row.state) for row in other.rows(Reply)] == [("路已修好", "approved")]
    (clock,) = other.clocks("reply")
    assert (clock.started_at, clock.state, clock.stopped_at) == (
        beijing("2026-03-12 12:00"),
        "met",
        beijing("2026-03-13 10:00"),
    )
    assert [row.satisfaction for row in (*walk.rows(Rating), *other.rows(Rating))] == ["satisfied", "dissatisfied"]
    assert other.timeline()[-3].endswith(f"attached→concluded 随主单 {walk.serial_no} 一并答复")
    assert [(row.outcome, row.ended_at) for row in other.rows(Attachment)] == [
        ("answered", beijing("2026-03-13 11:00"))
    ]


def test_a_detached_ticket_is_dispatched_by_itself_and_its_clock_never_stopped(walk: Walk, other: Walk) -> None:
    walk.take_in("2026-03-12 10:00")
    other.take_in("2026-03-12 12:00")
    other.attach("2026-03-12 13:00", master=walk.serial_no)

    other.do(join.detach, "2026-03-16 10:00", actor=OPERATOR, reason="并非同一地点")
    finish(walk)

    ticket = other.ticket()
    assert (ticket.state, ticket.master_id) == (State.TO_DISPATCH, None)
    assert [(clock.started_at, clock.state) for clock in other.clocks()] == [(beijing("2026-03-12 12:00"), "running")]


def test_a_ticket_that_is_let_go_gets_back_the_clock_of_the_desk_with_the_time_that_had_run(database_url: str) -> None:
    limit = TimeLimit("dispatch", Budget("ws", 7200), "t/two-hours", "两个工作小时内派单")
    installation = make_installation(database_url, features=[make_feature("t", time_limits=lambda: [limit])])
    slug = make_district(installation, features={"t": {}})
    master, other = Walk(installation, slug), Walk(installation, slug)
    master.take_in("2026-03-12 10:00")
    other.take_in("2026-03-12 10:00")
    other.attach("2026-03-12 10:30", master=master.serial_no)

    other.do(join.detach, "2026-03-16 14:30", actor=OPERATOR, reason="并非同一地点")

    first, again = other.clocks("dispatch")
    assert (first.state, again.state) == ("cancelled", "running")
    assert (again.started_at, again.due_at) == (beijing("2026-03-16 14:00"), beijing("2026-03-16 16:00"))
    installation.database.engine.dispose()


def test_a_ticket_is_let_go_within_seven_days_and_not_a_moment_later(walk: Walk, other: Walk) -> None:
    walk.take_in("2026-03-12 10:00")
    other.take_in("2026-03-12 10:00")
    other.attach("2026-03-12 13:00", master=walk.serial_no)

    with pytest.raises(JoinedTooLong, match="已于 2026-03-12 13:00 并单，超过 7 天，不能再拆回"):
        other.do(join.detach, "2026-03-19 13:01", actor=OPERATOR, reason="并非同一地点")
    assert other.ticket().is_attached
    other.do(join.detach, "2026-03-19 13:00", actor=OPERATOR, reason="并非同一地点")
    assert other.ticket().state == State.TO_DISPATCH


def test_everybody_is_told_of_a_merger_and_who_leads_it_once(
    walk: Walk, other: Walk, installation: Installation
) -> None:
    third = Walk(installation, walk.slug)
    for number, each in enumerate((walk, other, third)):
        each.take_in("2026-03-12 10:00", contact=Contact("王芳", f"1380000100{number}"))

    def merged(scope: Scope) -> list[Ticket]:
        order = Order(OPERATOR, beijing("2026-03-12 11:00"))
        return join.merge(scope, walk.serial_no, {other.serial_no: order, third.serial_no: order}, reason="同一路段")

    walk.run(merged)

    told = [[row.text for row in each.rows(Message)] for each in (walk, other, third)]
    assert [len(texts) for texts in told] == [1, 1, 1]
    assert "也有其他人反映，一并办理" in told[0][0]
    assert f"您的诉求 {third.serial_no} 与同一件事一并办理" in told[2][0]
    assert {each.ticket().master_id for each in (other, third)} == {walk.ticket().id}


def test_a_merger_of_which_one_cannot_be_joined_joins_none(walk: Walk, other: Walk, installation: Installation) -> None:
    third = Walk(installation, walk.slug)
    for each in (walk, other, third):
        each.take_in("2026-03-12 10:00")
    third.dispatch("2026-03-12 10:10")
    order = Order(OPERATOR, beijing("2026-03-12 11:00"))

    with pytest.raises(MoveNotAllowed):
        walk.run(lambda scope: join.merge(scope, walk.serial_no, {other.serial_no: order, third.serial_no: order}))

    assert (other.ticket().state, any(each.kind == "attached_here" for each in walk.entries())) == (
        State.ACCEPTED,
        False,
    )


def same_thing(appeal: Alike, candidates: Sequence[Alike]) -> list[DuplicateHint]:
    return [DuplicateHint(each.serial_no, "t/same", "事项相同", score=80) for each in candidates]


def test_what_somebody_found_to_be_another_thing_is_offered_to_nobody_again(database_url: str) -> None:
    installation = make_installation(database_url, features=[make_feature("t", find_duplicates=same_thing)])
    slug = make_district(installation, features={"t": {}})
    one, two, three = (Walk(installation, slug) for _ in range(3))
    for each in (one, two, three):
        each.take_in("2026-03-12 10:00", place="幸福路")

    def offered(walk: Walk) -> list[str]:
        ticket = walk.ticket()
        return sorted(
            each.serial_no for each in walk.run(lambda s: alike_to(s, ticket, now=beijing("2026-03-12 12:00")))
        )

    assert offered(one) == sorted([two.serial_no, three.serial_no])
    two.do(join.tell_apart, "2026-03-12 11:00", actor=OPERATOR, other=one.serial_no)
    two.do(join.tell_apart, "2026-03-12 11:05", actor=OPERATOR, other=one.serial_no)

    assert [offered(one), offered(two)] == [[three.serial_no], [three.serial_no]]
    (entry,) = [each for each in one.entries() if each.kind == "distinct"]
    assert (entry.actor_name, entry.summary) == ("坐席甲", f"与工单 {two.serial_no} 不是同一件，不再提示")
    two.attach("2026-03-12 12:00", master=one.serial_no)
    with pytest.raises(join.CannotTellApart, match="先拆回"):
        two.do(join.tell_apart, "2026-03-12 12:05", actor=OPERATOR, other=one.serial_no)
    installation.database.engine.dispose()


def test_opposite_attachments_at_the_same_moment_do_not_close_both(walk: Walk, other: Walk) -> None:
    for _ in range(4):
        walk.take_in()
        other.take_in()

        with ThreadPoolExecutor(2) as pool:
            one = pool.submit(walk.attach, master=other.serial_no)
            two = pool.submit(other.attach, master=walk.serial_no)
        refused = [done.exception() for done in (one, two) if done.exception()]

        assert [type(refusal) for refusal in refused] == [CannotAttach]
        assert sorted((walk.ticket().state, other.ticket().state)) == [State.ACCEPTED, State.ATTACHED]


def test_nothing_is_attached_to_what_is_attached(walk: Walk, other: Walk, installation: Installation) -> None:
    third = Walk(installation, walk.slug)
    for each in (walk, other, third):
        each.take_in()
    other.attach(master=walk.serial_no)

    with pytest.raises(CannotAttach, match="主单"):
        third.attach(master=other.serial_no)
    with pytest.raises(CannotAttach, match="改并"):
        walk.attach(master=third.serial_no)
    with pytest.raises(CannotAttach, match="自己"):
        third.attach(master=third.serial_no)


def test_the_database_itself_attaches_nothing_to_what_is_attached(walk: Walk, other: Walk) -> None:
    walk.take_in()
    other.take_in()
    other.attach(master=walk.serial_no)
    nest = text(
        "UPDATE ticket SET state = 'attached', is_attached = true, master_id = :other, master_is_attached = false "
        "WHERE serial_no = :serial_no"
    )

    with pytest.raises(IntegrityError, match="fk_ticket"), walk.installation.scope(walk.slug) as scope:
        scope.session.execute(nest, {"other": other.ticket().id, "serial_no": walk.serial_no})


def test_a_ticket_that_is_concluded_takes_nobody_in(walk: Walk, other: Walk) -> None:
    walk.take_in()
    walk.answer()
    other.take_in()

    with pytest.raises(CannotAttach, match="不在办理之中"):
        other.attach(master=walk.serial_no)


def test_an_attached_ticket_is_answered_and_handed_on_with_its_master_only(walk: Walk, other: Walk) -> None:
    walk.take_in()
    other.take_in()
    other.attach(master=walk.serial_no)

    deeds: list[Callable[[], object]] = [
        lambda: other.answer("2026-03-12 11:00"),
        lambda: other.dispatch("2026-03-12 11:00"),
        lambda: other.pass_reply("2026-03-12 11:00"),
        lambda: other.do(desk.transfer_out, "2026-03-12 11:00", actor=OPERATOR, destination="police", reason="x"),
    ]
    for deed in deeds:
        with pytest.raises(Refused):
            deed()

    walk.do(desk.transfer_out, "2026-03-12 12:00", actor=OPERATOR, destination="police", reason="涉嫌违法倾倒")
    assert [row.text for row in other.rows(Reply)] == ["您反映的事项已移交公安机关（110）办理。涉嫌违法倾倒"]
    assert other.ticket().disposition == "transferred"


def test_a_master_with_tickets_attached_is_not_voided(walk: Walk, other: Walk) -> None:
    walk.take_in()
    other.take_in()
    other.attach(master=walk.serial_no)

    with pytest.raises(CannotVoid):
        walk.void("2026-03-12 12:00")


def test_an_attached_ticket_that_is_voided_leaves_its_master_alone(walk: Walk, other: Walk) -> None:
    walk.take_in()
    other.take_in()
    other.attach(master=walk.serial_no)

    other.do(join.detach, "2026-03-12 11:00", actor=OPERATOR, reason="测试来电")
    other.void("2026-03-12 11:10")
    finish(walk)

    assert other.ticket().state == State.VOIDED
    assert walk.ticket().state == State.CONCLUDED


def parts_of(walk: Walk) -> list[Walk]:
    whole = walk.ticket()
    rows = walk.run(
        lambda scope: [
            row.serial_no
            for row in scope.session.query(Ticket).filter(Ticket.part_of_id == whole.id).order_by(Ticket.id)
        ]
    )
    return [Walk(walk.installation, walk.slug, serial_no) for serial_no in rows]


def test_a_split_letter_is_concluded_when_all_its_parts_are(walk: Walk) -> None:
    walk.take_in("2026-03-12 10:00", text="路面坑洼，另外枯树要倒")
    walk.do(
        join.split,
        "2026-03-12 10:20",
        actor=OPERATOR,
        texts=["路面坑洼", "枯树要倒"],
        matters=["road", "park"],
        command_id="split-1",
    )
    road, park = parts_of(walk)
    road.dispatch("2026-03-12 11:00", lead="roads")
    road.sign("2026-03-12 12:00")
    road.reply("2026-03-13 10:00", text="路已修好")
    road.pass_reply("2026-03-13 11:00")
    midway = walk.ticket().state
    park.answer("2026-03-16 10:00", text="已列入修剪计划", disposition="planned")

    whole = walk.ticket()
    assert (midway, whole.state, whole.disposition) == (State.IN_PROGRESS, State.CONCLUDED, "partly")
    assert [row.text for row in walk.rows(Reply)] == ["一、路面坑洼：路已修好\n二、枯树要倒：已列入修剪计划"]
    assert (road.ticket().matter, park.ticket().matter) == ("road", "park")
    (reply,) = walk.clocks("reply")
    assert (reply.state, reply.stopped_at) == ("met", beijing("2026-03-16 10:00"))


def test_a_part_goes_at_once_to_the_unit_that_is_named_for_it(walk: Walk) -> None:
    walk.take_in("2026-03-12 10:00", text="路面坑洼，另外枯树要倒")
    walk.do(join.split, "2026-03-12 10:20", actor=OPERATOR, texts=["路面坑洼", "枯树要倒"], units=["parks", ""])

    road, park = parts_of(walk)
    assert (road.ticket().state, road.ticket().lead_unit_id) == (State.DISPATCHED, walk.unit_id("parks"))
    assert park.ticket().state in (State.ACCEPTED, State.TO_DISPATCH)


def test_the_limit_of_a_part_began_with_the_letter(walk: Walk) -> None:
    walk.take_in("2026-03-12 10:00")
    walk.do(join.split, "2026-03-18 10:00", actor=OPERATOR, texts=["路面坑洼", "枯树要倒"])

    dues = {clock.due_at for part in (walk, *parts_of(walk)) for clock in part.clocks() if clock.name == "reply"}

    assert dues == {beijing("2026-03-19 18:00")}


def test_a_part_that_is_voided_keeps_the_letter_waiting_no_longer(walk: Walk) -> None:
    walk.take_in("2026-03-12 10:00")
    walk.do(join.split, "2026-03-12 10:20", actor=OPERATOR, texts=["路面坑洼", "枯树要倒"])
    road, park = parts_of(walk)

    road.answer("2026-03-12 11:00", text="路已修好", disposition="resolved")
    park.void("2026-03-12 12:00", reason="已不存在")

    assert walk.ticket().state == State.CONCLUDED
    assert walk.rows(Reply)[0].text.endswith("：本项未予办理。")


def test_the_resident_rates_the_letter_as_a_whole(walk: Walk) -> None:
    walk.take_in("2026-03-12 10:00")
    walk.do(join.split, "2026-03-12 10:20", actor=OPERATOR, texts=["路面坑洼", "枯树要倒"])
    for part in parts_of(walk):
        part.answer("2026-03-12 11:00", text="已办", disposition="resolved")

    walk.rate("2026-03-12 12:00")

    assert (walk.ticket().state, walk.ticket().disposition) == (State.EVALUATED, "resolved")


@pytest.mark.parametrize("texts", [["只有一项"], ["一项", " "], []])
def test_fewer_than_two_parts_are_none(walk: Walk, texts: list[str]) -> None:
    walk.take_in()

    with pytest.raises(CannotSplit, match="至少要写两个分项"):
        walk.do(join.split, "2026-03-12 10:20", actor=OPERATOR, texts=texts)


def test_parts_are_not_split_again_and_take_no_part_in_attaching(walk: Walk, other: Walk) -> None:
    walk.take_in("2026-03-12 10:00")
    other.take_in()
    walk.do(join.split, "2026-03-12 10:20", actor=OPERATOR, texts=["路面坑洼", "枯树要倒"])
    (part, _) = parts_of(walk)

    with pytest.raises(CannotSplit):
        part.do(join.split, "2026-03-12 10:30", actor=OPERATOR, texts=["左边", "右边"])
    with pytest.raises(CannotAttach):
        part.attach(master=other.serial_no)
    with pytest.raises(CannotAttach):
        other.attach(master=walk.serial_no)
    with pytest.raises(MoveNotAllowed):
        walk.do(join.split, "2026-03-12 10:30", actor=OPERATOR, texts=["左边", "右边"])
