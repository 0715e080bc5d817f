"""What each feature's settings looked like when they were last recorded: `settings.lock.json` beside the manifest."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from core.hooks.features import Feature
from core.hooks.settings import Settings, fingerprint

SETTINGS_LOCK = "settings.lock.json"


@dataclass(frozen=True, slots=True)
class Locked:
    """The version and the fingerprint of a schema."""

    version: int
    fingerprint: str


def locked_settings(folder: Path) -> Mapping[str, Locked]:
    """Return what is recorded, by feature; nothing where the file is missing or cannot be read."""
    try:
        written = json.loads((folder / SETTINGS_LOCK).read_text(encoding="utf-8"))
        return {feature: Locked(each["version"], each["fingerprint"]) for feature, each in written.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def lock_settings(folder: Path, schemas: Iterable[tuple[Feature, type[Settings]]]) -> Path:
    """Record what the settings look like now, and return the file."""
    recorded = {
        feature.id: {"version": schema.VERSION, "fingerprint": fingerprint(schema)} for feature, schema in schemas
    }
    path = folder / SETTINGS_LOCK
    path.write_text(json.dumps(recorded, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    return path
