"""What holds about routing at a tenant, ready to be asked: the duty list and the compiled rules of one revision."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from functools import cached_property

from core.areas.tree import local_units
from core.hooks.values import TicketView
from core.routing.ruleset import (
    CompiledRules,
    Facts,
    Listed,
    Offered,
    RoutingDirectory,
    RoutingMatter,
    Verdict,
    directory_of,
    evaluate,
    facts_of,
)
from core.routing.ruleset.conditions import leaves_of
from core.routing.settings import RuleLimit
from core.units.catalogue.catalogue import Catalogue
from core.units.levels import KnownUnits
from core.workdays.rules import Timetable


@dataclass(frozen=True)
class RoutingPolicy:
    """A revision of `core.routing`: version of the duty list, its catalogue, the rules; `stamp` is kept with decisions."""

    duty_list: int
    catalogue: Catalogue
    rules: CompiledRules
    limits: Mapping[str, Sequence[RuleLimit]]
    units: KnownUnits
    channels: Mapping[str, str]
    stamp: str

    @cached_property
    def asked_fields(self) -> frozenset[str]:
        """The fields that some rule asks for: what costs a look into the database is only looked up for these."""
        return frozenset(leaf.field for rule in self.rules.rules for _, leaf in leaves_of(rule.when))

    @cached_property
    def names(self) -> RoutingDirectory:
        """What rules may name, with what it is called, for words about a decision; whom a matter suits is not asked."""
        matters, areas = self.catalogue.matters, self.catalogue.areas
        named = (RoutingMatter(matters.path(node.code), matters.words(node.code)) for node in matters.nodes)
        return RoutingDirectory(
            self.units,
            {matter.path: matter for matter in named},
            {areas.path(area.code): self.catalogue.area_words(area.code) for area in areas.nodes},
            self.channels,
            self._limit_names,
        )

    @cached_property
    def directory(self) -> RoutingDirectory:
        """What rules are checked against: names, and who may not be given which matter. Looks at every matter and area."""
        return directory_of(self.catalogue, self.units, channels=self.channels, limits=self._limit_names)

    def listed(self, matter: str | None, area: str) -> Listed | None:
        """Return what the duty list says of a matter in an area, None when it names nobody."""
        if matter is None or matter not in self.catalogue.matters:
            return None
        values = self.catalogue.resolve(matter, area or None).values
        return Listed(self.catalogue.matters.path(matter), values.lead, values.co or ()) if values.lead else None

    def facts(
        self,
        view: TicketView,
        *,
        zone: tzinfo,
        timetable: Timetable | None,
        returned_by: Collection[str] = (),
        repeat_count: int | None = None,
        has_instruction: bool | None = None,
    ) -> Facts:
        """Return what rules are told of a ticket. Without a timetable it is unknown whether it came in office hours."""
        matters, areas = self.catalogue.matters, self.catalogue.areas
        area = view.area if view.area in areas else None
        submitted = view.submitted_at
        return facts_of(
            view,
            zone=zone,
            matter=matters.path(view.matter) if view.matter is not None and view.matter in matters else None,
            area=areas.path(area) if area is not None else None,
            is_working_time=_is_open(timetable, submitted) if timetable else None,
            is_working_day=timetable.is_working_day(timetable.date_of(submitted)) if timetable else None,
            repeat_count=repeat_count,
            has_instruction=has_instruction,
            returned_by=returned_by,
            local_units=local_units(areas, area),
            fields=self.rules.fields,
        )

    def judge(self, view: TicketView, facts: Facts, *, on: date, offered: Sequence[Offered] = ()) -> Verdict:
        """Return what rules, features (`offered`, the best first) and duty list say of a ticket on a day."""
        listed = self.listed(view.matter, view.area)
        return evaluate(
            self.rules, facts, on=on, listed=listed, offered=offered, known=self._open_units, barred=self.taking_in_only
        )

    @cached_property
    def _limit_names(self) -> Mapping[str, str]:
        return {code: limits[0].label for code, limits in self.limits.items()}

    @cached_property
    def taking_in_only(self) -> Mapping[str, str]:
        """The units that only take in, each with why."""
        return {code: unit.takes_in_only for code, unit in self.units.items() if unit.takes_in_only}

    @cached_property
    def _open_units(self) -> frozenset[str]:
        return frozenset(code for code, unit in self.units.items() if unit.active)


def _is_open(timetable: Timetable, at: datetime) -> bool:
    stretch = timetable.next_stretch(at)
    return stretch.start <= at < stretch.end
