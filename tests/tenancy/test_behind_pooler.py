"""A pooler that pools transactions gives each to another session: nothing may be kept in one for the next."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from core.kit.db import Database

MORE_OFTEN_THAN_IS_PREPARED = 8
PREPARED = text("SELECT count(*) FROM pg_prepared_statements")


@contextmanager
def answering_for(server: str, folder: Path) -> Iterator[str]:
    """Stand between as a pooler does, under another process's number; yields the folder of the socket."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(folder / ".s.PGSQL.5432"))
    listener.listen()

    def serve() -> None:
        with suppress(OSError):
            while True:
                client, _ = listener.accept()
                behind = socket.socket(socket.AF_UNIX)
                behind.connect(f"{server}/.s.PGSQL.5432")
                threading.Thread(target=_pass_on, args=(client, behind), daemon=True).start()
                threading.Thread(target=_pass_on_renumbered, args=(behind, client), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield str(folder)
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def _pass_on(giver: socket.socket, taker: socket.socket) -> None:
    with suppress(OSError):
        while data := giver.recv(65536):
            taker.sendall(data)
        taker.shutdown(socket.SHUT_WR)


def _pass_on_renumbered(server: socket.socket, client: socket.socket) -> None:
    """Pass on message by message until the one with the process's number, which is changed; then everything as it is."""
    with server.makefile("rb") as stream, suppress(OSError):
        while head := stream.read(5):
            body = stream.read(int.from_bytes(head[1:], "big") - 4)
            if head[:1] == b"K":
                body = (int.from_bytes(body[:4], "big") ^ 1).to_bytes(4, "big") + body[4:]
            client.sendall(head + body)
        client.shutdown(socket.SHUT_WR)


def prepared_after_many(database: Database) -> int:
    for _ in range(MORE_OFTEN_THAN_IS_PREPARED):
        with database.transaction(None) as session:
            session.execute(text("SELECT 1"))
    with database.transaction(None) as session:
        return int(session.execute(PREPARED).scalar_one())


def test_statements_are_prepared_on_a_server_of_ones_own(database: Database) -> None:
    assert prepared_after_many(database) > 0


def test_no_statement_is_prepared_behind_a_pooler(database_url: str, tmp_path: Path) -> None:
    url = make_url(database_url)
    server = url.query["host"]
    assert isinstance(server, str)
    if len(str(tmp_path)) > 80:
        pytest.skip("the name of a socket would be too long here")
    with answering_for(server, tmp_path) as folder:
        pooled = url.update_query_dict({"host": folder}).render_as_string(hide_password=False)
        database = Database(pooled, pool_size=1)
        try:
            assert prepared_after_many(database) == 0
        finally:
            database.engine.dispose()
