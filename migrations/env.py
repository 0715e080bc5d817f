"""Runs the migrations as the owner of the schema. The address comes from DATABASE_OWNER_URL or the caller."""

import os

from alembic import context
from sqlalchemy import create_engine

import core.areas.models
import core.coordination.models
import core.disclosure.models
import core.engagement.models
import core.escalation.models
import core.evaluation.models
import core.evaluation.panels.models
import core.evaluation.telling.models
import core.handling.models
import core.intake.calls.models
import core.intake.clearances.models
import core.intake.counters.models
import core.intake.interviews.models
import core.intake.models
import core.intake.sources.models
import core.kit.outbox
import core.knowledge.models
import core.people.drafts.models
import core.people.models
import core.people.presence.models
import core.people.roster.models
import core.residents.drafts.models
import core.routing.models
import core.sla.models
import core.statistics.gathered.models
import core.statistics.models
import core.statistics.outside.models
import core.statistics.reminders.models
import core.statistics.screens.models
import core.statistics.warnings.models
import core.tenancy.models
import core.tickets.held
import core.tickets.models
import core.units.catalogue.models
import core.units.mailboxes.models
import core.units.models
import core.workdays.models  # noqa: F401 -- each import adds its tables to the metadata
from core.kit.db import Base, as_psycopg
from core.migrations.giving_way import give_way

url = context.config.attributes.get("owner_url") or os.environ.get("DATABASE_OWNER_URL")
if not url:
    raise SystemExit("请设置 DATABASE_OWNER_URL(表所有者的账号),或用 huiying up 自动迁移。")

engine = create_engine(as_psycopg(str(url)))
give_way(engine)
with engine.connect() as connection:
    # Each migration is a transaction: what is done stays done when the next one cannot have its lock and starts again.
    context.configure(
        connection=connection, target_metadata=Base.metadata, compare_type=True, transaction_per_migration=True
    )
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
