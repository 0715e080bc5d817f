"""A whole installation of this test's own: its database has a time of its own, in which the real clock process works."""

from tests.jobs.conftest import database, installation, keys_home, one_database

__all__ = ["database", "installation", "keys_home", "one_database"]
