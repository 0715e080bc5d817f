"""The pages of the district's staff: the desk with its lanes, the ticket, and the unit's work."""

from core.web.desk import classification, commands, contact, files, inbound, intake, lanes, ticket, unit

BLUEPRINTS = (
    lanes.pages,
    classification.pages,
    commands.pages,
    contact.pages,
    files.pages,
    inbound.pages,
    intake.pages,
    ticket.pages,
    unit.pages,
)
