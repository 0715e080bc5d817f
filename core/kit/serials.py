"""Serial numbers 受理流水号 that tell nobody a district's volume, and access codes 提取码 that are stored nowhere."""

import hashlib
import hmac
import re
from datetime import date

from core.kit.keys import CROCKFORD, Keyring

DIGITS = 7
SPACE = 10**DIGITS
HALF_BITS = 12
CODE_LENGTH = 9
_SPOKEN = re.compile(r"^(.+?)([0-9]{6})([0-9]{3})([0-9]{4})$")


def serial_no(keys: Keyring, *, tenant_id: int, prefix: str, day: date, number: int) -> str:
    """Return prefix, day and seven digits, e.g. GX2603124471835.

    The digits are `number` sent through a keyed permutation of 0 … 9,999,999: different numbers of one tenant give
    different digits, and neighbours look unrelated. `number` comes from one sequence for the whole installation, so
    digits repeat only after ten million tickets, on another day.
    """
    key = keys.derive("serial", tenant_id, number=1)
    shuffled = _shuffle(number % SPACE, key)
    while shuffled >= SPACE:  # cycle walking: the network permutes 24 bits, a little more than the digits hold
        shuffled = _shuffle(shuffled, key)
    return f"{prefix}{day:%y%m%d}{shuffled:0{DIGITS}d}"


def spoken_number(serial: str) -> str:
    """Return a number in the groups in which residents read it and say it: prefix, day, three digits and four.

    What is written otherwise, as of another system, stays as it is.
    """
    return _SPOKEN.sub(r"\1 \2 \3 \4", serial)


def spoken_code(code: str) -> str:
    """Return an access code in the groups in which it is read and said: three, three, and the rest."""
    return " ".join(filter(None, (code[:3], code[3:6], code[6:])))


def access_code(keys: Keyring, *, tenant_id: int, ticket_id: int, version: int) -> str:
    """Return nine Crockford characters and a check character; a new `version` makes the old code worthless."""
    key = keys.derive("access-code", tenant_id, number=1)
    digest = hmac.digest(key, f"{ticket_id}/{version}".encode(), hashlib.sha256)
    number = int.from_bytes(digest[:8], "big")
    body = "".join(CROCKFORD[(number >> 5 * place) & 31] for place in range(CODE_LENGTH))
    return body + check_character(body)


def check_character(body: str) -> str:
    """Return the character that exposes any single wrong character and any swap of neighbours."""
    # A weighted sum over the field of 32 elements: weights differ by position and are never zero, so neither slip
    # can leave it unchanged (a sum modulo 31 or 32 would miss some).
    total = 0
    for character in reversed(body):
        total = _double(total ^ CROCKFORD.index(character))
    return CROCKFORD[total]


def _double(element: int) -> int:
    """Multiply by x in the field of 32 elements, modulo x^5 + x^2 + 1."""
    doubled = element << 1
    return doubled ^ 0b100101 if doubled & 32 else doubled


def _shuffle(number: int, key: bytes) -> int:
    left, right = number >> HALF_BITS, number & (1 << HALF_BITS) - 1
    for step in range(4):
        mixed = hmac.digest(key, bytes([step]) + right.to_bytes(2, "big"), hashlib.sha256)
        left, right = right, left ^ (int.from_bytes(mixed[:2], "big") & (1 << HALF_BITS) - 1)
    return left << HALF_BITS | right
