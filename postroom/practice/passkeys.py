"""Passkeys (WebAuthn level 2): a device that knows its owner proves both factors at once."""

import hashlib
import ipaddress
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import parse_authentication_credential_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from postroom.practice import deeds
from postroom.practice.models import Factor, User

REQUIRED = UserVerificationRequirement.REQUIRED


class NotProven(Exception):
    """The answer of the device proves nothing; the text says why, for the log alone."""


def are_possible() -> bool:
    """Whether browsers offer passkeys at our address: not under an IP address, nor by http."""
    try:
        ipaddress.ip_address(settings.PASSKEY_HOST.strip("[]"))
    except ValueError:
        return settings.SECURE or settings.PASSKEY_HOST == "localhost"
    return False


def registration(user: User, name: str, challenge: bytes) -> str:
    """What the browser is asked in order to make a passkey, in JSON."""
    known = Factor.objects.filter(user=user, kind=Factor.PASSKEY)
    options = generate_registration_options(
        rp_id=settings.PASSKEY_HOST,
        rp_name="Postroom",
        user_id=hashlib.sha256(f"postroom user {user.pk}".encode()).digest(),
        user_name=user.email,
        user_display_name=name,
        challenge=challenge,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=REQUIRED
        ),
        exclude_credentials=[
            PublicKeyCredentialDescriptor(id=bytes(factor.credential_id or b"")) for factor in known
        ],
    )
    return options_to_json(options)


def add(user: User, answer: str, challenge: bytes, name: str, now: datetime) -> Factor:
    """Keep the passkey the browser made. Raises NotProven."""
    try:
        made = verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=settings.PASSKEY_HOST,
            expected_origin=settings.ADDRESS,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise NotProven(str(error)) from error
    try:
        with transaction.atomic():
            factor = Factor.objects.create(
                user=user,
                kind=Factor.PASSKEY,
                name=name,
                credential_id=made.credential_id,
                credential_key=_key(made.credential_id),
                public_key=made.credential_public_key,
                sign_count=made.sign_count,
                created_at=now,
            )
            deeds.record_own(user, "add-factor", now=now, data={"kind": Factor.PASSKEY})
    except IntegrityError as error:
        raise NotProven("this passkey is known already") from error
    return factor


def asking(challenge: bytes) -> str:
    """What the browser is asked in order to show any passkey of ours, in JSON."""
    return options_to_json(
        generate_authentication_options(
            rp_id=settings.PASSKEY_HOST, challenge=challenge, user_verification=REQUIRED
        )
    )


def owner(answer: str, challenge: bytes, now: datetime) -> User:
    """Whose passkey answered this challenge. Raises NotProven."""
    try:
        credential = parse_authentication_credential_json(answer)
        factor = Factor.objects.select_related("user").get(
            credential_key=_key(credential.raw_id), user__is_active=True
        )
        proof = verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=settings.PASSKEY_HOST,
            expected_origin=settings.ADDRESS,
            credential_public_key=bytes(factor.public_key or b""),
            credential_current_sign_count=factor.sign_count,
            require_user_verification=True,
        )
    except Factor.DoesNotExist as error:
        raise NotProven("no such passkey") from error
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise NotProven(str(error)) from error
    # A device that does not count stays at 0; one that counts must have gone on (7.2, step 21).
    same = Factor.objects.filter(pk=factor.pk, sign_count=factor.sign_count)
    if not same.update(sign_count=proof.new_sign_count, last_used_at=now):
        raise NotProven("used twice at once")
    return factor.user


def _key(credential_id: bytes) -> str:
    return hashlib.sha256(credential_id).hexdigest()
