"""The API for other systems of the tenant: `/api/v1`, described at `/api/v1/openapi.json`."""

from functools import wraps
from typing import Any

from flask import Flask
from flask_wtf.csrf import CSRFProtect

from core.web.api.accountability import accountability
from core.web.api.accounts import accounts
from core.web.api.call_records import call_records
from core.web.api.commands import commands
from core.web.api.describing import DescribedApi
from core.web.api.duty_lists import duty_lists
from core.web.api.features import features
from core.web.api.files import files
from core.web.api.interviews import interviews
from core.web.api.performance import performance
from core.web.api.rosters import rosters
from core.web.api.settings import settings
from core.web.api.tasks import tasks
from core.web.api.tickets import tickets
from core.web.visit import open_to_all


def init_app(app: Flask, csrf: CSRFProtect) -> None:
    """Add the API. It is entered with a bearer token and never with a cookie, so forged forms are no matter to it."""
    app.config.update(
        API_TITLE="Huiying 回应",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/api/v1",
        OPENAPI_JSON_PATH="openapi.json",
    )
    api = DescribedApi(app)
    api.describe_problems()
    api.spec.components.security_scheme("token", {"type": "http", "scheme": "bearer"})
    api.register_blueprint(tickets, url_prefix="/api/v1/tickets")
    api.register_blueprint(files, url_prefix="/api/v1/tickets")
    api.register_blueprint(commands, url_prefix="/api/v1")
    api.register_blueprint(call_records, url_prefix="/api/v1")
    api.register_blueprint(interviews, url_prefix="/api/v1")
    api.register_blueprint(features, url_prefix="/api/v1")
    api.register_blueprint(settings, url_prefix="/api/v1/features")
    api.register_blueprint(rosters, url_prefix="/api/v1")
    api.register_blueprint(accounts, url_prefix="/api/v1")
    api.register_blueprint(duty_lists, url_prefix="/api/v1/duty-lists")
    api.register_blueprint(performance, url_prefix="/api/v1")
    api.register_blueprint(accountability, url_prefix="/api/v1")
    api.register_blueprint(tasks, url_prefix="/api/v1")
    for blueprint in (
        *(tickets, files, commands, call_records, features, settings, rosters, accounts, duty_lists),
        performance,
        interviews,
        accountability,
        tasks,
    ):
        csrf.exempt(blueprint)
    _open_description(app, "api-docs.openapi_json")


def _open_description(app: Flask, endpoint: str) -> None:
    """Let anybody read the description; flask-smorest's view is a method, which carries no mark."""
    describe = app.view_functions[endpoint]

    @wraps(describe)
    def describe_api() -> Any:
        return describe()

    app.view_functions[endpoint] = open_to_all(describe_api)
