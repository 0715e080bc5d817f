"""OpenID Connect as we speak it: the authorization code flow with PKCE, state and nonce, and a token that is really signed.

Nothing a provider sends is believed before its signature, issuer, audience, time and nonce are checked.
"""

import base64
import hashlib
import hmac
import json
import os
import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from core.kit import saying
from core.kit.errors import Refused
from core.people.identities import Provider

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
"""Signatures that only the provider can make. `none`, and HMAC under a key that we know too, are not among them."""
SECONDS = 5.0
LARGEST = 256 * 1024
KEPT_SECONDS = 600.0
"""What a provider says of itself is asked for again after so long."""
LEEWAY_SECONDS = 60
LONGEST_SUBJECT = 255
OWN_HOSTS = "HUIYING_OUTSIDE_HOSTS"
"""Hosts named in this variable may be reached without https, as for features."""


class ProviderUnusable(Refused):
    """The provider does not answer, or not as OpenID Connect asks."""

    code = "provider-unusable"


class NotVouchedFor(Refused):
    """What came back does not prove who the person is."""

    code = "not-vouched-for"


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where a provider is spoken to, as it says itself."""

    authorization: str
    token: str
    keys: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked of a provider, kept with the browser that asked: its answer must fit to all of it."""

    state: str
    nonce: str
    verifier: str


_known: dict[str, tuple[float, Endpoints]] = {}
_lock = threading.Lock()


def new_question() -> Asked:
    """Return three secrets of 256 bits: for the browser, for the token, and for redeeming the code."""
    return Asked(*(secrets.token_urlsafe(32) for _ in range(3)))


def endpoints_of(provider: Provider) -> Endpoints:
    """Return where the provider is spoken to, asked of it at most every ten minutes. Raises `ProviderUnusable`."""
    with _lock:
        kept = _known.get(provider.issuer)
    if kept and time.monotonic() < kept[0]:
        return kept[1]
    said = _fetched("GET", f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration")
    if said.get("issuer") != provider.issuer:
        raise ProviderUnusable("统一身份认证自称的 issuer 与登记的不同，不能使用。请系统管理员核对登记。")
    try:
        endpoints = Endpoints(said["authorization_endpoint"], said["token_endpoint"], said["jwks_uri"])
    except KeyError as missing:
        raise ProviderUnusable(
            saying.said("统一身份认证没有给出 {missing}，不能使用。请联系对方。", missing=missing)
        ) from None
    for address in (endpoints.authorization, endpoints.token, endpoints.keys):
        refuse_plain(address)
    with _lock:
        _known[provider.issuer] = (time.monotonic() + KEPT_SECONDS, endpoints)
    return endpoints


def question_to(provider: Provider, endpoints: Endpoints, asked: Asked, *, redirect_uri: str) -> str:
    """Return the address to which the browser is sent."""
    challenge = base64.urlsafe_b64encode(hashlib.sha256(asked.verifier.encode()).digest()).rstrip(b"=").decode()
    query = {
        "response_type": "code",
        "scope": "openid",
        "client_id": provider.client_id,
        "redirect_uri": redirect_uri,
        "state": asked.state,
        "nonce": asked.nonce,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    return f"{endpoints.authorization}{'&' if urlsplit(endpoints.authorization).query else '?'}{urlencode(query)}"


def subject_of(
    provider: Provider, endpoints: Endpoints, asked: Asked, *, code: str, redirect_uri: str, now: datetime
) -> str:
    """Redeem the code and return who the person is at the provider. Raises `ProviderUnusable`, `NotVouchedFor`."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "client_id": provider.client_id,
        "code_verifier": asked.verifier,
    }
    basic = httpx.BasicAuth(provider.client_id, provider.client_secret) if provider.client_secret else None
    token = _fetched("POST", endpoints.token, form=form, auth=basic).get("id_token")
    if not isinstance(token, str):
        raise NotVouchedFor("统一身份认证没有给出身份令牌。请重新登录。")
    return _verified(provider, token, _fetched("GET", endpoints.keys), nonce=asked.nonce, now=now)


def refuse_plain(address: object) -> None:
    """Raise `ProviderUnusable` unless the address is https, or of a host that the operator named as their own."""
    parts = urlsplit(address) if isinstance(address, str) else urlsplit("")
    own = {each.strip().lower() for each in os.environ.get(OWN_HOSTS, "").split(",") if each.strip()}
    is_own = (parts.hostname or "") in own or parts.netloc.lower() in own
    if not parts.hostname or parts.scheme not in ("https", "http") or (parts.scheme == "http" and not is_own):
        raise ProviderUnusable(
            saying.said(
                "统一身份认证的地址须是 https。确在本单位内网、没有 https 的，请运维人员把主机写入 {own_hosts}。",
                own_hosts=OWN_HOSTS,
            )
        )


def _verified(provider: Provider, token: str, keys: Mapping[str, Any], *, nonce: str, now: datetime) -> str:
    try:
        decoded = jwt.decode(token, KeySet.import_key_set({"keys": keys["keys"]}), algorithms=ALGORITHMS)
        claims = decoded.claims
        jwt.JWTClaimsRegistry(
            now=int(now.timestamp()),
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": provider.issuer},
            aud={"essential": True, "value": provider.client_id},
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
        ).validate(claims)
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise NotVouchedFor(
            saying.said("身份令牌没有通过核对（{name}）。请重新登录。", name=type(error).__name__)
        ) from None
    audience, subject = claims["aud"], claims["sub"]
    if isinstance(audience, list) and len(audience) > 1 and claims.get("azp") != provider.client_id:
        raise NotVouchedFor("身份令牌是发给别的系统的。请重新登录。")
    if not hmac.compare_digest(str(claims.get("nonce", "")), nonce):
        raise NotVouchedFor("身份令牌不是这一次登录的。请重新登录。")
    if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT or not subject.isprintable():
        raise NotVouchedFor("身份令牌里没有可用的身份。请联系系统管理员。")
    return subject


def _fetched(
    method: str, address: str, *, form: Mapping[str, str] | None = None, auth: httpx.BasicAuth | None = None
) -> dict[str, Any]:
    """Return the JSON object that an address answers with. Redirections are not followed."""
    refuse_plain(address)
    try:
        with (
            httpx.Client(timeout=SECONDS, follow_redirects=False, trust_env=False) as client,
            client.stream(method, address, data=form, auth=auth or httpx.USE_CLIENT_DEFAULT) as answer,
        ):
            body = b""
            for part in answer.iter_bytes():
                body += part
                if len(body) > LARGEST:
                    raise ProviderUnusable("统一身份认证的应答太长，不能使用。请联系对方。")
        said = json.loads(body)
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        # Without the cause: its words hold the address.
        raise ProviderUnusable(
            saying.said("统一身份认证没有应答（{name}）。请稍后再试，或用密码登录。", name=type(error).__name__)
        ) from None
    if answer.status_code != 200 or not isinstance(said, dict):
        raise NotVouchedFor(
            saying.said(
                "统一身份认证拒绝了这次登录（HTTP {status_code}）。请重新登录。", status_code=answer.status_code
            )
        )
    return said
