"""What a person may change about how they sign in."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from postroom.practice import factors, pins, throttle
from postroom.practice.forms import guessing
from postroom.practice.models import User


class ConfirmForm(forms.Form):
    """One's own password, again."""

    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=4096,
        widget=forms.PasswordInput(
            attrs={"class": "inp", "autocomplete": "current-password", "autofocus": True}
        ),
    )

    def __init__(self, request: Any, *args: Any) -> None:
        super().__init__(*args)
        self.request = request

    def clean_password(self) -> str:
        password, user = self.cleaned_data["password"], self.request.user
        place = guessing.place_of_password(self.request, user.email)
        guessing.take_try(place)
        if not user.check_password(password):
            raise ValidationError(gettext("This is not your password."))
        throttle.forgive(place)
        return password


class AppForm(forms.Form):
    """The first code of a new authenticator app."""

    code = forms.CharField(
        label=_("Code"),
        max_length=12,
        widget=forms.TextInput(
            attrs={
                "class": "inp code",
                "autocomplete": "one-time-code",
                "inputmode": "numeric",
                "autofocus": True,
            }
        ),
        help_text=_("The six digits that the app shows now."),
    )

    def __init__(self, user: User, sealed: str, *args: Any) -> None:
        super().__init__(*args)
        self.user, self.sealed = user, sealed

    def clean_code(self) -> str:
        code = self.cleaned_data["code"]
        if not factors.set_app(self.user, self.sealed, code, timezone.now()):
            raise ValidationError(
                gettext("This is not the code of this moment. Is your telephone’s clock right?")
            )
        return code


class PinForm(forms.Form):
    """A PIN of four to eight digits that is not the first to be guessed."""

    pin = forms.CharField(
        label=_("New PIN"),
        help_text=_("Four to eight digits."),
        max_length=8,
        widget=forms.PasswordInput(
            attrs={"class": "inp code", "inputmode": "numeric", "autocomplete": "off"}
        ),
    )

    def clean_pin(self) -> str:
        pin = self.cleaned_data["pin"]
        if not pins.SHAPE.fullmatch(pin):
            raise ValidationError(gettext("Type four to eight digits, such as 7391."))
        if pins.is_easy(pin):
            raise ValidationError(gettext("This one is guessed first. Choose digits in no order."))
        return pin


class PasskeyNameForm(forms.Form):
    """What a passkey is called in one's own list."""

    name = forms.CharField(
        label=_("Name of the device"),
        max_length=60,
        help_text=_("For example: my telephone, key on my key ring."),
        widget=forms.TextInput(attrs={"class": "inp", "autocomplete": "off"}),
    )
