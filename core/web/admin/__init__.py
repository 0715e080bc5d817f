"""The pages of the district administration: features, settings, rules, units, calendars, and the walk of a change."""

from flask import Blueprint

BLUEPRINTS: tuple[Blueprint, ...] = ()
