"""Passwords and tokens: made, hashed and compared here, and nowhere else."""

import hashlib
import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from core.kit.keys import CROCKFORD

TOKEN_BYTES = 32
_hasher = PasswordHasher()


def hash_password(password: str) -> str:
    """Return the argon2id hash to store."""
    return _hasher.hash(password)


def password_fits(stored: str | None, password: str) -> bool:
    """Tell whether the password belongs to the hash; with no hash it takes as long, and says no."""
    try:
        return _hasher.verify(stored or _nobody(), password) and bool(stored)
    except (VerifyMismatchError, InvalidHashError):
        return False


def new_password() -> str:
    """Return a password that can be read out and typed: sixteen letters and digits in four groups, 80 random bits."""
    groups = ("".join(secrets.choice(CROCKFORD.lower()) for _ in range(4)) for _ in range(4))
    return "-".join(groups)


def new_token() -> str:
    """Return 256 random bits in letters safe for a cookie and a header."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def token_hash(token: str) -> bytes:
    """Return what is stored of a token. A plain hash is enough: there is nothing to guess in 256 random bits."""
    return hashlib.sha256(token.encode()).digest()


@cache
def _nobody() -> str:
    return hash_password(secrets.token_urlsafe(TOKEN_BYTES))
