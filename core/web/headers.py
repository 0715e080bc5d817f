"""What every answer says to the browser about trust."""

from flask import Flask, Response, abort, request

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
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
READING = ("GET", "HEAD", "OPTIONS")
OWN_SITE = ("same-origin", "none")
HSTS = "max-age=31536000; includeSubDomains"


def add_headers(response: Response) -> Response:
    """Set the security headers; nothing but static files may be kept by the browser or anybody between."""
    response.headers.update(ALWAYS)
    if request.is_secure:
        response.headers["Strict-Transport-Security"] = HSTS
    if request.endpoint != "static":
        response.headers["Cache-Control"] = "no-store"
        response.vary.update(("HX-Request", "HX-Target", "Cookie"))
    return response


def refuse_other_sites() -> None:
    """Refuse a command that the browser says another site has sent; the form token is asked for besides."""
    if request.method not in READING and request.headers.get("Sec-Fetch-Site", "none") not in OWN_SITE:
        abort(403)


def init_app(app: Flask) -> None:
    """Have the headers set on every answer, and other sites' commands refused."""
    app.before_request(refuse_other_sites)
    app.after_request(add_headers)
