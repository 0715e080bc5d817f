"""Areas on the pages: told beside the place where one is known, set right with the classification, absent elsewhere."""

from datetime import UTC, datetime

from core.areas.shapes import Point
from tests.areas.places import let_hold
from tests.builders import make_ticket
from tests.web.conftest import House


def page_of(house: House, address: str) -> str:
    return house.visitor(house.operator).get(address).get_data(as_text=True)


def test_the_area_stands_beside_the_place_where_it_is_known(house: House) -> None:
    let_hold(house.installation, house.slug)
    found = make_ticket(house.installation, house.slug, place="创景路 88 号", now=datetime.now(UTC)).serial_no
    unknown = make_ticket(house.installation, house.slug, place="某地", now=datetime.now(UTC)).serial_no

    for address in (f"/t/{found}", f"/desk?at={found}"):
        assert "<dt>区域</dt><dd>石井街道 / 田头社区</dd>" in page_of(house, address)
    assert "<dt>区域</dt>" not in page_of(house, f"/t/{unknown}")


def test_the_area_is_set_right_with_the_classification(house: House) -> None:
    let_hold(house.installation, house.slug)
    serial_no = make_ticket(house.installation, house.slug, place="创景路 88 号", now=datetime.now(UTC)).serial_no
    operator = house.visitor(house.operator)

    form = operator.get(f"/desk/{serial_no}/classify").get_data(as_text=True)
    refused = operator.post(f"/desk/{serial_no}/classify", nature="help", area="sky")
    operator.get(f"/desk/{serial_no}/classify")
    done = operator.post(f"/desk/{serial_no}/classify", nature="help", matter="road", area="laokeng")

    assert '<option value="tiantou" selected>石井街道 / 田头社区</option>' in form
    assert refused.status_code == 422
    assert "没有代码为 sky 的区域" in refused.get_data(as_text=True)
    assert done.status_code == 303
    assert "<dt>区域</dt><dd>龙田街道 / 老坑社区</dd>" in page_of(house, f"/t/{serial_no}")


def test_a_district_without_a_gazetteer_is_asked_for_no_area(house: House) -> None:
    serial_no = make_ticket(house.installation, house.slug, now=datetime.now(UTC)).serial_no

    assert 'name="area"' not in page_of(house, f"/desk/{serial_no}/classify")


def test_a_point_is_shown_where_nobody_wrote_a_place(house: House) -> None:
    located = make_ticket(house.installation, house.slug, point=Point(114.3468, 22.6909), now=datetime.now(UTC))

    page = page_of(house, f"/t/{located.serial_no}")

    assert ">114.34680, 22.69090</span></dd>" in page
    assert "没有填写" not in page
