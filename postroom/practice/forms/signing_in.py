"""What a person may type at the door, cleaned."""

import math
from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from postroom.practice import factors, throttle
from postroom.practice.forms import guessing
from postroom.practice.models import User

UNKNOWN = _("We do not know this email address with this password. Check both and try again.")


class SignInForm(AuthenticationForm):
    """Says that something is wrong, never which of the two; slows guessing down."""

    error_messages = {"invalid_login": UNKNOWN, "inactive": UNKNOWN}

    def clean(self) -> dict[str, Any]:
        account = self.cleaned_data.get("username")
        if not account or not self.cleaned_data.get("password"):
            return self.cleaned_data
        place = guessing.place_of_password(self.request, account)
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
                code=guessing.WAIT,
            )
        cleaned = super().clean()
        throttle.forgive(place)
        return cleaned


class ProofForm(forms.Form):
    """The app's six digits, or a recovery code: told apart by what was typed."""

    code = forms.CharField(
        label=_("Code"),
        max_length=40,
        widget=forms.TextInput(
            attrs={
                "class": "inp",
                "autocomplete": "one-time-code",
                "autocapitalize": "none",
                "spellcheck": "false",
                "autofocus": True,
            }
        ),
        help_text=_("Six digits from your authenticator app, or one of your recovery codes."),
    )

    def __init__(self, request: Any, user: User, *args: Any) -> None:
        super().__init__(*args)
        self.request, self.user = request, user

    def clean_code(self) -> str:
        place = guessing.place_of_codes(self.request, self.user)
        guessing.take_try(place)
        code, now = self.cleaned_data["code"], timezone.now()
        if "".join(code.split()).isdigit():
            right = factors.check_code(self.user, code, now)
            wrong = gettext("This code is not right, or was used already. Wait for the next one.")
        else:
            right = factors.use_recovery_code(self.user, code, now)
            wrong = gettext("This is none of your recovery codes, or it was used already.")
        if not right:
            raise ValidationError(wrong)
        throttle.forgive(place)
        return code
