"""The pages and the API of Huiying: one Flask application for one installation."""

from collections.abc import Sequence

from flask import Flask, request
from flask.sessions import SecureCookieSessionInterface
from flask_wtf.csrf import CSRFProtect
from whitenoise import WhiteNoise

from core.tenancy.scope import Installation
from core.web import errors, headers, hosts, layout, rates, uploads
from core.web.account import account
from core.web.admin import BLUEPRINTS as ADMIN
from core.web.api import init_app as init_api
from core.web.assets import STATIC, find_assets
from core.web.bulletins import pages as bulletins
from core.web.center import BLUEPRINTS as CENTER
from core.web.city import BLUEPRINTS as CITY
from core.web.desk import BLUEPRINTS as DESK
from core.web.discipline import BLUEPRINTS as DISCIPLINE
from core.web.health import health, set_redis
from core.web.held import pages as held_pages
from core.web.inbound import inbound
from core.web.input import refuse_unprintable_addresses
from core.web.language import speaking
from core.web.language.switching import switch as language_switch
from core.web.leader import BLUEPRINTS as LEADER
from core.web.menu import pages as menu_pages
from core.web.oidc import oidc
from core.web.own_account import own_account
from core.web.own_drafts import pages as drafts_pages
from core.web.panel import pages as panel_pages
from core.web.performance import pages as performance_pages
from core.web.plugin_pages import pages as plugin_pages
from core.web.public import public as public_pages
from core.web.second_step import second_step
from core.web.set_password import set_password
from core.web.stewards.accounts import pages as accounts_pages
from core.web.stewards.audit import pages as audit_pages
from core.web.stewards.challenges import pages as challenges_pages
from core.web.stewards.rights import pages as rights_pages
from core.web.stewards.sources import pages as sources_pages
from core.web.tasks import pages as task_pages
from core.web.wechat import official_account

MAX_BODY = 1024 * 1024
HASHED_NAME = r"/vendor/[\w.-]+\.[0-9a-f]{10}\.\w+$"


class SecureWhenHttps(SecureCookieSessionInterface):
    """Flask's cookie, sent over https alone wherever the page was."""

    def get_cookie_name(self, app: Flask) -> str:
        return headers.host_bound(super().get_cookie_name(app))

    def get_cookie_secure(self, app: Flask) -> bool:
        return request.is_secure


def create_app(
    installation: Installation, *, redis_url: str | None = None, trusted_hosts: Sequence[str] | None = None
) -> Flask:
    """Make the application. `redis_url` is looked at by /healthz alone; `trusted_hosts` None = any host name that is no tenant's
    is the installation's own.

    Flask's own cookie holds the form token and what was just done, nothing about anybody.
    """
    app = Flask(__name__)
    app.config.update(
        SECRET_KEY=installation.keys.derive("web-session", 0, number=1),
        MAX_CONTENT_LENGTH=MAX_BODY,
        SESSION_COOKIE_NAME="huiying_form",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=True,
    )
    app.session_interface = SecureWhenHttps()
    app.extensions["huiying"] = installation
    assets = find_assets()
    speaking.init_app(app)  # before anything asks for the templates
    app.register_blueprint(hosts.front)  # before everything: under nobody's name there is nothing to look at
    headers.init_app(app)  # first of what looks at requests: what another site has sent is refused unread
    uploads.init_app(app)  # before the check of forms, which reads the body
    csrf = CSRFProtect(app)
    app.before_request(refuse_unprintable_addresses)
    rates.init_app(app)
    layout.init_app(app, assets)
    set_redis(app, redis_url, missing_assets=assets.missing)
    for blueprint in (
        account,
        second_step,
        set_password,
        own_account,
        menu_pages,
        oidc,
        drafts_pages,
        held_pages,
        *DESK,
        *LEADER,
        *CENTER,
        *DISCIPLINE,
        *ADMIN,
        *CITY,
        bulletins,
        performance_pages,
        accounts_pages,
        audit_pages,
        challenges_pages,
        rights_pages,
        sources_pages,
        panel_pages,
        task_pages,
        plugin_pages,
        public_pages,
        language_switch,
        health,
        inbound,
        official_account,
    ):
        app.register_blueprint(blueprint)
    csrf.exempt(language_switch)  # on public pages too, where there is no session
    csrf.exempt(public_pages)  # forms sent by nobody in particular: no session, no cookie, nothing to forge
    for entered in (inbound, official_account):
        csrf.exempt(entered)  # by other systems with a signature, never with a cookie: there is no form to forge
    init_api(app, csrf)
    errors.init_app(app)  # last, so that the API's errors are told like all others
    hosts.init_app(app, trusted=trusted_hosts)
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app,
        root=str(STATIC),
        prefix="static/",
        allow_all_origins=False,
        immutable_file_test=HASHED_NAME,
        add_headers_function=headers.add_to_file,
    )
    return app
