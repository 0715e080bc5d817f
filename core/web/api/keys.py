"""The idempotency key of a call, and the token, as every endpoint describes them."""

from typing import Any

from flask import request

from core.kit.errors import Refused
from core.kit.saying import said

LONGEST_KEY = 200
HEADER = "Idempotency-Key"
TOKEN: dict[str, Any] = {"security": [{"token": []}]}
KEY_HEADER = {
    "in": "header",
    "name": HEADER,
    "schema": {"type": "string", "maxLength": LONGEST_KEY},
    "description": "同一个键只执行一次；重发得到第一次的答复",
}


class KeyUnusable(Refused):
    """The idempotency key is too long or not plain text."""

    code = "idempotency-key-unusable"


def given_key() -> str | None:
    """Return the idempotency key of the call, None when it carries none. Raises `KeyUnusable`."""
    key = request.headers.get(HEADER)
    if key is not None and (not key.strip() or len(key) > LONGEST_KEY or not key.isprintable()):
        raise KeyUnusable(said("{header} 应为 1 到 {longest_key} 个可见字符。", header=HEADER, longest_key=LONGEST_KEY))
    return key
