"""让办事的各个步骤都公开透明: each step for those who look, behind a number nobody can guess, and nothing of who spoke."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from flask import Flask

from core.disclosure.flow import NoFlow, flow_of
from core.hooks.roster import Roster
from core.journey import desk
from core.journey.disclose import wish_disclosure
from core.journey.open_flow import open_flows, withdraw_flow
from core.journey.queries.open_flows import Asked, Flows, open_flows_page
from core.tenancy.scope import Installation
from core.tickets.contact import Contact
from core.tickets.timeline import RESIDENT
from core.web import create_app
from tests.builders import OPERATOR, REVIEWER, beijing, make_district, make_feature, make_installation
from tests.journey.asking import raises
from tests.journey.walking import Walk
from tests.web.making import Visitor, make_account

NAME, PHONE, IDENTITY = "欧阳小路", "13700001234", "440605199003074512"
PLATE, DOOR = "粤E·67A89", "松柏街 99 号 3 栋 502 房"
TITLE = f"{NAME}反映{DOOR}门前积水"
WORDS = f"我叫{NAME}，电话{PHONE}，身份证{IDENTITY}，车牌{PLATE}，住{DOOR}，门前井盖缺失"
SECRETS = (NAME, PHONE, "0001234", IDENTITY, "19900307", "67A89", "松柏街", "99 号", "502", "井盖缺失", "积水")
CHECKED = "诉求人要求写明，已核对"
"""Why a reply goes out as it is, personal data and all."""
NOW = beijing("2026-03-14 12:00")


@pytest.fixture(scope="module")
def house(database_url: str) -> Iterator[Installation]:
    broken = make_feature("broken", flow_decision=raises)
    installation = make_installation(database_url, features=[Roster.installed().features["nanhai.openness"], broken])
    yield installation
    installation.database.engine.dispose()


@pytest.fixture(scope="module")
def app(house: Installation) -> Flask:
    return create_app(house)


@pytest.fixture(autouse=True)
def then(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.web.public.site.clock", lambda: NOW)


def district(house: Installation, *, broken: bool = False, **settings: Any) -> str:
    duties: list[dict[str, Any]] = [
        {"code": "road", "category": "市政", "subcategory": "井盖", "keywords": ["井盖"]},
        {"code": "other"},
    ]
    features = {"nanhai.openness": settings} | ({"broken": {}} if broken else {})
    return make_district(house, features=features, duties=duties)


def taken_in(house: Installation, slug: str, at: str = "2026-03-12 10:00", **appeal: Any) -> Walk:
    walk = Walk(house, slug)
    said = {"title": TITLE, "text": WORDS, "place": DOOR, "contact": Contact(NAME, PHONE, DOOR)}
    walk.take_in(at, **(said | appeal))
    return walk


def decided(house: Installation, slug: str, at: str = "2026-03-12 10:05") -> None:
    house.run(slug, lambda scope: open_flows(scope, now=beijing(at)))


def listed(house: Installation, slug: str, now: datetime = NOW, **asked: str) -> Flows:
    return house.run(slug, lambda scope: open_flows_page(scope, Asked(**asked), page=1, now=now))


def number_of(walk: Walk) -> str:
    return walk.run(lambda scope: flow_of(scope, walk.ticket().id)).public_no  # type: ignore[union-attr]


def test_each_step_is_public_a_day_later_and_nothing_planted_leaks_in_any_state(
    house: Installation, app: Flask
) -> None:
    slug = district(house)
    walk, guest = taken_in(house, slug), app.test_client()
    decided(house, slug)
    base = f"/public/{slug}/flow"
    pages: list[str] = []

    def look() -> str:
        for path in (base, f"{base}/{number_of(walk)}"):
            answer = guest.get(path)
            assert answer.status_code == 200
            assert "Set-Cookie" not in answer.headers
            pages.append(answer.get_data(as_text=True))
        return pages[-1]

    walk.dispatch("2026-03-12 10:10")
    walk.sign("2026-03-12 11:00")
    assert "已派给道路管理处办理" in look()
    walk.reply("2026-03-13 10:00", text=f"已联系{NAME}（{PHONE}），{DOOR}的井盖已装好", confirmed=CHECKED)
    handed_in = look()
    assert "承办单位已提交办理结果" in handed_in
    walk.pass_reply("2026-03-13 13:00", confirmed=CHECKED)
    concluded = look()
    assert "审核通过" not in concluded, "it was done less than a day ago"
    assert "待审核" in concluded
    assert "已办结" not in concluded
    walk.rate("2026-03-13 11:30", comment=f"谢谢，{NAME}")
    look()
    words = "".join(pages)
    assert "市政：井盖" in words
    assert {secret for secret in (*SECRETS, walk.serial_no) if secret in words} == set()
    assert number_of(walk) not in walk.serial_no


def test_a_title_is_shown_redacted_where_the_district_wants_that(house: Installation, app: Flask) -> None:
    slug = district(house, show_title=True)
    walk = taken_in(house, slug, title=f"{TITLE}，电话{PHONE}，{IDENTITY}")
    decided(house, slug)
    page = app.test_client().get(f"/public/{slug}/flow/{number_of(walk)}").get_data(as_text=True)
    assert "门前积水" in page
    assert {secret for secret in (NAME, PHONE, IDENTITY, "99 号", "502") if secret in page} == set()


def test_what_is_kept_inside_is_not_found_by_list_or_number(house: Installation, app: Flask) -> None:
    slug = district(house, inquiries=False)
    guest = app.test_client()
    shown = taken_in(house, slug)
    inside = {
        "sensitive": taken_in(house, slug, text="举报某单位负责人"),
        "kind": taken_in(house, slug, nature="inquiry"),
        "wish": taken_in(house, slug),
        "void": taken_in(house, slug),
        "too early": taken_in(house, slug, "2026-03-14 09:00"),
        "corrected": taken_in(house, slug),
    }
    application = taken_in(house, slug, nature="application")
    decided(house, slug, "2026-03-14 09:05")
    inside["wish"].do(wish_disclosure, "2026-03-14 09:10", actor=RESIDENT, wish="closed")
    inside["void"].void("2026-03-14 09:10")
    how: dict[str, Any] = {"nature": "inquiry", "matter": "other"}
    inside["corrected"].do(desk.correct, "2026-03-14 09:10", actor=OPERATOR, **how)

    assert {each.public_no for each in listed(house, slug).lines} == {number_of(shown), number_of(application)}
    assert [each.public_no for each in listed(house, slug, nature="application").lines] == [number_of(application)]
    for why, walk in inside.items():
        assert guest.get(f"/public/{slug}/flow/{number_of(walk)}").status_code == 404, why
    decided(house, slug, "2026-03-14 09:20")
    corrected = inside["corrected"]
    kept = corrected.run(lambda scope: flow_of(scope, corrected.ticket().id))
    assert (kept.state, kept.reason) == ("closed", "本区不公开咨询的过程")  # type: ignore[union-attr]
    for guess in ("0000000000", shown.serial_no, number_of(shown)[:-1], number_of(shown).lower()):
        assert guest.get(f"/public/{slug}/flow/{guess}").status_code == 404


def test_nothing_of_a_step_is_seen_sought_or_inferred_before_its_delay_is_over(house: Installation, app: Flask) -> None:
    slug = district(house)
    walk, other = taken_in(house, slug, "2026-03-02 10:00"), taken_in(house, slug, "2026-03-03 10:00")
    decided(house, slug, "2026-03-03 10:05")
    walk.dispatch("2026-03-12 12:10")
    guest, code = app.test_client(), number_of(walk)

    def look() -> list[Any]:
        """Return all that a stranger gets to see now: pages, what they are told about keeping them, and filtered lists."""
        seen: list[Any] = []
        for path in ("", f"/{code}", "?unit=roads", "?unit=parks", "?unit=desk", "?nature=complaint", "?category=市政"):
            answer = guest.get(f"/public/{slug}/flow{path}")
            seen.append((path, answer.status_code, answer.get_data(as_text=True), sorted(answer.headers)))
        return seen

    def with_unit(code: str, at: str = "2026-03-14 12:00") -> set[str]:
        return {each.public_no for each in listed(house, slug, beijing(at), unit=code).lines}

    before = look()
    assert with_unit("roads") == {code}
    walk.supervise("2026-03-13 12:10")  # it is late by now
    assert walk.ticket().light == "red"
    assert look() == before, "the light turned a moment ago"
    walk.redirect("2026-03-13 12:20", lead="parks")
    walk.sign("2026-03-13 13:00")
    assert look() == before, "it went to another unit a moment ago"
    assert (with_unit("roads"), with_unit("parks")) == ({code}, set())
    walk.reply("2026-03-13 14:00", confirmed=CHECKED)
    walk.pass_reply("2026-03-13 15:00", confirmed=CHECKED)
    assert look() == before, "it was answered a moment ago"
    walk.redo("2026-03-13 16:00")
    assert look() == before, "it began anew a moment ago"

    def shown(at: str) -> tuple[str, str, str]:
        [line] = [each for each in listed(house, slug, beijing(at)).lines if each.public_no == code]
        return line.unit, line.stands, line.light

    assert shown("2026-03-14 12:15") == ("道路管理处", "待签收", "red")
    assert shown("2026-03-14 13:30") == ("园林管理处", "办理中", "red")
    assert shown("2026-03-14 15:30") == ("园林管理处", "已办结", "")
    assert with_unit("parks", "2026-03-14 12:30") == {code}
    assert with_unit("roads", "2026-03-14 12:30") == set()
    assert shown("2026-03-14 16:30")[2] == "green"
    assert with_unit("desk", "2026-03-14 16:30") == {code, number_of(other)}


def test_what_was_corrected_is_public_as_late_as_a_step(house: Installation) -> None:
    slug = district(house)
    walk = taken_in(house, slug, "2026-03-10 10:00")
    decided(house, slug, "2026-03-10 10:05")
    walk.do(desk.correct, "2026-03-14 09:00", actor=OPERATOR, nature="inquiry", matter="other")
    decided(house, slug, "2026-03-14 09:05")
    assert listed(house, slug).lines == ()
    [line] = listed(house, slug, beijing("2026-03-15 09:10")).lines
    assert line.nature == "咨询"


def test_a_person_takes_it_back_with_a_reason_and_it_stays_away(house: Installation, app: Flask) -> None:
    slug = district(house)
    walk = taken_in(house, slug)
    decided(house, slug)
    address = f"/public/{slug}/flow/{number_of(walk)}"
    guest, reviewer = app.test_client(), Visitor(app)
    reviewer.sign_in(make_account(house, slug, "reviewer", ["reviewer"]))
    assert guest.get(address).status_code == 200

    page = reviewer.get(f"/t/{walk.serial_no}").get_data(as_text=True)
    assert f'href="{address}"' in page
    assert reviewer.post(f"/t/{walk.serial_no}/withdraw_flow", reason="涉及邻里纠纷").status_code == 303
    assert guest.get(address).status_code == 404
    decided(house, slug, "2026-03-14 11:00")
    assert guest.get(address).status_code == 404
    assert walk.entries()[-1].summary == "撤回过程公开：涉及邻里纠纷"
    with pytest.raises(NoFlow):
        walk.do(withdraw_flow, "2026-07-14 11:30", actor=REVIEWER, reason="再撤一次")


def test_nothing_is_shown_where_no_rule_speaks_or_one_fails(house: Installation, app: Flask) -> None:
    silent = make_district(house)
    walk = taken_in(house, silent)
    decided(house, silent)
    assert app.test_client().get(f"/public/{silent}/flow").status_code == 404
    assert walk.run(lambda scope: flow_of(scope, walk.ticket().id)) is None

    failing = district(house, broken=True)
    walk = taken_in(house, failing)
    decided(house, failing)
    assert listed(house, failing).lines == ()
    kept = walk.run(lambda scope: flow_of(scope, walk.ticket().id))
    assert (kept.state, kept.reason) == ("closed", "有规则没有答复，不公开")  # type: ignore[union-attr]
