"""What is said when a tenant cannot be moved."""

from core.kit.errors import Refused


class NotMovable(Refused):
    """The file cannot be written, or does not fit this installation; nothing was changed."""

    code = "tenant-not-movable"


class FileDamaged(Refused):
    """The file of a tenant is not what was written."""

    code = "tenant-file-damaged"
