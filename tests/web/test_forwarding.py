"""Headers in which anybody could say who asks, from where and for what, change nothing; those of our own proxies count."""

from collections.abc import Iterator

import pytest
from flask import Flask, request
from sqlalchemy import select

from core.embedded.programs import programs
from core.people.rules import FAILURES_PER_ADDRESS
from core.tenancy.models import SecurityEvent
from core.web import create_app
from core.web.proxies import believe_proxies
from core.web.visit import open_to_all
from tests.web.conftest import House
from tests.web.making import PASSWORD, Visitor
from tests.web.test_serving import Server, received, serving

FORGED = {
    "X-Forwarded-For": "203.0.113.66, 198.51.100.1",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Ssl": "on",
    "X-Forwarded-Protocol": "ssl",
    "X-Forwarded-Port": "8443",
    "X-Forwarded-Prefix": "/evil",
    "Forwarded": "for=203.0.113.66;host=evil.example;proto=https",
    "X-Real-IP": "203.0.113.66",
    "X-Client-IP": "203.0.113.66",
    "True-Client-IP": "203.0.113.66",
    "X-Original-URL": "/desk",
    "X-Rewrite-URL": "/desk",
    "X-HTTP-Method-Override": "DELETE",
    "X-HTTP-Method": "DELETE",
    "X-Method-Override": "DELETE",
}
UNDERSCORED = (b"X_Forwarded_For: 203.0.113.66", b"SCRIPT_NAME: /evil", b"PATH_INFO: /exit", b"HTTPS: on")
"""Names that a gateway would take for those with dashes, or for what it says itself."""


def told_app(house: House, hops: int) -> Flask:
    """Return the application as it stands behind so many proxies, with a page that says what it makes of a request."""
    app = create_app(house.installation)

    @app.get("/told")
    @open_to_all
    def told() -> str:
        return f"{request.remote_addr} {request.host} {request.scheme} {request.script_root} {request.method}"

    believe_proxies(app, hops=hops)
    return app


def ask(app: Flask, **headers: str) -> list[str]:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = app.test_client().get("/told", headers=sent, environ_base={"REMOTE_ADDR": "192.0.2.1"})
    return answer.get_data(as_text=True).split(" ")


def test_without_proxies_of_ones_own_nothing_of_it_is_believed(house: House) -> None:
    app = told_app(house, 0)
    assert ask(app, **FORGED) == ask(app) == ["192.0.2.1", "localhost", "http", "", "GET"]


@pytest.mark.parametrize(("hops", "expected"), [(1, "198.51.100.1"), (2, "203.0.113.66"), (3, "192.0.2.1")])
def test_of_what_is_forwarded_only_as_many_as_there_are_proxies_are_believed(
    house: House, hops: int, expected: str
) -> None:
    told = ask(told_app(house, hops), X_Forwarded_For="203.0.113.66, 198.51.100.1")
    assert told[0] == expected


def test_a_proxy_of_ones_own_says_host_and_scheme_and_no_more(house: House) -> None:
    mine = {"X-Forwarded-For": "198.51.100.1", "X-Forwarded-Host": "huiying.example", "X-Forwarded-Proto": "https"}
    assert ask(told_app(house, 1), **FORGED | mine) == ["198.51.100.1", "huiying.example", "https", "", "GET"]


def test_guessing_counts_for_the_address_that_asks_whatever_it_says(house: House) -> None:
    visitor = Visitor(house.app)
    visitor.get("/sign-in")
    form = {"csrf_token": visitor.hidden("csrf_token"), "login": house.operator, "password": "不是这个密码"}
    for number in range(3):
        visitor.client.post("/sign-in", data=form, headers=FORGED | {"X-Forwarded-For": f"203.0.113.{number}"})

    with house.installation.scope(house.slug) as scope:
        told = select(SecurityEvent.address).where(
            SecurityEvent.tenant_id == scope.tenant.id, SecurityEvent.kind == "sign_in_failed"
        )
        assert list(scope.session.scalars(told)) == ["127.0.0.1"] * 3
    assert FAILURES_PER_ADDRESS > 3


def test_pages_links_and_cookies_stay_as_they_are(house: House) -> None:
    visitor = Visitor(house.app)
    visitor.get("/sign-in")
    form = {"csrf_token": visitor.hidden("csrf_token"), "login": house.operator, "password": PASSWORD}
    entered = visitor.client.post("/sign-in", data=form, headers=FORGED)
    page = visitor.client.get("/desk", headers=FORGED)

    assert (entered.status_code, entered.location) == (303, "/")
    assert all("Secure" not in each for each in entered.headers.getlist("Set-Cookie"))
    assert page.status_code == 200
    for evil in ("evil", "203.0.113.66", "8443"):
        assert evil not in page.get_data(as_text=True) + str(page.headers)


@pytest.mark.parametrize("name", ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"])
def test_a_method_is_what_the_first_line_says(house: House, name: str) -> None:
    visitor = house.visitor(house.operator)
    visitor.get("/desk")
    posted = visitor.client.get("/sign-out", headers={name: "POST"})
    field = visitor.client.get("/sign-out?_method=POST")
    assert (posted.status_code, field.status_code) == (405, 405)
    assert visitor.get("/desk").status_code == 200


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """gunicorn as the product starts it, as far as whom it believes goes."""
    web = next(each for each in programs(8000) if each.name == "web")
    options = [each for each in web.command if each.startswith("--forwarded")]
    assert options, "gunicorn believes whoever asks from this machine unless it is told otherwise"
    with serving(tmp_path_factory.mktemp("forwarding")) as serve:
        yield serve(*options)


def test_the_server_itself_believes_nobody_of_this_machine(server: Server) -> None:
    lines = [f"{name}: {value}".encode() for name, value in FORGED.items()]
    with server.connect() as client:
        client.sendall(
            b"\r\n".join([b"GET /told HTTP/1.1", b"Host: localhost", b"Connection: close", *lines, *UNDERSCORED])
            + b"\r\n\r\n"
        )
        head, _, told = received(client).partition(b"\r\n\r\n")
    forwarded = FORGED["X-Forwarded-For"]
    assert head.startswith(b"HTTP/1.1 200")
    assert told.decode() == (
        "SCRIPT_NAME= PATH_INFO=/told wsgi.url_scheme=http REMOTE_ADDR=127.0.0.1 REQUEST_METHOD=GET HTTPS=None "
        f"HTTP_X_FORWARDED_FOR={forwarded}"
    )
