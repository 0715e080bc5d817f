"""The switch 中文/English: on every page, kept by the browser before the sign-in and by the account after it."""

from tests.web.conftest import House
from tests.web.making import Visitor


def test_a_stranger_s_browser_keeps_the_language_and_copies_on_the_way_differ_by_it(house: House) -> None:
    visitor = Visitor(house.app)
    page = f"/public/{house.slug}"
    chinese = visitor.get(page)
    assert '<html lang="zh-CN"' in visitor.page
    assert "Set-Cookie" not in chinese.headers
    assert "Cookie" in chinese.vary
    chosen = visitor.client.post("/language", data={"language": "en", "next": page})
    assert (chosen.status_code, chosen.location) == (303, page)
    assert chosen.headers["Set-Cookie"].startswith("language=en;")
    visitor.get(page)
    assert '<html lang="en"' in visitor.page
    assert "Skip to content" in visitor.page
    assert "首页" not in visitor.page
    visitor.client.post("/language", data={"language": "zh-CN"})
    visitor.get(page)
    assert '<html lang="zh-CN"' in visitor.page
    assert "Set-Cookie" not in visitor.client.post("/language", data={"language": "xx"}).headers
    assert visitor.client.post("/language", data={"language": "en", "next": "//elsewhere"}).location == "/"


def test_an_account_keeps_the_language_and_notices_and_refusals_are_said_in_it(house: House) -> None:
    visitor = house.visitor(house.operator)
    visitor.get("/desk")
    assert visitor.post("/account/preferences", language="en", next="/desk").status_code == 303
    elsewhere = house.visitor(house.operator)
    elsewhere.get("/desk")
    assert '<html lang="en"' in elsewhere.page
    assert ">Sign out<" in elsewhere.page
    elsewhere.get("/account")
    assert elsewhere.post("/account/preferences", density="loose").status_code == 303
    elsewhere.get("/account")
    assert "已按您的选择显示" not in elsewhere.page
    missing = elsewhere.get("/t/NOPE")
    assert missing.status_code == 404
    assert "没有" not in elsewhere.page.partition("<body")[2]
    assert elsewhere.get("/api/v1/tickets/NOPE").get_json()["title"] in ("没有通过验证", "没有找到")
