"""A district made for measuring: its folder declares it, its one feature makes limits a matter of seconds."""

from pathlib import Path

PROFILES = Path(__file__).parent
"""The folder that holds the district's own."""
