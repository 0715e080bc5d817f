"""The pages of the district's staff: the desk with its lanes, the ticket, and the unit's work."""

from core.web.desk import commands, intake, lanes, ticket, unit

BLUEPRINTS = (lanes.pages, commands.pages, intake.pages, ticket.pages, unit.pages)
