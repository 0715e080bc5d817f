"""The way to a virus scanner of one's own, for features: clamd, by its command INSTREAM."""

import contextlib
import socket
import struct

from core.hooks.outside import OWN_HOSTS, AddressNotAllowed, NotReached, OutsideNotAllowed, is_own_host
from core.hooks.reach import may_reach_outside
from core.kit import saying

CHUNK = 256 * 1024
LONGEST_ANSWER = 4096
CLEAN, FOUND = "OK", "FOUND"


def ask_clamd(address: str, content: bytes, *, seconds: float = 15.0) -> str:
    """Return what clamd at `host:port` calls what it found in the content, empty when it found nothing.

    The host must be one of one's own: what is sent is not encrypted. Raises `AddressNotAllowed`, `OutsideNotAllowed`,
    `NotReached` when it does not answer in time, or answers that it could not look.
    """
    if not may_reach_outside():
        raise OutsideNotAllowed("判断和页面不能访问查毒服务。请放到查毒（judge_file）里。")
    host, port = parts_of(address)
    try:
        with socket.create_connection((host, port), timeout=seconds) as connection:
            answer = _exchange(connection, content)
    except OSError as error:
        raise NotReached(saying.said("查毒服务没有应答（{name}）", name=type(error).__name__)) from None
    said = answer.rpartition(": ")[2]
    if said == CLEAN:
        return ""
    if said.endswith(f" {FOUND}"):
        return said.removesuffix(f" {FOUND}")[:200]
    raise NotReached("查毒服务没有查成")


def parts_of(address: str) -> tuple[str, int]:
    """Return host and port. Raises `AddressNotAllowed` unless they are written so, and listed as one's own."""
    host, _, port = address.strip().rpartition(":")
    if not host or not port.isascii() or not port.isdecimal() or not 0 < int(port) < 65536:
        raise AddressNotAllowed("查毒服务的地址写得不对。请写成 主机:端口，例如 clamd.example.org:3310。")
    if not is_own_host(host, int(port)):
        raise AddressNotAllowed(
            saying.said(
                "主机 {host}:{port} 不在本单位的主机之列。请管理员写入环境变量 {own_hosts}。",
                host=host,
                port=port,
                own_hosts=OWN_HOSTS,
            )
        )
    return host, int(port)


def _exchange(connection: socket.socket, content: bytes) -> str:
    # A scanner that has seen enough answers and hangs up before all was sent; then its answer counts.
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        connection.sendall(b"zINSTREAM\0")
        for at in range(0, len(content), CHUNK):
            piece = content[at : at + CHUNK]
            connection.sendall(struct.pack("!I", len(piece)) + piece)
        connection.sendall(struct.pack("!I", 0))
    received = bytearray()
    while not received.endswith(b"\0") and len(received) < LONGEST_ANSWER and (piece := connection.recv(1024)):
        received += piece
    return received.rstrip(b"\0").decode("utf-8", errors="replace").strip()
