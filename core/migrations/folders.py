"""Where the migrations lie, and what an installation must have been prepared for."""

import hashlib
import sys
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path

from core.hooks.manifest import Manifest
from core.tenancy.plugin_schemas import fingerprint


def migrations_folder() -> Path:
    """Return the folder of the migrations: beside the checkout, or in the shared data of an installed wheel.

    Raises FileNotFoundError when the installation is incomplete.
    """
    candidates = (Path(__file__).parents[2] / "migrations", Path(sys.prefix) / "share/huiying/migrations")
    for folder in candidates:
        if (folder / "env.py").is_file():
            return folder
    raise FileNotFoundError(f"no migrations in {' or '.join(map(str, candidates))}")


def edition(manifests: Iterable[Manifest]) -> str:
    """Return what an installation must have been prepared for: the version, and a fingerprint of all migrations."""
    written = hashlib.sha256()
    for path in sorted((migrations_folder() / "versions").glob("*.py")):
        written.update(path.read_bytes())
    for manifest in sorted(manifests, key=lambda manifest: manifest.id):
        written.update(f"{manifest.id} {fingerprint(manifest)}\n".encode())
    return f"{version('huiying')}/{written.hexdigest()[:16]}"
