"""The web application as gunicorn serves it: `core.wsgi:app`. Its services are named in the environment."""

import logging
import os
import time

from core.jobs.hints import waker
from core.kit.db import DatabaseDown
from core.process import installation_from_environment
from core.tenancy.scope import Installation
from core.web import create_app
from core.web.proxies import believe_proxies

RETRY_SECONDS = 2.0
log = logging.getLogger(__name__)


def _installation() -> Installation:
    """Open the installation once the database answers.

    gunicorn ends altogether when one of its processes cannot start, and a supervisor gives up on a program that keeps
    ending: a database that needs a minute to recover would stop everything.
    """
    while True:
        try:
            return installation_from_environment(on_wake=waker(os.environ["REDIS_URL"]))
        except DatabaseDown as down:
            log.warning("%s 每 %d 秒再试一次。", down.message, RETRY_SECONDS)
            time.sleep(RETRY_SECONDS)


app = create_app(
    _installation(),
    redis_url=os.environ.get("REDIS_URL"),
    trusted_hosts=[host for host in os.environ.get("HUIYING_HOSTS", "").split(",") if host] or None,
)
believe_proxies(app, hops=int(os.environ.get("HUIYING_PROXIES", "0")))
