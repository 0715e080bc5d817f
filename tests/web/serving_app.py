"""A small application to be served as the pages are: it says where and how it was asked."""

import gc
import os
import threading
import time
from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIEnvironment

from core.hooks.budget import OverBudget, within

TOLD = ("SCRIPT_NAME", "PATH_INFO", "wsgi.url_scheme", "REMOTE_ADDR", "REQUEST_METHOD", "HTTPS", "HTTP_X_FORWARDED_FOR")


def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Do what the path says; the query is a number."""
    amount = float(environ["QUERY_STRING"] or 0)
    match environ["PATH_INFO"]:
        case "/thread":
            said = "main" if threading.current_thread() is threading.main_thread() else "other"
        case "/garbage":
            said = "little" if gc.get_freeze_count() > len(gc.get_objects()) else "everything"
        case "/sleep":
            time.sleep(amount)
            said = str(os.getpid())
        case "/cut":
            said = _cut_after(amount)
        case "/length" | "/t/x/files" | "/public/x/report/files" | "/report":
            said = str(len(environ["wsgi.input"].read()))
        case "/unread":
            said = "not read"
        case "/large":
            said = "x" * int(amount)
        case "/told":
            said = " ".join(f"{name}={environ.get(name)}" for name in TOLD)
        case "/exit":
            raise SystemExit(3)
        case _:
            said = str(os.getpid())
    body = said.encode()
    start_response("200 OK", [("Content-Length", str(len(body))), ("Content-Type", "text/plain")])
    return [body]


def _cut_after(seconds: float) -> str:
    try:
        with within(seconds):
            time.sleep(60)
    except OverBudget:
        return "cut"
    return "not cut"
