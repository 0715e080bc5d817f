"""The form made of a feature's schema: whatever is set comes back from the page as it was, and errors stand at their fields."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jinja2 import Environment, PackageLoader

from core.conformance.drawn import sent_back
from core.hooks.roster import Roster
from core.hooks.settings import Choice, Settings, fields_of, form_of, inheritance, values_from
from core.jobs.kinds import job_kinds
from core.journey.settings.effects import PRESET
from core.tenancy.queries import revisions_of
from core.tenancy.scope import Installation
from core.web import create_app
from core.web.admin.searched_lists import with_codes
from core.web.admin.settings_form import INHERITED, PREFIX
from tests.builders import make_city, make_district, make_installation, switch_on
from tests.hooks.schemas import CHOICES, EverySettings
from tests.hooks.valid import own_values_of
from tests.settings.making import GATE, LIGHT, LightSettings, gate, light
from tests.web.making import Visitor, make_account

SHIPPED = {feature.id: feature.schema() for feature in Roster.installed().features.values()}
PAGE = """{% import "admin/settings_fields.html" as f with context %}
{% for group in form.groups %}{% for each in group.fields if each.kind not in ("secret", "rules") %}{{ f.control(each, s) }}{% endfor %}{% endfor %}"""


TEMPLATES = Environment(loader=PackageLoader("core.web"), autoescape=True)
TEMPLATES.filters["moment"] = str
NOBODY = {"set_by": {}, "is_preset": False}


def came_back(schema: type[Settings], own: dict[str, Any], preset: dict[str, Any]) -> dict[str, Any]:
    """Return what is read of what a browser sends of the page on which nobody has touched anything."""
    form = form_of(schema, own, inherited=inheritance(schema, preset), choices=CHOICES)
    said = {
        "prefix": PREFIX,
        "inherited_value": INHERITED,
        "beginning": NOBODY,
        "here": "/",
        "history": "/",
        "focus": "",
    }
    html = TEMPLATES.from_string(PAGE).render(
        form=form, s={**said, "locks": (), "initials": {}, "preset": {}, "sources": {}, "lists": {}}
    )
    submitted = {
        name.removeprefix(PREFIX): ["" if text == INHERITED else text for text in texts]
        for name, texts in sent_back(html).items()
    }
    return values_from(schema, submitted)


@given(own=own_values_of(EverySettings), preset=own_values_of(EverySettings))
@settings(max_examples=60, deadline=None)
def test_every_kind_of_setting_comes_back_from_the_page_as_it_was(own: dict[str, Any], preset: dict[str, Any]) -> None:
    assert came_back(EverySettings, own, preset) == own


@pytest.mark.parametrize("schema", SHIPPED.values(), ids=SHIPPED)
@given(data=st.data())
@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
def test_every_valid_value_of_the_shipped_features_comes_back_from_the_page(
    schema: type[Settings], data: st.DataObject
) -> None:
    own, preset = data.draw(own_values_of(schema)), data.draw(own_values_of(schema))

    assert came_back(schema, own, preset) == own


@dataclass(frozen=True)
class Office:
    """A city with one district; each has an administrator, and features that a form can be made of."""

    installation: Installation
    app: Flask
    district: str
    city: str

    def visitor(self, slug: str, login: str = "anna", name: str = "安娜") -> Visitor:
        visitor = Visitor(self.app)
        assert (
            visitor.sign_in(make_account(self.installation, slug, login, ["administrator"], name=name)).status_code
            == 303
        )
        return visitor


@pytest.fixture(scope="module")
def office(database_url: str) -> Office:
    installation = make_installation(database_url, features=[light(), gate()])
    district = make_district(installation)
    for feature, values in (
        (LIGHT, {"steps": [{"at": 1, "unit": "roads"}, {"at": 2, "unit": "parks"}]}),
        (GATE, {"address": "x"}),
    ):
        with installation.scope(district) as scope:
            switch_on(scope, feature, values)
    return Office(installation, create_app(installation), district, make_city(installation, [district]))


def form_at(visitor: Visitor, feature: str) -> dict[str, list[str]]:
    """Open a feature's form and return what a browser would send of it."""
    assert visitor.get(f"/admin/features/{feature}/settings").status_code == 200
    return sent_back(visitor.page[visitor.page.index('class="said-form settings"') :].partition("</form>")[0])


def sent(visitor: Visitor, feature: str, form: dict[str, list[str]], **changes: Any) -> int:
    fields = {**form, **{name.replace("__", "-"): value for name, value in changes.items()}}
    return visitor.post(f"/admin/features/{feature}/settings", **fields).status_code


def test_all_that_is_wrong_is_told_at_once_beside_its_field_and_in_a_list_of_links(office: Office) -> None:
    visitor = office.visitor(office.district, "wrong")
    form = form_at(visitor, LIGHT)

    status = sent(visitor, LIGHT, form, **{"f-yellow_hours": "９", "f-steps-1-at": "x", "reason": ""})

    assert status == 422
    assert re.findall(r'<li><a href="#([^"]+)">([^<]+)</a>：([^<]+)</li>', visitor.page) == [
        ("f-yellow_hours", "剩余多少工作小时变黄", "剩余多少工作小时变黄须在 1 到 7 个工作小时之间"),
        ("f-steps-1-at", "升级步骤 第 2 行 几个工作小时后", "请填写整数"),
        ("reason", "为什么改", "起草设置要写明理由。请填写后再提交。"),
    ]
    assert 'id="f-steps-1-at" name="f-steps-1-at" value="x"' in visitor.page  # what was typed stays
    assert 'aria-invalid="true" aria-describedby="f-steps-1-at-fault' in visitor.page


def test_rows_are_added_moved_and_removed_by_buttons_alone_and_a_draft_is_made_of_what_stands_there(
    office: Office,
) -> None:
    visitor = office.visitor(office.district, "rows")
    assert sent(visitor, LIGHT, form_at(visitor, LIGHT), **{"f-steps-add": "1"}) == 200
    form = sent_back(visitor.page[visitor.page.index('class="said-form settings"') :].partition("</form>")[0])
    added = {**form, "f-steps-2-at": ["3"], "f-steps-2-unit": ["roads"], "f-steps-2-up": ["1"]}
    assert sent(visitor, LIGHT, added) == 200
    form = sent_back(visitor.page[visitor.page.index('class="said-form settings"') :].partition("</form>")[0])
    assert sent(visitor, LIGHT, {**form, "f-steps-0-remove": ["1"]}) == 200
    form = sent_back(visitor.page[visitor.page.index('class="said-form settings"') :].partition("</form>")[0])

    assert sent(visitor, LIGHT, form, reason="多一步") == 303

    with office.installation.scope(office.district) as scope:
        newest = revisions_of(scope, LIGHT)[0]
    assert newest.values == {"steps": [{"at": 3, "unit": "roads"}, {"at": 2, "unit": "parks"}]}
    assert (newest.reason, newest.author) == ("多一步", "安娜（系统管理员）")


def test_what_another_has_let_hold_meanwhile_is_told_and_the_form_stays_as_typed(office: Office) -> None:
    anna, boris = office.visitor(office.district, "anna2"), office.visitor(office.district, "boris2", "鲍里斯")
    form = form_at(anna, GATE)
    assert sent(boris, GATE, form_at(boris, GATE), **{"f-address": "由鲍里斯", "reason": "换了"}) == 303
    number = office.installation.run(office.district, lambda scope: revisions_of(scope, GATE)[0].number)
    assert boris.post(f"/admin/features/{GATE}/revisions/{number}/activate", when="now").status_code == 303

    status = sent(anna, GATE, form, **{"f-address": "由安娜", "reason": "我也要换"})

    assert status == 409
    assert "鲍里斯" in anna.page
    assert 'value="由安娜"' in anna.page
    again = sent_back(anna.page[anna.page.index('class="said-form settings"') :].partition("</form>")[0])
    assert sent(anna, GATE, again, reason="核对过了") == 303


def test_a_secret_is_set_and_removed_and_never_shown(office: Office) -> None:
    visitor = office.visitor(office.district, "keeper", "管钥匙的")
    visitor.get(f"/admin/features/{GATE}/settings")

    assert visitor.post(f"/admin/features/{GATE}/secrets/token", secret="").status_code == 422
    assert "没有键入密钥" in visitor.page
    assert visitor.post(f"/admin/features/{GATE}/secrets/token", secret="whsec_abcdefgh").status_code == 303
    visitor.get(f"/admin/features/{GATE}/settings")
    assert "已设置" in visitor.page
    assert "管钥匙的" in visitor.page
    assert "whsec_abcdefgh" not in visitor.page
    assert visitor.post(f"/admin/features/{GATE}/secrets/token/remove").status_code == 303
    visitor.get(f"/admin/features/{GATE}/settings")
    assert "没有设置" in visitor.page


def test_a_city_locks_a_setting_and_sees_which_district_took_it(office: Office) -> None:
    city = office.visitor(office.city, "center", "市管")
    form = form_at(city, LIGHT)
    assert sent(city, LIGHT, {**form, "lock": ["yellow_hours"], "f-yellow_hours": ["2"]}, reason="全市统一") == 303
    assert city.post(f"/admin/features/{LIGHT}/revisions/1/activate", when="now").status_code == 303
    city.get(f"/admin/features/{LIGHT}/settings")
    assert "正在送达" in city.page
    payload = {"feature": LIGHT, "number": 1, "district": office.district}
    with office.installation.scope(office.city) as scope:
        job_kinds({}, office.installation)[PRESET].do(scope, payload, datetime.now(UTC))

    city.get(f"/admin/features/{LIGHT}/settings")
    assert "已采用" in city.page
    assert city.get("/admin/presets").status_code == 200
    district = office.visitor(office.district, "there")
    form = form_at(district, LIGHT)
    assert "f-yellow_hours" not in form
    assert re.search(r"2 个工作小时</span> <span class=\"tag\">全市统一", district.page)
    assert sent(district, LIGHT, {**form, "f-yellow_hours": ["5"]}, reason="不服") == 409
    assert "由全市统一" in district.page
    assert district.get("/admin/presets").status_code == 404


@pytest.mark.parametrize(
    "hostile",
    [
        {"f-words": "井\x00盖"},
        {"f-watcher": "x" * 5000},
        {"f-steps-row": ["999999", "-1", "a"], "f-steps-999999-at": "9" * 400},
        {"base": "-1"},
        {"newest": "9" * 30},
        {"continues": "77"},
        {"reason": "\x00"},
        {"reason": "长" * 501},
        {"lock": ["\x00"]},
    ],
    ids=str,
)
def test_hostile_input_is_refused_in_words(office: Office, hostile: dict[str, Any]) -> None:
    visitor = office.visitor(office.district, f"h{abs(hash(str(hostile))) % 10**8}")
    form = {**form_at(visitor, LIGHT), "reason": ["试试"], "f-title": ["另一个名称"]}

    assert sent(visitor, LIGHT, {**form, **hostile}) in (303, 404, 409, 422)
    assert "出错了" not in visitor.page


def test_there_is_no_form_of_an_unknown_feature(office: Office) -> None:
    visitor = office.visitor(office.district, "lost")

    assert visitor.get("/admin/features/no.such/settings").status_code == 404
    assert visitor.get(f"/admin/features/{LIGHT}/settings?draft=99").status_code == 404


def test_a_name_typed_into_a_row_becomes_its_code_and_a_name_that_stands_twice_says_which() -> None:
    units = {"units": [Choice("roads", "道路处"), Choice("a", "同名处"), Choice("b", "同名处")]}
    typed = {
        name: [text]
        for name, text in zip(("steps-0-unit", "steps-1-unit", "steps-2-unit", "watcher"), TYPED, strict=True)
    }

    coded = with_codes(fields_of(LightSettings), typed, units)

    assert [coded[name] for name in typed] == [["roads"], ["b"], ["没有这个处"], ["道路处"]]


TYPED = ("道路处", "同名处（b）", "没有这个处", "道路处")
