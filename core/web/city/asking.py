"""What a page of the city is asked: read from its address, and offered again as a form above it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask import request

from core.hooks.values.words import NATURE_LABELS
from core.statistics.asked import Asked, Narrowing, asked_of
from core.statistics.central.pages import Choices, Choosing, channel_label
from core.statistics.gathered.cube import CityCube, categories, channels
from core.statistics.gathered.members import Membership
from core.statistics.periods import Month
from core.web.input import usable_input
from core.web.visit import Visit

MONTHS_OFFERED = 25
LONGEST = 200


@dataclass(frozen=True, slots=True)
class Offered:
    """One choice of the form: its name in the address, what it is called, the options, and the one that holds."""

    name: str
    label: str
    options: Sequence[tuple[str, str]]
    value: str


def asked_here(visit: Visit, *, month: Month | None = None) -> Asked:
    """Read what the address asks for. Raises what `asked_of` raises, and `InputUnusable`."""
    return asked_of(arguments(), today=today_of(visit), month=month)


def today_of(visit: Visit) -> date:
    """Return the day on which the city lives."""
    return visit.now.astimezone(visit.scope.tenant.zone).date()


def arguments() -> Choices:
    """Return the arguments of the address, each once. Raises `InputUnusable`."""
    return {name[:LONGEST]: usable_input(value, LONGEST) for name, value in request.args.items()}


def offered(
    visit: Visit, asked: Asked, membership: Membership, narrowings: Sequence[Narrowing], choices: Sequence[Choosing]
) -> Sequence[Offered]:
    """Return what can be chosen on a page, months first."""
    cube = CityCube(visit.scope.session, visit.scope.tenant.id, [member.id for member in membership.members])
    everything: Mapping[Narrowing, Sequence[tuple[str, str]]] = {
        "district": [(member.slug, member.name) for member in membership.members],
        "group": [(name, name) for name in membership.groups],
        "nature": list(NATURE_LABELS.items()),
        "channel": [(each, channel_label(each)) for each in channels(cube, asked.span)]
        if "channel" in narrowings
        else [],
        "category": [(each, each) for each in categories(cube)] if "category" in narrowings else [],
    }
    labels: Mapping[Narrowing, str] = {
        "district": "全部区（市）县",
        "group": "不分同类组",
        "nature": "全部性质",
        "channel": "全部渠道",
        "category": "全部类别",
    }
    found = [
        Offered(
            choice.name,
            choice.label,
            list(choice.options.items()),
            choice.value,
        )
        for choice in choices
    ]
    held = asked.narrowed
    for name in ("district", "group", "nature", "channel", "category"):
        options = everything[name]
        if name in narrowings and (options or name in held):
            value = held.get(name, "")
            known = options if not value or value in dict(options) else [*options, (value, value)]
            found.append(Offered(name, labels[name], [("", labels[name]), *known], value))
    return found


def months(today: date, shown: Asked) -> Sequence[Month]:
    """Return the months to choose from, the newest first, with the one shown among them."""
    found = [Month.of(today)]
    while len(found) < MONTHS_OFFERED:
        found.append(found[-1].previous)
    return sorted({*found, *([shown.month] if shown.month else [])}, reverse=True)
