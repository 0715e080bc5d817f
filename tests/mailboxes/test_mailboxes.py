"""Leaders' mailboxes: a whole list from a file or none of it, whose letters go where, and which one suits an appeal."""

from typing import Any

import pytest

from core.journey.lists import ListUnusable, SamePerson
from core.journey.mailboxes import find_mailboxes
from core.journey.queries.ways import accepted_by_mailbox
from core.kit.lists import ListPut
from core.people.roles import NotPermitted
from core.tenancy.security_log import security_events
from core.units.mailboxes.queries import kept_mailboxes, mailbox_book
from core.units.queries import directory
from tests.mailboxes.conftest import FIVE, NOW, Lists

THOUSANDS = [
    (
        f"第 {number} 号信箱",
        "乡镇（街道）",
        f"第 {number} 任",
        "town",
        "",
        "",
        "环境卫生",
        f"第 {number % 300} 社区",
        "",
    )
    for number in range(2_641)
]


def test_all_mailboxes_of_a_city_come_from_one_file_and_the_same_file_changes_nothing(lists: Lists) -> None:
    assert lists.put(THOUSANDS) == ListPut(2_641, 0, 0, 0)
    assert lists.put(THOUSANDS) == ListPut(0, 0, 0, 2_641)
    assert lists.walk.run(lambda scope: len(mailbox_book(scope).public)) == 2_641

    left = [*THOUSANDS[1:], ("市长信箱", "市级", "市长", "市政府办公厅", "", "", "", "", "")]
    assert lists.put(left) == ListPut(1, 0, 1, 2_640)
    found = lists.walk.run(
        lambda scope: find_mailboxes(scope, matter="环境卫生", area="第 7 社区", words="第 30", most=3)
    )
    assert [box.name for box in found] == ["第 307 号信箱"]
    closed = lists.walk.run(lambda scope: [row.name for row in kept_mailboxes(scope) if row.closed_at == NOW])
    assert closed == ["第 0 号信箱"]
    assert lists.put(THOUSANDS) == ListPut(1, 0, 1, 2_640)


def test_leaders_change_places_in_one_step(lists: Lists) -> None:
    lists.put(FIVE)
    mayor, chief = (list(FIVE[0]), list(FIVE[1]))
    mayor[2:4], chief[2:4] = chief[2:4], mayor[2:4]

    assert lists.put([mayor, chief, *FIVE[2:]]) == ListPut(0, 2, 0, 3)
    book = lists.walk.run(mailbox_book)
    assert [(box.name, box.leader, box.owner) for box in book.mailboxes[:2]] == [
        ("市长信箱", "区长", "county-office"),
        ("锦水区区长信箱", "市长", "city-office"),
    ]


def test_a_file_with_a_doubled_leader_or_mailbox_changes_nothing_and_every_row_is_named(lists: Lists) -> None:
    lists.put(FIVE)
    wrong = [
        ("市长信箱", "市级", "市长", "市政府办公厅", "", "", "", "", ""),
        ("市长信箱", "市级", "副市长", "市政府办公厅", "", "", "", "", ""),
        ("市长信箱二", "市级", "市长", "city-office", "", "", "", "", ""),
        ("省长信箱", "省级", "", "省政府办公厅", "", "省长热线", "", "", "也许"),
    ]

    with pytest.raises(ListUnusable) as refused:
        lists.put(wrong)

    assert refused.value.message == (
        "领导信箱名册有 3 行不能用，整张表都没有改动。"
        "第 3 行：信箱“市长信箱”与第 2 行重复。"
        "第 4 行：city-office的“市长”与第 2 行重复，一位领导只有一个信箱。"
        "第 5 行：领导职务没有填写；层级“省级”不认得，可写：市级、区（市）县、乡镇（街道）、公共服务单位、中央及省驻地单位；"
        "所属单位：没有单位“省政府办公厅”；是不是 市政府办公厅、锦水区政府办公室；本区没有渠道“省长热线”；是否公开要写“是”或“否”，不能写“也许”。"
        "请改好后重新导入。"
    )
    assert lists.walk.run(lambda scope: len(mailbox_book(scope).mailboxes)) == 5


def test_whose_a_mailbox_is_needs_a_second_administrator_and_is_kept(lists: Lists) -> None:
    with pytest.raises(SamePerson):
        lists.put(FIVE, agreed_by="anna")
    with pytest.raises(NotPermitted):
        lists.put(FIVE, agreed_by="otto")

    lists.put(FIVE)
    with lists.walk.installation.scope(lists.walk.slug) as scope:
        (event,) = security_events(scope, kind="list_put")
        assert (event.actor, event.subject, event.detail) == (
            "安娜",
            "领导信箱名册",
            {
                "rows": 5,
                "opened": 5,
                "changed": 0,
                "closed": 0,
                "agreed_by": "berta（系统管理员）",
                "reason": "年度更新",
            },
        )


def test_the_owner_looks_on_and_the_handling_unit_is_proposed(lists: Lists) -> None:
    lists.put(FIVE)
    walk = lists.walk
    walk.take_in(channel="mailbox-district", mailbox="锦水区区长信箱", text="小区门口的路坑坑洼洼，下雨就积水")

    units = walk.run(directory)
    assert [(units.name_of(each.unit_id), each.role) for each in walk.assignments()] == [("锦水区政府办公室", "info")]
    assert units.name_of(walk.ticket().suggested_unit_id or 0) == "道路管理处"
    assert [line for line in walk.timeline() if " watch " in line] == [
        "03-12 10:00 系统 watch accepted→accepted 知会 锦水区政府办公室（诉求写给“锦水区区长信箱”，知会该信箱所属单位）"
    ]

    lists.put([FIVE[0]])
    walk.take_in(channel="mailbox-district", mailbox="锦水区区长信箱", text="还是那条路")
    assert walk.assignments() == []


def test_the_nearest_mailbox_for_type_and_area_comes_first_and_a_hidden_one_is_not_offered(lists: Lists) -> None:
    lists.put(FIVE)

    def offered(**asked: Any) -> list[str]:
        return [box.name for box in lists.walk.run(lambda scope: find_mailboxes(scope, most=9, **asked))]

    assert offered(matter="道路", area="石桥街道") == ["石桥街道主任信箱", "市长信箱"]
    assert offered(matter="道路", area="锦水区") == ["石桥街道主任信箱", "锦水区区长信箱", "市长信箱"][1:]
    assert offered(matter="公共交通") == ["地铁董事长信箱", "锦水区区长信箱", "市长信箱"]
    assert offered(words="区长") == ["锦水区区长信箱"]
    assert offered(words="供电") == []
    assert lists.walk.run(lambda scope: mailbox_book(scope).matters) == ("环境卫生", "道路", "公共交通")


def test_a_month_is_counted_by_mailbox(lists: Lists) -> None:
    lists.put(FIVE)
    for mailbox in ("市长信箱", "锦水区区长信箱", "锦水区区长信箱", ""):
        lists.walk.take_in(channel="hotline", mailbox=mailbox, text=f"写给{mailbox}的一件事")

    told = accepted_by_mailbox(lists.walk.installation, lists.walk.slug, "2026-03")

    assert [(line.way, line.name, line.n) for line in told] == [
        ("锦水区区长信箱", "锦水区政府办公室", 2),
        ("市长信箱", "市政府办公厅", 1),
        ("", "没有写给信箱", 1),
    ]
