"""The code of a plugin as text: its modules, each parsed, without what is not asked while the product runs."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

NOT_ASKED = frozenset({"migrations", "tests", "settings_fixtures", "__pycache__"})
"""Folders of a plugin whose code never answers a question."""

LONGEST_WORD = 20


@dataclass(frozen=True)
class Source:
    """One module: where it lies, and its syntax tree; no tree where it is no Python."""

    name: str
    path: Path
    tree: ast.Module | None

    def nodes(self) -> Iterator[ast.AST]:
        """Yield every node of the tree."""
        if self.tree:
            yield from ast.walk(self.tree)

    def texts(self) -> list[str]:
        """Return the short texts that the code holds, each once."""
        found = (node.value for node in self.nodes() if isinstance(node, ast.Constant) and isinstance(node.value, str))
        return sorted({text for text in found if 1 < len(text) <= LONGEST_WORD})

    def module(self, package: str) -> str:
        """Return by which name the module is imported, the package being the plugin's."""
        parts = Path(self.name).with_suffix("").parts
        return ".".join((package, *(part for part in parts if part != "__init__")))

    def at(self, node: ast.AST) -> str:
        """Return where the node stands, for people."""
        return f"{self.name} 第 {getattr(node, 'lineno', 0)} 行"


def sources_of(folder: Path) -> tuple[Source, ...]:
    """Read the modules below a folder."""
    files = sorted(folder.rglob("*.py"))
    return tuple(
        Source(str(path.relative_to(folder)), path, _parsed(path))
        for path in files
        if not NOT_ASKED & set(path.relative_to(folder).parts[:-1])
    )


def _parsed(path: Path) -> ast.Module | None:
    try:
        return ast.parse(path.read_text(encoding="utf-8"))
    except (SyntaxError, UnicodeDecodeError):
        return None
