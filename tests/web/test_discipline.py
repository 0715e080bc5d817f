"""The pages of accountability: the officers' list and file with its forms, the rules that held, the numbers, the unit's own side."""

from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO

import pytest
from flask import Flask
from sqlalchemy import select

from core.escalation.accountability.models import AccountabilityCase
from core.escalation.accountability.queries import evidence_of
from core.hooks.roster import Roster
from core.journey import press
from core.tenancy.models import SettingsPreset
from core.tenancy.scope import Installation
from core.tenancy.security_log import security_events
from core.tickets.models import Ticket
from core.web import create_app
from tests.builders import SUPERVISOR, make_district, make_installation
from tests.files.samples import photo
from tests.web.making import Life, Visitor, make_account


@pytest.fixture(scope="module")
def installation(database_url: str) -> Installation:
    return make_installation(database_url, features=tuple(Roster.installed().features.values()))


@pytest.fixture(scope="module")
def app(installation: Installation) -> Flask:
    return create_app(installation)


@dataclass(frozen=True)
class Commission:
    """A district whose road unit is held to account on one ticket by the commission."""

    installation: Installation
    app: Flask
    slug: str
    serial_no: str
    code: str

    def enter(self, login: str) -> Visitor:
        visitor = Visitor(self.app)
        assert visitor.sign_in(f"{login}@{self.slug}").status_code == 303
        return visitor

    def case(self) -> AccountabilityCase:
        found: AccountabilityCase = Life(self.installation, self.slug, self.serial_no).only(AccountabilityCase)
        return found


@pytest.fixture
def commission(installation: Installation, app: Flask) -> Commission:
    slug = make_district(
        installation,
        units=[("discipline", "纪委监委", "discipline"), ("crew", "道路养护队", "section")],
        features={"nanhai.light": {}, "nanhai.discipline": {}},
    )
    for login, role, unit in (
        ("chen", "discipline", "discipline"),
        ("huang", "discipline", "discipline"),
        ("insider", "discipline", "roads"),
        ("li", "clerk", "roads"),
        ("lin", "clerk", "parks"),
        ("mayor", "leader", None),
    ):
        make_account(installation, slug, login, [role], unit=unit)
    life = Life(installation, slug).take_in().handled()
    life.do(press.hold_to_account, SUPERVISOR, authority="discipline", reason="超时未答复")
    made = Commission(installation, app, slug, life.serial_no, "")
    return Commission(installation, app, slug, life.serial_no, made.case().code)


def page(visitor: Visitor, path: str, status: int = 200) -> str:
    answer = visitor.get(path)
    assert answer.status_code == status
    return answer.get_data(as_text=True)


def test_a_case_goes_from_statement_to_appeal_through_the_pages(commission: Commission) -> None:
    officer, other, clerk = (commission.enter(each) for each in ("chen", "huang", "li"))
    at, own = f"/discipline/{commission.code}", f"/unit/cases/{commission.code}"
    case_id = str(commission.case().id)

    listed = page(officer, "/discipline")
    assert "待情况说明 <b>1</b>" in listed
    assert "全区在办工单" in listed
    assert 'href="/desk?lane=all&amp;tab=green"' in listed
    assert "前说明情况" in page(clerk, "/unit")

    page(officer, at)
    early = officer.post(f"{at}/decide_case", case_id=case_id, outcome="responsible", grounds="属实", measure="约谈")
    assert (early.status_code, "还在等待情况说明" in early.get_data(as_text=True)) == (409, True)

    page(clerk, own)
    assert clerk.post(f"{own}/state_facts", case_id=case_id, text="备件延误两天").status_code == 303
    page(clerk, own)
    handed_in = clerk.client.post(
        f"{own}/upload",
        data={
            "csrf_token": clerk.hidden("csrf_token"),
            "command_id": clerk.hidden("command_id"),
            "title": "现场照片",
            "files": (BytesIO(photo()), "现场.jpg"),
        },
        content_type="multipart/form-data",
    )
    assert handed_in.status_code == 303

    page(officer, at)
    missing = officer.post(f"{at}/decide_case", case_id=case_id, outcome="responsible", grounds="属实", measure="")
    assert (missing.status_code, "处理措施" in missing.get_data(as_text=True)) == (422, True)
    page(officer, at)
    decided = officer.post(f"{at}/decide_case", case_id=case_id, outcome="responsible", grounds="属实", measure="约谈")
    assert decided.status_code == 303
    assert "问责决定书" not in page(officer, at).partition("没有固定")[2]
    page(clerk, own)
    assert clerk.post(f"{own}/appeal_case", case_id=case_id, grounds="供货延误").status_code == 303

    assert "决定申诉" not in page(officer, at)
    assert "决定申诉" in page(other, at)
    refused = officer.post(f"{at}/decide_case_appeal", case_id=case_id, outcome="not_responsible", grounds="复核")
    assert refused.status_code == 403
    overturned = other.post(f"{at}/decide_case_appeal", case_id=case_id, outcome="not_responsible", grounds="延误属实")
    assert overturned.status_code == 303

    file = page(officer, at)
    assert "问责申诉决定书" in file.partition("没有固定")[2]
    for words in ("情况说明", "备件延误两天", "现场照片", "申诉决定", "延误属实", "何时告知了谁", "时限和延期", "相符"):
        assert words in file
    with commission.installation.scope(commission.slug) as scope:
        [photo_row] = [each for each in evidence_of(scope, commission.case()) if each.kind == "file"]
    assert clerk.client.get(f"{own}/files/{photo_row.file_id}").data[:2] == b"\xff\xd8"
    page(clerk, f"{own}/files/{photo_row.id}", status=404)


def test_the_file_is_printed_and_who_took_it_out_is_on_record(commission: Commission) -> None:
    officer, at = commission.enter("chen"), f"/discipline/{commission.code}"
    page(officer, at)
    printed = officer.client.post(f"{at}/print/pdf", data={"csrf_token": officer.hidden("csrf_token")})

    assert (printed.status_code, printed.data[:5]) == (200, b"%PDF-")
    with commission.installation.scope(commission.slug) as scope:
        [told] = security_events(scope, kind="case_printed")
    assert (told.subject, "chen" in told.actor) == (commission.case().label, True)


def test_an_officer_of_the_accused_unit_reads_why_they_may_do_nothing(commission: Commission) -> None:
    insider, at = commission.enter("insider"), f"/discipline/{commission.code}"
    case_id = str(commission.case().id)

    shown = page(insider, at)
    assert "您不能办理" in shown
    assert 'id="acts"' not in shown
    with commission.installation.scope(commission.slug) as scope:
        version = scope.session.scalars(select(Ticket.version).where(Ticket.tenant_id == scope.tenant.id)).one()
    refused = insider.post(f"{at}/close_case", case_id=case_id, version=str(version), command_id="sly", note="试一试")
    assert (refused.status_code, commission.case().state) == (403, "notified")


def test_another_unit_reads_nothing_and_a_leader_the_numbers_alone(commission: Commission) -> None:
    stranger, leader = commission.enter("lin"), commission.enter("mayor")
    own, at = f"/unit/cases/{commission.code}", f"/discipline/{commission.code}"

    page(stranger, own, status=404)
    page(stranger, at, status=403)
    assert "问责" not in page(stranger, "/unit")
    page(leader, at, status=403)
    numbers = page(leader, "/discipline/figures")
    assert (
        '<th scope="row">道路管理处</th><td class="num">1</td><td class="num">1</td><td class="num">0</td>' in numbers
    )
    page(leader, "/discipline", status=403)


def test_the_rules_are_those_that_held_when_the_case_was_opened(commission: Commission) -> None:
    officer = commission.enter("chen")

    then = page(officer, f"/discipline/rules?case={commission.code}")

    assert "纪委同步监督" in then
    assert "<dt>情况说明的期限</dt><dd>3 个工作日</dd>" in then
    assert "看不懂" in page(officer, "/discipline/rules?on=昨天", status=422)
    page(officer, "/discipline/2013-999", status=404)


def test_what_the_city_preset_since_is_marked_as_of_today(commission: Commission) -> None:
    officer, opened = commission.enter("chen"), commission.case().opened_at
    at = f"/discipline/rules?case={commission.code}"
    days = "<dt>申诉的期限</dt><dd>7 个工作日 <span class="

    with commission.installation.scope(commission.slug) as scope:
        row = SettingsPreset(
            tenant_id=scope.tenant.id,
            feature="nanhai.discipline",
            city="centre",
            number=3,
            schema_version=1,
            values={"appeal_days": 7},
            locked=[],
            set_at=opened - timedelta(days=1),
        )
        scope.session.add(row)
    held_then = page(officer, at)
    with commission.installation.scope(commission.slug) as scope:
        kept = scope.session.get_one(SettingsPreset, (scope.tenant.id, "nanhai.discipline"))
        kept.set_at = opened + timedelta(minutes=1)
    came_later = page(officer, at)

    assert f'{days}"tag">全市</span></dd>' in held_then
    assert "今天的值" not in held_then
    assert f'{days}"tag">全市</span> <span class="tag waits">今天的值</span></dd>' in came_later
    assert "当时的以市中心的修订记录为准" in came_later


def test_lists_go_on_behind_the_last_case_and_keep_what_they_are_narrowed_by(
    commission: Commission, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.journey.queries.accountability.PAGE", 1)
    life = Life(commission.installation, commission.slug).take_in().handled()
    life.do(press.hold_to_account, SUPERVISOR, authority="discipline", reason="再次超时")
    officer, clerk = commission.enter("chen"), commission.enter("li")
    older, newer = f'href="/discipline/{commission.code}"', commission.code.replace("-1", "-2")

    first = page(officer, "/discipline?tab=awaiting&unit=roads")
    behind = f"/discipline?tab=awaiting&unit=roads&after={newer}"
    rest = page(officer, behind)

    assert (older in first, behind.replace("&", "&amp;") in first) == (False, True)
    assert (older in rest, "看后面的" in rest) == (True, False)
    assert f'href="/unit/cases?after={newer}"' in page(clerk, "/unit/cases")
    assert f'href="/unit/cases/{commission.code}"' in page(clerk, f"/unit/cases?after={newer}")
    page(officer, "/discipline?after=1999-1", status=404)


def test_a_list_narrowed_to_nothing_says_so(commission: Commission) -> None:
    officer = commission.enter("chen")

    assert "没有符合条件的案件" in page(officer, "/discipline?unit=parks")
    assert "没有申诉中的案件" in page(officer, "/discipline?tab=appealed")
