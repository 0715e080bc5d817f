"""The web application as gunicorn serves it: `core.wsgi:app`. Its services are named in the environment."""

import os

from werkzeug.middleware.proxy_fix import ProxyFix

from core.jobs.hints import waker
from core.process import installation_from_environment
from core.web import create_app

app = create_app(
    installation_from_environment(on_wake=waker(os.environ["REDIS_URL"])),
    redis_url=os.environ.get("REDIS_URL"),
    trusted_hosts=[host for host in os.environ.get("HUIYING_HOSTS", "").split(",") if host] or None,
)
if proxies := int(os.environ.get("HUIYING_PROXIES", "0")):
    # Only proxies of one's own may say who asks: a header that anybody can send would defeat the throttle of sign-ins.
    app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies)  # type: ignore[method-assign]
