"""The leader's page: what needs the leader and why, 阅 and 批示 on a phone without JavaScript, level by the account."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser

from core.coordination.models import ClassCheck, Errand, Reading
from core.escalation.models import Instruction
from core.handling.models import Reply
from core.journey import conclude, press
from core.journey.queries.leader import MOST, leader_brief, leader_items, own_instructions
from core.people.failures import failures_of
from core.statistics.service import refresh_all
from core.tenancy.scope import Scope
from core.tickets.timeline import RESIDENT, Actor
from core.units.mailboxes.levels import MAILBOX_LEVELS
from core.units.mailboxes.models import LeaderMailbox
from core.units.queries import directory
from tests.builders import LEADER, SUPERVISOR, make_actor
from tests.web.browser import watched
from tests.web.conftest import House
from tests.web.making import Life, make_account
from tests.web.test_own_account import bind


def life_of(house: House) -> Life:
    return Life(house.installation, house.slug)


def urgent(house: House) -> Life:
    return life_of(house).take_in(text="道路坑洼，围墙要倒", urgency="urgent")


def instructed(life: Life, actor: Actor, **how: object) -> Life:
    return life.do(press.instruct, actor, **{"leader": "区领导", "level": "district", "text": "请办好", **how})


def reasons(house: House, actor: Actor = LEADER) -> list[tuple[str, tuple[str, ...]]]:
    now = datetime.now(UTC)
    return life_of(house).run(
        lambda scope: [(each.serial_no, each.reasons) for each in leader_items(scope, actor, now=now)]
    )


def test_a_leader_is_shown_what_needs_them_the_gravest_first_and_nothing_else(house: House) -> None:
    life_of(house).take_in()
    crowd = life_of(house).take_in(affected_count=12)
    danger = urgent(house)
    pressed = life_of(house).take_in().handled()
    pressed.do(press.open_supervision, SUPERVISOR, level="red", demand="说明原因")
    own = instructed(life_of(house).take_in().handled(), LEADER)
    parks = life_of(house).run(lambda scope: directory(scope).get_unit("parks").id)

    assert reasons(house) == [
        (danger.serial_no, ("紧急",)),
        (pressed.serial_no, ("红色督办",)),
        (crowd.serial_no, ("涉及人多",)),
        (own.serial_no, ("批示待反馈",)),
    ]
    assert own.serial_no not in dict(reasons(house, make_actor("另一领导", "leader", id=77)))
    assert reasons(house, make_actor("园林处长", "leader", id=78, unit_id=parks)) == []


def test_the_leader_of_a_unit_is_shown_what_was_written_to_its_mailbox(house: House) -> None:
    life = life_of(house)
    life.run(lambda scope: scope.session.add(_mailbox(scope)))
    house.installation.forget()
    life.take_in(mailbox="园林处长信箱")
    parks = life.run(lambda scope: directory(scope).get_unit("parks").id)

    assert reasons(house, make_actor("园林处长", "leader", id=78, unit_id=parks)) == [
        (life.serial_no, ("写给本单位信箱",))
    ]
    assert reasons(house) == []


def _mailbox(scope: Scope) -> LeaderMailbox:
    return LeaderMailbox(
        tenant_id=scope.tenant.id,
        id=scope.new_id(),
        name="园林处长信箱",
        level=next(iter(MAILBOX_LEVELS)),
        leader="园林处长",
        owner_id=directory(scope).get_unit("parks").id,
        handler_id=None,
        channel="",
        matters=[],
        areas=[],
        is_public=True,
        closed_at=None,
    )


def test_no_more_than_twenty_stand_on_the_page_and_all_are_counted(house: House) -> None:
    for _ in range(MOST + 1):
        urgent(house)
    now = datetime.now(UTC)

    brief = life_of(house).run(lambda scope: leader_brief(scope, LEADER, now=now))

    assert (len(reasons(house)), brief.total, brief.by_reason) == (MOST, MOST + 1, (("紧急", MOST + 1),))


def test_what_was_read_comes_back_when_something_new_happens(house: House) -> None:
    life = urgent(house).handled()
    visitor = house.visitor(make_account(house.installation, house.slug, "leader", ["leader"], name="王区长"))

    assert visitor.get("/").location == "/leader"
    visitor.get("/leader")
    assert f'href="/leader/{life.serial_no}"' in visitor.page
    assert visitor.post(f"/leader/{life.serial_no}/read").location == "/leader"
    visitor.get("/leader")
    assert ("没有待阅" in visitor.page, f"{life.serial_no} 已阅" in visitor.page) == (True, True)
    assert life.only(Reading).by == "王区长（领导）"

    instructed(life, SUPERVISOR, leader="市领导", level="city")
    visitor.get("/leader")
    assert f'href="/leader/{life.serial_no}"' in visitor.page


def test_a_leader_answers_a_resident_directly_while_no_unit_has_the_ticket(house: House) -> None:
    life = urgent(house)
    visitor = house.visitor(make_account(house.installation, house.slug, "leader", ["leader"], name="王区长"))
    visitor.get(f"/leader/{life.serial_no}")

    assert visitor.post(f"/leader/{life.serial_no}/answer", text=" ").status_code == 422
    assert "请写下答复群众的话" in visitor.page
    assert visitor.post(f"/leader/{life.serial_no}/answer", text="已请人加固，请绕行。").status_code == 303
    assert (life.only(Reply).submitted_by, life.only(Reply).state) == ("王区长（领导）", "approved")

    late = urgent(house).handled()
    visitor.get(f"/leader/{late.serial_no}")
    assert "直接答复群众" not in visitor.page


def test_a_leader_instructs_on_a_phone_without_javascript_on_the_level_of_the_account(
    house: House, browser: Browser, address: str
) -> None:
    life = urgent(house).handled()
    login = make_account(house.installation, house.slug, "director", ["leader"], name="路处长", unit="roads")
    with watched(browser, address, width=390, height=844, javascript=False) as window:
        window.sign_in(login)
        page = window.page
        page.click(f'#item-{life.serial_no} a:has-text("批示")')
        page.check('text="请立即整改，举一反三"')
        page.select_option("#days", "3")
        page.select_option("#unit", "parks")
        wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
        page.click('button:has-text("签批并下达")')
        page.wait_for_url("**/leader")
        told = page.inner_text("#notice")

    given = life.only(Instruction)
    assert (wide, told) == (False, f"{life.serial_no} 的批示已下达")
    assert (given.leader, given.level, given.text) == ("路处长", "bureau", "请立即整改，举一反三")
    assert given.deadline > datetime.now(UTC) + timedelta(days=2)
    parks = life.run(lambda scope: directory(scope).get_unit("parks"))
    (own,) = life.run(
        lambda scope: own_instructions(scope, make_actor("", id=given.recorded_by_id), now=datetime.now(UTC))
    )
    assert (given.unit_id, own.to, own.feedback_at, own.is_late) == (parks.id, parks.name, None, False)
    assert (own.may_instruct, own.may_conclude) == (True, False)


def test_what_is_with_no_unit_can_be_ended_from_the_list_of_instructions(house: House) -> None:
    life = urgent(house)
    visitor = house.visitor(make_account(house.installation, house.slug, "leader", ["leader"], name="王区长"))
    visitor.get(f"/leader/{life.serial_no}")
    assert visitor.post(f"/leader/{life.serial_no}/instruct", text="请核实").location == "/leader"

    visitor.get("/leader/instructions")
    links = [f'/leader/{life.serial_no}#{part}"' in visitor.page for part in ("instruct", "conclude")]
    visitor.get(f"/leader/{life.serial_no}")

    assert (links, ['id="instruct"' in visitor.page, 'id="conclude"' in visitor.page]) == ([True] * 2, [True] * 2)


def test_a_leader_hands_on_to_another_who_sees_it_until_they_have_read_it(house: House) -> None:
    life = urgent(house).handled()
    make_account(house.installation, house.slug, "other", ["leader"], name="路处长", unit="parks")
    boss = house.visitor(make_account(house.installation, house.slug, "boss", ["leader"], name="王区长"))
    director = house.visitor(f"other@{house.slug}")
    director.get("/leader")
    assert life.serial_no not in director.page  # its unit has no share in it
    boss.get("/leader")
    assert ("现由道路管理处主办" in boss.page, " 收到。" in boss.page, f"{life.serial_no}#hand-on" in boss.page) == (
        True,
        True,
        True,
    )
    boss.get(f"/leader/{life.serial_no}")

    for nobody in ("", "boss", "nobody", house.operator.partition("@")[0]):
        assert boss.post(f"/leader/{life.serial_no}/hand-on", to=nobody).status_code == 422
    assert boss.post(f"/leader/{life.serial_no}/hand-on", to="other", words="请把绿化带的部分看一下").status_code == 303

    boss.get("/leader")
    assert f'href="/leader/{life.serial_no}"' not in boss.page
    director.get("/leader")
    assert ("他人转阅" in director.page, f'href="/leader/{life.serial_no}"' in director.page) == (True, True)
    director.get(f"/leader/{life.serial_no}")
    assert "转路处长阅处：请把绿化带的部分看一下" in director.page
    assert director.post(f"/leader/{life.serial_no}/read").status_code == 303
    director.get("/leader")
    assert life.serial_no not in director.page.partition("<main")[2].partition("没有待阅")[2]


def test_an_instruction_is_signed_by_a_code_where_one_is_bound_and_the_words_stay_when_it_is_wrong(
    house: House,
) -> None:
    life = urgent(house).handled()
    visitor = house.visitor(make_account(house.installation, house.slug, "leader", ["leader"], name="王区长"))
    visitor.get(f"/leader/{life.serial_no}")
    assert "动态口令" not in visitor.page
    phone, _ = bind(visitor)
    address, draft = f"/leader/{life.serial_no}/instruct", f"/leader/{life.serial_no}/instruct"
    visitor.get(f"/leader/{life.serial_no}")
    assert ("动态口令" in visitor.page, f'data-draft="{draft}"' in visitor.page) == (True, True)

    for wrong in ("", "000000", phone.code()):  # none, a wrong one, one that was used to bind
        assert visitor.post(address, text="请查实后加固", code=wrong, draft=draft).status_code == 422
        assert ("批示没有下达" in visitor.page, "请查实后加固</textarea>" in visitor.page) == (True, True)
    failures = life.run(lambda scope: failures_of(scope, "leader", address="127.0.0.1", now=datetime.now(UTC)))
    assert failures.of_login == 3

    assert visitor.post(address, text="请查实后加固", code=phone.code(steps_on=1), draft=draft).location == "/leader"
    assert life.only(Instruction).text == "请查实后加固"


def test_a_check_of_all_that_is_alike_is_ordered_on_the_ticket_and_answered_on_the_page_of_each_unit(
    house: House,
) -> None:
    life = urgent(house).handled()
    supervisor, gardener = house.visitor(house.supervisor), house.visitor(house.gardener)
    supervisor.get(f"/t/{life.serial_no}")
    ordered = supervisor.post(
        f"/t/{life.serial_no}/order_check",
        alike="全区围墙",
        demand="查出险情立即加固",
        units=["parks"],
        due="2031-03-12T18:00",
    )
    (errand,) = life.run(lambda scope: scope.session.query(Errand.id).filter(Errand.tenant_id == scope.tenant.id).one())
    assert ordered.status_code == 303
    supervisor.get("/desk?lane=errands")
    assert (life.serial_no in supervisor.page, "0/1 个单位已回复" in supervisor.page) == (True, True)

    gardener.get("/unit")
    assert ("交办事项（1 件待回复）" in gardener.page, "排查全区围墙：查出险情立即加固" in gardener.page) == (
        True,
        True,
    )
    gardener.get(f"/unit/{life.serial_no}")
    answer: Any = {"errand_id": str(errand), "text": "已查", "found": "2", "mended": "2"}
    assert gardener.post(f"/unit/{life.serial_no}/answer_check", **answer | {"mended": "3"}).status_code == 422
    gardener.get(f"/unit/{life.serial_no}")
    assert gardener.post(f"/unit/{life.serial_no}/answer_check", **answer).status_code == 303

    assert life.only(ClassCheck).state == "closed"
    assert "交办事项（" not in gardener.get("/unit").get_data(as_text=True)


def test_the_brief_of_a_month_tells_figures_matters_and_units_below_the_floor_and_is_a_pdf(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.statistics.brief.SMALL_SAMPLE", 3)
    for number in range(3):
        life = life_of(house).take_in(text=f"道路坑洼，第 {number} 处").handled().concluded()
        life.do(conclude.rate, RESIDENT, satisfaction="satisfied" if number else "dissatisfied", resolved="yes")
    refresh_all(house.installation, house.slug)
    visitor = house.visitor(make_account(house.installation, house.slug, "boss", ["leader"], name="区长"))
    page = visitor.get("/leader/brief").get_data(as_text=True)
    pdf = visitor.client.get("/leader/brief/pdf")
    refused = house.visitor(house.operator).get("/leader/brief")

    assert page.count('class="card"><span class="name">') == 6
    assert "道路管理处 66.67%（2/3）" in page
    assert '<td class="num">3</td>' in page
    assert "本月还没有结束" in page
    assert (pdf.status_code, pdf.get_data()[:5]) == (200, b"%PDF-")
    assert refused.status_code == 403
