"""Where the migrations lie: beside the checkout, or in the shared data of an installed wheel."""

import hashlib
import sys
from importlib.metadata import version
from pathlib import Path


def migrations_folder() -> Path:
    """Return the folder of the migrations. Raises FileNotFoundError when the installation is incomplete."""
    candidates = (Path(__file__).parents[1] / "migrations", Path(sys.prefix) / "share/huiying/migrations")
    for folder in candidates:
        if (folder / "env.py").is_file():
            return folder
    raise FileNotFoundError(f"no migrations in {' or '.join(map(str, candidates))}")


def edition() -> str:
    """Return what an installation must have been prepared for: the version, and a fingerprint of its migrations."""
    written = hashlib.sha256()
    for path in sorted((migrations_folder() / "versions").glob("*.py")):
        written.update(path.read_bytes())
    return f"{version('huiying')}/{written.hexdigest()[:16]}"
