"""Everything that is installed is under a licence that lets the product be used and passed on; nothing is skipped."""

from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

LOCK = Path(__file__).parents[2] / "requirements.lock"
ALLOWED = (
    "0BSD",
    "Apache",
    "BSD",
    "CNRI-Python",
    "ISC",
    "LGPL-3.0-only",  # psycopg, used as it is and replaceable
    "MIT",
    "MPL",
    "Mozilla Public License 2.0",
    "OFL-1.1",
    "PSF-2.0",
    "Python Software Foundation",
)
"""How the licences that are allowed begin, as packages write them."""
NO_LICENCES = ("OSI Approved", "DFSG approved")
"""Words for groups of licences, which packages write beside the licence itself."""


def locked() -> Iterator[str]:
    """Yield the packages of the lock file that belong on this machine."""
    for line in LOCK.read_text().splitlines():
        if line and not line[0].isspace():
            requirement = Requirement(line.rstrip("\\ "))
            if requirement.marker is None or requirement.marker.evaluate():
                yield requirement.name


def licences_of(told: metadata.PackageMetadata) -> list[str]:
    """Return the licences of which a package says that they hold, each by itself."""
    if expression := told["License-Expression"]:
        return [each.strip("() ") for each in expression.replace(" OR ", " AND ").split(" AND ")]
    classified = [
        each.rpartition(" :: ")[2] for each in told.get_all("Classifier", []) if each.startswith("License ::")
    ]
    return [each for each in classified if each not in NO_LICENCES] or [(told["License"] or "").partition("\n")[0]]


@pytest.mark.parametrize("package", sorted(set(locked())))
def test_what_is_installed_is_under_a_licence_that_is_allowed(package: str) -> None:
    licences = licences_of(metadata.metadata(package))

    assert [each for each in licences if not each.startswith(ALLOWED)] == []
