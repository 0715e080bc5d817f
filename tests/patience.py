"""How long to wait for what other processes do: as many times longer as the machine has more to do than cores."""

import os


def patience(seconds: float) -> float:
    """Return how long to wait now for what takes at most so many seconds on a machine that does nothing else."""
    return seconds * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
