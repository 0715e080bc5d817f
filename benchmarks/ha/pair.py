"""Two PostgreSQL 15 kept by Patroni, one the synchronous standby of the other, and HAProxy that finds the primary.

Three network namespaces: `hub` with etcd, HAProxy and a bridge, and one for each node. The product reaches HAProxy
through a socket in the file system, so nothing is added to the machine's own network.
"""

import json
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.ha.packages import POSTGRES_BIN
from benchmarks.ha.place import Place, ServerFell, run
from benchmarks.ha.server import SUPERUSER, Passwords

HUB = "10.99.0.1"
NODES = {"a": "10.99.0.11", "b": "10.99.0.12"}
SCOPE = "huiying"
TTL, LOOP_WAIT, RETRY_TIMEOUT = 20, 5, 5
"""Seconds: how long the leader's key lasts, between two looks, and how long etcd or PostgreSQL may be silent."""
HEALTH_PATIENCE = 120.0
HAPROXY = """\
global
    maxconn 400
defaults
    mode tcp
    timeout connect 2s
    timeout check 2s
    timeout client 1h
    timeout server 1h
listen primary
    bind unix@{sockets}/.s.PGSQL.5432 mode 666
    option httpchk OPTIONS /primary
    http-check expect status 200
    default-server inter 1s fall 2 rise 1 on-marked-down shutdown-sessions maxconn 90 check port 8008
{servers}
"""
STREAMING = ("running", "streaming")


@dataclass
class Node:
    """One machine of the pair."""

    name: str
    namespace: str
    address: str
    settings: Path
    data: Path


class Pair:
    """The nodes, and what Patroni says of them."""

    def __init__(self, place: Place, passwords: Passwords, *, lock_in: str) -> None:
        self._place = place
        self._lock_in = lock_in
        self.passwords = passwords
        self.sockets = place.folder_of("primary")
        self._hub = ""
        self.nodes: dict[str, Node] = {}

    def start(self) -> None:
        """Start everything, and wait until one node leads and the other follows synchronously."""
        self._lay_cables()
        self._start_etcd()
        for node in self.nodes.values():
            self.start_node(node)
            self._await_members(list(self.nodes)[: list(self.nodes).index(node.name) + 1])
        self._start_haproxy()
        self.await_health()

    def start_node(self, node: Node) -> None:
        """Start Patroni on a node, which starts PostgreSQL."""
        self._place.start(f"patroni-{node.name}", ["/usr/bin/patroni", str(node.settings)], namespace=node.namespace)

    def members(self) -> Mapping[str, Mapping[str, Any]]:
        """Return what etcd knows of the nodes; nothing while it is being asked in vain."""
        settings = str(next(iter(self.nodes.values())).settings)
        command = ["ip", "netns", "exec", self._hub, "/usr/bin/patronictl", "-c", settings, "list", "-f", "json"]
        told = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
        try:
            return {member["Member"]: member for member in json.loads(told.stdout)}
        except ValueError:
            return {}

    def primary(self) -> Node | None:
        """Return the node that leads, None when there is none at this moment."""
        for name, member in self.members().items():
            if member["Role"] == "Leader" and member["State"] in STREAMING:
                return self.nodes[name]
        return None

    def is_healthy(self) -> bool:
        """Whether one leads and the other follows synchronously, as etcd knows it: only then may one of them fail."""
        roles = {member["Role"]: member["State"] for member in self.members().values()}
        return roles.get("Leader") in STREAMING and roles.get("Sync Standby") in STREAMING

    def await_health(self) -> float:
        """Wait until the pair is healthy; return how many seconds that took. Raises `ServerFell`."""
        begun = time.monotonic()
        while not self.is_healthy():
            if time.monotonic() - begun > HEALTH_PATIENCE:
                raise ServerFell(f"the pair did not become healthy: {dict(self.members())}")
            time.sleep(0.5)
        return time.monotonic() - begun

    def cut(self, node: Node) -> None:
        """Pull a node's network cable."""
        run("ip", "-n", self._hub, "link", "set", f"to-{node.name}", "down")

    def mend(self, node: Node) -> None:
        """Plug it in again."""
        run("ip", "-n", self._hub, "link", "set", f"to-{node.name}", "up")

    def _await_members(self, names: list[str]) -> None:
        give_up = time.monotonic() + HEALTH_PATIENCE
        while True:
            members = self.members()
            if all(members.get(name, {}).get("State") in STREAMING for name in names):
                return
            if time.monotonic() > give_up:
                raise ServerFell(f"{', '.join(names)} did not start: {dict(members)}")
            time.sleep(0.5)

    def _lay_cables(self) -> None:
        self._hub = self._place.namespace("hub")
        run("ip", "-n", self._hub, "link", "add", "hub", "type", "bridge")
        run("ip", "-n", self._hub, "addr", "add", f"{HUB}/24", "dev", "hub")
        run("ip", "-n", self._hub, "link", "set", "hub", "up")
        for name, address in NODES.items():
            namespace = self._place.namespace(name)
            cable = f"to-{name}"
            run("ip", "-n", self._hub, "link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", namespace)
            run("ip", "-n", self._hub, "link", "set", cable, "master", "hub", "up")
            run("ip", "-n", namespace, "addr", "add", f"{address}/24", "dev", "eth0")
            run("ip", "-n", namespace, "link", "set", "eth0", "up")
            own = self._place.folder_of(name)
            settings = self._place.write(f"patroni-{name}.yml", self._settings(name, address, own))
            self.nodes[name] = Node(name, namespace, address, settings, own / "data")

    def _start_etcd(self) -> None:
        client = f"http://{HUB}:2379"
        data = self._place.folder_of("etcd")
        command = ["/usr/bin/etcd", f"--data-dir={data}", f"--listen-client-urls={client}"]
        command += [f"--advertise-client-urls={client}", f"--listen-peer-urls=http://{HUB}:2380", "--log-level=warn"]
        command += ["--enable-v2"] if self._lock_in == "etcd" else []
        self._place.start("etcd", command, namespace=self._hub)

    def _start_haproxy(self) -> None:
        servers = "\n".join(f"    server {node.name} {node.address}:5432" for node in self.nodes.values())
        settings = self._place.write("haproxy.cfg", HAPROXY.format(sockets=self.sockets, servers=servers))
        self._place.start("haproxy", ["/usr/sbin/haproxy", "-db", "-f", str(settings)], namespace=self._hub)

    def _settings(self, name: str, address: str, own: Path) -> str:
        """Return Patroni's settings for one node; JSON is YAML too."""
        replication = {"username": "replicator", "password": self.passwords.owner}
        superuser = {"username": SUPERUSER, "password": self.passwords.superuser}
        settings = {
            "scope": SCOPE,
            "name": name,
            "log": {"level": "INFO"},
            "restapi": {"listen": f"{address}:8008", "connect_address": f"{address}:8008"},
            self._lock_in: {"host": f"{HUB}:2379"},
            "bootstrap": {
                "dcs": {
                    "ttl": TTL,
                    "loop_wait": LOOP_WAIT,
                    "retry_timeout": RETRY_TIMEOUT,
                    "synchronous_mode": True,
                    "postgresql": {"use_pg_rewind": True, "use_slots": True},
                },
                "initdb": [{"encoding": "UTF8"}, {"locale": "C.UTF-8"}, "data-checksums"],
            },
            "postgresql": {
                "listen": f"{address}:5432",
                "connect_address": f"{address}:5432",
                "data_dir": str(own / "data"),
                "bin_dir": str(POSTGRES_BIN),
                "pgpass": str(own / "pgpass"),
                "authentication": {"superuser": superuser, "replication": replication},
                "parameters": {"unix_socket_directories": str(own), "password_encryption": "scram-sha-256"},
                "pg_hba": [
                    "local all all scram-sha-256",
                    "host all all 10.99.0.0/24 scram-sha-256",
                    "host replication replicator 10.99.0.0/24 scram-sha-256",
                ],
            },
        }
        return json.dumps(settings, indent=2)


@contextmanager
def patroni_pair(place: Place, *, lock_in: str = "etcd") -> Iterator[Pair]:
    """Have a healthy pair; the place clears it away.

    `lock_in` is Patroni's name for the interface of etcd that keeps the leader's key. With `etcd3`, Patroni before 3.0.3
    writes the key over another's when its machine thaws (its pull requests 2689 and 2693): Debian 12 has 3.0.2.
    """
    pair = Pair(place, Passwords.fresh(), lock_in=lock_in)
    pair.start()
    yield pair
