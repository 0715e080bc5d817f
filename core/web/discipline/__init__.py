"""Pages of accountability 问责: the officers' list, file, rules and numbers; the accused unit's own cases."""

from core.web.discipline import officer, unit

BLUEPRINTS = (officer.pages, unit.pages)
