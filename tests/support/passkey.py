"""A security key in software: makes passkeys and answers as a browser would."""

import base64
import hashlib
import json
import secrets
import struct
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


@dataclass
class SecurityKey:
    """One passkey of one site; `counts` False is a key that always says 0."""

    origin: str = "http://localhost:8025"
    host: str = "localhost"
    verifies: bool = True
    counts: bool = True
    used: int = 0
    id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    private: Any = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def create(self, options: dict[str, Any]) -> str:
        """What the browser sends after `navigator.credentials.create`."""
        point = self.private.public_key().public_numbers()
        public = cbor2.dumps(
            {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32), -3: point.y.to_bytes(32)}
        )
        attested = bytes(16) + struct.pack(">H", len(self.id)) + self.id + public
        data = self._data(ATTESTED) + attested
        return self._answer(
            clientDataJSON=text(self._client("webauthn.create", options)),
            attestationObject=text(cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})),
        )

    def get(self, options: dict[str, Any]) -> str:
        """What the browser sends after `navigator.credentials.get`."""
        self.used += self.counts
        data, client = self._data(0), self._client("webauthn.get", options)
        signed = data + hashlib.sha256(client).digest()
        return self._answer(
            clientDataJSON=text(client),
            authenticatorData=text(data),
            signature=text(self.private.sign(signed, ec.ECDSA(hashes.SHA256()))),
        )

    def _client(self, kind: str, options: dict[str, Any]) -> bytes:
        said = {"type": kind, "challenge": options["challenge"], "origin": self.origin}
        return json.dumps(said).encode()

    def _data(self, more: int) -> bytes:
        flags = PRESENT | more | (VERIFIED if self.verifies else 0)
        return hashlib.sha256(self.host.encode()).digest() + struct.pack(">BI", flags, self.used)

    def _answer(self, **response: str) -> str:
        return json.dumps(
            {"id": text(self.id), "rawId": text(self.id), "type": "public-key"}
            | {"response": response, "clientExtensionResults": {}}
        )


def text(data: bytes) -> str:
    """base64url without padding, as WebAuthn writes it."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
