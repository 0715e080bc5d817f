"""Nanhai's own tables."""

from core.hooks.tables import CheckConstraint, Column, Date, Integer, Text, tenant_table, unique

INTERVIEW = tenant_table(
    "nanhai",
    "interview",
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
"""One live interview 微访谈: who answered residents' questions, how many came in, how many were answered on the spot."""
