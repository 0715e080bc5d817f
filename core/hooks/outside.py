"""The way out for features: JSON to a public https address, with an end in time and an id that stays the same.

For effects, jobs and commands. What decides or shows is refused: it could not be tried without being done.
"""

import ipaddress
import json
import logging
import os
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import SplitResult, urlencode, urlsplit

import httpx

from core.hooks.reach import may_reach_outside
from core.hooks.settings import SecretText
from core.kit.errors import Refused
from core.kit.saying import said

OWN_HOSTS = "HUIYING_OUTSIDE_HOSTS"
"""Environment variable: hosts of the operator's own, `host` or `host:port` and commas between, that may be reached
wherever they are and without encryption."""
LONGEST_SECONDS = 30.0
LARGEST_ANSWER = 64 * 1024
LONGEST_URL = 2000
IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

logging.getLogger("httpx").setLevel(logging.WARNING)  # it would write addresses into the log, and they hold secrets


class AddressNotAllowed(Refused):
    """The address is not one that may be reached from here."""

    code = "address-not-allowed"


class OutsideNotAllowed(Refused):
    """What decides, and what shows a page, reaches nothing outside."""

    code = "outside-not-allowed"


class NotReached(Exception):  # noqa: N818 -- a fact about the outside world
    """The other side did not answer, or not in time. The message names neither address nor content."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What the other side said: the status, and its JSON object where it sent one."""

    status: int
    body: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_accepted(self) -> bool:
        """Whether the status says that it was taken. A redirection does not: nobody follows it."""
        return 200 <= self.status < 300


def post_json(url: str | SecretText, body: Mapping[str, Any], *, key: str, seconds: float = 5.0) -> Answered:
    """Send a JSON object and return what was answered, within so many seconds.

    `key` goes along as `Idempotency-Key`; it must be the same at every try of the same thing, for instance `event.id`.
    The address is looked up once and must be public, the connection goes to what was looked up, redirections are not
    followed. Raises `AddressNotAllowed`, `NotReached`.
    """
    content = json.dumps(body, ensure_ascii=False).encode()
    return _post(url, content, {"content-type": "application/json; charset=utf-8", "idempotency-key": key}, seconds)


def post_form(url: str | SecretText, fields: Mapping[str, str | SecretText], *, seconds: float = 5.0) -> Answered:
    """Send the fields of a form and return what was answered, under the same rules; nothing tells one try from another.

    Raises `AddressNotAllowed`, `NotReached`.
    """
    plain = {name: value.reveal() if isinstance(value, SecretText) else value for name, value in fields.items()}
    return _post(url, urlencode(plain).encode(), {"content-type": "application/x-www-form-urlencoded"}, seconds)


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file as the other side gave it: the status, what it calls its kind, and its bytes, cut one byte after the largest."""

    status: int
    media_type: str
    content: bytes = field(repr=False)


def fetch(url: str | SecretText, *, largest: int, seconds: float = LONGEST_SECONDS) -> Fetched:
    """Fetch a file of up to so many bytes, under the same rules. Raises `AddressNotAllowed`, `NotReached`."""
    if not may_reach_outside():
        raise OutsideNotAllowed("判断和页面不能访问外部网络。请放到事后动作（on_event）、定时工作或命令里。")
    seconds = min(seconds, LONGEST_SECONDS)
    parts, address = _looked_up(url)
    until = time.monotonic() + seconds
    headers = {"host": parts.netloc, "accept-encoding": "identity", "user-agent": "huiying"}
    try:
        with _asking("GET", parts, address, headers=headers, content=b"", seconds=seconds) as response:
            media_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
            return Fetched(response.status_code, media_type, _read(response, until, largest=largest))
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        raise NotReached(said("对方没有应答（{name}）", name=type(error).__name__)) from None


def refuse_address(url: str | SecretText) -> None:
    """Raise `AddressNotAllowed` unless this is an address that may be reached; nothing is sent."""
    _looked_up(url)


def _post(url: str | SecretText, content: bytes, about: Mapping[str, str], seconds: float) -> Answered:
    """Send what `about` describes. Raises `AddressNotAllowed`, `NotReached`."""
    if not may_reach_outside():
        raise OutsideNotAllowed("判断和页面不能访问外部网络。请放到事后动作（on_event）、定时工作或命令里。")
    seconds = min(seconds, LONGEST_SECONDS)
    parts, address = _looked_up(url)
    until = time.monotonic() + seconds
    host = parts.netloc.rpartition("@")[2]
    headers = {"host": host, "accept-encoding": "identity", "user-agent": "huiying", **about}
    try:
        with _asking("POST", parts, address, headers=headers, content=content, seconds=seconds) as response:
            received = _read(response, until, largest=LARGEST_ANSWER)
            return Answered(response.status_code, _object(received if len(received) <= LARGEST_ANSWER else b""))
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        # Without the cause: its words hold the address.
        raise NotReached(said("对方没有应答（{name}）", name=type(error).__name__)) from None


@contextmanager
def _asking(
    method: str, parts: SplitResult, address: IPAddress, *, headers: Mapping[str, str], content: bytes, seconds: float
) -> Iterator[httpx.Response]:
    target = httpx.URL(parts.geturl()).copy_with(host=str(address), fragment=None)
    with (
        # No proxy and no password from the environment: the connection goes to the address that was checked.
        httpx.Client(
            timeout=seconds, follow_redirects=False, trust_env=False, verify=httpx.create_ssl_context()
        ) as client,
        client.stream(
            method, target, content=content, headers=headers, extensions={"sni_hostname": parts.hostname or ""}
        ) as response,
    ):
        yield response


def _read(response: httpx.Response, until: float, *, largest: int) -> bytes:
    """Return the answer, cut one byte after the largest; one that drips in so slowly that the time is over is none."""
    received = bytearray()
    for piece in response.iter_raw():
        received += piece
        if time.monotonic() > until:
            raise httpx.ReadTimeout("the answer took too long")
        if len(received) > largest:
            break
    return bytes(received[: largest + 1])


def _object(received: bytes) -> Mapping[str, Any]:
    try:
        said = json.loads(received)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _looked_up(url: str | SecretText) -> tuple[SplitResult, IPAddress]:
    """Return the parts of the address, and the one IP address that its host stands for. Raises `AddressNotAllowed`."""
    text = url.reveal() if isinstance(url, SecretText) else url
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise AddressNotAllowed("地址写得不对。请写成 https://主机/路径。") from None
    host = parts.hostname or ""
    if not host or parts.scheme not in ("http", "https") or not text.isprintable() or len(text) > LONGEST_URL:
        raise AddressNotAllowed("地址写得不对。请写成 https://主机/路径。")
    if parts.username is not None or parts.password is not None:
        raise AddressNotAllowed("地址里不能带账号和密码。请改用对方给的令牌地址。")
    port = port or (443 if parts.scheme == "https" else 80)
    if parts.scheme != "https" and not is_own_host(host, port):
        raise AddressNotAllowed("地址没有加密，内容会在网络上明文传送。请改用 https://。")
    return parts, address_of(host, port)


def address_of(host: str, port: int) -> IPAddress:
    """Look the host up once and return the address to connect to. Raises `AddressNotAllowed` for an inner network.

    A host that the operator of the installation names in `OWN_HOSTS` may be anywhere.
    """
    addresses = _addresses_of(host)
    if not is_own_host(host, port) and not all(map(_is_public, addresses)):
        raise AddressNotAllowed(
            said(
                "主机 {host} 在内部网络里，不能从这里访问。确是本单位自己的主机，请系统维护人员写入环境变量 {own_hosts}。",
                host=host,
                own_hosts=OWN_HOSTS,
            )
        )
    return addresses[0]


def is_own_host(host: str, port: int) -> bool:
    """Tell whether the operator of the installation names the host as one of their own."""
    listed = {each.strip().lower() for each in os.environ.get(OWN_HOSTS, "").split(",")}
    return bool(listed & {host, f"{host}:{port}"})


def _addresses_of(host: str) -> list[IPAddress]:
    """Ask for the host's addresses once; what is checked is what is connected to."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise AddressNotAllowed(said("找不到主机 {host}。请核对地址。", host=host)) from None
    return [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]


def _is_public(address: IPAddress) -> bool:
    """Tell whether the address is one of the open Internet, also where an IPv4 address hides in it."""
    if isinstance(address, ipaddress.IPv6Address):
        within = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
        if any(each is not None and not _is_public(each) for each in within):
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)
