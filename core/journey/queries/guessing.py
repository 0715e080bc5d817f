"""What rules would make of an appeal that is not filed 建议: its matter, its area, how urgent, whose. Nothing is stored.

The same hooks and rules are asked as when it is accepted, so that what is suggested is what would happen.
"""

import re
from dataclasses import dataclass, replace
from datetime import datetime

from core.areas.locating import located_within
from core.areas.queries import areas_around
from core.areas.shapes import Point
from core.classification.grading import signal_of
from core.classification.locating import area_words, located_by
from core.classification.rules import matter_from, suggest_matter, suggest_nature
from core.hooks import specs
from core.hooks.values import Nature, TicketView
from core.hooks.values.ticket import Medium
from core.intake.channels import channels_of
from core.intake.drafting import completed
from core.intake.rules import Appeal
from core.journey.queries.stamps import stamp_words
from core.kit.saying import joined, said
from core.routing.policy_in_force import policy_of
from core.routing.rules import choose
from core.tenancy.scope import Scope
from core.tickets.models import Ticket
from core.tickets.states import State
from core.tickets.views import view_of
from core.units.catalogue.queries import duty_list_in_force, gazetteer_in_force
from core.units.queries import directory
from core.workdays.queries import timetable

LONGEST_TITLE = 40


@dataclass(frozen=True, slots=True)
class Because:
    """Why something is suggested: in words, and by whom, such as the settings that a rule stands in and their revision."""

    words: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class Guess:
    """What would be made of an appeal; codes are empty where nothing is suggested."""

    matter: str
    matter_words: str
    matter_why: Because
    place: str
    place_why: Because
    area: str
    area_words: str
    area_why: Because
    urgent: tuple[Because, ...]
    unit: str
    unit_name: str
    co: tuple[str, ...]
    unit_why: Because
    rule_id: str


def guess(
    scope: Scope,
    *,
    text: str,
    title: str = "",
    place: str = "",
    matter: str = "",
    nature: Nature | None = None,
    channel: str = "desk",
    point: Point | None = None,
    like: Ticket | None = None,
    now: datetime,
) -> Guess:
    """Return what the district's rules would make of these words; a `matter` that is named holds.

    `like` is a ticket of which they are a part: what is not said of the part is as with the whole.
    """
    read_place, place_why = ("", Because("")) if place or like is not None else _place_in(scope, channel, text, title)
    view = _view(scope, text, title, place or read_place, nature, channel, like, now=now)
    area, area_why = _area(scope, view, point)
    view = replace(view, area=area)
    view, matter_why = _matter(scope, view, matter)
    view = _and_urgency(scope, view)
    units, policy = directory(scope), policy_of(scope)
    duty = units.find_duty(view.matter, view.area or None)
    on = now.astimezone(scope.tenant.zone).date()
    choice = choose(
        policy,
        view,
        policy.facts(view, zone=scope.tenant.zone, timetable=timetable(scope), repeat_count=0, has_instruction=False),
        scope.hooks.ask(specs.propose_routes, ticket=view, duty=duty, units=units.views),
        on=on,
        label_of=lambda feature: scope.hooks.enabled[feature].feature.label,
        stamp_of=scope.hooks.stamp,
    )
    unit = units.find_unit(choice.lead) if choice.lead else None
    return Guess(
        matter=view.matter or "",
        matter_words=f"{duty.category} / {duty.subcategory}" if duty else "",
        matter_why=matter_why,
        place=read_place,
        place_why=place_why,
        area=area,
        area_words=area_words(scope, area),
        area_why=area_why,
        urgent=_urgent(scope, view),
        unit=unit.code if unit else "",
        unit_name=unit.name if unit else "",
        co=tuple(partner.name for code in choice.co if (partner := units.find_unit(code))),
        unit_why=Because(choice.reason, stamp_words(scope, choice.by)),
        rule_id=choice.rule_id,
    )


def _view(
    scope: Scope,
    text: str,
    title: str,
    place: str,
    nature: Nature | None,
    channel: str,
    like: Ticket | None,
    *,
    now: datetime,
) -> TicketView:
    if like is not None:
        whole, words = view_of(scope, like), text.strip()
        heading = title.strip() or words[:LONGEST_TITLE]
        return replace(whole, title=heading, text=words, matter=None, matter_guessed=False, bounce_count=0)
    known = channels_of(scope).get(channel)
    medium = known.medium if known else "phone"
    return view_unfiled(text, title=title, place=place, nature=nature, channel=channel, medium=medium, now=now)


def view_unfiled(
    text: str, *, title: str = "", place: str, nature: Nature | None = None, channel: str, medium: Medium, now: datetime
) -> TicketView:
    """Return what hooks are shown of words that are not filed: as if they had just been accepted."""
    words = text.strip()
    heading = title.strip() or re.sub(r"\s+", " ", words)[:LONGEST_TITLE]
    return TicketView(
        id=0,
        serial_no="",
        state=str(State.ACCEPTED),
        channel=channel,
        medium=medium,
        mailbox="",
        title=heading,
        text=words,
        place=place.strip(),
        nature=nature or suggest_nature(heading, words),
        urgency="normal",
        complexity="simple",
        matter=None,
        affected_count=1,
        submitted_at=now,
        lead_unit=None,
        cycle_no=1,
        bounce_count=0,
    )


def _place_in(scope: Scope, channel: str, text: str, title: str) -> tuple[str, Because]:
    """Return the place that features read out of the words."""
    if channel not in channels_of(scope):
        return "", Because("")
    done = completed(scope, Appeal(channel=channel, text=text, title=title))
    reading = next((each for each in done.readings if "place" in each.fields), None)
    if reading is None:
        return "", Because("")
    return done.appeal.place, Because(reading.patch.reason, stamp_words(scope, scope.hooks.stamp(reading.feature)))


def _area(scope: Scope, view: TicketView, point: Point | None) -> tuple[str, Because]:
    if view.area:
        return view.area, Because("")
    gazetteer = gazetteer_in_force(scope)
    found = located_by(
        gazetteer,
        point=point,
        around=lambda at: located_within(
            gazetteer, at, areas_around(scope, at, version=duty_list_in_force(scope).gazetteer)
        ),
        place=view.place,
        title=view.title,
        text=view.text,
    )
    return (found.area or "", Because(found.why)) if found else ("", Because(""))


def _matter(scope: Scope, view: TicketView, named: str) -> tuple[TicketView, Because]:
    units = directory(scope)
    if named and named in units.duties:
        return replace(view, matter=named), Because("")
    answers = scope.hooks.ask(specs.suggest_matters, ticket=view, duties=tuple(units.duties.values()))
    if best := matter_from(answers, known=units.duties):
        feature, hint = best
        because = Because(hint.reason, stamp_words(scope, scope.hooks.stamp(feature)))
        return replace(view, matter=hint.matter, matter_guessed=True), because
    if suggestion := suggest_matter(view.title, view.text, units.keywords):
        number = duty_list_in_force(scope).number
        because = Because(
            said("依据词：{words}", words=joined("、", suggestion.words)), said("职责清单第 {number} 版", number=number)
        )
        return replace(view, matter=suggestion.matter, matter_guessed=True), because
    return view, Because("")


def _urgent(scope: Scope, view: TicketView) -> tuple[Because, ...]:
    """Return the grounds to treat it as urgent."""
    graded = signal_of(directory(scope).find_duty(view.matter, view.area or None), guessed=view.matter_guessed)
    listed = (
        [Because(graded.reason, said("职责清单第 {number} 版", number=duty_list_in_force(scope).number))]
        if graded
        else []
    )
    answers = scope.hooks.ask(specs.assess_urgency, ticket=view)
    return (
        *listed,
        *(Because(signal.reason, stamp_words(scope, scope.hooks.stamp(feature))) for feature, signal in answers),
    )


def _and_urgency(scope: Scope, view: TicketView) -> TicketView:
    return replace(view, urgency="urgent") if _urgent(scope, view) else view
