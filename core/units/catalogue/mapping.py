"""How a district's matters are counted in the central city's list 市级目录对照: each as one of the city's, or as other."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from core.kit.saying import said
from core.kit.trees import Node, Tree

OTHER = "other"
"""Where a matter is counted that nobody has mapped 其他."""


@dataclass(frozen=True)
class MatterMapping:
    """Which of the city's matters a local one is; what lies below it is the same unless it is mapped itself."""

    central: Mapping[str, str]

    @classmethod
    def of(cls, pairs: Mapping[str, str]) -> "MatterMapping":
        """Return the mapping of these local codes to these codes of the city."""
        return cls(MappingProxyType(dict(pairs)))

    def central_of(self, matter: str, matters: Tree[Node]) -> str:
        """Return the city's code for a local matter, or `OTHER`."""
        return next((self.central[code] for code in matters.line(matter) if code in self.central), OTHER)


@dataclass(frozen=True, slots=True)
class MappingCoverage:
    """How many of the lowest local matters are one of the city's, which are not, and how many each of the city's has.

    `unmapped` are those of the others of which nobody has said that they are none of the city's.
    """

    matters: int
    mapped: int
    others: tuple[str, ...]
    unmapped: tuple[str, ...]
    by_central: Mapping[str, int]


def mapping_coverage(mapping: MatterMapping, matters: Tree[Node]) -> MappingCoverage:
    """Map every lowest matter and count."""
    by_central: dict[str, int] = {}
    others, unmapped = [], []
    for matter in matters.leaves:
        central = mapping.central_of(matter.code, matters)
        by_central[central] = by_central.get(central, 0) + 1
        if central == OTHER:
            others.append(matter.code)
            unmapped += [matter.code] * (not any(code in mapping.central for code in matters.line(matter.code)))
    mapped = len(matters.leaves) - len(others)
    return MappingCoverage(len(matters.leaves), mapped, tuple(others), tuple(unmapped), by_central)


def uncovered(coverage: MappingCoverage, central: Tree[Node]) -> tuple[str, ...]:
    """Return the lowest of the city's matters that no local one is, neither they themselves nor one above them."""
    return tuple(
        node.code for node in central.leaves if not any(code in coverage.by_central for code in central.line(node.code))
    )


def check_mapping(mapping: MatterMapping, matters: Tree[Node], central: Tree[Node]) -> Iterator[str]:
    """Yield every fault: codes that the district or the city does not have."""
    for local, wanted in mapping.central.items():
        if local not in matters:
            yield said("对照表写的本区事项“{local}”不在职责清单中；请改正，或删去这一行", local=local)
        if wanted not in central and wanted != OTHER:
            yield said(
                "事项“{local} {words}”对照的市级事项“{wanted}”不在市级目录中；请改正，或对照到“其他”",
                local=local,
                words=matters.words(local),
                wanted=wanted,
            )


def suggest_mapping(matters: Tree[Node], central: Tree[Node]) -> Mapping[str, str]:
    """Return a proposal for matters whose whole name, or whose own name alone, is found once in the city's list."""
    by_names = _once({node.code: central.names(node.code) for node in central.nodes})
    by_name = _once({node.code: (node.name,) for node in central.leaves})
    found = {}
    for node in matters.nodes:
        code = by_names.get(matters.names(node.code))
        if code is None and not matters.children(node.code):
            code = by_name.get((node.name,))
        if code is not None:
            found[node.code] = code
    return found


def _once(names: Mapping[str, tuple[str, ...]]) -> Mapping[tuple[str, ...], str]:
    codes: dict[tuple[str, ...], list[str]] = {}
    for code, name in names.items():
        codes.setdefault(name, []).append(code)
    return {name: several[0] for name, several in codes.items() if len(several) == 1}
