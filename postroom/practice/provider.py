"""Signing in at the practice's identity provider (OpenID Connect Core 1.0, code flow).

    start ─→ the provider's page ─→ back with a code ─→ token (PKCE, RFC 7636) ─→ claims ─→ user

The provider is named by the installer. Somebody is let in who came in this way before (Identity),
or whose address the provider has verified and is that of a person known here; nobody else is.
"""

import hmac
import threading
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx
from authlib.common.security import generate_token
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from postroom.practice import deeds
from postroom.practice.models import Identity, User

# Signed with the provider's private key: nothing that the client's secret, or nobody, signs.
SIGNATURES = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
SKEW = 120  # seconds between their clock and ours
PATIENCE = 10.0  # seconds
LASTS = 600  # seconds to come back in
KEPT = 3600.0  # seconds that the provider's own description is believed

AWAY = "away"  # it does not answer, or not as it should
DECLINED = "declined"  # the person did not agree, or the provider said no
STALE = "stale"  # not what was started here, or too long ago
FALSE = "false"  # its answer proves nothing
OLD = "old"  # it was to ask the person again, and did not
UNKNOWN = "unknown"  # the person has no place here


class NotLetIn(Exception):
    """Nobody comes in this way; `code` says why (words.py of the page)."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code


@dataclass(frozen=True)
class Journey:
    """What we keep while the person is at the provider's."""

    state: str
    nonce: str
    verifier: str
    back: str
    at: float
    again: bool  # the provider is asked for the proof even if it knows the person

    @classmethod
    def begin(cls, back: str, now: datetime, *, again: bool = False) -> "Journey":
        tokens = (generate_token(43), generate_token(43), generate_token(64))
        return cls(*tokens, back=back, at=now.timestamp(), again=again)


def is_there() -> bool:
    """Whether the installer named a provider."""
    return bool(settings.OIDC_ISSUER)


def address_of(journey: Journey) -> str:
    """The provider's page to go to. Raises NotLetIn."""
    more = {"prompt": "login", "max_age": "0"} if journey.again else {}
    return prepare_grant_uri(
        str(_described()["authorization_endpoint"]),
        client_id=settings.OIDC_CLIENT_ID,
        response_type="code",
        redirect_uri=_back(),
        scope="openid email",
        state=journey.state,
        nonce=journey.nonce,
        code_challenge=create_s256_code_challenge(journey.verifier),
        code_challenge_method="S256",
        **more,
    )


def arrive(journey: Journey, answer: dict[str, str], now: datetime) -> User:
    """Who came back with this answer. Raises NotLetIn."""
    state = answer.get("state", "")
    if not hmac.compare_digest(state.encode(), journey.state.encode()):
        raise NotLetIn(STALE, "another state")
    if not 0 <= now.timestamp() - journey.at <= LASTS:
        raise NotLetIn(STALE, "too late")
    if answer.get("iss", settings.OIDC_ISSUER).rstrip("/") != settings.OIDC_ISSUER:
        raise NotLetIn(FALSE, "another issuer")  # RFC 9207
    if "error" in answer or not answer.get("code"):
        raise NotLetIn(DECLINED, answer.get("error", ""))
    return _person(_claims(_exchange(answer["code"], journey.verifier), journey, now), now)


def _exchange(code: str, verifier: str) -> str:
    """The ID token for a code."""
    answer = _ask(
        "POST",
        str(_described()["token_endpoint"]),
        data={
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": _back(),
            "code_verifier": verifier,
        },
        auth=httpx.BasicAuth(settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET),
    )
    token = answer.get("id_token")
    if not isinstance(token, str):
        raise NotLetIn(FALSE, "no ID token")
    return token


def _claims(token: str, journey: Journey, now: datetime) -> dict[str, Any]:
    """What the token says, when it is signed, current, and meant for us (Core 3.1.3.7)."""
    described = _described()
    registry = jwt.JWTClaimsRegistry(
        now=int(now.timestamp()),
        leeway=SKEW,
        iss={"essential": True, "value": described["issuer"]},
        aud={"essential": True, "value": settings.OIDC_CLIENT_ID},
        sub={"essential": True},
        exp={"essential": True},
        iat={"essential": True},
        nonce={"essential": True, "value": journey.nonce},
    )
    try:
        keys = KeySet.import_key_set(_ask("GET", str(described["jwks_uri"])))  # type: ignore[arg-type]
        claims = jwt.decode(token, keys, algorithms=SIGNATURES).claims
        registry.validate(claims)
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise NotLetIn(FALSE, str(error)) from error
    if claims.get("azp", settings.OIDC_CLIENT_ID) != settings.OIDC_CLIENT_ID:
        raise NotLetIn(FALSE, "for another client")
    if journey.again and not _is_number_from(claims.get("auth_time"), journey.at - SKEW):
        raise NotLetIn(OLD)
    return claims


def _is_number_from(value: Any, least: float) -> bool:
    return isinstance(value, int | float) and value >= least


@transaction.atomic
def _person(claims: dict[str, Any], now: datetime) -> User:
    issuer, subject = str(claims["iss"]), str(claims["sub"])
    identity = (
        Identity.objects.filter(issuer=issuer, subject=subject).select_related("user").first()
    )
    user = identity.user if identity else _by_address(claims, issuer)
    if user is None or not user.is_active or not user.memberships.filter(active=True).exists():
        raise NotLetIn(UNKNOWN)
    if identity is None:
        try:
            with transaction.atomic():
                Identity.objects.create(user=user, issuer=issuer, subject=subject)
        except IntegrityError as error:
            raise NotLetIn(UNKNOWN, "twice at once") from error
        deeds.record_own(user, "add-identity", now=now)
    return user


def _by_address(claims: dict[str, Any], issuer: str) -> User | None:
    """The person with this verified address. An address that passed to somebody new at the
    provider is another subject: it does not open what its owner before had here."""
    if claims.get("email_verified") is not True:
        return None
    user = User.objects.filter(email=str(claims.get("email", "")).strip().lower()).first()
    if user is None or user.identities.filter(issuer=issuer).exists():
        return None
    return user


# --- the wire --------------------------------------------------------------------------------

_known: dict[str, tuple[float, dict[str, Any]]] = {}
_lock = threading.Lock()


def _described() -> dict[str, Any]:
    """The provider's own description (Discovery 1.0), believed for an hour."""
    issuer = settings.OIDC_ISSUER
    with _lock:
        at, found = _known.get(issuer, (0.0, {}))
    if found and time.monotonic() - at < KEPT:
        return found
    found = _ask("GET", f"{issuer}/.well-known/openid-configuration")
    needed = ("authorization_endpoint", "token_endpoint", "jwks_uri", "issuer")
    if any(not isinstance(found.get(name), str) for name in needed):
        raise NotLetIn(AWAY, "its description is not complete")
    if found["issuer"].rstrip("/") != issuer:
        raise NotLetIn(AWAY, "it calls itself otherwise")
    with _lock:
        _known[issuer] = time.monotonic(), found
    return found


def _ask(method: str, url: str, **more: Any) -> dict[str, Any]:
    """One question, without following anywhere else."""
    try:
        answer = httpx.request(
            method, url, timeout=PATIENCE, headers={"Accept": "application/json"}, **more
        )
        if answer.status_code != 200:
            raise NotLetIn(AWAY, f"{answer.status_code} from {url.partition('?')[0]}")
        found = answer.json()
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise NotLetIn(AWAY, str(error)) from error
    if not isinstance(found, dict):
        raise NotLetIn(AWAY, "not an object")
    return found


def _back() -> str:
    return settings.ADDRESS + reverse("practice:provider_back")
