"""Undo: for ten seconds after the click nothing has left the house, and whoever clicked can take it back."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import delete, func, select, update

from core.jobs.drain import Drain
from core.jobs.kinds import job_kinds
from core.journey import desk, handle
from core.journey.held import carry_out
from core.kit.outbox import Job
from core.people.models import AccountRole
from core.people.service import close_account
from core.routing.service import UNEXPLAINED
from core.tenancy.scope import Scope
from core.tickets.contact import Contact
from core.tickets.held import GRACE, HeldDeed
from core.tickets.models import Message, Ticket
from core.tickets.queries import get_ticket_id
from core.tickets.timeline import Order
from tests.builders import OPERATOR, alone, make_ticket, set_undo
from tests.web.browser import watched
from tests.web.conftest import House
from tests.web.making import Life, Visitor, make_account

SECONDS = 10


@pytest.fixture
def patient(house: House) -> House:
    """A district where deeds can be taken back for ten seconds."""
    with house.installation.scope(house.slug) as scope:
        set_undo(scope, SECONDS)
    house.installation.forget()
    return house


def take_in(house: House, **appeal: Any) -> str:
    return make_ticket(house.installation, house.slug, now=datetime.now(UTC) - timedelta(minutes=5), **appeal).serial_no


def dispatched(house: House, visitor: Visitor, serial_no: str, **more: Any) -> Any:
    """Dispatch a ticket as the desk's page does."""
    visitor.get(f"/desk?at={serial_no}")
    fields = {
        "serial_no": serial_no,
        "unit": "roads",
        "reason": UNEXPLAINED,
        "draft": f"/desk/dispatch?serial_no={serial_no}",
    }
    return visitor.post("/desk/dispatch", back="/desk", **fields | more)


def state_of(house: House, serial_no: str) -> str:
    with house.installation.scope(house.slug) as scope:
        return str(scope.session.scalar(select(Ticket.state).where(Ticket.serial_no == serial_no)))


def deed_of(house: House, serial_no: str) -> HeldDeed:
    with house.installation.scope(house.slug) as scope:
        return scope.session.scalars(
            select(HeldDeed).where(HeldDeed.ticket_id == get_ticket_id(scope, serial_no)).order_by(HeldDeed.id.desc())
        ).first()  # type: ignore[return-value]


def work(house: House, *, after: timedelta = timedelta(seconds=SECONDS)) -> None:
    """Let the worker do what is due after so long."""
    with alone(house.installation, house.slug):
        Drain(house.installation, job_kinds({}, house.installation)).run(now=lambda: datetime.now(UTC) + after)


def wait_long(house: House, *, by: timedelta) -> None:
    """Let so much time pass over what is held, as if no worker were there."""
    with house.installation.scope(house.slug) as scope:
        moved = {"due_at": HeldDeed.due_at - by, "ordered_at": HeldDeed.ordered_at - by}
        scope.session.execute(update(HeldDeed).where(HeldDeed.tenant_id == scope.tenant.id).values(moved))


def test_dispatch_is_held_then_carried_out_with_the_moment_of_the_click(patient: House) -> None:
    serial_no = take_in(patient)
    operator = patient.visitor(patient.operator)
    clicked = datetime.now(UTC)
    assert dispatched(patient, operator, serial_no).status_code == 303
    assert state_of(patient, serial_no) == "accepted"
    page = operator.get("/desk").get_data(as_text=True)
    assert f"{serial_no} 已派给道路管理处" in page
    assert f'id="r-{serial_no}"' not in page  # it is in no lane while it can be taken back

    work(patient, after=timedelta(seconds=1))
    assert state_of(patient, serial_no) == "accepted"
    work(patient)
    work(patient)
    assert state_of(patient, serial_no) == "dispatched"
    entries = [
        entry for entry in Life(patient.installation, patient.slug, serial_no).entries() if entry.kind == "dispatch"
    ]
    assert len(entries) == 1
    assert abs(entries[0].at - clicked) < timedelta(seconds=5)
    assert entries[0].actor_name.startswith("张丽")
    deed = deed_of(patient, serial_no)
    assert (deed.state, deed.sealed) == ("done", None)


def test_u_takes_it_back_as_if_nothing_had_happened_and_what_was_typed_is_there(
    patient: House, browser: Browser, address: str
) -> None:
    first, second = take_in(patient), take_in(patient, text="沙井盖缺失")
    before = len(Life(patient.installation, patient.slug, first).entries())
    with watched(browser, address) as window:
        window.sign_in(patient.operator)
        window.open(f"/desk?at={first}")
        page = window.page
        page.keyboard.press("d")
        page.keyboard.type("园林")
        page.keyboard.press("Enter")
        reason = page.locator("#why-other")
        if reason.is_visible():
            reason.fill("绿化带里的路面归园林")
        page.keyboard.press("Control+Enter")
        expect(page.locator("#notice .held")).to_contain_text(f"{first} 已派给园林管理处")
        expect(page.locator("#pane .serial")).to_have_text(second)  # the next one is open at once
        page.locator("#pane h2").first.focus()
        page.keyboard.press("u")
        expect(page.locator("#notice")).to_contain_text(f"{first} 已撤销")
        expect(page.locator("#pane .serial")).to_have_text(first)
        assert page.input_value("#unit") == "parks"
        assert window.complaints == []
    work(patient)
    assert state_of(patient, first) == "accepted"
    assert len(Life(patient.installation, patient.slug, first).entries()) == before


def test_without_script_it_is_taken_back_by_its_form_and_nobody_elses(patient: House) -> None:
    serial_no = take_in(patient)
    operator = patient.visitor(patient.operator)
    other = patient.visitor(make_account(patient.installation, patient.slug, "second", ["operator"], name="林若溪"))
    dispatched(patient, operator, serial_no)
    deed = deed_of(patient, serial_no)

    other.get("/desk")
    assert other.post(f"/held/{deed.id}/undo").status_code == 404
    operator.get("/desk")
    undone = operator.post(f"/held/{deed.id}/undo")
    assert undone.status_code == 303
    assert deed_of(patient, serial_no).state == "undone"
    assert operator.post(f"/held/{deed.id}/undo").status_code == 409


def test_others_read_who_is_deciding_and_their_decision_is_refused(patient: House) -> None:
    serial_no = take_in(patient)
    login = make_account(patient.installation, patient.slug, "second", ["operator"], name="林若溪")
    other, before = patient.visitor(login), patient.visitor(login)
    before.get(f"/desk?at={serial_no}")
    dispatched(patient, patient.visitor(patient.operator), serial_no)
    page = other.get(f"/t/{serial_no}").get_data(as_text=True)
    assert "张丽" in page
    assert "正在派给道路管理处（还可撤销" in page
    # nothing is offered that would be refused: neither here nor in the list's pane, nor to a leader
    boss = patient.visitor(make_account(patient.installation, patient.slug, "boss", ["leader"], name="王区长"))
    pages = [
        page,
        *(
            who.get(at).get_data(as_text=True)
            for who, at in ((other, f"/desk?lane=dispatch&at={serial_no}"), (boss, f"/leader/{serial_no}"))
        ),
    ]
    for shown in pages:
        forms = re.findall(r'<form[^>]*method="post"[^>]*action="(/[^"]+)"', shown.partition("<main")[2] or shown)
        assert not [form for form in forms if serial_no in form or form == "/desk/dispatch"]
        assert "正在派给道路管理处（还可撤销" in shown
    refused = before.post("/desk/dispatch", serial_no=serial_no, unit="parks", reason=UNEXPLAINED)  # opened before
    assert refused.status_code == 409
    assert "正在派给道路管理处" in refused.get_data(as_text=True)
    work(patient)
    assert state_of(patient, serial_no) == "dispatched"


def test_a_double_click_holds_once_and_bad_input_is_refused_at_once(patient: House) -> None:
    serial_no = take_in(patient)
    operator = patient.visitor(patient.operator)
    operator.get(f"/desk?at={serial_no}")
    fields: dict[str, Any] = {"serial_no": serial_no, "reason": UNEXPLAINED}
    assert operator.post("/desk/dispatch", unit="nowhere", **fields).status_code == 422
    operator.get(f"/desk?at={serial_no}")
    for _ in range(2):
        assert operator.post("/desk/dispatch", unit="roads", **fields).status_code == 303
    with patient.installation.scope(patient.slug) as scope:
        assert (
            scope.session.scalar(
                select(func.count()).select_from(HeldDeed).where(HeldDeed.tenant_id == scope.tenant.id)
            )
            == 1
        )


def _takes_the_role(house: House, scope: Scope) -> None:
    theirs = (AccountRole.tenant_id == scope.tenant.id, AccountRole.role == "operator")
    scope.session.execute(delete(AccountRole).where(*theirs))


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda house, scope: close_account(scope, "operator", now=datetime.now(UTC)), "账号已经停用"),
        (_takes_the_role, "没有这项权限"),
    ],
)
def test_who_may_not_any_more_does_nothing_and_finds_it_told(
    patient: House, spoil: Callable[[House, Scope], object], why: str
) -> None:
    serial_no = take_in(patient)
    dispatched(patient, patient.visitor(patient.operator), serial_no)
    with patient.installation.scope(patient.slug) as scope:
        spoil(patient, scope)
    work(patient)
    deed = deed_of(patient, serial_no)
    assert (state_of(patient, serial_no), deed.state) == ("accepted", "failed")
    assert why in deed.why


def test_no_worker_gives_the_ticket_back_to_all_and_the_late_deed_fails_honestly(patient: House) -> None:
    serial_no = take_in(patient)
    operator = patient.visitor(patient.operator)
    dispatched(patient, operator, serial_no, reason="绿化带旁的路面，已与道路处核实")
    wait_long(patient, by=timedelta(seconds=SECONDS) + GRACE)

    other = patient.visitor(make_account(patient.installation, patient.slug, "second", ["operator"], name="林若溪"))
    lane = other.get("/desk").get_data(as_text=True)
    assert f'id="r-{serial_no}"' in lane
    assert "还没有执行" in lane
    with patient.installation.scope(patient.slug) as scope:
        set_undo(scope, 0)
    patient.installation.forget()
    assert dispatched(patient, other, serial_no, unit="parks").status_code == 303

    work(patient)
    assert deed_of(patient, serial_no).state == "failed"
    told = operator.get("/desk").get_data(as_text=True)
    assert f"{serial_no} 没有派给道路管理处" in told
    page = operator.get("/held").get_data(as_text=True)
    assert "已有变动" in page
    assert "绿化带旁的路面，已与道路处核实" in page
    operator.post(f"/held/{deed_of(patient, serial_no).id}/read", page="/held")
    assert "没有派给" not in operator.get("/desk").get_data(as_text=True)


def test_a_late_deed_that_nobody_forestalled_is_done_as_of_its_click(patient: House) -> None:
    serial_no = take_in(patient)
    dispatched(patient, patient.visitor(patient.operator), serial_no)
    wait_long(patient, by=timedelta(minutes=3))
    work(patient)
    dispatch = [
        entry for entry in Life(patient.installation, patient.slug, serial_no).entries() if entry.kind == "dispatch"
    ]
    assert dispatch[0].at == deed_of(patient, serial_no).ordered_at


def test_nothing_is_sent_before_its_time(patient: House) -> None:
    contact = Contact(name="王小二", phone="13800000001")
    life = Life(patient.installation, patient.slug).take_in(channel="api", contact=contact).handled()
    life.do(handle.reply, life.clerk("roads"), text="已修补", disposition="resolved")
    reviewer = patient.visitor(patient.reviewer)
    reviewer.get(f"/desk?lane=review&at={life.serial_no}")
    before = messages(patient)
    assert reviewer.post("/desk/review", serial_no=life.serial_no, verdict="pass", back="/desk").status_code == 303
    assert messages(patient) == before
    work(patient)
    assert state_of(patient, life.serial_no) == "concluded"
    assert messages(patient) > before


def messages(house: House) -> int:
    with house.installation.scope(house.slug) as scope:
        return int(
            scope.session.scalar(select(func.count()).select_from(Message).where(Message.tenant_id == scope.tenant.id))
            or 0
        )


def test_the_api_and_the_house_itself_are_immediate(patient: House) -> None:
    serial_no = take_in(patient)
    with patient.installation.scope(patient.slug) as scope:
        desk.dispatch(scope, serial_no, Order(OPERATOR, datetime.now(UTC)), lead="roads", reason=UNEXPLAINED)
    assert state_of(patient, serial_no) == "dispatched"


def test_done_twice_it_changes_nothing(patient: House) -> None:
    serial_no = take_in(patient)
    dispatched(patient, patient.visitor(patient.operator), serial_no)
    deed = deed_of(patient, serial_no)
    for _ in range(2):
        with patient.installation.scope(patient.slug) as scope:
            carry_out(scope, deed.id, now=datetime.now(UTC) + timedelta(seconds=SECONDS))
    work(patient)
    with patient.installation.scope(patient.slug) as scope:
        (state,) = scope.session.scalars(
            select(Job.state).where(Job.tenant_id == scope.tenant.id, Job.kind == "held-deed")
        ).all()
    assert state == "done"
    assert len([e for e in Life(patient.installation, patient.slug, serial_no).entries() if e.kind == "dispatch"]) == 1


def test_what_is_dispatched_as_it_is_accepted_is_held_and_danger_and_what_the_caller_was_told_are_not(
    patient: House,
) -> None:
    operator = patient.visitor(patient.operator)
    for then, state in (("dispatch", "accepted"), ("urgent", "dispatched"), ("answer", "concluded")):
        operator.get("/desk/new")
        fields: dict[str, Any] = {
            "text": "道路坑洼",
            "channel": "desk",
            "nature": "complaint",
            "then": then,
            "unit": "roads",
            "answer": "已列入本月修补计划，月底前修好。",  # the caller has been told
        }
        assert operator.post("/desk/new", **fields, reason=UNEXPLAINED).status_code == 200
        with patient.installation.scope(patient.slug) as scope:
            newest = select(Ticket.serial_no).where(Ticket.tenant_id == scope.tenant.id).order_by(Ticket.id.desc())
            serial_no = str(scope.session.scalar(newest.limit(1)))
        assert state_of(patient, serial_no) == state
        if then == "dispatch":
            assert f"{serial_no} 已派给道路管理处" in operator.page
            work(patient)
            assert state_of(patient, serial_no) == "dispatched"
