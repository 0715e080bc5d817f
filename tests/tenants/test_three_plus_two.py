"""3+2 办理体系 in one district: city, county and township, public utilities, and central bodies, each handles what is its own."""

import secrets
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from core.hooks.roster import Roster
from core.people.service import issue_token
from core.tenancy.scope import Installation
from core.tickets.models import Ticket
from core.units.queries import directory
from core.web import create_app
from tenants.apply import apply_profile
from tenants.profile import shipped_profiles
from tests.builders import beijing, make_installation
from tests.journey.walking import Walk


@pytest.fixture(scope="module")
def installation(database_url: str) -> Installation:
    return make_installation(database_url, features=tuple(Roster.installed().features.values()))


@pytest.fixture(scope="module")
def slug(installation: Installation) -> str:
    """The district of the tilted hut, as it is shipped but for its name."""
    profile = next(profile for profile in shipped_profiles() if profile.slug == "chengdu-gaoxin")
    mark = secrets.token_hex(3)
    own = replace(profile, slug=f"gaoxin-{mark}", serial_prefix=f"X{mark.upper()}")
    apply_profile(installation, own, now=beijing("2026-03-01 09:00"))
    return own.slug


@pytest.fixture
def walk(installation: Installation, slug: str) -> Walk:
    return Walk(installation, slug)


def lead_of(walk: Walk, ticket: Ticket) -> tuple[str, str]:
    """Return kind and code of the unit that leads the ticket."""
    unit = walk.run(lambda scope: directory(scope).unit_of_id(ticket.lead_unit_id or 0))
    assert unit is not None
    return unit.kind, unit.code


def handle(walk: Walk) -> None:
    """Have the lead sign, its co-units contribute, and the answer given and passed."""
    walk.sign("2026-03-12 11:00")
    co = [each.unit_id for each in walk.assignments() if each.role == "co"]
    units = walk.run(directory)
    for unit in (units.unit_of_id(unit_id) for unit_id in co):
        assert unit is not None
        walk.contribute(unit.code)
    walk.reply("2026-03-13 10:00", text="已到场处理，恢复正常，并告知诉求人。", confirmed="已电话核对")
    walk.pass_reply("2026-03-13 11:00", confirmed="已电话核对")


@pytest.mark.parametrize(
    ("matter", "text", "lead"),
    [
        ("C0101", "背街小巷的路灯不亮已有三天", ("city_department", "city-ludeng")),
        ("C0107", "人行道地砖松动，老人绊倒", ("section", "gycs-sz")),
        (None, "石羊街道老旧院落门前台阶破损", ("street", "street-shiyang")),
        ("C1201", "小区从昨晚起停水", ("public_utility", "pu-water")),
        ("C1203", "家里的天然气气压很低", ("public_utility", "pu-gas")),
        ("C0401", "公交车等了四十分钟没来", ("public_utility", "pu-bus")),
        ("C0402", "地铁车厢里冷气不足", ("public_utility", "pu-metro")),
        ("C1202", "楼下线路老化，经常跳闸", ("central_body", "cb-power")),
        ("C1204", "宽带断了一周，没有人来修", ("central_body", "cb-telecom")),
    ],
)
def test_each_of_the_five_tiers_handles_what_is_its_own(
    walk: Walk, matter: str | None, text: str, lead: tuple[str, str]
) -> None:
    walk.take_in("2026-03-12 10:00", channel="hotline", matter=matter, text=text)
    if walk.ticket().state != "dispatched":
        walk.dispatch("2026-03-12 10:10", lead=lead[1])
    handle(walk)

    assert lead_of(walk, walk.ticket()) == lead
    assert walk.ticket().state == "concluded"


@pytest.mark.parametrize(
    ("matter", "text", "lead", "system"),
    [
        ("C0701", "商家不退款，也不给说法", "scjg", "市场监管"),
        ("C0104", "路口天天有人占道经营", "csgl", "城市管理"),
        ("C0801", "外卖里吃出异物", "scjg", "食品药品"),
        ("C0901", "旅行社强制购物", "wtly", "旅游"),
    ],
)
def test_commerce_city_management_food_and_tourism_go_straight_to_the_front_line(
    walk: Walk, matter: str, text: str, lead: str, system: str
) -> None:
    walk.take_in("2026-03-12 10:00", channel="hotline", matter=matter, text=text)

    dispatched = [line for line in walk.timeline() if " dispatch " in line]
    assert lead_of(walk, walk.ticket())[1] == lead
    assert len(dispatched) == 1
    assert dispatched[0].startswith("03-12 10:00 系统 dispatch accepted→dispatched 派给 ")
    assert f"属{system}系统，工单直派一线管理部门" in dispatched[0]
    handle(walk)
    assert walk.ticket().state == "concluded"


def test_a_public_utility_takes_its_tickets_into_its_own_system_and_answers_from_there(
    walk: Walk, installation: Installation, slug: str
) -> None:
    now = datetime.now(UTC)
    token = installation.run(
        slug, lambda scope: issue_token(scope, "供水热线系统", role="clerk", unit_id=walk.unit_id("pu-water"), now=now)
    )
    client, headers = create_app(installation).test_client(), {"Authorization": f"Bearer {token}"}
    walk.take_in(f"{now:%Y-%m-%d} 00:10", channel="hotline", matter="C1201", text="水管爆了，路面都是水")
    walk.dispatch(f"{now:%Y-%m-%d} 00:20", lead="pu-water")
    number = walk.serial_no

    def command(name: str, **how: str) -> int:
        return client.post(f"/api/v1/tickets/{number}/commands/{name}", json=how, headers=headers).status_code

    assert client.get(f"/api/v1/tickets/{number}", headers=headers).get_json()["state"] == "dispatched"
    assert command("sign") == 200
    assert command("reply", text="已抢修，恢复供水。", disposition="resolved") == 200
    assert walk.ticket().state == "submitted"
    assert lead_of(walk, walk.ticket()) == ("public_utility", "pu-water")
