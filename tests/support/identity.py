"""An identity provider on this machine: OpenID Connect's code flow, right and wrong."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

CLIENT, SECRET = "postroom-here", "kept-in-a-file"


@dataclass
class Provider:
    """`claims` replace those of the token; `sign` makes it; `asked` is what came by HTTP."""

    issuer: str = ""
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))
    claims: dict[str, Any] = field(default_factory=dict)
    status: int = 200
    asked: list[tuple[str, dict[str, str], str]] = field(default_factory=list)
    query: dict[str, str] = field(default_factory=dict)
    algorithm: str = "RS256"

    def agree(self, address: str) -> dict[str, str]:
        """The person agreed at the page of this address: what the browser brings back."""
        assert address.startswith(f"{self.issuer}/authorize?")
        self.query = dict(parse_qsl(urlsplit(address).query))
        return {"code": "a-code", "state": self.query["state"], "iss": self.issuer}

    def answer(self, path: str, form: dict[str, str]) -> dict[str, Any]:
        if path == "/.well-known/openid-configuration":
            names = {"authorization_endpoint": "authorize", "token_endpoint": "token"}
            places = {**names, "jwks_uri": "keys"}
            return {"issuer": self.issuer} | {k: f"{self.issuer}/{v}" for k, v in places.items()}
        if path == "/keys":
            return {"keys": [self.key.as_dict(private=False)]}
        assert path == "/token"
        assert form["redirect_uri"] == self.query["redirect_uri"]
        proven = create_s256_code_challenge(form["code_verifier"])
        assert proven == self.query["code_challenge"]
        return {"access_token": "x", "token_type": "Bearer", "id_token": self.token()}

    def token(self) -> str:
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "sub": "person-1",
            "aud": CLIENT,
            "exp": now + 300,
            "iat": now,
            "nonce": self.query["nonce"],
            "email": "bob@tern.example",
            "email_verified": True,
        } | self.claims
        claims = {name: value for name, value in claims.items() if value is not None}
        key: Any = self.key
        if self.algorithm == "HS256":
            key = OctKey.import_key(SECRET.encode())
        return jwt.encode(
            {"alg": self.algorithm, "kid": "one"}, claims, key, algorithms=[self.algorithm]
        )


@contextmanager
def identity_provider() -> Iterator[Provider]:
    """One at an address of its own, for as long as the block lasts."""
    provider = Provider()

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            size = int(self.headers.get("Content-Length") or 0)
            form = dict(parse_qsl(self.rfile.read(size).decode()))
            provider.asked.append((self.path, form, self.headers.get("Authorization", "")))
            try:
                said, status = provider.answer(self.path, form), provider.status
            except AssertionError:
                said, status = {"error": "invalid_grant"}, 400
            body = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Location", "http://192.0.2.1/")  # nobody follows it
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET

        def log_message(self, *words: object) -> None:
            """Says nothing: `asked` tells."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
