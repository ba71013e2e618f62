"""What a person may type at the door, cleaned."""

import math
from typing import Any

from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from postroom.practice import devices, throttle

UNKNOWN = _("We do not know this email address with this password. Check both and try again.")


class SignInForm(AuthenticationForm):
    """Says that something is wrong, never which of the two; slows guessing down."""

    error_messages = {"invalid_login": UNKNOWN, "inactive": UNKNOWN}

    def clean(self) -> dict[str, Any]:
        account = self.cleaned_data.get("username")
        if not account or not self.cleaned_data.get("password"):
            return self.cleaned_data
        assert self.request is not None
        place = throttle.Place(
            account,
            self.request.META.get("REMOTE_ADDR", ""),
            devices.known(self.request, account),
        )
        wait = throttle.take_try(place, timezone.now())
        if wait:
            minutes = math.ceil(wait.total_seconds() / 60)
            raise ValidationError(
                ngettext(
                    "Too many wrong passwords from here. Try again in %(n)d minute.",
                    "Too many wrong passwords from here. Try again in %(n)d minutes.",
                    minutes,
                )
                % {"n": minutes},
                code="wait",
            )
        cleaned = super().clean()
        throttle.forgive(place)
        return cleaned
