"""The review of access: who may do what since when, what is unusual, marked as looked through in the log; who looked at contacts."""

import csv
import io
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from core.journey.access_review import AccessLine, access_lines
from core.journey.contact_looks import Looker, contact_looks
from core.journey.people import put_unit
from core.people.identities import Provider, add_provider, link
from core.people.models import Account, StaffSession
from core.people.service import get_account_of
from core.tenancy.scope import Scope
from core.tenancy.security_log import note_security, security_events
from core.tickets.models import ContactReveal
from core.tickets.queries import get_ticket_id
from tests.builders import beijing, make_actor
from tests.web.conftest import House
from tests.web.making import Life, Visitor, make_account

NOW = datetime.now(UTC)
SOMEBODY = make_actor("安全管理员", "security-administrator", id=902)


@pytest.fixture
def security(house: House) -> Visitor:
    return house.visitor(make_account(house.installation, house.slug, "sec", ["security-administrator"], name="安全员"))


@pytest.fixture
def administrator(house: House) -> Visitor:
    return house.visitor(make_account(house.installation, house.slug, "admin", ["administrator"], name="系统员"))


def lines(house: House) -> Mapping[str, AccessLine]:
    with house.installation.scope(house.slug) as scope:
        return {line.login: line for line in access_lines(scope, actor=SOMEBODY, now=NOW)}


def no_demonstration(house: House) -> None:
    """Let the accounts be such as are in real use, opened half a year ago."""
    with house.installation.scope(house.slug) as scope:
        opened = NOW - timedelta(days=200)
        scope.session.execute(
            update(Account)
            .where(Account.tenant_id == scope.tenant.id)
            .values(is_demonstration=False, created_at=opened)
        )


def test_what_is_unusual_is_said_of_each_account(house: House, security: Visitor) -> None:
    make_account(house.installation, house.slug, "both", ["clerk", "reviewer"], name="两头办", unit="roads")
    house.visitor(house.clerk)
    house.visitor(house.reviewer)
    with house.installation.scope(house.slug) as scope:
        scope.session.execute(
            update(StaffSession)
            .where(
                StaffSession.tenant_id == scope.tenant.id,
                StaffSession.account_id == get_account_of(scope, "clerk").id,
            )
            .values(seen_at=NOW - timedelta(days=100))
        )
    no_demonstration(house)
    found = lines(house)

    assert found["operator"].unusual == ("从未登录",)
    assert found["clerk"].unusual == ("100 天没有登录", "应绑定动态口令，没有绑定")
    assert found["both"].unusual == ("从未登录", "既在单位承办，又是审核席：自己办的由自己派、审或督")
    assert found["reviewer"].unusual == ()
    assert [held.label for held in found["both"].roles] == ["承办", "审核席"]
    page = security.get("/admin/access?kind=open").get_data(as_text=True)
    for words in ("从未登录", "100 天没有登录", "两头办", "没有复核过"):
        assert words in page


def test_what_was_looked_through_stands_in_the_log_until_the_rights_change(
    house: House, security: Visitor, administrator: Visitor
) -> None:
    administrator.get("/admin/access?kind=due")
    nobody = administrator.post("/admin/access", reason="看过")
    reasonless = administrator.post("/admin/access", login=["clerk", "operator"])
    kept = administrator.page
    own = administrator.post("/admin/access", login=["clerk", "admin"], reason="岗位未变")
    unknown = administrator.post("/admin/access", login=["nobody"], reason="岗位未变")
    assert [nobody.status_code, reasonless.status_code, own.status_code, unknown.status_code] == [422, 422, 403, 404]
    assert 'value="clerk" aria-label="看过了 李工（clerk）" checked' in kept
    with house.installation.scope(house.slug) as scope:
        assert list(security_events(scope, kind="access_reviewed")) == []

    administrator.get("/admin/access?kind=due&q=gong")
    done = administrator.post("/admin/access?kind=due", login=["clerk", "operator"], reason="岗位未变")
    after = lines(house)
    security.get("/accounts")
    security.post("/accounts/clerk/roles", role=["clerk", "leader"], reason="兼任")

    assert (done.status_code, done.location) == (303, "/admin/access?kind=due")
    assert (after["clerk"].is_due, after["operator"].is_due, after["reviewer"].is_due) == (False, False, True)
    reviewed = after["clerk"].reviewed
    assert reviewed
    assert (reviewed.by, reviewed.reason) == ("系统员（系统管理员）", "岗位未变")
    with house.installation.scope(house.slug) as scope:
        told = [(each.subject, each.detail["roles"]) for each in security_events(scope, kind="access_reviewed")]
    assert sorted(told) == [("clerk", ["clerk"]), ("operator", ["operator"])]
    changed = lines(house)["clerk"]
    assert changed.is_due, "its rights are others than were looked through"
    assert [(held.name, held.by) for held in changed.roles if held.name == "leader"] == [
        ("leader", "安全员（安全管理员）")
    ]


def test_the_table_holds_every_account_and_no_formula(house: House, administrator: Visitor) -> None:
    make_account(house.installation, house.slug, "sly", ["operator"], name="=HYPERLINK(1)")
    text = administrator.get("/admin/access.csv").get_data(as_text=True).removeprefix("\ufeff")
    rows = {row["登录名"]: row for row in csv.DictReader(io.StringIO(text))}

    assert set(rows) == set(lines(house))
    assert rows["sly"]["姓名"] == "'=HYPERLINK(1)"
    assert rows["clerk"]["单位"] == "道路管理处"


def test_who_looked_at_contacts_is_counted_and_whose_is_not_told(house: House, security: Visitor) -> None:
    serial_no = Life(house.installation, house.slug).take_in().serial_no
    night = beijing(f"{NOW - timedelta(days=2):%Y-%m-%d} 23:30")

    def look(scope: Scope, login: str, count: int, purpose: str, at: datetime) -> None:
        account, ticket = get_account_of(scope, login), get_ticket_id(scope, serial_no)
        for number in range(count):
            scope.session.add(
                ContactReveal(
                    tenant_id=scope.tenant.id,
                    id=scope.new_id(),
                    ticket_id=ticket,
                    purpose=purpose,
                    words="",
                    shown="电话",
                    actor_kind="staff",
                    actor_id=account.id,
                    actor_name=account.name,
                    at=at - timedelta(seconds=number),
                )
            )

    with house.installation.scope(house.slug) as scope:
        for login in ("operator", "clerk", "gardener"):
            look(scope, login, 2, "verify", NOW - timedelta(days=3))
        look(scope, "crewman", 18, "emergency", night)
        look(scope, "crewman", 1, "visit", NOW - timedelta(days=5))
        crew = get_account_of(scope, "crewman").id
        detail = {"code": "too-many-reveals"}
        note_security(scope, "trespass", actor="周工", actor_id=crew, detail=detail, now=night)
    with house.installation.scope(house.slug) as scope:
        looks = contact_looks(scope, actor=SOMEBODY, now=NOW)
    page = security.get("/admin/access/contacts").get_data(as_text=True)

    assert (looks.total, looks.lookers[0].name) == (25, "周工")
    odd = looks.lookers[0]
    assert isinstance(odd, Looker)
    assert (odd.total, odd.tickets, odd.purposes, odd.most, odd.at_night) == (19, 1, (0, 1, 0, 0, 18), 18, 18)
    assert odd.unusual == (
        "1 次超过一天的上限（30 次）被拒",
        "次数是平常的 10 倍",
        "夜间看了 18 次",
        "一天看了 18 次",
        "多半以紧急为由（18 次）",
    )
    assert [each.unusual for each in looks.lookers[1:]] == [(), (), ()]
    assert "多半以紧急为由（18 次）" in page
    assert serial_no not in page


def test_others_see_nothing_of_it_and_odd_questions_are_answered(house: House, administrator: Visitor) -> None:
    operator = house.visitor(house.operator)
    for path in ("/admin/access", "/admin/access.csv", "/admin/access/contacts"):
        assert operator.get(path).status_code == 403
    for query in ("page=0", "page=x", "page=99999", "kind=nothing", "role=nothing", "q=%00", "q=" + "长" * 500):
        assert administrator.get(f"/admin/access?{query}").status_code == 200, query


def test_the_account_says_which_identity_signs_in_and_that_an_invitation_waits(
    house: House, administrator: Visitor
) -> None:
    with house.installation.scope(house.slug) as scope:
        add_provider(scope, Provider("city", "全市统一身份", "https://id.example", "huiying", None), now=NOW)
        link(scope, get_account_of(scope, "clerk").id, issuer="https://id.example", subject="u1", now=NOW)
        put_unit(scope, "gardener", "roads", now=NOW)
    administrator.get("/accounts?unit=roads")
    form = administrator.page
    administrator.post("/accounts", login="novice", name="新人", unit="roads")

    assert '<option value="roads" selected>' in form
    assert "全市统一身份" in administrator.get("/accounts/clerk").get_data(as_text=True)
    assert "本人还没有设置密码" in administrator.get("/accounts/novice").get_data(as_text=True)
