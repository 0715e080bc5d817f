"""A WeChat user of the tests, and WeChat between: signs and encrypts as WeChat's own sample code does, without ours."""

import base64
import hashlib
import itertools
import struct
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from xml.etree import ElementTree

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from core.tenancy.scope import Installation
from tests.wechat.double import APP_ID
from tests.wechat.making import AES_KEY, OPENID, ORIGINAL_ID, TOKEN

NUMBERS = itertools.count(23_000_000_000_000_001)
NONCE = "1320562132"


class Hands:
    """A clock that stands where it is put."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at


@dataclass
class Resident:
    """Somebody with WeChat who writes to a district's account; times are given, and the server's clock stands there."""

    client: FlaskClient
    installation: Installation
    slug: str
    openid: str = OPENID
    answers: list[str] = field(default_factory=list)

    def writes(self, text: str, at: datetime, **how: Any) -> str:
        return self.sends(at, MsgType="text", Content=text, **how)

    def sends(self, at: datetime, *, number: int | None = None, **fields: Any) -> str:
        """Send a message and return the words that come back, "" = none."""
        response = self.push(at, self.xml(at, number=number, **fields))
        assert response.status_code == 200, response.text
        answer = "" if response.data == b"success" else self.opened(response.data)
        self.answers.append(answer)
        return answer

    def xml(self, at: datetime, *, number: int | None = None, **fields: Any) -> bytes:
        if fields.get("MsgType") != "event":
            fields["MsgId"] = number or next(NUMBERS)
        named = {
            "ToUserName": ORIGINAL_ID,
            "FromUserName": self.openid,
            "CreateTime": int(at.timestamp()),
            **fields,
        }
        inner = "".join(f"<{name}><![CDATA[{value}]]></{name}>" for name, value in named.items())
        return f"<xml>{inner}</xml>".encode()

    def push(self, at: datetime, content: bytes, **changed: Any) -> TestResponse:
        """Send opened XML as WeChat does in safe mode, with something changed of query or body; the clock stands at `at`."""
        self.installation.database.clock = Hands(at)  # type: ignore[assignment]
        encrypted = encrypt(content, app_id=changed.pop("app_id", APP_ID))
        timestamp = str(int(changed.pop("signed_at", at).timestamp()))
        query = {
            "signature": sign(TOKEN, timestamp, NONCE),
            "timestamp": timestamp,
            "nonce": NONCE,
            "openid": self.openid,
            "encrypt_type": "aes",
            "msg_signature": sign(TOKEN, timestamp, NONCE, encrypted),
        }
        body = f"<xml><ToUserName>{ORIGINAL_ID}</ToUserName><Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>".encode()
        body = changed.pop("body", body)
        return self.client.post(
            f"/wechat/{changed.pop('slug', self.slug)}",
            query_string=query | changed,
            data=body,
            headers={"content-type": "text/xml"},
        )

    def opened(self, data: bytes) -> str:
        """Check the envelope of an answer as WeChat does, and return its words."""
        outer = {each.tag: each.text or "" for each in ElementTree.fromstring(data)}
        assert outer["MsgSignature"] == sign(TOKEN, outer["TimeStamp"], outer["Nonce"], outer["Encrypt"])
        inner = {each.tag: each.text or "" for each in ElementTree.fromstring(decrypt(outer["Encrypt"]))}
        assert (inner["ToUserName"], inner["FromUserName"], inner["MsgType"]) == (self.openid, ORIGINAL_ID, "text")
        return inner["Content"]


def sign(*words: str) -> str:
    return hashlib.sha1("".join(sorted(words)).encode()).hexdigest()


def encrypt(content: bytes, *, salt: bytes = b"aaaabbbbccccdddd", app_id: str = APP_ID) -> str:
    key = base64.b64decode(AES_KEY + "=")
    plain = salt + struct.pack("!I", len(content)) + content + app_id.encode()
    padding = 32 - len(plain) % 32
    cipher = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return base64.b64encode(cipher.update(plain + bytes([padding] * padding)) + cipher.finalize()).decode()


def decrypt(encrypted: str) -> bytes:
    key = base64.b64decode(AES_KEY + "=")
    cipher = Cipher(algorithms.AES(key), modes.CBC(key[:16])).decryptor()
    plain = cipher.update(base64.b64decode(encrypted)) + cipher.finalize()
    plain = plain[: -plain[-1]]
    (length,) = struct.unpack("!I", plain[16:20])
    assert plain[20 + length :] == APP_ID.encode()
    return plain[20 : 20 + length]
