"""An OpenID Connect provider under a test's control: a real HTTP server on this machine, with keys of its own."""

import base64
import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey
from joserfc.jws import JWSRegistry

from api.openid_settings import OpenIdSettings
from models.group_roles import GroupRoles
from models.viewer import Grant, Role

CLIENT, SECRET = "trygkort", "a-secret-of-the-tests"
SERVICE = "http://127.0.0.1:8000"
SUBJECT = "subject-17"
ANALYST = Grant("nord", Role.ANALYST)
EVERY_ALGORITHM = JWSRegistry(algorithms=list(JWSRegistry.algorithms), strict_check_header=False)
Key = RSAKey | ECKey


@cache
def ec_key(name: str = "first") -> ECKey:
    return ECKey.generate_key("P-256", {"kid": name})


@cache
def rsa_key(name: str = "rsa") -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": name})


def settings_of(issuer: str, **changed: Any) -> OpenIdSettings:
    """Settings of a login at ``issuer`` where the group ``analyse`` is mapped."""
    groups = GroupRoles({"analyse": frozenset({ANALYST})})
    given = {"redirect": SERVICE, "groups": groups, "hosts": frozenset({urlsplit(issuer).netloc})} | changed
    return OpenIdSettings(issuer, CLIENT, SECRET, **given)


def signed(claims: dict[str, Any], key: Key, **header: Any) -> str:
    """A token of ``claims``."""
    kind = "ES256" if isinstance(key, ECKey) else "RS256"
    head = {"alg": kind, "kid": key.kid, **header}
    return jwt.encode(head, dict(claims), key, registry=EVERY_ALGORITHM)


@dataclass
class LocalProvider:
    """What it says can be changed: ``discovery`` and ``claims`` over the defaults, None to leave one out.

    ``tokens`` writes the answer for a code, ``answer`` any answer at all.
    """

    issuer: str = ""
    key: Key = field(default_factory=ec_key)
    published: list[dict[str, Any]] = field(default_factory=lambda: [ec_key().as_dict(private=False)])
    discovery: dict[str, Any] = field(default_factory=dict)
    claims: dict[str, Any] = field(default_factory=lambda: {"groups": ["analyse"]})
    userinfo: dict[str, Any] = field(default_factory=lambda: {"sub": SUBJECT, "groups": ["analyse"]})
    tokens: Callable[[dict[str, Any]], dict[str, Any]] = lambda answer: answer
    answer: Callable[[BaseHTTPRequestHandler], bool] = lambda handler: False
    asked: list[str] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def log_in(self, address: str) -> dict[str, str]:
        """What comes back to the service once a person has logged in at ``address``."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        return {"state": asked["state"], "code": code}

    def id_token(self, asked: dict[str, str]) -> str:
        now = int(time.time())
        usual = {
            "iss": self.issuer, "sub": SUBJECT, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": asked["nonce"]
        }  # fmt: skip
        given = {name: value for name, value in (usual | self.claims).items() if value is not None}
        return signed(given, self.key)

    def said(self) -> dict[str, Any]:
        usual = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "end_session_endpoint": f"{self.issuer}/logout",
        }
        return {name: value for name, value in (usual | self.discovery).items() if value is not None}

    def exchanged(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        asked = self.codes.pop(form["code"], None)
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        client = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if authorization != f"Basic {client}" or asked is None or challenge != asked["code_challenge"]:
            return 400, {"error": "invalid_grant"}
        usual = {"access_token": "the-access-token", "token_type": "Bearer", "id_token": self.id_token(asked)}
        return 200, self.tokens(usual)


@contextmanager
def local_provider() -> Iterator[LocalProvider]:
    """A provider that listens while the block runs."""
    provider = LocalProvider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            provider.asked.append(self.path)
            if not provider.answer(self):
                said = {
                    "/.well-known/openid-configuration": provider.said,
                    "/keys": lambda: {"keys": provider.published},
                    "/userinfo": lambda: provider.userinfo,
                }[self.path]()
                send(self, 200, json.dumps(said).encode())

        def do_POST(self) -> None:
            provider.asked.append(self.path)
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            if not provider.answer(self):
                status, said = provider.exchanged(form, self.headers.get("Authorization", ""))
                send(self, status, json.dumps(said).encode())

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: object, client_address: object) -> None:
            """Who asked hung up, as some tests want."""

    with Server(("127.0.0.1", 0), Handler) as server:
        provider.issuer = f"http://127.0.0.1:{server.server_address[1]}"
        listening = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        listening.start()
        try:
            yield provider
        finally:
            server.shutdown()
            listening.join()


def send(handler: BaseHTTPRequestHandler, status: int, body: bytes, **headers: str) -> bool:
    """Write an answer."""
    handler.send_response(status)
    for name, value in {"Content-Type": "application/json", "Content-Length": str(len(body)), **headers}.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(body)
    return True
