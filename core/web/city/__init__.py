"""The pages of the central city: its districts' figures, never their residents."""

from flask import Blueprint

from core.web.city.drilling import pages as drilling
from core.web.city.matters import pages as matters
from core.web.city.overview import pages as overview
from core.web.city.screen import pages as screen
from core.web.city.screens import pages as screens

BLUEPRINTS: tuple[Blueprint, ...] = (overview, matters, drilling, screen, screens)
