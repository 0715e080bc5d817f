"""A draft that says what holds already changes nothing, whatever the settings are."""

from dataclasses import replace
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from core.hooks.breaker import Breaker
from core.hooks.roster import Roster, Wanted
from core.hooks.settings import SettingsInvalid
from core.hooks.settings.frozen import plain
from core.hooks.values import Budget
from core.journey.dry_run.changes import changes_between
from core.journey.dry_run.past import Past, Place
from core.journey.dry_run.reading import pasts_of, place_of
from core.journey.dry_run.replay import replay
from core.journey.dry_run.tables import Rulebook, rulebook_of
from core.journey.dry_run.tally import TRIED_HOOKS
from core.routing.ruleset import RuleSet, compile_rules
from core.routing.settings import RuleLimit
from core.tenancy.active import context_of
from core.tenancy.scope import Installation
from core.tickets.models import Ticket
from tests.dry_run.lives import LETTERS, PROFILES, Lives, open_district
from tests.dry_run.trying import tried
from tests.hooks.valid import own_values_of
from tests.routing.made_up import rule_sets

SHIPPED = Roster.installed()
TRIED = sorted(name for name, feature in SHIPPED.features.items() if set(feature.hooks or ()) & set(TRIED_HOOKS))
"""The shipped features that decide about tickets."""


def lived(installation: Installation, slug: str, *, seed: str) -> tuple[list[Past], Place, Rulebook]:
    """Return what is known of tickets that lived in this district, and what decides there."""
    lives = Lives(installation, open_district(installation, PROFILES[slug]), LETTERS[slug], Random(seed))
    lives.live(tickets=6, steps=8)
    with installation.scope(lives.slug) as scope:
        tickets = scope.session.scalars(select(Ticket).where(Ticket.accepted_at.is_not(None))).all()
        return pasts_of(scope, tickets), place_of(scope, today=lives.now), rulebook_of(scope, scope.hooks)


def test_the_same_settings_decide_the_same_whatever_they_are(installation: Installation) -> None:
    pasts, place, held = lived(installation, "nanhai", seed="same")

    @settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def same(data: st.DataObject) -> None:
        values = {name: data.draw(own_values_of(SHIPPED.features[name].schema()), name) for name in TRIED}
        try:
            enabled = [SHIPPED.enabled(Wanted(name, own)) for name, own in values.items()]
        except SettingsInvalid:
            return  # fields that contradict each other
        context = context_of(place.tenant, dry_run=True)
        tables = [SHIPPED.compiled(context, enabled, breaker=Breaker()) for _ in range(2)]
        before, after = (replace(held, table=table) for table in tables)
        for past in pasts:
            assert changes_between(replay(past, before, place), replay(past, after, place), place) == []

    same()


def test_the_same_rules_decide_the_same_whatever_they_are(installation: Installation) -> None:
    pasts, place, held = lived(installation, "pingshan", seed="rules")
    hasty = {"urgent-1h": [RuleLimit("handle", Budget("wall", 3600), "一小时")]}

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(rule_sets())
    def same(rules: RuleSet) -> None:
        before, after = (
            replace(held, policy=replace(held.policy, rules=compile_rules(rules), limits=hasty)) for _ in range(2)
        )
        for past in pasts:
            was, would_be = replay(past, before, place), replay(past, after, place)
            assert changes_between(was, would_be, place) == []
            ours = {name.removeprefix("core.routing/") for name in was.answered if name.startswith("core.routing/")}
            assert ours <= {rule.id for rule in rules.rules if rule.enabled}

    same()


def test_a_draft_of_what_holds_already_changes_nothing(installation: Installation) -> None:
    slug = open_district(installation, PROFILES["chengdu-gaoxin"])
    lives = Lives(installation, slug, LETTERS["chengdu-gaoxin"], Random("holds"))
    lives.live(tickets=10, steps=5)
    profile = PROFILES["chengdu-gaoxin"]

    with installation.scope(slug) as scope:
        routing = dict(plain(scope.hooks.enabled["core.routing"].settings))
    assert routing["duty_list"]
    found = tried(installation, slug, "core.routing", routing, now=lives.now)
    assert (found.state, found.totals.changed) == ("done", 0)
    for feature in profile.features:
        found = tried(installation, slug, feature, profile.settings.get(feature, {}), now=lives.now)

        assert (found.state, found.totals.changed, found.changed) == ("done", 0, ())
        assert found.totals.tickets > 5
