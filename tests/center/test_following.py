"""The centre follows the tickets of its people, and nobody else's: from the counter to the answer, and beyond it."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from core.evaluation.models import HomeVisit
from core.journey import conclude, handle
from core.journey.audit import audit_ticket
from core.tickets.models import Message, Ticket, TicketEvent
from core.tickets.queries import get_ticket_id
from tests.builders import REVIEWER
from tests.center.conftest import CenterHouse
from tests.center.making import taken_in
from tests.center.test_taking_in import CODE, NO_PHONE, SERIAL, send
from tests.web.making import Life, Visitor


def events_of(house: CenterHouse, serial_no: str) -> list[tuple[str, str]]:
    """Return kind and words of each entry of the timeline."""
    with house.installation.scope(house.slug) as scope:
        ticket_id = get_ticket_id(scope, serial_no)
        rows = scope.session.execute(
            select(TicketEvent.kind, TicketEvent.summary)
            .where(TicketEvent.tenant_id == scope.tenant.id, TicketEvent.ticket_id == ticket_id)
            .order_by(TicketEvent.seq)
        )
        return [(row.kind, row.summary) for row in rows]


def messages_to(house: CenterHouse, transport: str) -> list[str]:
    with house.installation.scope(house.slug) as scope:
        wanted = Message.tenant_id == scope.tenant.id, Message.transport == transport
        return list(scope.session.scalars(select(Message.text).where(*wanted).order_by(Message.id)))


def opened(house: CenterHouse, serial_no: str) -> Visitor:
    worker = house.visitor(house.worker)
    assert worker.get(f"/center/{serial_no}").status_code == 200
    return worker


def test_from_counter_to_answer_by_the_unit_centre_and_resident_see_the_same(house: CenterHouse) -> None:
    worker, operator = house.visitor(house.worker), house.visitor(house.operator)
    send(worker, **NO_PHONE)
    serial_no, code = SERIAL.findall(worker.page)[0], CODE.findall(worker.page)[0]

    operator.get(f"/t/{serial_no}")
    at_desk = operator.page
    life = Life(house.installation, house.slug, serial_no)
    life.do(handle.sign, life.clerk("roads"))
    life.do(handle.reply, life.clerk("roads"), text="文化广场路面的坑洞已补平", disposition="resolved")
    worker.get("/center")
    listed = worker.page
    life.do(conclude.pass_reply, REVIEWER)

    assert "社区党群服务中心" in at_desk
    assert "道路管理处" in at_desk
    assert serial_no in listed
    worker.get("/center?tab=answered")
    assert serial_no in worker.page
    worker.get(f"/center/{serial_no}")
    resident = house.visitor()
    resident.get(f"/public/{house.slug}/progress")
    seen = resident.post(f"/public/{house.slug}/progress", number=serial_no, code=code).get_data(as_text=True)
    for words in ("坑洞已补平", "已经办结并答复", "审核通过，已答复"):
        assert (words in worker.page, words in seen) == (True, True), words
    assert code not in worker.page


def test_a_centre_reaches_only_what_it_took_in(house: CenterHouse) -> None:
    theirs = taken_in(house, unit="cc-two", text="路面坑洼，在二号社区")
    worker = house.visitor(house.worker)

    listed = worker.get("/center?tab=all").get_data(as_text=True)
    looked = worker.get(f"/center/{theirs}")
    tried = []
    for deed in ("follow", "urge", "visit", "reveal", "receipt"):
        worker.get("/center/new")
        answer = worker.post(f"/center/{theirs}/{deed}", version="5", to="unit", text="催", outcome="met", found="见")
        tried.append(answer.status_code)

    assert theirs not in listed
    assert looked.status_code == 403
    assert tried == [403] * 5
    assert [kind for kind, _ in events_of(house, theirs) if kind in ("center_note", "urged", "home_visit")] == []


def test_words_go_to_the_unit_and_to_the_resident_who_left_a_phone(house: CenterHouse) -> None:
    silent = taken_in(house)
    reached = taken_in(house, message_id="b" * 32, no_phone=False, phone="13800000001", text="路面坑洼，夜里看不见")
    worker = opened(house, silent)

    to_unit = worker.post(f"/center/{silent}/follow", to="unit", text="老人多，请先围挡")
    worker.get(f"/center/{silent}")
    to_nobody = worker.post(f"/center/{silent}/follow", to="resident", text="明天来修")
    other = opened(house, reached)
    other.post(f"/center/{reached}/follow", to="resident", text="明天来修")

    assert to_unit.status_code == 303
    assert to_nobody.status_code == 422
    assert "没有留电话，发不了消息" in worker.page
    assert f"一号社区党群服务中心就工单 {silent}「文化广场路面坑洼」跟进：老人多，请先围挡" in messages_to(
        house, "inbox"
    )
    assert messages_to(house, "sms")[-1] == f"一号社区党群服务中心：明天来修（工单 {reached}）"
    assert events_of(house, silent)[-1] == ("center_note", "一号社区党群服务中心致道路管理处：老人多，请先围挡")


def test_urging_for_the_resident_counts_as_the_residents_own(house: CenterHouse) -> None:
    serial_no = taken_in(house)
    worker = opened(house, serial_no)

    assert worker.post(f"/center/{serial_no}/urge", words="又摔了一个").status_code == 303

    assert events_of(house, serial_no)[-1] == ("urged", "一号社区党群服务中心代诉求人催办：又摔了一个")
    worker.get(f"/center/{serial_no}")
    assert "今天已经催办过" in worker.page
    worker.get("/center/new")
    assert worker.post(f"/center/{serial_no}/urge", version="9", words="再催").status_code == 409


def test_a_visit_is_evidence_and_rates_nothing(house: CenterHouse) -> None:
    serial_no = taken_in(house)
    worker = opened(house, serial_no)

    refused = worker.post(f"/center/{serial_no}/visit", outcome="gone", found="家里没人")
    worker.get(f"/center/{serial_no}")
    done = worker.post(f"/center/{serial_no}/visit", outcome="met", found="坑还在，只撒了石子")

    assert (refused.status_code, done.status_code) == (422, 303)
    worker.get(f"/center/{serial_no}")
    assert "坑还在，只撒了石子" in worker.page
    with house.installation.scope(house.slug) as scope:
        visit = scope.session.scalars(select(HomeVisit).where(HomeVisit.tenant_id == scope.tenant.id)).one()
        assert (visit.outcome, visit.by) == ("met", "古月明（一号社区党群服务中心）")
    with house.installation.scope(house.slug) as scope:
        assert audit_ticket(scope, serial_no).findings == ()


def test_the_code_is_printed_again_only_before_the_resident_and_every_printing_is_told(house: CenterHouse) -> None:
    serial_no = taken_in(house)
    worker = opened(house, serial_no)

    absent = worker.post(f"/center/{serial_no}/receipt", with_code="1")
    told = worker.page
    worker.get(f"/center/{serial_no}")
    without = worker.post(f"/center/{serial_no}/receipt").get_data(as_text=True)
    worker.get(f"/center/{serial_no}")
    with_code = worker.post(f"/center/{serial_no}/receipt", with_code="1", present="1").get_data(as_text=True)

    assert absent.status_code == 422
    assert "提取码只给诉求人本人" in told
    assert (CODE.findall(without), len(CODE.findall(with_code))) == ([], 1)
    assert "本联不印" in without
    assert [words for kind, words in events_of(house, serial_no) if kind == "receipt_printed"] == [
        "打印受理回执，不含提取码",
        "打印受理回执，含提取码，诉求人在场",
    ]


def test_what_was_written_down_without_network_began_when_it_was_said(house: CenterHouse) -> None:
    now = datetime.now(UTC)
    late = taken_in(house, written_at=now - timedelta(hours=30))
    wrong = taken_in(house, message_id="b" * 32, written_at=now - timedelta(days=400), text="路面坑洼，时钟不对")

    with house.installation.scope(house.slug) as scope:
        began = {
            ticket.serial_no: now - ticket.submitted_at
            for ticket in scope.session.scalars(select(Ticket).where(Ticket.tenant_id == scope.tenant.id))
        }

    assert began[late] == timedelta(hours=30)
    assert abs(began[wrong]) < timedelta(minutes=5), "a clock that is a year behind is not believed"
    assert "没有网络" in opened(house, late).page
