"""Reading the body of a call: JSON of one meaning and of bounded depth, or a form with files; anything else is refused.

A body of another content type would be as if nothing had been sent, one with a key twice says two things, and one nested
without end costs more than it is worth: each is refused in words before anything is done.
"""

import json
import re
from collections.abc import Sequence
from itertools import accumulate
from typing import Any

from flask import Request, request
from webargs.core import missing
from webargs.flaskparser import FlaskParser

from core.kit.errors import Refused
from core.kit.saying import said

READ = ("application/json", "multipart/form-data")
DEEPEST = 32
LONGEST_NUMBER = 40
"""Characters of one number; what is longer is none that anybody means."""
MOST_VALUES = 50_000
"""Commas of one body: what holds more values than that is no command."""
BESIDE_BRACKETS = re.compile(rb'"(?:[^"\\]++|\\.)*+"|[^\[\]{}"]++', re.DOTALL)
STEPS = [{ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}.get(byte, 0) for byte in range(256)]


class ContentUnusable(Refused):
    """The body is called something that no endpoint reads."""

    code = "content-type-unusable"


class JsonUnusable(Refused):
    """The body is JSON that does not say one thing, or is nested or large beyond what any endpoint takes."""

    code = "json-unusable"


class BodyParser(FlaskParser):
    """How every endpoint reads its body."""

    def _raw_load_json(self, req: Request) -> Any:
        if not req.is_json:
            return missing
        return json_of(req.get_data(cache=True))


def refuse_other_content() -> None:
    """Raise `ContentUnusable` for a body of another content type than those that are read."""
    has_body = bool(request.content_length) or request.environ.get("wsgi.input_terminated", False)
    if has_body and request.mimetype and request.mimetype not in READ and not request.is_json:
        raise ContentUnusable(
            said(
                "请求的内容写成了 {mimetype}，本接口不读这种类型，没有执行。请用 Content-Type: application/json，"
                "附件用 multipart/form-data。",
                mimetype=request.mimetype[:60],
            )
        )


def json_of(body: bytes) -> Any:
    """Return what a JSON text says. Raises `JsonUnusable`, json.JSONDecodeError and UnicodeDecodeError."""
    if body.count(b",") > MOST_VALUES:
        raise JsonUnusable(
            said("提交的 JSON 超过 {most_values:,} 项，没有执行。请分几次提交。", most_values=MOST_VALUES)
        )
    if _depth_of(body) > DEEPEST:
        raise JsonUnusable(said("提交的 JSON 嵌套超过 {deepest} 层，没有执行。请精简后再提交。", deepest=DEEPEST))
    return json.loads(
        body.decode("utf-8"),
        object_pairs_hook=_once_each,
        parse_int=_whole,
        parse_float=_broken,
    )


def _depth_of(body: bytes) -> int:
    """Return how deep brackets are nested at most, those within strings left out."""
    brackets = BESIDE_BRACKETS.sub(b"", body)
    return max(accumulate(map(STEPS.__getitem__, brackets)), default=0)


def _once_each(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise JsonUnusable(
            said("提交的 JSON 里「{twice}」写了不止一次，不知道以哪个为准，没有执行。请只写一次。", twice=twice[:60])
        )
    return found


def _whole(digits: str) -> int:
    _refuse_endless(digits)
    return int(digits)


def _broken(digits: str) -> float:
    _refuse_endless(digits)
    return float(digits)


def _refuse_endless(digits: str) -> None:
    if len(digits) > LONGEST_NUMBER:
        raise JsonUnusable(said("提交的 JSON 里有长达 {number:,} 位的数，没有执行。请核对。", number=len(digits)))
