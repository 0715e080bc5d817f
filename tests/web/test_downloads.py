"""Files are offered under Chinese names in headers that the server lets through."""

import pytest
from flask import Response
from gunicorn.http.wsgi import HEADER_VALUE_RE

from core.web.downloads import offer_as
from tests.web.conftest import House
from tests.web.making import make_account


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("units.csv", "attachment; filename=\"units.csv\"; filename*=UTF-8''units.csv"),
        ("值班表.csv", "attachment; filename=\"file.csv\"; filename*=UTF-8''%E5%80%BC%E7%8F%AD%E8%A1%A8.csv"),
        ('a"b\r\nX: y.csv', "attachment; filename=\"file.csv\"; filename*=UTF-8''a%22b%0D%0AX%3A%20y.csv"),
    ],
)
def test_a_name_stands_in_the_header_as_it_may(name: str, told: str) -> None:
    response = Response()

    offer_as(response, name)

    assert response.headers["Content-Disposition"] == told


def test_every_table_that_is_offered_passes_the_server(house: House) -> None:
    keeper = house.visitor(make_account(house.installation, house.slug, "keeper", ["administrator", "operator"]))
    security = house.visitor(make_account(house.installation, house.slug, "guard", ["security-administrator"]))
    asked = [(keeper, "/admin/duties/1/export?as=csv"), (keeper, "/admin/rosters.csv")]

    for visitor, path in [*asked, (keeper, "/desk/import-template"), (security, "/admin/access.csv")]:
        answer = visitor.client.get(path)
        assert answer.status_code == 200, path
        for name, value in answer.headers:
            assert HEADER_VALUE_RE.fullmatch(value), (path, name)
