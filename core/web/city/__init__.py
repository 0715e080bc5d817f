"""The pages of the central city: its districts' figures, never their residents."""

from flask import Blueprint

from core.web.city.deliveries import pages as deliveries
from core.web.city.drilling import pages as drilling
from core.web.city.explore import pages as explore
from core.web.city.figures import pages as figures
from core.web.city.files import pages as files
from core.web.city.month import pages as month
from core.web.city.overview import pages as overview
from core.web.city.screen import pages as screen
from core.web.city.screens import pages as screens
from core.web.city.views import pages as views

BLUEPRINTS: tuple[Blueprint, ...] = (
    overview,
    figures,
    views,
    drilling,
    files,
    deliveries,
    month,
    explore,
    screen,
    screens,
)
