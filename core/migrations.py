"""Where the migrations lie: beside the checkout, or in the shared data of an installed wheel."""

import sys
from pathlib import Path


def migrations_folder() -> Path:
    """Return the folder of the migrations. Raises FileNotFoundError when the installation is incomplete."""
    candidates = (Path(__file__).parents[1] / "migrations", Path(sys.prefix) / "share/huiying/migrations")
    for folder in candidates:
        if (folder / "env.py").is_file():
            return folder
    raise FileNotFoundError(f"no migrations in {' or '.join(map(str, candidates))}")
