"""What every answer says to the browser about trust."""

from urllib.parse import urlsplit
from wsgiref.headers import Headers

from flask import Flask, Response, abort, g, request

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
ALWAYS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
READING = ("GET", "HEAD", "OPTIONS")
OWN_SITE = ("same-origin", "none")
HSTS = "max-age=31536000; includeSubDomains"


def add_headers(response: Response) -> Response:
    """Set the security headers; nothing but static files and pages open to all may be kept by anybody on the way."""
    for name, value in ALWAYS.items():
        response.headers.setdefault(name, value)  # a file that was uploaded says stricter things of itself
    if request.is_secure:
        response.headers["Strict-Transport-Security"] = HSTS
    if request.endpoint != "static" and not g.get("may_be_kept"):
        response.headers["Cache-Control"] = "no-store"
        response.vary.update(("HX-Request", "HX-Target", "Cookie"))
    return response


def may_be_kept(response: Response, *, seconds: int) -> None:
    """Let anybody on the way keep a copy of this answer for so long: it is the same for everybody."""
    g.may_be_kept = True
    response.headers["Cache-Control"] = f"public, max-age={seconds}"
    response.vary.update(
        ("Cookie", "Host")
    )  # which hold language and type, where somebody chose, and whose pages these are


def add_to_file(headers: Headers, _path: str, _url: str) -> None:
    """Set the security headers of a static file, which is answered before the application is asked."""
    for name, value in ALWAYS.items():
        headers[name] = value


def host_bound(name: str) -> str:
    """Return what a cookie is called here: over https browsers then take it from this very host alone, over https alone."""
    return f"__Host-{name}" if request.is_secure else name


def refuse_other_sites() -> None:
    """Refuse a command that the browser says another site has sent; the form token is asked for besides.

    Browsers say so in `Sec-Fetch-Site`; those that do not, and all of them without https, in `Origin`.
    """
    if request.method in READING:
        return
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site is None and origin is not None:
        site = "same-origin" if urlsplit(origin).netloc == request.host else "cross-site"
    if (site or "none") not in OWN_SITE:
        abort(403)


def init_app(app: Flask) -> None:
    """Have the headers set on every answer, and other sites' commands refused."""
    app.before_request(refuse_other_sites)
    app.after_request(add_headers)
