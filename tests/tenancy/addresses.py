"""Databases made for one test, whose schema may be changed: nobody else works in them."""

from contextlib import closing
from typing import Any

import psycopg
from alembic.config import Config

from core.migrations import migrations_folder
from tests.servers import TestServers


class Address:
    """A database made for one test, as the owner of the schema and as the application."""

    def __init__(self, servers: TestServers, name: str) -> None:
        self.owner = servers.owner_url.replace(f"/{servers._database}?", f"/{name}?")
        self.app = servers.database_url.replace(f"/{servers._database}?", f"/{name}?")

    def do(self, *statements: str) -> None:
        """Carry out statements as the owner."""
        with psycopg.connect(self.owner) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def see(self, *tables: str, question: str) -> list[Any]:
        """Ask about all tenants' rows of these tables, which the forced policy hides from the owner."""
        self.do(*(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY" for table in tables))
        try:
            return self.ask(question)
        finally:
            self.do(*(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY" for table in tables))

    def ask(self, question: str) -> list[Any]:
        with closing(psycopg.connect(self.owner)) as connection:
            return [row[0] for row in connection.execute(question)]


def core_config(address: Address) -> Config:
    config = Config()
    config.set_main_option("script_location", str(migrations_folder()))
    config.attributes["owner_url"] = address.owner
    return config
