"""All that a plugin may import: frozen values, the questions districts answer, and who answers for whom."""

from core.hooks.features import Feature, Settings, hookimpl
from core.hooks.values import (
    Budget,
    Channel,
    ClockView,
    Context,
    DutyView,
    EscalationStep,
    Mark,
    Metric,
    RouteProposal,
    TicketView,
    TimeLimit,
    Trigger,
    UnitView,
    UrgencySignal,
    Watcher,
)

__all__ = [
    "Budget",
    "Channel",
    "ClockView",
    "Context",
    "DutyView",
    "EscalationStep",
    "Feature",
    "Mark",
    "Metric",
    "RouteProposal",
    "Settings",
    "TicketView",
    "TimeLimit",
    "Trigger",
    "UnitView",
    "UrgencySignal",
    "Watcher",
    "hookimpl",
]
