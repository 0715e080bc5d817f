"""Codes for matters of which a table gives only the names: those they had, else new ones by their place in the tree."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

from core.kit.trees import SEPARATOR, Node, Tree
from core.units.catalogue.catalogue import Catalogue

Named: TypeAlias = tuple[str, ...]
"""A matter by its names from the top down."""


def coded(
    named: Mapping[Named, str], known: Catalogue | None = None, *, before: Iterable[Tree[Node]] = ()
) -> tuple[list[Node], Mapping[Named, str]]:
    """Return the nodes of these matters and the code of each.

    A code that the table gives holds; then the one that the matter of the same names has in `known`, else in the first
    of the lists `before` that knows it; then, for a matter above others, what their codes have in common; then the next
    number under the matter above that is free in all of these: tickets speak of matters that are gone.
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
    for names in sorted(named, key=len):
        if names not in codes:
            codes[names] = _next_free(codes.get(names[:-1]), taken, numbers)
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


def _next_free(above: str | None, taken: set[str], numbers: dict[str | None, int]) -> str:
    before = f"{above}{SEPARATOR}" if above is not None else ""
    while True:
        numbers[above] = numbers.get(above, 0) + 1
        if (code := f"{before}{numbers[above]:02d}") not in taken:
            return code
