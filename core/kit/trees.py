"""Trees of things that have a code, a name and a place under another one, such as matters and areas."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, TypeVar

SEPARATOR = "."
"""Between the parts of a path: 07.08.03 lies under 07.08."""
DEEPEST = 8
"""Levels of a tree. More than that nobody finds their way in, and the way up is not followed further."""
_NUMBER = re.compile(r"(\d+)")


@dataclass(frozen=True, slots=True)
class Node:
    """A thing with its place. `parent` is the code of the one above, None at the top."""

    code: str
    name: str
    parent: str | None = None


N = TypeVar("N", bound=Node)


@dataclass(frozen=True)
class Tree(Generic[N]):
    """Nodes by their codes, each followed by those below it.

    A tree may be faulty (`core.kit.tree_faults` tells): of two nodes with one code the first counts, and the way up
    ends where nobody is above or where it would go round in a circle. So every question has an answer.
    """

    nodes: tuple[N, ...] = ()

    @classmethod
    def of(cls, nodes: Iterable[N]) -> "Tree[N]":
        """Return a tree of nodes that come in any order."""
        tree = cls(tuple(sorted(nodes, key=lambda node: (in_order(node.code), node.name, node.parent or ""))))
        places = {code: tuple(map(in_order, reversed(line))) for code, line in tree._lines.items()}
        return cls(tuple(sorted(tree.nodes, key=lambda node: places[node.code])))

    def __contains__(self, code: object) -> bool:
        return code in self._by_code

    def __len__(self) -> int:
        return len(self.nodes)

    def find(self, code: str | None) -> N | None:
        """Return the node of this code, or None."""
        return self._by_code.get(code) if code is not None else None

    def line(self, code: str) -> tuple[str, ...]:
        """Return the code and those above it, the nearest first; nothing when there is no such node."""
        return self._lines.get(code, ())

    def path(self, code: str) -> str:
        """Return the codes from the top down to this one as a path; a code that already is a path is its own."""
        *_, whole = ("", *self._steps(code))
        return whole

    def names(self, code: str) -> tuple[str, ...]:
        """Return the names from the top down to this node."""
        return tuple(self._by_code[above].name for above in reversed(self.line(code)))

    def words(self, code: str) -> str:
        """Return how people call the node: its names from the top, or the code when there is none."""
        return " / ".join(self.names(code)) or code

    def is_under(self, code: str, above: str) -> bool:
        """Tell whether a node is this one or lies below it."""
        return above in self.line(code)

    def children(self, code: str | None) -> tuple[N, ...]:
        """Return the nodes right below this one; with None, those at the top."""
        return self._children.get(code, ())

    def below(self, code: str) -> Iterator[N]:
        """Yield the node and all nodes below it, the upper ones first."""
        if (node := self.find(code)) is not None:
            yield node
            for child in self.children(code):
                if len(self.line(child.code)) > len(self.line(code)):
                    yield from self.below(child.code)

    @cached_property
    def order(self) -> Mapping[str, int]:
        """The place of each code among the others."""
        return {code: place for place, code in enumerate(self._by_code)}

    @cached_property
    def leaves(self) -> tuple[N, ...]:
        """The nodes under which there is nothing."""
        return tuple(node for node in self._by_code.values() if node.code not in self._children)

    def common(self, codes: Collection[str]) -> str | None:
        """Return the lowest node under which all of these lie, or None."""
        lines = [self.line(code) for code in codes]
        if not lines:
            return None
        return next((above for above in lines[0] if all(above in line for line in lines)), None)

    def lowest(self, codes: Collection[str]) -> tuple[str, ...]:
        """Return those of the codes that have none of the others below them, in their order."""
        above = {upper for code in codes for upper in self.line(code)[1:]}
        return tuple(dict.fromkeys(code for code in codes if code not in above))

    def _steps(self, code: str) -> Iterator[str]:
        path = above = ""
        for each in reversed(self.line(code)):
            step = each.removeprefix(above + SEPARATOR) if above else each
            path = f"{path}{SEPARATOR}{step}" if path else step
            above = each
            yield path

    @cached_property
    def _by_code(self) -> Mapping[str, N]:
        by_code: dict[str, N] = {}
        for node in self.nodes:
            by_code.setdefault(node.code, node)
        return by_code

    @cached_property
    def _lines(self) -> Mapping[str, tuple[str, ...]]:
        return {code: tuple(self._upwards(code)) for code in self._by_code}

    def _upwards(self, code: str) -> Iterator[str]:
        walked: set[str] = set()
        here: str | None = code
        while here is not None and here not in walked and (node := self._by_code.get(here)):
            yield here
            walked.add(here)
            if len(walked) > DEEPEST:
                return
            here = node.parent

    @cached_property
    def _children(self) -> Mapping[str | None, tuple[N, ...]]:
        children: dict[str | None, list[N]] = {}
        for node in self._by_code.values():
            parent = node.parent if node.parent in self._by_code else None
            children.setdefault(parent, []).append(node)
        return {parent: tuple(nodes) for parent, nodes in children.items()}


def in_order(code: str) -> tuple[tuple[int, int, str], ...]:
    """Return by what codes are sorted: numbers in them by what they count, so that 1.10 follows 1.9."""
    # isdecimal and int() agree on what a digit is; ² is a digit to neither.
    return tuple((0, int(part), part) if part.isdecimal() else (1, 0, part) for part in _NUMBER.split(code) if part)
