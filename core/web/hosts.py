"""The host name that a request names 域名: whose pages stand under it, and what is answered under one that is nobody's.

Under a tenant's own name its public pages stand without anything before their paths (`/report`), staff's pages of that
tenant as everywhere, and nothing of another tenant. Where a public and a staff page have the same path, whoever carries a
session gets the staff page, and public pages as everywhere (`/public/<tenant>/figures`). The installation's own names are
those of `HUIYING_HOSTS`, any name where it names none. A request under any other name is answered 421 with where to go: a
name that somebody has made up must stand in no link of ours, and leads to no tenant's pages. Whoever watches over this
process asks by its address, so `/livez` and its like ask for no name, and the machine itself may say localhost.
"""

import logging
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Blueprint, Flask, Response, current_app, g, make_response, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.http import parse_cookie
from werkzeug.routing import RequestRedirect
from werkzeug.sansio.utils import host_is_trusted

from core.intake.portal import address_of
from core.kit.db import DatabaseDown
from core.tenancy.ending import ACTIVE
from core.tenancy.scope import Installation, Scope
from core.web.errors import FOR_PROGRAMS, show
from core.web.headers import may_be_kept
from core.web.visit import COOKIE, installation, open_to_all

front = Blueprint("front", __name__)
log = logging.getLogger(__name__)
TENANT, ASKED, LOST = "huiying.tenant", "huiying.asked", "huiying.lost"
"""In the environment of a request: the tenant whose name it names, the path as it was asked, and that it is nobody's name."""
WATCHED = frozenset({"/livez", "/readyz", "/healthz"})
NAMED = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::([0-9]{1,5}))?")
DEFAULT_PORTS = {"http": "80", "https": "443"}
MOST = 100
"""So many tenants one list shows; there is a field to find others."""
KEPT_SECONDS = 60
WORDS = "这个网址不属于任何区县。地址可能写错了，或者已经停用。请从下面选您所在的地方。"


@dataclass(frozen=True, slots=True)
class Place:
    """A tenant with public pages, and where they begin."""

    name: str
    address: str


class ByHost:
    """Finds out whose name a request names, before the application looks for its page."""

    def __init__(self, app: Flask, *, trusted: Sequence[str] | None) -> None:
        self._app, self._inner, self._trusted = app, app.wsgi_app, trusted

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        self._look_at(environ)
        inner: WSGIApplication = self._inner
        return inner(environ, start_response)

    def _look_at(self, wsgi: WSGIEnvironment) -> None:
        path = wsgi.get("PATH_INFO", "")
        if path in WATCHED:
            return
        host = name_of(wsgi)
        slug = self._owner(host)
        if slug is not None:
            wsgi[TENANT], wsgi[ASKED] = slug, path
            wsgi["PATH_INFO"] = self._led(path, slug, wsgi)
        elif not self._is_own(host, wsgi):
            wsgi[LOST] = True

    def _owner(self, host: str) -> str | None:
        """Return the tenant to which the name belongs; None also while nobody can tell."""
        if not host or _is_the_machines(host):
            return None
        served: Installation = self._app.extensions["huiying"]
        try:
            return served.owner_of(host)
        except (SQLAlchemyError, DatabaseDown) as failure:
            log.warning("whose %s is cannot be told: %s", host, type(failure).__name__)
            return None

    def _is_own(self, host: str, wsgi: WSGIEnvironment) -> bool:
        if not self._trusted:
            return True
        if host and host_is_trusted(host, self._trusted):
            return True
        return _is_local(host) and _is_local(wsgi.get("REMOTE_ADDR", ""))

    def _led(self, path: str, slug: str, wsgi: WSGIEnvironment) -> str:
        """Return the path of the page that is meant under the tenant's own name."""
        if path in ("/public", "/public/"):
            return f"/public/{slug}"
        if path.startswith("/public/"):
            return path
        open_path = f"/public/{slug}" + ("" if path == "/" else path)
        ways = [path, open_path] if _carries_session(wsgi) else [open_path, path]
        method = wsgi.get("REQUEST_METHOD", "GET")
        return next((way for way in ways if self._is_page(way, method)), open_path)

    def _is_page(self, path: str, method: str) -> bool:
        try:
            self._app.url_map.bind("").match(path.encode("latin-1").decode(errors="replace"), method)
        except RequestRedirect:
            return True
        except MethodNotAllowed:
            return False
        except HTTPException:
            return False
        return True


def name_of(wsgi: WSGIEnvironment) -> str:
    """Return the host name that a request names, in small letters and without port; "" when it is none."""
    named = NAMED.fullmatch((wsgi.get("HTTP_HOST") or wsgi.get("SERVER_NAME", "")).strip().lower())
    return named[1].rstrip(".") if named else ""


def asked_path(*, with_query: bool = True) -> str:
    """Return the path of this request as the browser knows it."""
    path: str = request.environ.get(ASKED, "").encode("latin-1").decode(errors="replace") or request.path
    query = request.query_string.decode("latin-1")
    return f"{path}?{query}" if with_query and query else path


def page_address(scope: Scope, path: str) -> str:
    """Return the absolute address of a public page of the tenant, as whoever reads this page reaches it too."""
    if request.environ.get(TENANT) == scope.tenant.slug:
        return f"{request.host_url.rstrip('/')}{path}"
    return address_of(scope, path) or f"{request.url_root}public/{scope.tenant.slug}{path}"


def init_app(app: Flask, *, trusted: Sequence[str] | None) -> None:
    """Have requests led by the host name they name. To be called when the blueprints are there."""
    app.extensions["huiying.trusted"] = trusted
    app.jinja_env.globals.update(asked_path=asked_path)
    app.wsgi_app = ByHost(app, trusted=trusted)  # type: ignore[method-assign]


@front.before_app_request
def look_where_it_leads() -> ResponseReturnValue | None:
    """Answer what came under nobody's name; say for the pages under whose name they stand."""
    if LOST in request.environ:
        return _lost()
    slug = request.environ.get(TENANT)
    if slug is not None:
        g.host_tenant, g.public_tenant = slug, installation().tenant(slug)
        g.open_at = f"/public/{slug}" if _carries_session(request.environ) else ""
    return None


@front.get("/public", strict_slashes=False)
@open_to_all
def choose_place() -> ResponseReturnValue:
    """List the tenants with public pages; under a tenant's own name its start page stands here."""
    words = request.args.get("q", "").strip()[:40]
    answer: Response = make_response(_page(words, status=200))
    may_be_kept(answer, seconds=KEPT_SECONDS)
    return answer


def _lost() -> ResponseReturnValue:
    if request.path.startswith(FOR_PROGRAMS):
        return show(421, "这个网址不属于任何区县，请核对主机名。", code="unknown-host")
    return _page("", status=421), 421


def _page(words: str, *, status: int) -> str:
    places = [place for place in _places(is_lost=status != 200) if words in place.name]
    return render_template(
        "public/places.html",
        places=places[:MOST],
        more=len(places) - MOST,
        words=words,
        lost=WORDS if status != 200 else "",
    )


def _places(*, is_lost: bool) -> list[Place]:
    """Return where the tenants' public pages begin, those with a name of their own first; under nobody's name only these can be told
    where the installation names none of its own.
    """
    port = "" if is_lost else _port()
    base = f"{request.scheme}://{own}" if is_lost and (own := _own_name()) else ""
    found = []
    for tenant in sorted(installation().tenants(), key=lambda each: not each.hosts):
        if tenant.state != ACTIVE:
            continue
        if tenant.hosts:
            found.append(Place(tenant.name, f"{request.scheme}://{tenant.hosts[0]}{port}/"))
        elif base or not is_lost:
            found.append(Place(tenant.name, f"{base}/public/{tenant.slug}"))
    return found


def _own_name() -> str:
    """Return the first name that is the installation's own, "" when it names none in full."""
    trusted: Sequence[str] = current_app.extensions["huiying.trusted"] or ()
    return next((each for each in trusted if not each.startswith(".")), "")


def _port() -> str:
    named = NAMED.fullmatch(request.host.lower())
    port = named[2] if named else None
    return f":{port}" if port and port != DEFAULT_PORTS.get(request.scheme) else ""


def _carries_session(wsgi: WSGIEnvironment) -> bool:
    cookies = parse_cookie(wsgi.get("HTTP_COOKIE", ""))
    return any(cookies.get(name) for name in (COOKIE, f"__Host-{COOKIE}"))


def _is_local(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _is_the_machines(host: str) -> bool:
    """Tell whether a name can be no tenant's: an address in numbers, or one without a dot."""
    return "." not in host or host.startswith("[") or host.replace(".", "").isdigit()
