"""Stylesheet and scripts: copied from node_modules with their hash in the name, so that browsers may keep them for ever.

`python -m core.web.assets` copies; the product also runs without (then pages are loaded whole, and /healthz says so).
"""

import gzip
import hashlib
from dataclasses import dataclass
from pathlib import Path

STATIC = Path(__file__).parents[1] / "static"
VENDOR = STATIC / "vendor"
OWN = (
    "admin.css",
    "admin.js",
    "center.js",
    "city.css",
    "city.js",
    "device.js",
    "drafts.js",
    "explore.js",
    "huiying.css",
    "huiying.js",
    "icon.svg",
    "proof.js",
    "public.css",
    "public.js",
    "receipt.js",
    "report.js",
    "states.js",
)
SCRIPTS = ("huiying.js", "states.js", "device.js", "drafts.js")
"""Our own scripts that every page loads, in this order."""
LIBRARIES = {
    "htmx.min.js": "htmx.org/dist/htmx.min.js",
    "idiomorph-ext.min.js": "idiomorph/dist/idiomorph-ext.min.js",
}
CHARTS = "echarts.common.min.js"
"""What draws charts one can zoom into; the one page that has such charts loads it, and shows drawings of ours without it."""
OF_ONE_PAGE = {CHARTS: "echarts/dist/echarts.common.min.js"}
HASH_LENGTH = 10


@dataclass(frozen=True)
class Assets:
    """Where the pages find each asset; `missing` are libraries that were not copied."""

    urls: dict[str, str]
    scripts: tuple[str, ...]
    missing: tuple[str, ...]

    def url(self, name: str) -> str:
        """Return the address of one of our own assets."""
        return self.urls[name]

    def find_url(self, name: str) -> str | None:
        """Return the address of a library that one page alone loads, None where it was not copied."""
        return self.urls.get(name)


def find_assets(static: Path = STATIC) -> Assets:
    """Look what is there. Our own files are served from their hashed copy only while it is the same."""
    urls = {name: _url_of_own(static, name) for name in OWN}
    copied = {name: sorted((static / "vendor").glob(_hashed(name, "*"))) for name in (*LIBRARIES, *OF_ONE_PAGE)}
    found = {name: f"/static/vendor/{copies[-1].name}" for name, copies in copied.items() if copies}
    libraries = [found[name] for name in LIBRARIES if name in found]
    urls |= {name: url for name, url in found.items() if name in OF_ONE_PAGE}
    scripts = (*libraries,) if len(libraries) == len(LIBRARIES) else ()
    missing = tuple(name for name in copied if name not in found)
    return Assets(urls, (*scripts, *(urls[name] for name in SCRIPTS)), missing)


def copy_assets(modules: Path, static: Path = STATIC) -> list[str]:
    """Copy libraries and our own files under hashed names, each with a gzip beside it; return their names.

    Raises FileNotFoundError when a library is not in node_modules.
    """
    vendor = static / "vendor"
    vendor.mkdir(exist_ok=True)
    for old in vendor.iterdir():
        old.unlink()
    libraries = {**LIBRARIES, **OF_ONE_PAGE}
    sources = {name: modules / path for name, path in libraries.items()} | {name: static / name for name in OWN}
    copied = []
    for name, source in sources.items():
        content = source.read_bytes()
        copy = vendor / _hashed(name, _hash(content))
        copy.write_bytes(content)
        copy.with_name(copy.name + ".gz").write_bytes(gzip.compress(content, mtime=0))
        copied.append(copy.name)
    return copied


def _url_of_own(static: Path, name: str) -> str:
    mark = _hash((static / name).read_bytes())
    copy = static / "vendor" / _hashed(name, mark)
    return f"/static/vendor/{copy.name}" if copy.exists() else f"/static/{name}?v={mark}"


def _hashed(name: str, mark: str) -> str:
    stem, _, suffix = name.rpartition(".")
    return f"{stem}.{mark}.{suffix}"


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:HASH_LENGTH]
