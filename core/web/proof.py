"""A proof of work 工作量证明, asked of a form that programs could fill in too often: some seconds of reckoning, or of waiting.

Asked at signing in after failures from the address; any other form can ask for it under a purpose of its own. A challenge is
signed for one tenant and purpose, ends after a quarter of an hour and counts once. Browsers solve it while the form is
filled in (`static/proof.js`). Whoever has no script, or a page without https, waits instead: nobody is shut out.
"""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from urllib.parse import parse_qs

from altcha.v1 import ChallengeOptions, Payload, create_challenge, verify_solution
from flask import request

from core.tenancy.rates import count, counted, key_of
from core.tenancy.scope import Scope

CHALLENGE, NUMBER = "proof", "proof_number"
"""Names of the two fields of a form: what was asked, and the number that was found."""
MOST = 50_000
"""The number sought lies between 0 and this: a second or two in a browser."""
WAIT_SECONDS = 30
GOOD = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Challenge:
    """What a form asks for: found by trying numbers after `salt` until their SHA-256 is `wanted`."""

    salt: str
    wanted: str
    most: int
    field: str
    """All of it with its signatures, as the form carries it."""
    wait_seconds: int = WAIT_SECONDS


def new_challenge(scope: Scope, purpose: str, *, now: datetime) -> Challenge:
    """Make a challenge for a form of this purpose."""
    key = _key(scope, purpose)
    made = create_challenge(
        ChallengeOptions(
            max_number=MOST, hmac_key=key, expires=now + GOOD, params={"issued": str(int(now.timestamp()))}
        )
    )
    parts = (made.salt, made.challenge, made.signature)
    return Challenge(made.salt, made.challenge, MOST, "~".join((*parts, _seal(key, *parts))))


def carried_challenge(scope: Scope, purpose: str, *, now: datetime, carried: str | None = None) -> Challenge | None:
    """Return what the form that was sent was asked for, while it can still be answered: a form that comes back to be
    corrected need not begin to wait anew. `carried` is what was asked where a page has it from elsewhere than the form.
    """
    field = request.form.get(CHALLENGE, "") if carried is None else carried
    asked = _asked(scope, purpose, field, now=now)
    if asked is None or counted(scope, "proofs", key_of(scope, "proofs", asked.wanted), now=now):
        return None
    return Challenge(asked.salt, asked.wanted, MOST, field)


def is_proved(scope: Scope, purpose: str, *, now: datetime) -> bool:
    """Tell whether the form that was sent carries a proof for this purpose, and use it up."""
    asked = _asked(scope, purpose, request.form.get(CHALLENGE, ""), now=now)
    if asked is None:
        return False
    number = request.form.get(NUMBER, "")
    if number.isascii() and number.isdecimal() and len(number) <= len(str(MOST)):
        solution = Payload("SHA-256", asked.wanted, int(number), asked.salt, asked.signature)
        is_good = verify_solution(solution, _key(scope, purpose), check_expires=False)[0]
    else:
        is_good = now.timestamp() >= asked.issued + WAIT_SECONDS
    return is_good and count(scope, "proofs", key_of(scope, "proofs", asked.wanted), now=now) == 1


@dataclass(frozen=True, slots=True)
class _Asked:
    salt: str
    wanted: str
    signature: str
    issued: int


def _asked(scope: Scope, purpose: str, field: str, *, now: datetime) -> _Asked | None:
    """Return what the form was asked for, if it was us who asked this tenant's visitor, and not too long ago."""
    parts = field.split("~")
    if len(parts) != 4 or not all(part.isascii() for part in parts):
        return None
    salt, wanted, signature, seal = parts
    if not hmac.compare_digest(seal, _seal(_key(scope, purpose), salt, wanted, signature)):
        return None
    said = parse_qs(salt.partition("?")[2])
    issued, expires = (int(said[name][0]) for name in ("issued", "expires"))
    return _Asked(salt, wanted, signature, issued) if now.timestamp() < expires else None


def _key(scope: Scope, purpose: str) -> bytes:
    return scope.keys.derive(f"proof-of-work/{purpose}", scope.tenant.id)


def _seal(key: bytes, *parts: str) -> str:
    """Return a signature over all that was asked: the library's own covers a solution, and who waits has none."""
    return hmac.digest(key, "~".join(("asked", *parts)).encode(), sha256).hex()
