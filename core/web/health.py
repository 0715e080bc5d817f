"""Whether this process can serve: asked by whoever watches over it."""

from typing import Any

import redis
from flask import Blueprint, Flask, current_app
from flask.typing import ResponseReturnValue
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from core.web.visit import installation, open_to_all

health = Blueprint("health", __name__)
REDIS_SECONDS = 0.5


def set_redis(app: Flask, url: str | None, *, missing_assets: tuple[str, ...]) -> None:
    """Tell the page what to look at."""
    client = (
        redis.Redis.from_url(url, socket_timeout=REDIS_SECONDS, socket_connect_timeout=REDIS_SECONDS) if url else None
    )
    app.extensions["huiying.health"] = (client, missing_assets)


@health.get("/healthz")
@open_to_all
def healthz() -> ResponseReturnValue:
    """Answer 200 if the database answers. Without queue server or front-end libraries the product still works."""
    client, missing = current_app.extensions["huiying.health"]
    database = _database()
    state = {
        "status": "ok" if database == "ok" else "down",
        "database": database,
        "redis": _redis(client),
        "assets": "ok" if not missing else f"missing: {', '.join(missing)}",
    }
    return state, 200 if database == "ok" else 503


def _database() -> str:
    try:
        with installation().database.transaction(None) as session:
            session.execute(text("SELECT 1"))
    except SQLAlchemyError:
        return "down"
    return "ok"


def _redis(client: Any) -> str:
    if client is None:
        return "not configured"
    try:
        client.ping()
    except redis.RedisError:
        return "down"
    return "ok"
