"""A duty list from a file: read and checked without keeping anything, or kept as a new version."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from core.areas.queries import gazetteer_of, gazetteer_versions
from core.hooks.values import Budget
from core.intake.tabular.opening import open_table
from core.journey.duties.drafting import (
    Against,
    DraftedVersion,
    against,
    draft_version,
    keys_of,
    limit_words,
)
from core.journey.duties.files import DutyFile, read_duty_file
from core.journey.duties.versions import Version, in_force, numbered
from core.journey.settings.administering import administering
from core.kit.errors import Refused
from core.kit.headings import places_of
from core.kit.saying import joined, said, word
from core.tenancy.scope import Scope
from core.tickets.timeline import Actor
from core.units.catalogue.adding import add
from core.units.catalogue.catalogue import Catalogue
from core.units.catalogue.checking import check
from core.units.catalogue.coverage import Coverage, coverage_of, coverage_words
from core.units.catalogue.leading import with_leads
from core.units.catalogue.limit_history import limit_changes
from core.units.catalogue.limits import ONE_HOUR, LimitUnclear, read_limit
from core.units.catalogue.lookup import NotFound, UnitLookup
from core.units.catalogue.queries import earlier_matters, known_units
from core.units.levels import KnownUnits

DEED = "导入职责清单"
LEAD_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "top": ("大类", "一级", "一级分类", "类别", "level1", "category", "top"),
    "unit": ("主办单位", "责任单位", "牵头单位", "单位", "lead", "unit"),
}


class LeadsUnusable(Refused):
    """The table that says which unit leads a category has faults; the message tells all of them."""

    code = "leads-unusable"


@dataclass(frozen=True, slots=True)
class HowToRead:
    """What the file leaves open: what 即时 is, who leads where nobody is named, which version its rows are added to.

    `lead` is a unit's code or name for all categories; `lead_from` a table of category and unit, which goes before it.
    `gazetteer` is the version of the areas that the file speaks of.
    """

    at_once: Budget = ONE_HOUR
    lead: str = ""
    lead_from: Path | None = None
    onto: int | None = None
    gazetteer: int | None = None
    rejects: Path | None = None


@dataclass(frozen=True, slots=True)
class Read:
    """What a file came to: the whole list with it, the file's own rows, and on which version of the areas.

    `base` is the version in force, or the one that the rows were added to.
    """

    catalogue: Catalogue
    base: Version
    gazetteer: int
    file: DutyFile
    notes: tuple[str, ...]

    @property
    def accepted(self) -> int:
        return self.file.reading.accepted

    @property
    def rejected(self) -> int:
        return len(self.file.reading.rejected)

    @property
    def remarks(self) -> tuple[str, ...]:
        return (*self.file.reading.remarks, *self.notes)


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """What would come of keeping a file: every fault, the limits that get longer unless named, differences, coverage."""

    read: Read
    faults: tuple[str, ...]
    loosened: tuple[str, ...]
    against: Against
    coverage: Coverage
    coverage_words: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Tell whether every row would be taken and the list kept."""
        return not (self.faults or self.loosened or self.read.rejected)


def at_once_as(text: str) -> Budget:
    """Return how long 即时 is to be, as somebody writes a limit. Raises `LimitUnclear`."""
    try:
        return read_limit(text)
    except LimitUnclear as refusal:
        raise LimitUnclear(said("“即时”按多久计没有写对：{message}。", message=refusal.message)) from refusal


def read_duties(scope: Scope, path: Path, how: HowToRead = HowToRead(), *, actor: Actor) -> Read:
    """Read a file against the tenant's units, areas and codes; nothing is kept but rejected rows, beside the file.

    The areas are those that `how` names, else those of the version that the rows are added to, else those of the list
    in force, and where there is none the newest. Raises `NotPermitted`, `TableUnusable`, `NotADutyList`, `TooManyRows`,
    `LeadsUnusable`, `NoSuchDutyList`, `NoSuchGazetteer`, `CannotAdd`.
    """
    administering(actor, DEED)
    units = known_units(scope)
    base = in_force(scope) if how.onto is None else numbered(scope, how.onto)
    gazetteer = _gazetteer(scope, base, how)
    file = read_duty_file(
        path,
        units=units,
        areas=gazetteer_of(scope, gazetteer).areas.nodes,
        known=base.catalogue,
        before=earlier_matters(scope),
        rejects=how.rejects,
        at_once=how.at_once,
    )
    whole = add(base.catalogue, file.reading.catalogue) if how.onto is not None else file.reading.catalogue
    catalogue, notes = _with_leads(whole, how, units)
    return Read(catalogue, base, gazetteer, file, notes)


def import_duties(
    scope: Scope,
    path: Path,
    how: HowToRead = HowToRead(),
    *,
    reason: str,
    actor: Actor,
    now: datetime,
    loosened: Collection[str] = (),
) -> tuple[Read, DraftedVersion]:
    """Read a file and keep it as a version. Raises what `read_duties` and `draft_version` do."""
    read = read_duties(scope, path, how, actor=actor)
    return read, draft_read(scope, read, reason=reason, actor=actor, now=now, loosened=loosened)


def draft_read(
    scope: Scope, read: Read, *, reason: str, actor: Actor, now: datetime, loosened: Collection[str] = ()
) -> DraftedVersion:
    """Keep what was read as a version. Raises what `draft_version` does."""
    return draft_version(
        scope,
        read.catalogue,
        gazetteer=read.gazetteer,
        base=read.base,
        reason=reason,
        actor=actor,
        now=now,
        loosened=loosened,
        notes=read.notes,
    )


def check_read(scope: Scope, read: Read, *, now: datetime, loosened: Collection[str] = ()) -> CheckedFile:
    """Tell what would come of keeping what was read. Raises `NoSuchItem`."""
    catalogue = read.catalogue
    today = now.astimezone(scope.tenant.zone).date()
    allowed = set(keys_of(catalogue, loosened))
    changes = limit_changes(in_force(scope).catalogue, catalogue, on=today, reason=DEED)
    refused = [change for change in changes if not change.is_tighter and change.key not in allowed]
    coverage = coverage_of(catalogue)
    return CheckedFile(
        read=read,
        faults=check(catalogue, known_units(scope)),
        loosened=limit_words(refused, catalogue),
        against=against(scope, read.base, catalogue),
        coverage=coverage,
        coverage_words=tuple(coverage_words(catalogue, coverage)),
    )


def _gazetteer(scope: Scope, base: Version, how: HowToRead) -> int:
    if how.gazetteer is not None:
        return how.gazetteer
    return base.gazetteer if base.number else max((line.number for line in gazetteer_versions(scope)), default=0)


def _with_leads(catalogue: Catalogue, how: HowToRead, units: KnownUnits) -> tuple[Catalogue, tuple[str, ...]]:
    if not how.lead and how.lead_from is None:
        return catalogue, ()
    lookup = UnitLookup(units)
    otherwise = _unit(lookup, how.lead) if how.lead else None
    by_top = _leads_in(how.lead_from, catalogue, lookup) if how.lead_from else {}
    led = with_leads(catalogue, by_top, otherwise=otherwise)
    words = [
        said("{matter}：{word}", matter=catalogue.matter_words(top), word=lookup.word_of(unit))
        for top, unit in led.written.items()
    ]
    return led.catalogue, (
        said(
            "写上主办单位的大类有 {number} 个，其下没有写明的沿用（{words}）",
            number=len(words),
            words=joined("；", words) or word("无"),
        ),
    )


def _unit(lookup: UnitLookup, word: str) -> str:
    try:
        return lookup.code_of(word)
    except NotFound as refusal:
        raise LeadsUnusable(said("{message}。没有导入。", message=refusal.message)) from refusal


def _leads_in(path: Path, catalogue: Catalogue, lookup: UnitLookup) -> dict[str, str]:
    """Read a table of category and unit. Raises `LeadsUnusable`, naming every row that cannot be taken."""
    table = open_table(path, is_header=lambda cells: len(places_of(cells, LEAD_COLUMNS)) == len(LEAD_COLUMNS))
    places = places_of(table.columns, LEAD_COLUMNS)
    if len(places) < len(LEAD_COLUMNS):
        raise LeadsUnusable(said("{name} 里没有认出“大类”和“主办单位”两列。请把表头写成这两个名称。", name=path.name))
    tops = {word: node.code for node in catalogue.matters.children(None) for word in (node.name, node.code)}
    leads: dict[str, str] = {}
    faults = []
    for row in table.rows():
        top, unit = (row.cells[places[name]] if places[name] < len(row.cells) else "" for name in LEAD_COLUMNS)
        if not unit:
            continue
        if top not in tops:
            faults.append(said("第 {number} 行：清单里没有大类“{top}”", number=row.number, top=top))
        elif tops[top] in leads:
            faults.append(said("第 {number} 行：大类“{top}”前面已经写过", number=row.number, top=top))
        else:
            try:
                leads[tops[top]] = lookup.code_of(unit)
            except NotFound as refusal:
                faults.append(said("第 {number} 行：{message}", number=row.number, message=refusal.message))
    if faults:
        raise LeadsUnusable(
            said(
                "{name} 有 {number} 处问题，没有导入：{faults}。请改正后再试。",
                name=path.name,
                number=len(faults),
                faults=joined("；", faults),
            )
        )
    return leads
