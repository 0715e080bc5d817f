"""A plugin that lives in the tests: a table of its own, two pages and a command, as somebody outside would ship them.

It is no entry point, so that no installation has it but those that tests make; they migrate its table themselves.
"""

from pathlib import Path

from core.hooks.manifest import MANIFEST, read_manifest

LOGBOOK = read_manifest(Path(__file__).parent / MANIFEST)
FEATURE = "logbook.talks"
