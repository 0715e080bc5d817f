"""A double of WeChat's API: tokens, template messages and media, with the errors that it answers with."""

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

APP_ID, APP_SECRET = "wx0123456789abcdef", "0123456789abcdef0123456789abcdef"
TEMPLATE = "tmpl-progress"
LONGEST = {"thing": 20, "character_string": 32, "phrase": 5}


@dataclass
class WeChatApi:
    """An official account at WeChat. `refusals` are error codes that are answered first, whatever is asked."""

    url: str = ""
    subscribers: set[str] = field(default_factory=set)
    unwilling: set[str] = field(default_factory=set)
    refusals: list[int] = field(default_factory=list)
    fields: tuple[str, ...] = ("character_string1", "character_string2", "thing3", "phrase4", "time5", "thing6")
    media: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    sent: list[dict[str, Any]] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    """Those that were ever given out; the last one holds, unless it `has_expired`."""
    has_expired: bool = False
    is_down: bool = False

    def told(self, openid: str) -> list[dict[str, str]]:
        """Return what this user was sent, the values by field."""
        return [
            {name: each["value"] for name, each in sent["data"].items()}
            for sent in self.sent
            if sent["touser"] == openid
        ]

    def answer(self, path: str, query: dict[str, str], body: dict[str, Any]) -> tuple[str, bytes]:
        """Return content type and body of what WeChat answers."""
        said: dict[str, Any]
        if path == "/cgi-bin/stable_token":
            said = self._token(body)
        elif (wrong := self._wrong_token(query.get("access_token", ""))) or (
            wrong := self.refusals.pop(0) if self.refusals else 0
        ):
            said = {"errcode": wrong, "errmsg": "refused"}
        elif path == "/cgi-bin/message/template/send":
            said = self._send(body)
        elif path == "/cgi-bin/media/get" and query.get("media_id") in self.media:
            return self.media[query["media_id"]]
        else:
            said = {"errcode": 40007, "errmsg": "invalid media_id"}
        return "application/json; encoding=utf-8", json.dumps(said).encode()

    def _token(self, body: dict[str, Any]) -> dict[str, Any]:
        if body["grant_type"] != "client_credential" or body["appid"] != APP_ID:
            return {"errcode": 40013, "errmsg": "invalid appid"}
        if body["secret"] != APP_SECRET:
            return {"errcode": 40125, "errmsg": "invalid appsecret"}
        if not self.tokens or self.has_expired or body.get("force_refresh"):
            self.tokens.append(f"token-{len(self.tokens) + 1}")
            self.has_expired = False
        return {"access_token": self.tokens[-1], "expires_in": 7200}

    def _wrong_token(self, token: str) -> int:
        if token not in self.tokens:
            return 40001
        return 42001 if token != self.tokens[-1] or self.has_expired else 0

    def _send(self, body: dict[str, Any]) -> dict[str, Any]:
        wrong = self._wrong_message(body)
        if wrong:
            return {"errcode": wrong, "errmsg": "refused"}
        if body["client_msg_id"] not in [each["client_msg_id"] for each in self.sent]:
            self.sent.append(body)
        return {"errcode": 0, "errmsg": "ok", "msgid": 200228331 + len(self.sent)}

    def _wrong_message(self, body: dict[str, Any]) -> int:
        if body["template_id"] != TEMPLATE:
            return 40037
        if body["touser"] not in self.subscribers:
            return 43004
        if body["touser"] in self.unwilling:
            return 43101
        values = {name: each["value"] for name, each in body["data"].items()}
        fits = set(values) == set(self.fields) and all(
            value and len(value) <= LONGEST.get(re.sub(r"\d+$", "", name), 200) for name, value in values.items()
        )
        return 0 if fits and len(body["client_msg_id"]) <= 32 else 47003


@contextmanager
def wechat_api() -> Iterator[WeChatApi]:
    """Run WeChat's API for the length of the block."""
    api = WeChatApi()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            self._give(body)

        def do_GET(self) -> None:
            self._give({})

        def _give(self, body: dict[str, Any]) -> None:
            if api.is_down:
                self.send_error(502)
                return
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            content_type, content = api.answer(parts.path, query, body)
            self.send_response(200)
            self.send_header("content-type", content_type)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    api.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield api
    finally:
        server.shutdown()
        server.server_close()
