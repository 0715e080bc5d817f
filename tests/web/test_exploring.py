"""Where appeals come from: matters by area, down to the tickets, as files, and as a topic with the measures taken."""

import re
from datetime import datetime, timedelta
from io import BytesIO
from urllib.parse import parse_qs, urlsplit

from python_calamine import CalamineWorkbook

from core.statistics.service import refresh_all
from tests.areas.places import let_hold
from tests.builders import BEIJING, make_ticket
from tests.journey.walking import Walk
from tests.web.conftest import House


def last_month(day: int, *, months: int = 1) -> datetime:
    """Return ten o'clock in the morning of a day of the last whole month, or of one before."""
    first = datetime.now(BEIJING).replace(day=1, hour=10, minute=0, second=0, microsecond=0)
    for _ in range(months):
        first = (first - timedelta(days=1)).replace(day=1)
    return first.replace(day=day)


def said(day: int) -> str:
    return f"{last_month(day):%Y-%m-%d %H:%M}"


def gathered(house: House) -> None:
    """Eleven appeals about roads in 田头, four of the month before; one in 老坑; and one that comes again where one was answered."""
    let_hold(house.installation, house.slug)
    for each in range(4):
        make_ticket(
            house.installation, house.slug, place="创景路 88 号", matter="road", now=last_month(5 + each, months=2)
        )
    answered = Walk(house.installation, house.slug)
    answered.take_in(said(3), place="创景路 1 号", matter="road")
    answered.dispatch(said(3))
    answered.sign(said(3))
    answered.reply(said(4))
    answered.pass_reply(said(4))
    make_ticket(house.installation, house.slug, place="创景路 1 号", matter="road", now=last_month(20))
    for each in range(9):
        make_ticket(house.installation, house.slug, place="创景路 88 号", matter="road", now=last_month(5 + each))
    make_ticket(house.installation, house.slug, place="老坑社区", matter="road", now=last_month(9))
    refresh_all(house.installation, house.slug)


def test_a_cell_leads_from_category_to_matter_to_area_to_its_tickets(house: House) -> None:
    gathered(house)
    chief = house.visitor(house.supervisor)

    top = chief.get("/explore").get_data(as_text=True)
    category = chief.get(link(top, "城市管理")).get_data(as_text=True)
    matter = chief.get(link(category, "道路")).get_data(as_text=True)
    street = chief.get(link(matter, "石井街道")).get_data(as_text=True)
    cell = chief.get(link(street, "石井街道 / 田头社区")).get_data(as_text=True)

    assert "<b>12 件</b>" in top
    assert "<dd>4 件（+8）</dd>" in top
    assert re.search(
        r'城市管理 / 道路 · 石井街道</a></td><td class="num" data-column="本期">11<.*?上期">4<.*?反复">1<', top
    )
    assert "<b>11 件</b>" in cell
    listed = link(cell, "看工单")
    asked = parse_qs(urlsplit(listed).query)
    assert (asked["matter"], asked["area"]) == (["road"], ["tiantou"])
    desk = chief.get(listed).get_data(as_text=True)
    assert len(set(re.findall(r'id="r-([^"]+)"', desk))) == 11
    assert "只列城市管理 / 道路、石井街道 / 田头社区" in desk


def test_what_is_asked_wrongly_is_passed_over_and_few_are_not_ranked(house: House) -> None:
    gathered(house)
    chief = house.visitor(house.supervisor)
    for address in (
        "/explore?by=year&first=x&within_days=-1&unit=nowhere",
        "/explore?first=9999-12-31&area=%00",
        "/explore?by=week&channel=web",
        "/desk?lane=all&since=0001-01-01&until=9999-12-31&matter=x",
    ):
        assert chief.get(address).status_code == 200
    few = chief.get("/explore?area=laokeng").get_data(as_text=True)

    assert "<b>1 件</b>" in few
    assert "没有 10 件以上、比上期增多的" in few
    assert house.visitor(house.clerk).get("/explore").status_code == 403


def test_the_files_say_what_the_page_says(house: House) -> None:
    gathered(house)
    chief = house.visitor(house.supervisor)

    book = CalamineWorkbook.from_filelike(BytesIO(chief.client.get("/explore/file/xlsx").get_data()))
    lines = chief.get("/explore/file/csv").get_data(as_text=True).splitlines()

    assert lines == ["\ufeff事项,石井街道,龙田街道,合计", "城市管理,11,1,12", "合计,11,1,12"]
    rows = book.get_sheet_by_index(1).to_python()
    assert ["城市管理", 11, 1, 12] in [row[:4] for row in rows]
    assert chief.client.get("/explore/file/pdf").get_data()[:5] == b"%PDF-"
    assert chief.get("/explore/file/exe").status_code == 404


def test_a_cell_becomes_a_topic_whose_measures_are_held_before_and_after(house: House) -> None:
    gathered(house)
    chief = house.visitor(house.supervisor)
    asked = "matter=road&area=tiantou"
    chief.get(f"/explore?{asked}")
    assert chief.post("/explore/topic", name="田头道路", matter="road", area="nowhere", why="").status_code == 422
    assert chief.post("/explore/topic", name="田头道路", matter="road", area="tiantou", why="反复").status_code == 303

    page = chief.get("/topics").get_data(as_text=True)
    found = re.search(r'action="/topics/(\d+)/measures"', page)
    assert found
    on = last_month(15, months=2).date()
    assert chief.post(f"/topics/{found[1]}/measures", on="明天", text="重铺").status_code == 422
    assert chief.post(f"/topics/{found[1]}/measures", on=str(on), text="重铺路面").status_code == 303

    page = chief.get("/topics").get_data(as_text=True)
    assert "城市管理 / 道路，石井街道 / 田头社区。反复" in page
    assert re.search(r'重铺路面 .*?之前">4<.*?之后">10<', page)


def link(page: str, words: str) -> str:
    found = re.search(rf'<a href="([^"]+)">{re.escape(words)}</a>', page)
    assert found, words
    return found[1].replace("&amp;", "&")
