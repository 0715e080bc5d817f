"""The pages of the district administration: features, settings, rules, units, calendars, and the walk of a change."""

from flask import Blueprint

from core.web.admin.access import pages as access
from core.web.admin.areas import pages as areas
from core.web.admin.calendar import pages as calendar
from core.web.admin.channels import pages as channels
from core.web.admin.city_view import pages as city_view
from core.web.admin.duties import pages as duties
from core.web.admin.duty_items import pages as duty_items
from core.web.admin.duty_mapping import pages as duty_mapping
from core.web.admin.escalation import pages as escalation
from core.web.admin.evaluation import pages as evaluation
from core.web.admin.features import pages as features
from core.web.admin.health import pages as health
from core.web.admin.limits import pages as limits
from core.web.admin.presets import pages as presets
from core.web.admin.revision_log import pages as revision_log
from core.web.admin.revisions import pages as revisions
from core.web.admin.rosters import pages as rosters
from core.web.admin.routing import pages as routing
from core.web.admin.secrets import pages as secrets
from core.web.admin.settings_form import pages as settings_form
from core.web.admin.trials import pages as trials
from core.web.admin.units import pages as units

BLUEPRINTS: tuple[Blueprint, ...] = (
    access,
    areas,
    calendar,
    channels,
    city_view,
    escalation,
    evaluation,
    duties,
    duty_items,
    duty_mapping,
    features,
    health,
    limits,
    revisions,
    revision_log,
    rosters,
    routing,
    presets,
    secrets,
    settings_form,
    trials,
    units,
)
