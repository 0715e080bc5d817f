"""Whether this process lives, whether it can serve, and what it hangs on: asked by whoever watches over it.

`/livez` asks nothing of anybody: who restarts processes must not do so because a database is away. `/readyz` says whether
requests may be sent here. `/healthz` says more, of the installation as a whole, and nothing of any tenant.
"""

import time
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import redis
from flask import Blueprint, Flask, current_app
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from core.journey.watching import ALARM_AFTER, SEAL_ALARM_AFTER, database_state, lags, standbys
from core.kit.clock import TOLERATED
from core.web.visit import clock, installation, open_to_all

health = Blueprint("health", __name__)
REDIS_SECONDS = 0.5
MEASURED_EVERY = 15.0
"""Seconds for which a measurement holds: anybody may ask, and it looks at every tenant."""


@dataclass
class Watched:
    """What the pages look at, and what was last measured."""

    client: Any
    missing_assets: tuple[str, ...]
    measured: dict[str, Any] = field(default_factory=dict)
    until: float = 0.0


def set_redis(app: Flask, url: str | None, *, missing_assets: tuple[str, ...]) -> None:
    """Tell the page what to look at."""
    client = (
        redis.Redis.from_url(url, socket_timeout=REDIS_SECONDS, socket_connect_timeout=REDIS_SECONDS) if url else None
    )
    app.extensions["huiying.health"] = Watched(client, missing_assets)


@health.get("/livez")
@open_to_all
def livez() -> ResponseReturnValue:
    """Answer 200: this process answers."""
    return {"status": "ok"}


@health.get("/readyz")
@open_to_all
def readyz() -> ResponseReturnValue:
    """Answer 200 if requests can be served: the database answers, can be written to, and has the tables of this version."""
    state = database_state(installation().database)
    return {"status": state}, 200 if state == "ok" else 503


@health.get("/healthz")
@open_to_all
def healthz() -> ResponseReturnValue:
    """Answer 200 if requests can be served, and say what it hangs on and what lags, with the alarms by their codes.

    Without queue server or front-end libraries the product still works.
    """
    watched: Watched = current_app.extensions["huiying.health"]
    database = database_state(installation().database)
    state: dict[str, Any] = {
        "status": "ok" if database == "ok" else "down",
        "database": database,
        "redis": _redis(watched.client),
        "assets": "ok" if not watched.missing_assets else f"missing: {', '.join(watched.missing_assets)}",
    }
    if database == "ok":
        state |= _measured(watched)
    return state, 200 if database == "ok" else 503


def _measured(watched: Watched) -> dict[str, Any]:
    if time.monotonic() >= watched.until:
        try:
            watched.measured = _measure()
        except SQLAlchemyError:
            return {}
        watched.until = time.monotonic() + MEASURED_EVERY
    return watched.measured


def _measure() -> dict[str, Any]:
    """Measure the worst of all tenants, in seconds; None where nothing waits."""
    served = installation()
    found, following = lags(served.database, now=clock()), standbys(served.database)
    worst = {
        what: max((age for lag in found if (age := getattr(lag, what)) is not None), default=None)
        for what in ("job", "mark", "seal")
    }
    skew = served.database.clock.skew
    alarms = {
        "jobs-lagging": (worst["job"] or timedelta()) > ALARM_AFTER,
        "marks-lagging": (worst["mark"] or timedelta()) > ALARM_AFTER,
        "seals-lagging": (worst["seal"] or timedelta()) > SEAL_ALARM_AFTER,
        "jobs-dead": any(lag.dead for lag in found),
        "clock-skewed": abs(skew) > TOLERATED,
        "standby-missing": following.is_synchronous and not following.count,
    }
    return {
        "oldest_job_seconds": _seconds(worst["job"]),
        "oldest_mark_seconds": _seconds(worst["mark"]),
        "oldest_seal_seconds": _seconds(worst["seal"]),
        "dead_jobs": sum(lag.dead for lag in found),
        "clock_skew_seconds": round(skew.total_seconds(), 3),
        "standbys": following.count,
        "alarms": [code for code, is_so in alarms.items() if is_so],
    }


def _seconds(age: timedelta | None) -> int | None:
    return None if age is None else int(age.total_seconds())


def _redis(client: Any) -> str:
    if client is None:
        return "not configured"
    try:
        client.ping()
    except redis.RedisError:
        return "down"
    return "ok"
