"""Office files are zip archives, and an archive notes when it was packed; here it does not."""

from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

EPOCH = (1980, 1, 1, 0, 0, 0)
"""The first day that an archive can name."""


def packed_alike(archive: bytes) -> bytes:
    """Return an archive with the same files in the same order that bears no trace of when it was packed."""
    kept = BytesIO()
    with ZipFile(BytesIO(archive)) as before, ZipFile(kept, "w", ZIP_DEFLATED) as after:
        for name in before.namelist():
            after.writestr(ZipInfo(name, EPOCH), before.read(name), compress_type=ZIP_DEFLATED)
    return kept.getvalue()
