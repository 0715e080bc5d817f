"""The environment of a second process that examines the same plugin."""

import os
import sys


def child_environment(**more: str) -> dict[str, str]:
    """Return this process's environment, in which a child finds the same packages."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path), **more}
