"""PgBouncer before a server: transactions pooled for web and worker, sessions kept whole for the clock."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from benchmarks.ha.place import Place
from benchmarks.ha.server import Addresses, Passwords, await_answer, url
from core.embedded.roles import DATABASE
from core.kit.policies import APP_ROLE

WHOLE = f"{DATABASE}_whole"
"""The name under which the same database is offered with sessions kept whole."""
SETTINGS = """\
[databases]
{database} = host={server} dbname={database} pool_mode=transaction
{whole} = host={server} dbname={database} pool_mode=session

[pgbouncer]
listen_addr =
listen_port = 5432
unix_socket_dir = {sockets}
auth_type = scram-sha-256
auth_file = {users}
default_pool_size = 4
min_pool_size = 4
server_reset_query = DISCARD ALL
"""
"""Few server connections for many of the product's, so that neighbouring transactions meet on one."""


@contextmanager
def pgbouncer(place: Place, server: Path, passwords: Passwords, direct: Addresses) -> Iterator[Addresses]:
    """Have a PgBouncer before the server behind a socket; yields what the product is told then."""
    sockets = place.folder_of("pooled")
    users = place.write("users", f'"{APP_ROLE}" "{passwords.app}"\n')
    settings = SETTINGS.format(database=DATABASE, whole=WHOLE, server=server, sockets=sockets, users=users)
    bouncer = place.start("pgbouncer", ["/usr/sbin/pgbouncer", str(place.write("pgbouncer.ini", settings))])
    pooled = url(sockets, APP_ROLE, passwords.app)
    try:
        await_answer(pooled)
        yield replace(direct, app=pooled, clock=url(sockets, APP_ROLE, passwords.app, WHOLE))
    finally:
        place.stop(bouncer)
