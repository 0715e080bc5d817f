"""The pages of the central city: its districts' figures, never their residents."""

from flask import Blueprint

from core.web.city.matters import pages as matters
from core.web.city.overview import pages as overview

BLUEPRINTS: tuple[Blueprint, ...] = (overview, matters)
