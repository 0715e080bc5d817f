"""The envelope of WeChat's messages: signatures over sorted words, and AES-256-CBC around content, length and AppID."""

import base64
import binascii
import hashlib
import hmac
import secrets

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

BLOCK = 32
"""Bytes to whose multiple the content is padded: twice the block of AES, by WeChat's rule."""
AES_BLOCK = 16
SALT = 16
"""Random bytes before the content."""
LENGTH = 4
"""Bytes of the content's length, in network order."""


class EnvelopeBroken(Exception):  # noqa: N818 -- a fact about what was sent
    """What was sent is not encrypted with the account's key, or not meant for the account."""


def signature(token: str, *words: str) -> str:
    """Return the signature over the token and these words, in whatever order they come."""
    # SHA-1 because WeChat says so; what is signed is short, and the token is a secret.
    return hashlib.sha1("".join(sorted((token, *words))).encode(), usedforsecurity=False).hexdigest()


def is_signed(given: str, token: str, *words: str) -> bool:
    """Tell whether the signature is the one over these words."""
    return hmac.compare_digest(given.encode(), signature(token, *words).encode())


def opened(encrypted: str, *, key: bytes, app_id: str) -> bytes:
    """Return what is in an envelope. Raises `EnvelopeBroken`."""
    try:
        blocks = base64.b64decode(encrypted, validate=True)
    except (binascii.Error, ValueError):
        raise EnvelopeBroken("not base64") from None
    if not blocks or len(blocks) % AES_BLOCK:
        raise EnvelopeBroken("not whole blocks")
    decryptor = Cipher(AES(key), CBC(key[:16])).decryptor()
    padded = decryptor.update(blocks) + decryptor.finalize()
    padding = padded[-1]
    if not 1 <= padding <= BLOCK or padded[-padding:] != bytes([padding]) * padding:
        raise EnvelopeBroken("wrong padding")
    plain = padded[:-padding]
    begin = SALT + LENGTH
    end = begin + int.from_bytes(plain[SALT:begin])
    if len(plain) < begin or end > len(plain) or not hmac.compare_digest(plain[end:], app_id.encode()):
        raise EnvelopeBroken("not for this account")
    return plain[begin:end]


def sealed(content: bytes, *, key: bytes, app_id: str, salt: bytes | None = None) -> str:
    """Return the content in an envelope; `salt` is for those who must know what comes out."""
    plain = (salt or secrets.token_bytes(SALT)) + len(content).to_bytes(LENGTH) + content + app_id.encode()
    padding = BLOCK - len(plain) % BLOCK
    encryptor = Cipher(AES(key), CBC(key[:16])).encryptor()
    return base64.b64encode(encryptor.update(plain + bytes([padding]) * padding) + encryptor.finalize()).decode()
