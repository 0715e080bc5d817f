"""The pages of the district's staff: the desk with its lanes, the ticket, and the unit's work."""

from core.web.desk import (
    alike,
    calls,
    classification,
    commands,
    contact,
    disclosure,
    files,
    handover,
    inbound,
    intake,
    knowledge,
    lanes,
    reminders,
    ticket,
    unit,
    warnings,
)

BLUEPRINTS = (
    lanes.pages,
    alike.pages,
    calls.pages,
    classification.pages,
    commands.pages,
    contact.pages,
    disclosure.pages,
    files.pages,
    handover.pages,
    inbound.pages,
    intake.pages,
    knowledge.pages,
    reminders.pages,
    ticket.pages,
    unit.pages,
    warnings.pages,
)
