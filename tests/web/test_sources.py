"""The page of the registry: for desk and administrators, silent ones first, and unknown names; the desk filters by source."""

from datetime import datetime
from pathlib import Path

from core.journey.lists import Ordered
from core.journey.sources import import_sources
from core.tickets.timeline import SYSTEM
from tests.builders import BEIJING, beijing
from tests.journey.walking import Walk
from tests.web.conftest import House


def test_the_desk_sees_who_is_silent_and_filters_by_any_name(house: House, tmp_path: Path) -> None:
    (listed := tmp_path / "sources.csv").write_text(
        "代码,来源名称,别名,类别,主管单位\nszcg,数字城管,城管系统,业务系统,roads\nwb,微博,,微博,宣传部\n",
        encoding="utf-8",
    )
    order = Ordered(SYSTEM, None, "整合", beijing("2026-03-01 09:00"))
    house.installation.run(house.slug, lambda scope: import_sources(scope, listed, order).put)
    house.installation.forget()
    walk = Walk(house.installation, house.slug)
    today = f"{datetime.now(BEIJING):%Y-%m-%d %H:%M}"
    walk.take_in(today, source="城管系统", title="井盖松动")
    walk.take_in(today, source="热心人小程序", title="路灯不亮")
    operator = house.visitor(house.operator)

    page = operator.get("/sources").get_data(as_text=True)
    desk = operator.get("/desk?lane=all&source=城管系统").get_data(as_text=True)

    assert page.index("没有来过件") < page.index("数字城管")  # the silent one stands first
    assert "热心人小程序" in page
    assert "道路管理处" in page
    assert ("井盖松动" in desk, "路灯不亮" in desk) == (True, False)
    assert "没有来过件" not in operator.get("/sources?q=城管系统&kind=system").get_data(as_text=True)
    assert house.visitor(house.clerk).get("/sources").status_code == 403
