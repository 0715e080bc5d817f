"""Host names: a tenant's own shows its pages at the root and nobody else's; under a made-up name nothing is shown but where to go."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from werkzeug.test import Client, TestResponse

from core.intake.portal import address_of
from core.tenancy.hosts import HostTaken, HostUnusable, NoSuchHost, give_host, readable_host, take_host
from core.tenancy.security_log import AT_THE_MACHINE, security_events
from core.web import create_app
from core.web.proxies import believe_proxies
from tests.web.conftest import House
from tests.web.making import PASSWORD, Visitor

OWN = "suqiu.example"


def name(house: House) -> str:
    """Give the house a name of its own."""
    host = f"{house.slug}.example"
    house.installation.run(house.slug, lambda scope: give_host(scope, host, AT_THE_MACHINE, now=datetime.now(UTC)))
    house.installation.forget()
    return host


def asked(client: Client, host: str, path: str = "/", **more: object) -> TestResponse:
    return client.get(path, base_url=f"http://{host}", **more)


def links(answer: TestResponse) -> set[str]:
    return set(re.findall(r'(?:href|action)="(/[^"]*)"', answer.get_data(as_text=True)))


def test_under_its_own_name_a_tenant_s_public_pages_stand_at_the_root(house: House) -> None:
    host, client = name(house), house.app.test_client()

    start = asked(client, host)
    pages = {path: asked(client, host, path).status_code for path in ("/progress", "/figures", "/figures.csv", "/a11y")}

    assert (start.status_code, start.headers["Cache-Control"]) == (200, "public, max-age=60")
    assert {"Cookie", "Host"} <= set(start.vary)
    assert "Set-Cookie" not in start.headers
    assert {"/", "/progress", "/figures"} <= links(start)
    assert not any(link.startswith("/public/") for link in links(start)), "nothing before the paths"
    assert pages == dict.fromkeys(pages, 200)
    assert asked(client, host, "/no-such-page").status_code == 404
    assert 'href="/"' in asked(client, host, "/no-such-page").get_data(as_text=True)
    assert asked(client, host.upper() + ".:8080", "/progress").status_code == 200
    at_language = client.post("/language", base_url=f"http://{host}", data={"language": "en", "next": "/figures"})
    assert at_language.location == "/figures"


def test_under_one_tenant_s_name_there_is_no_other_tenant(house: House, make_house: Callable[..., House]) -> None:
    host, other = name(house), make_house()
    client = house.app.test_client()

    assert asked(client, host, f"/public/{house.slug}/a11y").status_code == 200, "links that were sent before"
    assert asked(client, host, f"/public/{other.slug}").status_code == 404
    assert asked(client, host, f"/public/{other.slug}/a11y").status_code == 404
    assert other.slug not in asked(client, host, "/public").get_data(as_text=True)
    visitor = Visitor(house.app)
    visitor.page = asked(visitor.client, host, "/sign-in").get_data(as_text=True)
    form = {"csrf_token": visitor.hidden("csrf_token"), "password": PASSWORD}
    signed = [
        visitor.client.post("/sign-in", base_url=f"http://{host}", data={**form, "login": login}).status_code
        for login in (other.operator, house.operator)
    ]
    assert signed == [422, 303]


def test_staff_of_the_tenant_work_under_its_name_and_still_see_the_public_pages(house: House) -> None:
    host, visitor = name(house), Visitor(house.app)
    assert asked(visitor.client, host, "/desk").location == "/sign-in?next=/desk"
    visitor.page = asked(visitor.client, host, "/sign-in").get_data(as_text=True)
    form = {"csrf_token": visitor.hidden("csrf_token"), "login": house.operator, "password": PASSWORD}
    visitor.client.post("/sign-in", base_url=f"http://{host}", data=form)

    start, figures = asked(visitor.client, host), asked(visitor.client, host, "/figures")
    public = asked(visitor.client, host, f"/public/{house.slug}")

    assert start.location == "/desk"
    assert '<header class="top"' in figures.get_data(as_text=True)
    assert f"/public/{house.slug}/figures" in links(public), "where a staff page has the same path"


@pytest.mark.parametrize("host", ["evil.example", "suqiu.example.evil.example", "10.0.0.7", "localhost", "a b", "x@y"])
def test_under_nobody_s_name_there_is_only_where_to_go(house: House, host: str) -> None:
    own = name(house)
    app = create_app(house.installation, trusted_hosts=[OWN, ".gov.example"])
    believe_proxies(app, hops=1)
    client = app.test_client()
    from_outside = {"headers": {"X-Forwarded-For": "203.0.113.9", "Host": host}}

    for path in ("/", "/sign-in", f"/public/{house.slug}/report", f"/set-password/{house.slug}/x", "/desk"):
        answer = client.get(path, **from_outside)
        page = answer.get_data(as_text=True)
        assert (answer.status_code, answer.headers["Cache-Control"]) == (421, "no-store")
        assert "没有这个网址" in page
        assert f'href="http://{own}/"' in page
        assert host not in page
        assert 'name="password"' not in page
    program = client.get("/api/v1/tickets", **from_outside)
    assert (program.status_code, (program.json or {})["code"]) == (421, "unknown-host")
    assert client.get("/livez", **from_outside).status_code == 200


def test_the_installation_s_own_names_and_the_machine_itself_go_on_working(house: House) -> None:
    client = create_app(house.installation, trusted_hosts=[OWN, ".gov.example"]).test_client()

    statuses = {
        host: asked(client, host, "/sign-in").status_code for host in (OWN, "a.gov.example", "localhost", "127.0.0.1")
    }
    assert statuses == dict.fromkeys(statuses, 200)
    assert asked(client, OWN).location == "/sign-in"
    assert asked(client, "[::1]:8000", "/sign-in").status_code == 200
    assert asked(house.app.test_client(), "anything.example", "/sign-in").status_code == 200, "where no name is named"


def test_the_list_of_places_leads_to_each_by_its_own_name_or_path(
    house: House, make_house: Callable[..., House]
) -> None:
    host, plain = name(house), make_house()
    client = house.app.test_client()

    listed = {slug: asked(client, OWN, f"/public?q={slug}").get_data(as_text=True) for slug in (house.slug, plain.slug)}

    assert f'href="http://{host}/"' in listed[house.slug]
    assert f'href="/public/{plain.slug}"' in listed[plain.slug]
    assert "没有名称里有这些字的地方" in asked(client, OWN, "/public?q=没有这样的区").get_data(as_text=True)


def test_links_that_are_sent_begin_with_the_tenant_s_first_name(house: House) -> None:
    with house.installation.scope(house.slug) as scope:
        assert address_of(scope, "/progress") == "", "nobody has said where"
    host = name(house)
    with house.installation.scope(house.slug) as scope:
        assert address_of(scope, "/progress") == f"https://{host}/progress"
    feed = asked(house.app.test_client(), host, "/answers/feed").get_data(as_text=True)
    assert f"http://{host}/answers" in feed
    assert "/public/" not in feed


def test_a_name_belongs_to_one_tenant_until_it_is_taken_away(house: House, make_house: Callable[..., House]) -> None:
    host, other, now = name(house), make_house(), datetime.now(UTC)

    with pytest.raises(HostTaken, match=f"已经属于租户 {house.slug}"):
        other.installation.run(other.slug, lambda scope: give_host(scope, host, AT_THE_MACHINE, now=now))
    with pytest.raises(NoSuchHost):
        other.installation.run(other.slug, lambda scope: take_host(scope, host, AT_THE_MACHINE, now=now))
    house.installation.run(house.slug, lambda scope: take_host(scope, host, AT_THE_MACHINE, now=now))
    house.installation.forget()

    assert asked(house.app.test_client(), host).location == "/sign-in", "as any other name of the installation"
    with house.installation.scope(house.slug) as scope:
        told = [(event.kind, event.subject) for event in security_events(scope, subject=host)]
    assert told == [("host_given", host), ("host_taken", host)]


@pytest.mark.parametrize(
    ("typed", "host"), [(" Suqiu.Example.GOV.cn. ", "suqiu.example.gov.cn"), ("诉求.中国", "xn--gswn68d.xn--fiqs8s")]
)
def test_a_name_is_kept_as_it_is_compared(typed: str, host: str) -> None:
    assert readable_host(typed) == host


@pytest.mark.parametrize(
    "typed", ["", "localhost", "127.0.0.1", "[::1]", "https://a.example", "a.example:80", "a..b", "-a.example", "a b.c"]
)
def test_what_can_be_no_tenant_s_name_is_refused(typed: str) -> None:
    with pytest.raises(HostUnusable):
        readable_host(typed)
