"""The second proof: six digits of an app (RFC 6238), and codes for when it is lost.

The seed is sealed with the key of the installation. A code is good once: its step must be later
than the last one used, and that is one UPDATE, so that two at once are one.
"""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

import pyotp
import segno
from django.conf import settings
from django.db import transaction
from django.utils.safestring import SafeString, mark_safe

from postroom.practice import deeds
from postroom.practice.models import Factor, Member, RecoveryCode, User
from postroom.practice.rules import ADMINISTRATOR

STEP = 30  # seconds
AROUND = (0, -1, 1)  # steps: clocks differ a little
CODES = 10
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is taken for another
GRACE = timedelta(days=7)


def has_one(user: User) -> bool:
    """Whether this person gave Postroom a second factor."""
    return Factor.objects.filter(user=user).exists()


def due(member: Member) -> datetime | None:
    """From when on this member must have a second factor; None for who need not, or has one.

    Administrators, from a week after the practice was founded (MODEL decision 18); not in the
    sample practice.
    """
    if settings.DEMO or member.role.key != ADMINISTRATOR or has_one(member.user):
        return None
    return member.practice.founded_at + GRACE


# --- the app ---------------------------------------------------------------------------------


def new_seed(user: User) -> str:
    """A seed for an app, sealed: it waits in the session until the first code is right."""
    return settings.KEYRING.seal(pyotp.random_base32(), _place(user))


def seed_of(user: User, sealed: str) -> str:
    """The seed in letters. Raises KeyMissing or Tampered."""
    return settings.KEYRING.open(sealed, _place(user))


def drawing(user: User, seed: str, issuer: str) -> SafeString:
    """The seed as a QR code, in SVG without a style: it stands in the page itself."""
    address = pyotp.TOTP(seed).provisioning_uri(name=user.email, issuer_name=issuer)
    code = segno.make(address, error="m", micro=False)
    svg = code.svg_inline(
        scale=4, dark="#000", light="#fff", border=4, svgclass="qr", lineclass=None, omitsize=True
    )
    return mark_safe(svg)  # noqa: S308 - rectangles drawn here


def set_app(user: User, sealed: str, code: str, now: datetime) -> bool:
    """Make the app of this seed the second factor, once it shows the right code."""
    step = _step_of(seed_of(user, sealed), code, now)
    if step is None:
        return False
    with transaction.atomic():
        Factor.objects.filter(user=user, kind=Factor.TOTP).delete()
        Factor.objects.create(
            user=user, kind=Factor.TOTP, secret_sealed=sealed, last_step=step, created_at=now
        )
        deeds.record_own(user, "add-factor", now=now, data={"kind": Factor.TOTP})
    return True


def check_code(user: User, code: str, now: datetime) -> bool:
    """Whether the app shows this code now and nobody has used it yet."""
    for factor in Factor.objects.filter(user=user, kind=Factor.TOTP):
        step = _step_of(seed_of(user, factor.secret_sealed), code, now)
        if step is not None:
            unused = Factor.objects.filter(pk=factor.pk, last_step__lt=step)
            return bool(unused.update(last_step=step, last_used_at=now))
    return False


def _step_of(seed: str, code: str, now: datetime) -> int | None:
    digits = "".join(code.split())
    app, step = pyotp.TOTP(seed), int(now.timestamp()) // STEP
    for near in AROUND:
        if hmac.compare_digest(app.generate_otp(step + near).encode(), digits.encode()):
            return step + near
    return None


def _place(user: User) -> str:
    return f"user {user.pk} totp"


# --- the codes -------------------------------------------------------------------------------


def new_codes(user: User, now: datetime) -> list[str]:
    """Ten fresh recovery codes, of 79 bits each; the older ones are void. Shown once."""
    codes = ["".join(secrets.choice(LETTERS) for _ in range(16)) for _ in range(CODES)]
    with transaction.atomic():
        RecoveryCode.objects.filter(user=user).delete()
        RecoveryCode.objects.bulk_create(
            RecoveryCode(user=user, hash=_hash(user, code)) for code in codes
        )
        deeds.record_own(user, "new-recovery-codes", now=now)
    return ["-".join(code[n : n + 4] for n in range(0, 16, 4)) for code in codes]


def use_recovery_code(user: User, code: str, now: datetime) -> bool:
    """Whether this is one of the codes, not used before; now it is."""
    letters = "".join(char for char in code.lower() if char.isalnum())
    unused = RecoveryCode.objects.filter(user=user, hash=_hash(user, letters), used_at=None)
    with transaction.atomic():
        if not unused.update(used_at=now):
            return False
        deeds.record_own(user, "use-recovery-code", now=now)
    return True


def codes_left(user: User) -> int:
    return RecoveryCode.objects.filter(user=user, used_at=None).count()


def _hash(user: User, code: str) -> str:
    # No stretching: nobody tries 2 to the power of 79.
    return hashlib.sha256(f"recovery {user.pk} {code}".encode()).hexdigest()


# --- taking one away -------------------------------------------------------------------------


@transaction.atomic
def remove(user: User, factor_id: int, now: datetime) -> bool:
    """Take a factor away; with the last one go the recovery codes. False: there is none such."""
    factor = Factor.objects.filter(user=user, pk=factor_id).first()
    if factor is None:
        return False
    kind = factor.kind
    factor.delete()
    if not has_one(user):
        RecoveryCode.objects.filter(user=user).delete()
    deeds.record_own(user, "remove-factor", now=now, data={"kind": kind})
    return True


@transaction.atomic
def remove_all(user: User) -> int:
    """Take every factor and recovery code away, for somebody who lost them all; how many factors.
    Who does it writes it into the audit."""
    RecoveryCode.objects.filter(user=user).delete()
    return Factor.objects.filter(user=user).delete()[0]
