"""What proxies of one's own say of who asks 反向代理: believed of as many as there are, and of nobody else."""

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix


def believe_proxies(app: Flask, *, hops: int) -> None:
    """Take address, host and scheme from what the last `hops` proxies have added; with 0 nothing of it is looked at.

    A header that anybody can send would defeat every limit by address.
    """
    if hops:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
