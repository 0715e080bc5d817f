"""What is said when a service brought along cannot be had."""

from core.kit.db import DatabaseDown
from core.kit.errors import Refused


class ServerNotStarted(DatabaseDown):
    """A server brought along did not start, or none is installed."""

    code = "server-not-started"


class HomeUnusable(Refused):
    """The home folder belongs to someone else or cannot be written."""

    code = "home-unusable"


class AlreadyRunning(Refused):
    """Another `huiying up` runs with the same home."""

    code = "already-running"


class PortTaken(Refused):
    """Another program listens where the pages were to be served."""

    code = "port-taken"


class ProgramKeepsFailing(Refused):
    """One of the programs ended again and again, so all were stopped."""

    code = "program-keeps-failing"


class BackupRefused(Refused):
    """A backup cannot be made, set up or found as asked."""

    code = "backup-refused"


class BackupDamaged(Refused):
    """A backup is not what was written: a file differs or a segment of the log is missing."""

    code = "backup-damaged"


class RestoreRefused(Refused):
    """A backup cannot be restored as asked; nothing was left behind."""

    code = "restore-refused"
