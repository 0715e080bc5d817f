"""Chengdu's own tables."""

from core.hooks.tables import Boolean, Column, Date, Text, index, tenant_table, unique

TOLD = tenant_table(
    "chengdu",
    "told_leaders",
    Column("event_id", Text, nullable=False),
    Column("happened_on", Date, nullable=False),
    Column("serial_no", Text, nullable=False),
    Column("occasion", Text, nullable=False),
    Column("urgent", Boolean, nullable=False),
    unique("event_id"),
    index("happened_on"),
)
"""What the leaders' group was told of: which ticket, on which occasion, once for each event."""
