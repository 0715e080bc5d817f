"""The doctor: looks at an installation and says in words what is unsafe or missing, and what to do.

It looks at files before it opens the database, because a server that starts writes its configuration anew.
"""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from core.embedded.doctor.backups import archiver_findings, backup_findings
from core.embedded.doctor.database import database_findings
from core.embedded.doctor.findings import Finding, hint, missing
from core.embedded.doctor.folders import folder_findings, machine_findings
from core.embedded.doctor.lagging import lag_findings
from core.embedded.doctor.queue import queue_findings
from core.embedded.home import find_home
from core.embedded.locks import Tell
from core.embedded.services import ensure, given_services
from core.kit.errors import Refused


def examine(path: Path, *, now: datetime, tell: Tell) -> list[Finding]:
    """Return all findings on the installation with this home, the unsafe ones first."""
    findings = [*machine_findings(path), *_installation_findings(path, now=now, tell=tell)]
    return sorted(findings, key=lambda finding: finding.level.rank)


def _installation_findings(path: Path, *, now: datetime, tell: Tell) -> Iterable[Finding]:
    given = given_services(path)
    try:
        home = find_home(path)
        if home is None and not given.database_url:
            yield hint("安装", "还没有数据：首次运行 make run 时会建立", "运行 make run")
            return
        if home:
            yield from folder_findings(home)
            if not given.database_url:
                yield from backup_findings(home, now=now)
        yield from queue_findings(home, given.redis_url)
        with ensure(path, tell=tell) as services:
            yield from database_findings(services, now=now)
            yield from lag_findings(services, now=now)
            if home and not given.database_url:
                yield from archiver_findings(home, services.database_url)
    except Refused as refused:
        yield missing("服务", refused.message, "按上面的说明处理后再运行 huiying doctor")
