"""Two districts that have a row in every table, so that there always is something that could leak."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from sqlalchemy import Engine, Table, create_engine

from core.embedded.roles import make_database
from core.kit.db import Database, as_psycopg
from core.tenancy.scope import Installation
from tests.builders import make_district, make_installation
from tests.servers import TEMPLATE, TestServers
from tests.tenancy.addresses import Address
from tests.tenancy.filling import Row, allowed_values, fill, tables_of_tenants


@dataclass(frozen=True)
class Filled:
    """A district, and its row in each table."""

    tenant_id: int
    rows: dict[str, Row]


@pytest.fixture(scope="session")
def owner(owner_url: str) -> Iterator[Engine]:
    engine = create_engine(as_psycopg(owner_url))
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def tables(owner: Engine) -> list[Table]:
    return tables_of_tenants(owner)


@pytest.fixture(scope="session")
def installation(database_url: str) -> Iterator[Installation]:
    installation = make_installation(database_url)
    yield installation
    installation.database.engine.dispose()


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """The database as the application's role, through one connection that all transactions share."""
    database = Database(database_url, pool_size=1)
    yield database
    database.engine.dispose()


@pytest.fixture(scope="session")
def here(installation: Installation, owner: Engine, tables: list[Table]) -> Filled:
    return _filled(installation, owner, tables)


@pytest.fixture(scope="session")
def there(installation: Installation, owner: Engine, tables: list[Table]) -> Filled:
    return _filled(installation, owner, tables)


def _filled(installation: Installation, owner: Engine, tables: list[Table]) -> Filled:
    tenant_id = installation.tenant(make_district(installation)).id
    with installation.database.transaction(tenant_id) as session:
        return Filled(tenant_id, fill(session.connection(), tables, allowed_values(owner), tenant_id))


@pytest.fixture
def address(servers: TestServers) -> Iterator[Address]:
    """A database with the product's whole schema, in which nobody else works."""
    name = f"huiying_trial_{secrets.token_hex(4)}"
    connect = servers._servers.postgres.connect
    make_database(connect, name, template=TEMPLATE)
    yield Address(servers, name)
    with connect("postgres") as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
