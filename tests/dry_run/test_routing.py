"""Trying other routes: who would lead, at once or as a suggestion, and how much each unit would have to do."""

from core.journey.dry_run import UnitLoad, summary
from core.tenancy.scope import Installation
from tests.builders import make_district, make_ticket
from tests.dry_run.trying import told, tried
from tests.journey.walking import Walk

DUTIES = (
    {"code": "road", "category": "道路交通", "subcategory": "路面坑洼", "lead": "roads"},
    {"code": "tree", "category": "园林绿化", "subcategory": "树木修剪", "lead": "parks"},
)


def test_other_direct_domains_send_exactly_their_tickets_straight_to_the_front_line(installation: Installation) -> None:
    slug = make_district(installation, features={"chengdu.routing": {"direct_domains": ["道路"]}}, duties=DUTIES)
    road = make_ticket(installation, slug, matter="road").serial_no
    tree = make_ticket(installation, slug, matter="tree").serial_no
    unclear = make_ticket(installation, slug).serial_no

    found = tried(installation, slug, "chengdu.routing", {"direct_domains": ["园林"]})

    assert told(found, "dispatch") == {
        tree: [("new", "由受理席派单", "直接派出")],
        road: [("gone", "直接派出", "由受理席派单")],
    }
    assert unclear not in told(found, "dispatch")
    assert (found.totals.direct, found.totals.not_direct, found.totals.rerouted) == (1, 1, 0)
    assert found.load == (
        UnitLoad("", "由受理席判定", 1, 1, 0, 0),
        UnitLoad("parks", "园林管理处", 1, 0, 0, 1),
        UnitLoad("roads", "道路管理处", 0, 1, 1, 0),
    )


def test_a_mailbox_of_another_unit_lets_that_one_look_on(installation: Installation) -> None:
    slug = make_district(installation, features={"chengdu.routing": {}})
    letter = make_ticket(installation, slug, mailbox="区长信箱").serial_no
    make_ticket(installation, slug)

    found = tried(installation, slug, "chengdu.routing", {"mailboxes": [{"mailbox": "区长信箱", "unit": "parks"}]})

    assert told(found, "watchers") == {letter: [("new", "无", "园林管理处")]}
    assert summary(found)[0] == "2 件中 1 件多知会单位；0 件出错。"


def test_a_matter_that_only_words_point_to_is_never_sent_at_once(installation: Installation) -> None:
    duties = [{**DUTIES[0], "keywords": ["坑洼"]}]
    slug = make_district(installation, features={"chengdu.routing": {"direct_domains": []}}, duties=duties)
    make_ticket(installation, slug)

    found = tried(installation, slug, "chengdu.routing", {"direct_domains": ["道路"]})

    assert (found.totals.direct, told(found, "dispatch")) == (0, {})
    assert [each.what for ticket in found.changed for each in ticket.changes] == []


def test_fewer_returns_call_for_consultation_earlier(installation: Installation) -> None:
    slug = make_district(installation, features={"pingshan.first_owner": {"max_returns": 2}})
    walk = Walk(installation, slug)
    number = walk.take_in().serial_no
    walk.dispatch()
    walk.give_back()

    found = tried(installation, slug, "pingshan.first_owner", {"max_returns": 1})

    assert told(found, "consultation") == {number: [("new", "不会商", "第 1 次退单起会商")]}
    assert told(found, "message") == {number: [("more", "2 次", "3 次")]}
