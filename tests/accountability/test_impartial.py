"""Nobody of the accused unit works its case or decides on its ticket, and who is partial hands it on."""

from functools import partial

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from core.escalation.accountability.impartial import NotTheAuthority, OwnCase, StoodAside
from core.escalation.accountability.models import AccountabilityCase
from core.journey import press, time
from core.people.models import Account
from core.tenancy.scope import Installation, Scope
from core.tickets.trespass import trespasses
from core.web import create_app
from tests.accountability.accusing import DECIDED, NEXT_DAY, Accused
from tests.builders import make_actor
from tests.journey.asking import incidents
from tests.web.making import Visitor, make_account


def test_an_officer_of_the_accused_unit_or_below_it_is_refused(accused: Accused) -> None:
    accused.overdue()
    accused.state()
    for unit in ("roads", "roads-north"):
        partial = make_actor("驻道路纪检", "discipline", id=70, unit_id=accused.unit_id(unit))
        with pytest.raises(OwnCase, match="您属于该单位") as refused:
            accused.decide(partial)
        assert refused.value.is_trespass
    with pytest.raises(NotTheAuthority):
        accused.decide(make_actor("驻园林纪检", "discipline", id=71, unit_id=accused.unit_id("parks")))

    assert accused.case().state == "stated"


def test_nobody_of_the_accused_unit_decides_anything_on_its_ticket(accused: Accused) -> None:
    accused.take_in("2026-03-12 10:00")
    accused.dispatch("2026-03-12 10:10")
    accused.sign()
    accused.do(time.request_extension, "2026-03-12 12:00", actor=accused.clerk("roads"), days=2, reason="待材料")
    its_own = make_actor("道路科长", "supervisor", "reviewer", id=72, unit_id=accused.unit_id("roads"))
    accused.do(time.decide_extension, "2026-03-12 13:00", actor=make_actor("审核员", "reviewer", id=73), approved=True)
    accused.supervise("2026-03-23 18:00")

    with pytest.raises(OwnCase, match="正在对道路管理处问责"):
        accused.do(press.open_supervision, NEXT_DAY.replace("20", "24", 2), actor=its_own, level="blue", demand="抓紧")
    with pytest.raises(OwnCase):
        accused.do(time.decide_pause, "2026-03-24 09:00", actor=its_own, approved=True)
    with pytest.raises(OwnCase):
        accused.do(press.hold_to_account, "2026-03-24 09:00", actor=its_own, authority="parks", reason="不服")


def test_who_stands_aside_does_nothing_more_and_another_officer_has_it(accused: Accused) -> None:
    case = accused.overdue()
    holder, other = (
        accused.officers[case.officer],
        next(each for name, each in accused.officers.items() if name != case.officer),
    )
    accused.state()
    accused.act("recuse_from_case", NEXT_DAY, holder, reason="与该单位负责人有亲属关系")
    with pytest.raises(StoodAside, match="已对问责〔2026〕1 号申请回避"):
        accused.decide(holder)

    assert (accused.case().officer_id, accused.case().officer) == (other.id, other.name)
    assert accused.steps()[-2:] == [("recused", ""), ("handed", "")]

    accused.act("recuse_from_case", NEXT_DAY, other, reason="经手过该工单")
    assert accused.case().officer_id is None
    [(_, words)] = incidents(accused)
    assert "没有可以办理的人" in words
    third = accused.officer("纪检丙")
    accused.act("take_case", DECIDED, third)
    assert accused.case().officer == "纪检丙"


def test_an_officer_who_moved_into_the_accused_unit_loses_the_case_with_the_first_attempt(
    accused: Accused, installation: Installation
) -> None:
    case = accused.overdue()
    accused.state()
    login = make_account(installation, accused.slug, "moved", ["discipline"], name="纪检丁", unit="roads")

    def give_to_them(scope: Scope) -> None:
        moved = scope.session.scalars(select(Account).where(Account.login == "moved")).one()
        kept = scope.session.get_one(AccountabilityCase, (scope.tenant.id, case.id))
        kept.officer_id, kept.officer = moved.id, moved.name

    accused.run(give_to_them)
    visitor, page = Visitor(create_app(installation)), f"/discipline/{case.code}"
    visitor.sign_in(login)
    visitor.get(page)
    version = str(accused.ticket().version)
    refused = visitor.post(f"{page}/close_case", case_id=str(case.id), note="结了", version=version, command_id="sly")
    assert refused.status_code == 403

    [kept] = accused.run(trespasses)
    assert accused.case().state == "stated"
    assert (kept.code, kept.serial_no, kept.actor_name) == ("own-case", accused.serial_no, "纪检丁（道路管理处）")
    assert accused.case().officer in accused.officers
    assert accused.steps()[-1] == ("handed", "")


def test_a_case_against_the_commission_goes_to_the_substitute(accused: Accused) -> None:
    case = accused.overdue(lead="discipline")
    government = accused.officer("政府办督查", unit="government")

    assert case.authority_unit_id == accused.unit_id("government")
    assert case.officer_id is None
    with pytest.raises(OwnCase):
        accused.act("take_case", NEXT_DAY, accused.officers["纪检甲"])
    accused.act("take_case", NEXT_DAY, government)
    assert accused.case().officer == "政府办督查"


def test_where_nobody_may_have_it_an_administrator_names_the_authority(accused: Accused) -> None:
    accused.take_in("2026-03-12 10:00")
    accused.dispatch("2026-03-12 10:10", lead="government")
    admin, supervisor = make_actor("管理员", "administrator", id=80), make_actor("督办员", "supervisor", id=81)
    accused.do(press.hold_to_account, "2026-03-12 11:00", actor=supervisor, authority="government", reason="拖延")
    case = accused.case()
    [(_, words)] = incidents(accused)

    assert (case.authority_unit_id, case.state, accused.letters()) == (None, "open", [])
    assert "请系统管理员指定办理机关" in words
    with pytest.raises(NotTheAuthority, match="还没有办理机关"):
        accused.act("take_case", "2026-03-12 12:00", accused.officers["纪检甲"])
    with pytest.raises(OwnCase):
        accused.act("name_authority", "2026-03-12 12:00", admin, unit="government", reason="指定")
    accused.act("name_authority", "2026-03-12 12:00", admin, unit="discipline", reason="政府办不能自己办理")

    assert accused.case().authority_unit_id == accused.unit_id("discipline")
    assert (accused.case().state, accused.case().officer) == ("notified", "纪检甲")


def test_the_database_lets_nobody_rewrite_a_step_or_evidence(accused: Accused) -> None:
    accused.overdue()
    for statement in (
        "UPDATE accountability_step SET text = ''",
        "DELETE FROM accountability_step",
        "UPDATE accountability_evidence SET content = '{}'",
        "DELETE FROM accountability_evidence",
    ):
        with pytest.raises(DBAPIError, match="permission denied"):
            accused.run(partial(_execute, statement=statement))


def test_the_commission_sees_a_ticket_before_any_unit_has_it(accused: Accused, installation: Installation) -> None:
    accused.register("2026-03-12 10:00")
    app = create_app(installation)
    seen = {}
    for who, role, unit, page in (
        ("jw", "discipline", "discipline", f"/t/{accused.serial_no}"),
        ("dl", "clerk", "roads", f"/unit/{accused.serial_no}"),
    ):
        visitor = Visitor(app)
        visitor.sign_in(make_account(installation, accused.slug, who, [role], unit=unit))
        seen[role] = visitor.get(page).status_code

    assert (accused.ticket().state, accused.ticket().lead_unit_id) == ("registered", None)
    assert seen == {"discipline": 200, "clerk": 403}


def _execute(scope: Scope, *, statement: str) -> None:
    scope.session.execute(text(statement))
