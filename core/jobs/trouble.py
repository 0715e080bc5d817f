"""Telling a database that is gone from one that refused a piece of work."""

from sqlalchemy.exc import DBAPIError

from core.kit.outages import outage_of


def is_database_gone(error: DBAPIError) -> bool:
    """Return whether the database can do nothing at all now, as opposed to having refused this one piece of work."""
    outage = outage_of(error)
    return outage is not None and outage.extent == "database"
