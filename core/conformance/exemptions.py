"""Rules that a plugin does not keep, each with its reason: `quality.toml` beside the manifest."""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

QUALITY = "quality.toml"
KEYS = frozenset({"exempt"})


def exemptions_of(folder: Path) -> Mapping[str, str]:
    """Return the reasons by rule; those that cannot be read exempt from nothing."""
    exempt = _document(folder).get("exempt", {})
    if not isinstance(exempt, dict):
        return {}
    return {rule: reason.strip() for rule, reason in exempt.items() if isinstance(reason, str) and reason.strip()}


def faults_of_exemptions(folder: Path) -> Iterator[str]:
    """Yield what is wrong with the file itself."""
    try:
        document = _document(folder, raising=True)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        yield f"{QUALITY} 读不出来：{error}"
        return
    for key in sorted(document.keys() - KEYS):
        yield f"{QUALITY} 没有 {key} 这一项"
    exempt = document.get("exempt", {})
    for rule in sorted(exempt) if isinstance(exempt, dict) else []:
        if rule not in exemptions_of(folder):
            yield f"{QUALITY} 豁免 {rule} 没有写理由"


def _document(folder: Path, *, raising: bool = False) -> dict[str, object]:
    try:
        return tomllib.loads((folder / QUALITY).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        if raising:
            raise
        return {}
