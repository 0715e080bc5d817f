"""Codes for matters of which a table gives only the names: those they had, else new ones by their place in the tree."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TypeAlias

from core.kit.trees import SEPARATOR, Node, Tree
from core.units.catalogue.catalogue import Catalogue

Named: TypeAlias = tuple[str, ...]
"""A matter by its names from the top down."""
NUMBERED = re.compile(r"([A-Z][A-Z0-9]*[A-Z]\d\d|[A-Z]\d\d)(\d{2,6})")
"""A code that counts: letters and two digits of its category, and a number of fixed length."""


def coded(
    named: Mapping[Named, str], known: Catalogue | None = None, *, before: Iterable[Tree[Node]] = ()
) -> tuple[list[Node], Mapping[Named, str]]:
    """Return the nodes of these matters and the code of each.

    A code that the table gives holds; then the one that the matter of the same names has in `known`, else in the first
    of the lists `before` that knows it; then, for a matter above others, what their codes have in common; then the next
    number like those of the matters beside it, or under the matter above, that is free in all of these: tickets speak of
    matters that are gone.
    """
    earlier = [*([known.matters] if known is not None else ()), *before]
    codes = {names: code for names, code in named.items() if code}
    taken = set(codes.values())
    for names, code in [*_codes_of(earlier), *_codes_above(codes)]:
        if names in named and names not in codes and code not in taken:
            codes[names] = code
            taken.add(code)
    taken.update(node.code for tree in earlier for node in tree.nodes)
    numbers: dict[str | None, int] = {}
    beside = _beside([*_codes_of(earlier), *codes.items()])
    for names in sorted(named, key=len):
        if names not in codes:
            codes[names] = _like_others(beside.get(names[:-1], ()), taken) or _next_free(
                codes.get(names[:-1]), taken, numbers
            )
            taken.add(codes[names])
    nodes = [Node(codes[names], names[-1], codes[names[:-1]] if len(names) > 1 else None) for names in named]
    return nodes, codes


def _codes_of(trees: Iterable[Tree[Node]]) -> Iterator[tuple[Named, str]]:
    for tree in trees:
        for node in tree.nodes:
            yield tree.names(node.code), node.code


def _codes_above(codes: Mapping[Named, str]) -> Iterator[tuple[Named, str]]:
    """Yield what codes by path say of the matters above: 07.08.03 on the third level lies under 07.08 and 07."""
    for names, code in codes.items():
        parts = code.split(SEPARATOR)
        if len(parts) == len(names):
            for depth in range(1, len(names)):
                yield names[:depth], SEPARATOR.join(parts[:depth])


def _beside(codes: Iterable[tuple[Named, str]]) -> Mapping[Named, Collection[str]]:
    """Return the codes of the matters under each one."""
    found: dict[Named, set[str]] = {}
    for names, code in codes:
        if len(names) > 1:
            found.setdefault(names[:-1], set()).add(code)
    return found


def _like_others(beside: Collection[str], taken: set[str]) -> str | None:
    """Return the next free code like those beside it, where all of these count alike: P02001, P02002 → P02003."""
    counted = [NUMBERED.fullmatch(code) for code in beside]
    forms = {(code[1], len(code[2])) for code in counted if code}
    if not all(counted) or len(forms) != 1:
        return None
    ((before, digits),) = forms
    number = max(int(code[2]) for code in counted if code)
    while (wanted := f"{before}{number + 1:0{digits}d}") in taken:
        number += 1
    return wanted


def _next_free(above: str | None, taken: set[str], numbers: dict[str | None, int]) -> str:
    before = f"{above}{SEPARATOR}" if above is not None else ""
    while True:
        numbers[above] = numbers.get(above, 0) + 1
        if (code := f"{before}{numbers[above]:02d}") not in taken:
            return code
