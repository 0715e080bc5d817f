"""A double of Weibo's API: mentions, comments, long texts and pictures, with the errors that it answers with.

By the documentation at open.weibo.com/wiki: numbers grow with time, lists begin with the newest, `since_id` and `max_id` bound them,
errors are JSON with an `error_code` and a status of 400 or 403, and what is posted comes as a form.
"""

import itertools
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

UID, NAME, TOKEN = "2803301701", "南海微力", "2.00token-of-the-tests"
LONGEST = 140.0
Said = dict[str, Any]


class Lost(Exception):  # noqa: N818 -- a fact about the outside world
    """The connection is lost after the API has done what it was asked."""


@dataclass
class WeiboApi:
    """Weibo with our account. `refusals` are error codes that are answered first, whatever is asked."""

    url: str = ""
    token: str = TOKEN
    expires_in: int = 2_000_000
    statuses: dict[int, Said] = field(default_factory=dict)
    mentions: list[int] = field(default_factory=list)
    comments: dict[int, list[Said]] = field(default_factory=dict)
    long_texts: dict[int, str] = field(default_factory=dict)
    pictures: dict[str, bytes] = field(default_factory=dict)
    deleted: set[int] = field(default_factory=set)
    refusals: list[int] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    is_down: bool = False
    loses_replies: int = 0
    """So many comments are taken with the connection lost afterwards."""
    clock: datetime | None = None
    """When comments are posted, as Weibo sees it."""
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(3_516_560_159_321_035))

    def writes(self, text: str, at: datetime, *, uid: str = "1404376560", **more: Any) -> int:
        """Have somebody write a status that mentions us; return its number."""
        number = next(self._numbers)
        self.statuses[number] = self._said(number, text, at, uid) | more
        self.mentions.append(number)
        return number

    def comments_on(self, status: int, text: str, at: datetime, *, uid: str = "1404376560") -> int:
        """Have somebody comment; return the comment's number."""
        number = next(self._numbers)
        said = self._said(number, text, at, uid) | {"status": {"id": status, "idstr": str(status)}}
        self.comments.setdefault(status, []).append(said)
        return number

    def ours(self, status: int) -> list[str]:
        """Return what our account said below a status, the oldest first."""
        return [each["text"] for each in self.comments.get(status, []) if each["user"]["idstr"] == UID]

    def answer(self, path: str, fields: dict[str, str]) -> tuple[int, Said]:
        """Return status and body of what Weibo answers."""
        self.calls.append(path)
        if fields.get("access_token") != self.token:
            return 403, {"error": "expired_token", "error_code": 21327, "request": path}
        if self.refusals:
            return 403, {"error": "refused", "error_code": str(self.refusals.pop(0)), "request": path}
        if path == "/oauth2/get_token_info":
            return 200, {"uid": int(UID), "appkey": "1", "scope": None, "create_at": 1, "expire_in": self.expires_in}
        if path == "/2/statuses/mentions.json":
            seen = [self._shown(number) for number in self.mentions]
            return 200, {"statuses": self._page(seen, fields), "total_number": len(seen)}
        status = int(fields["id"])
        if status in self.deleted or status not in self.statuses:
            return 400, {"error": "target weibo does not exist!", "error_code": 20101, "request": path}
        if path == "/2/statuses/show.json":
            long = {"longText": {"longTextContent": self.long_texts[status]}} if status in self.long_texts else {}
            return 200, self.statuses[status] | long
        if path == "/2/comments/show.json":
            found = self.comments.get(status, [])
            return 200, {"comments": self._page(found, fields), "total_number": len(found)}
        assert path == "/2/comments/create.json"
        return self._create(status, fields["comment"])

    def _create(self, status: int, comment: str) -> tuple[int, Said]:
        if sum(0.5 if each.isascii() else 1.0 for each in comment) > LONGEST:
            return 400, {"error": "text too long", "error_code": 20012}
        if comment in self.ours(status):
            return 400, {"error": "repeat content!", "error_code": 20019}
        assert self.clock is not None
        number = self.comments_on(status, comment, self.clock, uid=UID)
        if self.loses_replies:
            self.loses_replies -= 1
            raise Lost
        return 200, next(each for each in self.comments[status] if each["id"] == number)

    def _shown(self, number: int) -> Said:
        if number in self.deleted:
            gone = "抱歉，此微博已被作者删除。"
            return {"id": number, "idstr": str(number), "deleted": "1", "text": gone, "created_at": ""}
        return self.statuses[number]

    @staticmethod
    def _page(found: list[Said], fields: dict[str, str]) -> list[Said]:
        since, until = int(fields.get("since_id", 0)), int(fields.get("max_id", 0))
        within = [each for each in found if each["id"] > since and (not until or each["id"] <= until)]
        return sorted(within, key=lambda each: -each["id"])[: int(fields.get("count", 50))]

    @staticmethod
    def _said(number: int, text: str, at: datetime, uid: str) -> Said:
        return {
            "created_at": at.astimezone(ZoneInfo("Asia/Shanghai")).strftime("%a %b %d %H:%M:%S %z %Y"),
            "id": number,
            "idstr": str(number),
            "text": text,
            "user": {"id": int(uid), "idstr": uid, "screen_name": "网友"},
        }


@contextmanager
def weibo_api() -> Iterator[WeiboApi]:
    """Run Weibo's API for the length of the block."""
    api = WeiboApi()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            assert self.headers["content-type"] == "application/x-www-form-urlencoded"
            self._give(urlsplit(self.path).path, body)

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            if parts.path in api.pictures:
                self._send(200, "image/jpeg", api.pictures[parts.path])
            else:
                self._give(parts.path, parts.query)

        def _give(self, path: str, query: str) -> None:
            if api.is_down:
                self.send_error(502)
                return
            fields = {name: values[0] for name, values in parse_qs(query, keep_blank_values=True).items()}
            try:
                status, said = api.answer(path, fields)
            except Lost:
                self.close_connection = True
                self.connection.close()
                return
            self._send(status, "application/json;charset=UTF-8", json.dumps(said).encode())

        def _send(self, status: int, content_type: str, content: bytes) -> None:
            self.send_response(status)
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
