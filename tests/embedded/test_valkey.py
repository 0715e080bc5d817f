"""The Valkey brought along: what its one account may do, and that it remembers."""

from pathlib import Path

import pytest
import redis
from rq import Queue, SimpleWorker
from rq.serializers import JSONSerializer

from core.embedded.home import open_home
from core.embedded.services import Servers
from tests.embedded.conftest import living


def servers(path: Path) -> Servers:
    return Servers(open_home(path), database=False, queue=True, tell=lambda _: None)


def test_strangers_and_dangerous_commands_are_refused(home_path: Path) -> None:
    running = servers(home_path)
    running.start()
    with redis.Redis.from_url(running.valkey.url) as client:
        client.set("rq:x", 1)
        for command in (
            ["FLUSHALL"],
            ["KEYS", "*"],
            ["CONFIG", "GET", "*"],
            ["EVAL", "return 1", "0"],
            ["GET", "other"],
        ):
            with pytest.raises(redis.exceptions.NoPermissionError):
                client.execute_command(*command)
    with (
        redis.Redis(unix_socket_path=str(open_home(home_path).sockets / "valkey.sock")) as stranger,
        pytest.raises(redis.exceptions.AuthenticationError),
    ):
        stranger.ping()


def test_what_was_queued_survives_a_restart(home_path: Path) -> None:
    running = servers(home_path)
    running.start()
    with redis.Redis.from_url(running.valkey.url) as client:
        client.set("rq:kept", "7")
    running.stop()
    assert living(open_home(home_path)) == []

    running = servers(home_path)
    running.start()
    with redis.Redis.from_url(running.valkey.url) as client:
        assert client.get("rq:kept") == b"7"


def test_rq_works_with_these_rights(valkey_url: str) -> None:
    with redis.Redis.from_url(valkey_url) as connection:
        queue = Queue("trial", connection=connection, serializer=JSONSerializer)
        job = queue.enqueue("operator.add", 3, 4)
        SimpleWorker([queue], connection=connection, serializer=JSONSerializer).work(burst=True)

        assert job.return_value(refresh=True) == 7
