"""Drafting a version of the duty list: kept beside the one in force, told in words against it, in force by no means yet."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from core.journey.duties.versions import Version, in_force
from core.journey.settings.administering import administering, reason_for
from core.kit.errors import Refused
from core.kit.saying import joined, said
from core.tenancy.scope import Scope
from core.tickets.timeline import Actor
from core.units.catalogue.catalogue import Catalogue
from core.units.catalogue.coverage import Coverage, coverage_of, coverage_words
from core.units.catalogue.differences import differences, effect_of, effect_words
from core.units.catalogue.limit_history import LimitChange, change_words
from core.units.catalogue.queries import NO_ROUND, Round, known_units
from core.units.catalogue.rows import Key
from core.units.catalogue.service import draft

DEED = "起草职责清单"


class NoSuchItem(Refused):
    """The duty list has no item of this code, or of this name alone."""

    code = "no-such-duty-item"


@dataclass(frozen=True, slots=True)
class Against:
    """What a list says otherwise than a version, in words: each difference, and what comes of it for tickets."""

    number: int
    """The version; 0 = none was in force yet."""
    differences: tuple[str, ...]
    effect: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DraftedVersion:
    """A version that was drafted, or the one that says the same already (`is_new` is false).

    It is compared with the version that it was made from: the one in force, or the one that was named.
    """

    number: int
    is_new: bool
    in_force: int
    against: Against
    limit_changes: tuple[str, ...]
    coverage: Coverage
    coverage_words: tuple[str, ...]
    notes: tuple[str, ...] = ()
    """What was done on the way: lead units written, items that became others."""


def draft_version(
    scope: Scope,
    catalogue: Catalogue,
    *,
    gazetteer: int,
    base: Version | None = None,
    reason: str,
    actor: Actor,
    now: datetime,
    loosened: Collection[str] = (),
    notes: tuple[str, ...] = (),
    tightening: Round = NO_ROUND,
) -> DraftedVersion:
    """Keep a list as a version, compared with `base` or the one in force; `loosened` are codes of matters whose limits
    may get longer than in the one in force.

    Raises `NotPermitted`, `ReasonMissing`, `ReasonUnusable`, `CatalogueUnusable` with every fault, `LimitsLoosened`,
    `NoSuchItem`.
    """
    author = administering(actor, DEED)
    why = reason_for(reason, DEED)
    drafted = draft(
        scope,
        catalogue,
        gazetteer=gazetteer,
        reason=why,
        author=author,
        now=now,
        loosened=tuple(keys_of(catalogue, loosened)),
        tightening=tightening,
    )
    return DraftedVersion(
        number=drafted.number,
        is_new=drafted.is_new,
        in_force=in_force(scope).number,
        against=against(scope, base or in_force(scope), catalogue),
        limit_changes=limit_words(drafted.limit_changes, catalogue),
        coverage=(coverage := coverage_of(catalogue)),
        coverage_words=tuple(coverage_words(catalogue, coverage)),
        notes=notes,
    )


def against(scope: Scope, base: Version, catalogue: Catalogue) -> Against:
    """Compare a list with a version, in words."""
    names = unit_names(scope)
    effect = tuple(effect_words(effect_of(base.catalogue, catalogue), names)) if base.number else ()
    return Against(base.number, differences(base.catalogue, catalogue, names), effect)


def limit_words(changes: Collection[LimitChange], catalogue: Catalogue) -> tuple[str, ...]:
    """Say changes of limits, those that give more time first."""
    return tuple(change_words(change, catalogue) for change in sorted(changes, key=lambda each: each.is_tighter))


def keys_of(catalogue: Catalogue, codes: Collection[str]) -> Iterator[Key]:
    """Yield these matters in the whole and in every area. Raises `NoSuchItem`."""
    for code in codes:
        if code not in catalogue.matters:
            raise NoSuchItem(
                said(
                    "--loosen 写的事项 {code} 不在清单中。请写事项的编码，可先用 huiying duties list 查看。", code=code
                )
            )
        yield from ((code, area) for area in (None, *(area.code for area in catalogue.areas.nodes)))


def unit_names(scope: Scope) -> dict[str, str]:
    """Return the names of all units by code, closed ones too."""
    return {unit.code: unit.name for unit in known_units(scope).values()}


def item_named(catalogue: Catalogue, word: str) -> str:
    """Return the code of an item by its code, its name, or its names from the top as 大类/小类. Raises `NoSuchItem`."""
    if word in catalogue.matters:
        return word
    wanted = tuple(part.strip() for part in word.split("/"))
    found = [
        node.code for node in catalogue.matters.nodes if catalogue.matters.names(node.code)[-len(wanted) :] == wanted
    ]
    if len(found) == 1:
        return found[0]
    if found:
        several = joined("、", (catalogue.matter_words(code) for code in found))
        raise NoSuchItem(
            said(
                "名为“{word}”的事项有 {number} 个：{several}。请写编码。", word=word, number=len(found), several=several
            )
        )
    raise NoSuchItem(said("清单里没有事项“{word}”。请写编码或名称，可先用 huiying duties list 查看。", word=word))
