"""The web application as gunicorn serves it: `core.wsgi:app`. Its services are named in the environment."""

import os

from core.jobs.hints import waker
from core.process import installation_from_environment
from core.web import create_app

app = create_app(
    installation_from_environment(on_wake=waker(os.environ["REDIS_URL"])),
    redis_url=os.environ.get("REDIS_URL"),
    trusted_hosts=[host for host in os.environ.get("HUIYING_HOSTS", "").split(",") if host] or None,
)
