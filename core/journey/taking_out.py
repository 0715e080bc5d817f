"""Taking a tenant out on record: told before it begins, and with rows and digest of the file when it is done."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from core.kit.saying import said
from core.tenancy.moving.taking_out import TakenOut, take_out
from core.tenancy.scope import Installation
from core.tenancy.security_log import By, note_done

CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Exported:
    """What was taken out, and the SHA-256 of the file, by which a copy that turns up somewhere is known again."""

    taken: TakenOut
    sha256: str


def take_tenant_out(
    installation: Installation, slug: str, file: Path, by: By, *, owner_url: str, now: datetime
) -> Exported:
    """Write all of a tenant into a file. Raises as `core.tenancy.moving.taking_out.take_out`."""
    subject = said("租户 {slug}", slug=slug)
    with installation.scope(slug) as scope:
        note_done(scope, "export_begun", by, subject=subject, now=now)
    with installation.scope(slug) as scope:
        taken = take_out(scope, file, owner_url=owner_url, now=now)
    digest = _digest(file)
    with installation.scope(slug) as scope:
        detail = {"rows": taken.rows, "files": taken.files, "sha256": digest}
        note_done(scope, "exported", by, subject=subject, detail=detail, now=now)
    return Exported(taken, digest)


def _digest(file: Path) -> str:
    found = hashlib.sha256()
    with file.open("rb") as opened:
        while chunk := opened.read(CHUNK):
            found.update(chunk)
    return found.hexdigest()
