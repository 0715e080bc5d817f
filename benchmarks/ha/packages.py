"""What the stages need of Debian, and which of it is missing."""

import os
from collections.abc import Iterable
from pathlib import Path

POSTGRES_BIN = Path("/usr/lib/postgresql/15/bin")
FILES = {
    "postgresql-15": POSTGRES_BIN / "initdb",
    "pgbouncer": Path("/usr/sbin/pgbouncer"),
    "patroni": Path("/usr/bin/patroni"),
    "python3-etcd": Path("/usr/lib/python3/dist-packages/etcd/__init__.py"),
    "etcd-server": Path("/usr/bin/etcd"),
    "haproxy": Path("/usr/sbin/haproxy"),
    "iproute2": Path("/usr/sbin/ip"),
    "util-linux": Path("/usr/bin/setpriv"),
}
"""By the name of the package, the file by which it is known to be there."""
ON_POSTGRES15 = ("postgresql-15", "util-linux")
ON_PGBOUNCER = (*ON_POSTGRES15, "pgbouncer")
ON_PATRONI = (*ON_POSTGRES15, "patroni", "python3-etcd", "etcd-server", "haproxy", "iproute2")


def unmet(packages: Iterable[str]) -> list[str]:
    """Return in sentences what keeps the stages that need these packages from running."""
    missing = sorted({package for package in packages if not FILES[package].exists()})
    sentences = []
    if missing:
        sentences.append(
            f"Debian packages are missing: {', '.join(missing)}.\n"
            f"    apt-get install --no-install-recommends {' '.join(missing)}"
        )
    if os.geteuid() != 0:
        sentences.append("This makes network namespaces and runs servers under the account postgres: start it as root.")
    return sentences
