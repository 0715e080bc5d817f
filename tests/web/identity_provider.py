"""A local OpenID provider with real keys: it checks what a real one checks, and can be told to misbehave."""

import base64
import hashlib
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from flask import Flask, jsonify, redirect, request
from flask.typing import ResponseReturnValue
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from werkzeug.serving import make_server

CLIENT_ID, CLIENT_SECRET = "huiying", "a secret between two programs"


@dataclass
class LocalProvider:
    """The provider: who is signed in to it, what it has been told to put into tokens, and how it signs them."""

    issuer: str = ""
    subject: str = "person-1"
    altered: dict[str, Any] = field(default_factory=dict)
    sign: Callable[["LocalProvider", dict[str, Any]], str] | None = None
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    says_it_is: str = ""

    def app(self) -> Flask:
        app = Flask("identity provider")
        app.add_url_rule("/.well-known/openid-configuration", view_func=self.configuration)
        app.add_url_rule("/authorize", view_func=self.authorize)
        app.add_url_rule("/token", view_func=self.token, methods=["POST"])
        app.add_url_rule("/keys", view_func=self.keys)
        return app

    def configuration(self) -> ResponseReturnValue:
        return jsonify(
            issuer=self.says_it_is or self.issuer,
            authorization_endpoint=f"{self.issuer}/authorize",
            token_endpoint=f"{self.issuer}/token",
            jwks_uri=f"{self.issuer}/keys",
        )

    def authorize(self) -> ResponseReturnValue:
        """Consent at once, as somebody who is signed in to the provider does."""
        asked = request.args
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(16)
        self.codes[code] = dict(asked)
        answer = {"code": code, "state": asked["state"], "iss": self.issuer}
        return redirect(f"{asked['redirect_uri']}?{urlencode(answer)}")

    def token(self) -> ResponseReturnValue:
        form, asked = request.form, self.codes.pop(request.form["code"], None)
        given = request.authorization
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=")
        if (
            asked is None
            or given is None
            or (given.username, given.password) != (CLIENT_ID, CLIENT_SECRET)
            or challenge.decode() != asked["code_challenge"]
            or form["redirect_uri"] != asked["redirect_uri"]
        ):
            return jsonify(error="invalid_grant"), 400
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT_ID, "sub": self.subject, "iat": now, "exp": now + 300}
        claims |= {"nonce": asked["nonce"]} | self.altered
        return jsonify(access_token="x", token_type="Bearer", id_token=(self.sign or signed)(self, claims))

    def keys(self) -> ResponseReturnValue:
        return jsonify(keys=[self.key.as_dict(private=False)])

    def consent(self, address: str) -> str:
        """Go where the browser is sent, and return where the provider sends it: path and query."""
        back = self.app().test_client().get(f"/authorize?{urlsplit(address).query}").location
        parts = urlsplit(back)
        return f"{parts.path}?{parts.query}"


def signed(provider: LocalProvider, claims: dict[str, Any]) -> str:
    """Sign as a provider should."""
    return jwt.encode({"alg": "RS256", "kid": "one"}, claims, provider.key)


def unsigned(_provider: LocalProvider, claims: dict[str, Any]) -> str:
    """Leave the signature out, and say so."""
    return jwt.encode({"alg": "none"}, claims, OctKey.generate_key(256), algorithms=["none"])


def signed_by_another(_provider: LocalProvider, claims: dict[str, Any]) -> str:
    """Sign with a key that is not the provider's, under its number."""
    return jwt.encode({"alg": "RS256", "kid": "one"}, claims, RSAKey.generate_key(2048))


def signed_with_the_public_key(provider: LocalProvider, claims: dict[str, Any]) -> str:
    """Sign by HMAC with the public key, which everybody has."""
    secret = OctKey.import_key(provider.key.as_pem(private=False).hex())
    return jwt.encode({"alg": "HS256", "kid": "one"}, claims, secret)


@contextmanager
def running(provider: LocalProvider) -> Iterator[LocalProvider]:
    """Serve the provider on a port of its own."""
    server = make_server("127.0.0.1", 0, provider.app(), threaded=True)
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()


def asked_in(address: str) -> dict[str, str]:
    """Return what a browser is sent to a provider with."""
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
