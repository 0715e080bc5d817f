"""The duty list beside the city's: what has no place is chosen by name, looked at, saved, and gone from the city's gaps."""

import io
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from core.statistics.gathered.gathering import gather
from core.statistics.service import refresh_all
from core.tenancy.scope import Installation
from core.units.catalogue.mapping import OTHER
from core.units.catalogue.queries import matter_mapping
from tests.builders import make_city, make_district, make_ticket, set_duties
from tests.web.making import Visitor, make_account

PAGE = "/admin/duties/mapping"
ITEMS = (
    {"code": "road", "category": "道路", "subcategory": "路面坑洼"},
    {"code": "lamp", "category": "照明", "subcategory": "路灯不亮"},
    {"code": "noise", "category": "噪声", "subcategory": "夜间施工"},
    {"code": "dance", "category": "环境", "subcategory": "广场舞"},
)
OF_CITY = (
    {"code": "c1", "category": "市容", "subcategory": "道路桥梁"},
    {"code": "c2", "category": "公共设施", "subcategory": "路灯不亮"},
    {"code": "c3", "category": "环境", "subcategory": "施工噪声"},
    {"code": "c4", "category": "环境", "subcategory": "生活噪声"},
)


class District:
    """A district whose items are not mapped yet, in a city with a list, with two administrators."""

    def __init__(self, installation: Installation, app: Flask) -> None:
        self.installation, self.app = installation, app
        self.slug = make_district(installation, duties=ITEMS)
        self.city = make_city(installation, [self.slug], duties=OF_CITY)

    def administrator(self, login: str, name: str) -> Visitor:
        visitor = Visitor(self.app)
        visitor.sign_in(make_account(self.installation, self.slug, login, ["administrator"], name=name))
        return visitor

    def mapping(self) -> dict[str, str]:
        return dict(self.installation.run(self.slug, matter_mapping).central)


@pytest.fixture
def district(installation: Installation, app: Flask) -> District:
    return District(installation, app)


def rows_of(page: str) -> list[str]:
    """Return the codes of the items in the order of the page's rows."""
    return re.findall(r'name="matter" value="([^"]*)"', page)


def fields_of(page: str, **typed: str) -> dict[str, Any]:
    """Return the form as the page holds it, with names typed into the rows of some items."""
    codes = rows_of(page)
    seen, stood, proposed = (
        re.findall(rf'name="{name}"[^>]*? value="([^"]*)"', page) for name in ("seen", "to", "proposed")
    )
    fields: dict[str, Any] = {
        name: re.findall(rf'name="{name}" value="([^"]*)"', page)[0] for name in ("number", "held", "listed")
    }
    to = [typed.get(code, name) for code, name in zip(codes, stood, strict=True)]
    return fields | {"matter": codes, "seen": seen, "to": to, "proposed": proposed}


def values_in(page: str) -> dict[str, str]:
    """Return what stands in the field of each item."""
    fields = fields_of(page)
    return dict(zip(fields["matter"], fields["to"], strict=True))


def test_a_gap_that_the_city_sees_is_closed_on_the_page_and_gone_in_the_citys_figures(district: District) -> None:
    installation, now = district.installation, datetime.now(UTC)
    for matter in ("noise", "road", "road", "lamp", "dance"):
        make_ticket(installation, district.slug, matter=matter, now=now - timedelta(minutes=5))
    refresh_all(installation, district.slug)
    analyst = Visitor(district.app)
    analyst.sign_in(make_account(installation, district.city, "analyst", ["analyst"]))
    today = f"{now.astimezone(installation.tenant(district.slug).zone):%Y-%m-%d}"
    quality = f"/city/quality?from={today}&until={today}"
    before = analyst.get(quality).get_data(as_text=True)
    administrator = district.administrator("admin", "关甲")

    page = administrator.get(PAGE).get_data(as_text=True)

    assert "共 3 个事项有诉求而没有对照" in before
    assert "对照表由各区管理员在“对照市级目录”页（管理，职责清单）维护。" in before
    assert 'href="/admin/duties/mapping"' in administrator.get("/admin/duties").get_data(as_text=True)
    assert rows_of(page)[0] == "road"
    assert rows_of(page)[-1] == "dance"
    assert "4 个事项：0 个有对应，0 个写明不属于其中任何一项，4 个还没有对照（其中 1 个大类与市级同名" in page
    assert "近 90 天有 4 件诉求因此" in page
    assert "暂按同名大类计：环境" in page
    assert "就是同名的：公共设施 / 路灯不亮" in page
    assert " checked" not in page
    assert values_in(page) == {"road": "", "noise": "", "lamp": "", "dance": ""}

    administrator.get(PAGE)
    chosen = fields_of(page, road="桥梁", noise="施工 噪声") | {"take": ["lamp"], "other": ["dance"]}
    looked = administrator.post(PAGE, do="check", **chosen)

    assert looked.status_code == 200
    assert "会改 4 个事项，还没有保存" in administrator.page
    assert "道路 / 路面坑洼：没有写 → <b>市容 / 道路桥梁</b>" in administrator.page
    assert administrator.page.count(" checked") == 2
    assert district.mapping() == {}

    again = fields_of(administrator.page) | {"take": ["lamp"], "other": ["dance"]}
    saved = administrator.post(PAGE, do="save", **again)

    assert (saved.status_code, saved.headers["Location"]) == (303, PAGE)
    assert district.mapping() == {"road": "c1", "noise": "c3", "lamp": "c2", "dance": OTHER}
    assert "3 个有对应，1 个写明不属于其中任何一项，0 个还没有对照" in administrator.get(PAGE).get_data(as_text=True)
    refresh_all(installation, district.slug)
    gather(installation, district.city)
    assert "有诉求的事项都归得进市级目录。" in analyst.get(quality).get_data(as_text=True)


def test_what_is_not_clear_and_what_others_did_meanwhile_is_refused_with_what_was_typed(district: District) -> None:
    first, second = district.administrator("admin", "关甲"), district.administrator("other", "钱乙")
    opened = first.get(PAGE).get_data(as_text=True)

    unclear = first.post(PAGE, do="save", **fields_of(opened, road="火星", noise="噪声", lamp="道路桥梁"))

    assert (unclear.status_code, district.mapping()) == (422, {})
    assert "有 2 个事项选的看不明白" in first.page
    assert "的目录里没有“火星”" in first.page
    assert "有 2 项：环境 / 施工噪声、环境 / 生活噪声。请写全是哪一项。" in first.page
    assert {**values_in(first.page)} == {"road": "火星", "noise": "噪声", "lamp": "道路桥梁", "dance": ""}
    twice = first.post(PAGE, do="save", **fields_of(opened, lamp="道路桥梁") | {"take": ["lamp"]})
    assert (twice.status_code, "选了不止一样" in first.page) == (422, True)

    second.get(PAGE)
    assert second.post(PAGE, do="save", **fields_of(second.page, road="c1", dance="生活噪声")).status_code == 303
    outrun = first.post(PAGE, do="save", **fields_of(opened, road="施工噪声", noise="c3"))

    assert outrun.status_code == 409
    assert "钱乙" in first.page
    assert "把“道路 / 路面坑洼”对照为“市容 / 道路桥梁”" in first.page
    assert values_in(first.page) == {"road": "施工噪声", "noise": "c3", "lamp": "", "dance": "环境 / 生活噪声"}
    assert district.mapping() == {"road": "c1", "dance": "c4"}
    assert first.post(PAGE, do="save", **fields_of(first.page)).status_code == 303
    assert district.mapping() == {"road": "c3", "noise": "c3", "dance": "c4"}
    first.get(PAGE)
    assert first.post(PAGE, do="save", **fields_of(first.page, road="")).status_code == 303
    assert district.mapping() == {"noise": "c3", "dance": "c4"}

    opened = first.get(PAGE).get_data(as_text=True)
    newer = [*OF_CITY, {"code": "c5", "category": "市容", "subcategory": "坑洼"}]
    district.installation.run(district.city, lambda scope: set_duties(scope, newer))
    district.installation.forget()
    late = first.post(PAGE, do="save", **fields_of(opened, road="道路桥梁"))
    assert (late.status_code, "启用了职责清单第 2 版" in first.page) == (409, True)
    assert values_in(first.page)["road"] == "道路桥梁"
    assert first.post(PAGE, do="save", **fields_of(first.page)).status_code == 303
    assert district.mapping()["road"] == "c1"


def test_the_table_goes_out_and_in_by_the_commands_own_code_and_long_lists_are_searched(district: District) -> None:
    administrator = district.administrator("admin", "关甲")
    administrator.get(PAGE)
    table = administrator.client.get(f"{PAGE}.csv").data.decode("utf-8-sig").splitlines()
    hidden = {name: administrator.hidden(name) for name in ("csrf_token", "number", "held", "listed")}

    def bring_in(do: str) -> str:
        content = "本区编码,市级编码\nroad,c1\ndance,其他\nnoise,\nmoon,c1\nlamp,c9\n".encode()
        sent = hidden | {"do": do, "file": (io.BytesIO(content), "对照.csv")}
        answer = administrator.client.post(f"{PAGE}/import", data=sent)
        assert answer.status_code == 200
        return answer.get_data(as_text=True)

    assert table[0] == "本区编码,本区事项,市级编码,市级事项"
    assert "lamp,照明 / 路灯不亮,c2,公共设施 / 路灯不亮" in table
    checked = bring_in("check")
    assert "认出 2 行，其中 2 个事项会改对照；空着没有动 1 行，退回 2 行。" in checked
    assert "本区清单里没有编码“moon”" in checked
    assert district.mapping() == {}
    assert "2 个事项改了对照" in bring_in("save")
    assert district.mapping() == {"road": "c1", "dance": OTHER}

    again = administrator.client.get(f"{PAGE}.csv").data.decode("utf-8-sig").splitlines()
    assert "dance,环境 / 广场舞,其他," in again
    (top,) = re.findall(r'<option value="([^"]*)">噪声', administrator.get(PAGE).get_data(as_text=True))
    under = administrator.get(f"{PAGE}?under={top}").get_data(as_text=True)
    assert rows_of(under) == [top, "noise"]
    whole = fields_of(under, **{top: "施工噪声"})
    assert administrator.post(f"{PAGE}?under={top}", do="save", **whole).status_code == 303
    assert district.mapping() == {"road": "c1", "dance": OTHER, top: "c3"}
    assert "沿用噪声：环境 / 施工噪声" in administrator.get(f"{PAGE}?under={top}").get_data(as_text=True)

    found = administrator.get(f"{PAGE}?q=路灯").get_data(as_text=True)
    assert rows_of(found) == ["lamp"]
    assert rows_of(administrator.get(f"{PAGE}?kind=mapped").get_data(as_text=True)) == ["road", "noise"]
    many = [
        {"code": f"i{n}", "category": f"大类{n % 19}", "subcategory": f"比较长的事项名称第{n}号"} for n in range(1285)
    ]
    for slug in (district.slug, district.city):
        district.installation.run(slug, lambda scope: set_duties(scope, many))
    district.installation.forget()
    long = administrator.get(PAGE).get_data()
    assert len(rows_of(long.decode())) == 25
    assert len(long) < 60 * 1024, "styles and scripts are the other half of 120 kB"
    for wrong in ("?version=x", "?version=99", f"/import?city={district.slug}"):
        assert administrator.get(f"{PAGE}{wrong}").status_code in (404, 405, 422)


def test_a_district_without_a_city_or_whose_city_has_no_list_is_told_so(installation: Installation, app: Flask) -> None:
    alone, member = make_district(installation, duties=ITEMS), make_district(installation, duties=ITEMS)
    city = make_city(installation, [member])
    for slug, words in ((alone, "本区没有归入市中心"), (member, f"测试区 {city}没有现行的职责清单")):
        administrator = Visitor(app)
        administrator.sign_in(make_account(installation, slug, "admin", ["administrator"]))
        answer = administrator.get(PAGE)
        assert (answer.status_code, words in answer.get_data(as_text=True)) == (200, True)
    make_city(installation, [member], duties=OF_CITY)
    assert "本区同属几个市中心" in administrator.get(PAGE).get_data(as_text=True)
