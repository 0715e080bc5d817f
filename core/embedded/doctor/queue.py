"""The queue server: what is configured for the one brought along, and what a running one lets strangers do."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

import redis

from core.embedded.doctor.findings import Finding, missing, unsafe
from core.embedded.home import Home
from core.embedded.valkey import Valkey

LOCAL_HOSTS = (None, "127.0.0.1", "::1", "localhost")


def queue_findings(home: Home | None, given_url: str) -> Iterable[Finding]:
    """Look at the queue server. Not running is no fault of the one brought along: it runs while `huiying up` does."""
    if given_url:
        yield from _network_findings(given_url)
        yield from _live_findings(given_url)
    elif home is not None:
        valkey = Valkey(home)
        if valkey.settings_file.exists():
            yield from _settings_findings(valkey)
        if valkey.is_running():
            yield from _live_findings(valkey.url)


def _settings_findings(valkey: Valkey) -> Iterable[Finding]:
    lines = {line.strip() for line in valkey.settings_file.read_text(encoding="utf-8").splitlines()}
    expected = {
        "appendonly yes": ("没有开启追加日志（AOF），重启会丢失排队的提示", "AOF"),
        "user default off": ("默认用户未关闭，无需密码即可连接", "默认用户"),
        "port 0": ("监听了网络端口", "网络端口"),
    }
    for line, (text, subject) in expected.items():
        if line not in lines:
            yield unsafe(
                f"Valkey {subject}", f"{valkey.settings_file} {text}", "执行 huiying down 后重新启动，配置会重新生成"
            )


def _network_findings(url: str) -> Iterable[Finding]:
    parts = urlsplit(url)
    if parts.scheme == "redis" and parts.hostname not in LOCAL_HOSTS:
        yield unsafe("Redis 网络", f"到 {parts.hostname} 的连接未加密", "使用 rediss://，或本机套接字 unix://")


def _live_findings(url: str) -> Iterable[Finding]:
    if _answers_strangers(url):
        yield unsafe("Redis 默认用户", "不需要密码即可连接", "关闭默认用户：ACL SETUSER default off，并使用专门的用户")
    client = redis.Redis.from_url(url, socket_timeout=5, socket_connect_timeout=5)
    try:
        persistence: Any = client.info("persistence")
    except redis.RedisError as error:
        yield missing(
            "Redis", f"没有应答（{error}）；任务改为轮询，会慢一些，但不会丢失", "检查 REDIS_URL 和 Redis 服务"
        )
        return
    finally:
        client.close()
    if not persistence.get("aof_enabled"):
        yield unsafe(
            "Redis AOF", "没有开启追加日志（AOF），重启会丢失排队的提示", "CONFIG SET appendonly yes，并写入配置文件"
        )


def _answers_strangers(url: str) -> bool:
    client = redis.Redis.from_url(url, socket_timeout=5, socket_connect_timeout=5)
    arguments = client.connection_pool.connection_kwargs
    client.close()
    strangers = {**arguments, "username": None, "password": None}
    pool = redis.ConnectionPool(connection_class=client.connection_pool.connection_class, **strangers)
    try:
        return bool(redis.Redis(connection_pool=pool).ping())
    except redis.RedisError:
        return False
    finally:
        pool.disconnect()
