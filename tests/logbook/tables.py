"""The logbook's own table."""

from core.hooks.tables import CheckConstraint, Column, Date, Integer, Text, tenant_table, unique

TALK = tenant_table(
    "logbook",
    "talk",
    Column("held_on", Date, nullable=False),
    Column("guest", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("questions", Integer, nullable=False),
    Column("answered_live", Integer, nullable=False),
    Column("note", Text, nullable=False),
    CheckConstraint("guest <> ''", name="guest"),
    CheckConstraint("answered_live BETWEEN 0 AND questions", name="answered_live"),
    unique("held_on", "guest"),
)
"""One talk 座谈会: who answered residents' questions, how many came in, how many were answered on the spot."""
