"""Who signs in, and how they prove it."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.translation import gettext_lazy as _


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser):
    """Somebody who signs in; what they may do is their Member's affair, practice by practice."""

    email = models.EmailField(unique=True)
    is_active = models.BooleanField(default=True)
    pin = models.CharField(max_length=128, blank=True)  # hashed like a password (seats.py)
    USERNAME_FIELD = "email"
    objects = UserManager()

    def __str__(self) -> str:
        return self.email


class Factor(models.Model):
    """A second proof of who somebody is: an app's six digits, or a passkey."""

    TOTP, PASSKEY = "totp", "passkey"
    KINDS = [(TOTP, _("Authenticator app")), (PASSKEY, _("Passkey"))]

    user = models.ForeignKey(User, models.CASCADE, related_name="factors")
    kind = models.CharField(max_length=8, choices=KINDS)
    name = models.CharField(max_length=60, blank=True)
    secret_sealed = models.TextField(blank=True)  # TOTP
    last_step = models.BigIntegerField(default=0)  # TOTP: a code is good once (RFC 6238, 5.2)
    credential_id = models.BinaryField(null=True, max_length=1024)
    credential_key = models.CharField(max_length=64, null=True, unique=True)  # SHA-256 of the id
    public_key = models.BinaryField(null=True)
    sign_count = models.BigIntegerField(default=0)
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name or self.kind

    @property
    def secret_place(self) -> str:
        return f"user {self.user_id} totp"


class RecoveryCode(models.Model):
    """A way in for somebody whose second factor is lost; good once."""

    user = models.ForeignKey(User, models.CASCADE, related_name="recovery_codes")
    hash = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "hash"], name="recovery_code")]

    def __str__(self) -> str:
        return f"{self.user_id}"


class Identity(models.Model):
    """The same person at the practice's identity provider (OpenID Connect)."""

    user = models.ForeignKey(User, models.CASCADE, related_name="identities")
    issuer = models.CharField(max_length=255)
    subject = models.CharField(max_length=255)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["issuer", "subject"], name="identity")]

    def __str__(self) -> str:
        return f"{self.issuer} {self.subject}"


class OneTimeLink(models.Model):
    """A link sent by mail that does one thing once: `hash` is SHA-256 of its secret part."""

    RESET, ADDRESS = "reset", "address"
    PURPOSES = [(RESET, RESET), (ADDRESS, ADDRESS)]

    user = models.ForeignKey(User, models.CASCADE, related_name="links")
    purpose = models.CharField(max_length=8, choices=PURPOSES)
    email = models.EmailField()  # where it was sent; for `address`, what it will become
    hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.purpose} {self.user_id}"


class SignedIn(models.Model):
    """A session as its owner sees it in the list; `key` is the session's own stored key."""

    user = models.ForeignKey(User, models.CASCADE, related_name="signed_in")
    key = models.CharField(max_length=40, unique=True)
    browser = models.CharField(max_length=120, blank=True)
    network = models.CharField(max_length=45, blank=True)  # an IP address
    desk = models.CharField(max_length=64, blank=True)  # digest of the browser's own word
    created_at = models.DateTimeField()  # when the password or passkey was given
    seen_at = models.DateTimeField()
    locked_at = models.DateTimeField(null=True)
    pin_failures = models.PositiveSmallIntegerField(default=0)
    page = models.CharField(max_length=500, blank=True)  # where its person goes on

    class Meta:
        indexes = [models.Index(fields=["desk"]), models.Index(fields=["seen_at"])]

    def __str__(self) -> str:
        return f"{self.user_id} {self.browser}"


class SignInFailure(models.Model):
    """Wrong passwords of one account, network or both; the key is an HMAC of them (throttle.py)."""

    key = models.CharField(max_length=64, unique=True)
    tries = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField()
    until = models.DateTimeField(null=True)  # the end of the pause, or of the hour counted

    class Meta:
        indexes = [models.Index(fields=["last_at"])]

    def __str__(self) -> str:
        return f"{self.tries} tries"
