"""The page behind an invitation, and the band that tells administrators of an emergency account."""

from datetime import UTC, datetime

from core.journey.entrusting import invite, open_emergency
from tests.web.conftest import House
from tests.web.making import PASSWORD, Visitor, make_account

OTHER = "另一句没有人想得到的长话"


def link(house: House) -> str:
    """Invite somebody and return the path of their link."""
    now = datetime.now(UTC)
    with house.installation.scope(house.slug) as scope:
        made = invite(scope, login="lina", name="李娜", roles=["leader"], unit=None, now=now)
    return f"/set-password/{house.slug}/{made.token}"


def test_looking_at_a_link_does_not_use_it_up_and_setting_the_password_does(house: House) -> None:
    path, visitor = link(house), Visitor(house.app)
    for _ in range(2):
        assert visitor.get(path).status_code == 200
    assert "李娜" in visitor.page
    assert f"lina@{house.slug}" in visitor.page

    assert visitor.post(path, new=OTHER, again=PASSWORD).status_code == 422
    assert visitor.post(path, new="lina20260312", again="lina20260312").status_code == 422
    assert "容易猜中" in visitor.page
    assert visitor.post(path, new=OTHER, again=OTHER).location == "/sign-in"
    assert "已设置密码" in visitor.get("/sign-in").get_data(as_text=True)
    assert visitor.get(path).status_code == 404
    assert "已经用过" in visitor.page
    assert visitor.sign_in(f"lina@{house.slug}", OTHER).location == "/"


def test_a_link_of_nobody_reads_alike_in_every_district(house: House) -> None:
    visitor = Visitor(house.app)
    pages = set()
    for path in (f"/set-password/{house.slug}/no-such-token", "/set-password/no-such-district/no-such-token"):
        assert visitor.get(path).status_code == 404
        pages.add(visitor.page.replace(path, "the address that was asked for"))
    assert len(pages) == 1


def test_administrators_are_told_of_an_emergency_account_on_every_page(house: House) -> None:
    keeper = make_account(house.installation, house.slug, "keeper", ["administrator"])
    with house.installation.scope(house.slug) as scope:
        opened = open_emergency(scope, reason="管理员手机丢失", hours=1, now=datetime.now(UTC))
    for login, password in ((keeper, PASSWORD), (f"{opened.login}@{house.slug}", opened.password)):
        visitor = Visitor(house.app)
        visitor.sign_in(login, password)
        for page in ("/desk?lane=all", "/account"):
            assert f"应急账号 {opened.login} 有系统管理员权限" in visitor.get(page).get_data(as_text=True), page
    assert opened.login not in house.visitor(house.operator).get("/desk").get_data(as_text=True)
