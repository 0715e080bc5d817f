"""Areas in administrators' hands: the map is drawn here, files are looked at first, and what is drafted holds only with a list."""

import json
import re
from io import BytesIO
from typing import Any

import pytest

from core.areas.gazetteer import Gazetteer
from core.areas.queries import gazetteer_of, gazetteer_versions
from core.areas.shapes import Point, polygon
from core.areas.tree import Area
from core.journey.area_uses import OfLate
from core.web.admin.map_drawing import drawn
from tests.web.conftest import House
from tests.web.making import Visitor, make_account

TABLE = "类型,编码,名称,上级,属地单位,所属区域\n区,PS,坪山,,,\n街道,PS01,东街街道,PS,,\n社区,PS0101,和平社区,PS01,,\n道路,,东街,,,PS01\n"
WEST, EAST = [(114.30, 22.69), (114.34, 22.69), (114.34, 22.72), (114.30, 22.72)], [(114.34, 22.69), (114.36, 22.69), (114.36, 22.72), (114.34, 22.72)]  # fmt: skip


class Office:
    """An administrator of a district at a browser."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.ann: Visitor = house.visitor(make_account(house.installation, house.slug, "ann", ["administrator"]))

    def run(self, work: Any) -> Any:
        return self.house.installation.run(self.house.slug, work)

    def send(self, do: str, **files: str) -> int:
        """Send files from the page of areas; return the status."""
        self.ann.get("/admin/areas")
        given: dict[str, Any] = {name: (BytesIO(text.encode()), f"{name}.csv") for name, text in files.items()}
        return self.ann.post("/admin/areas/import", do=do, reason="区划调整", **given).status_code

    def versions(self) -> list[int]:
        return [line.number for line in self.run(gazetteer_versions)]


@pytest.fixture
def office(house: House) -> Office:
    return Office(house)


def outlines(*areas: tuple[str, list[tuple[float, float]]]) -> str:
    """Return boundaries as GeoJSON."""
    return json.dumps(
        {
            "type": "FeatureCollection",
            "features": [
                {
                    "type": "Feature",
                    "properties": {"code": code},
                    "geometry": {"type": "Polygon", "coordinates": [[*corners, corners[0]]]},
                }
                for code, corners in areas
            ],
        }
    )


def test_a_table_is_looked_at_then_drafted_and_its_boundaries_are_drawn_without_anything_from_outside(
    office: Office,
) -> None:
    assert "还没有地名库" in office.ann.get("/admin/areas").get_data(as_text=True)
    assert office.send("check", table=TABLE) == 200
    assert "新增街道 东街街道（PS01）" in office.ann.page
    assert office.versions() == []

    assert office.send("draft", table=TABLE, boundaries=outlines(("PS01", WEST))) == 303
    assert office.send("draft", table=TABLE, boundaries=outlines(("PS01", WEST))) == 303, "again, nothing new"

    assert office.versions() == [1]
    street = office.run(lambda scope: gazetteer_of(scope, 1).areas.find("PS01"))
    assert street.shape == polygon(WEST)
    page = office.ann.get("/admin/areas?version=1").get_data(as_text=True)
    svg = page[page.index('<svg class="area-map"') : page.index("</svg>", page.index('<svg class="area-map"'))]
    assert re.findall(r'aria-label="(东街街道，0 件)"', svg) == ["东街街道，0 件"]
    assert not re.findall(r"https?://(?!www\.w3\.org)", svg)
    inside = office.ann.get("/admin/areas?version=1&at=PS01&zoom=2").get_data(as_text=True)
    assert "按这些地名认出它（1）" in inside


def test_a_file_with_a_fault_drafts_nothing_and_tells_every_row(office: Office) -> None:
    wrong = TABLE + "社区,PS0102,无处社区,NOWHERE,,\n"

    assert office.send("draft", table=wrong) == 200

    assert "第 6 行：上级" in office.ann.page
    assert office.versions() == []
    assert office.send("draft") == 422
    assert office.send("draft", table="不是\n表格\n") == 422
    for address in ("version=999", "version=x", "version=1&at=NOWHERE", "at=%00", "zoom=99999"):
        assert office.ann.get(f"/admin/areas?{address}").status_code in (200, 404, 422), address


def test_areas_lie_beside_each_other_on_the_map_as_on_the_ground_and_shades_follow_the_counts() -> None:
    places = Gazetteer.of(
        [
            Area("D", "区", None, kind="district"),
            Area("W", "西", "D", kind="street", shape=polygon(WEST)),
            Area("E", "东", "D", kind="street", shape=polygon(EAST)),
            Area("P", "点", "D", kind="street"),
            Area("L", "无", "D", kind="street"),
        ]
    )
    late = {"W": OfLate(8), "E": OfLate(2), "P": OfLate(3, Point(114.32, 22.70))}

    shown = drawn(places, late, at=None)

    assert shown is not None
    by_code = {each.code: each for each in shown.shapes}
    assert shown.lost == ("无",)
    assert {code: each.level for code, each in by_code.items()} == {"W": 4, "E": 1, "P": 2}
    assert by_code["W"].x < by_code["E"].x
    assert by_code["P"].y > by_code["W"].y, "further south is further down"
    assert (by_code["P"].path, by_code["W"].path.startswith("M")) == ("", True)
    wide = [max(map(float, re.findall(r"[ML]([\d.]+) ", by_code[code].path))) for code in ("W", "E")]
    assert wide == sorted(wide)
    assert drawn(Gazetteer.of([Area("D", "区", None, kind="district")]), {}, at=None) is None
