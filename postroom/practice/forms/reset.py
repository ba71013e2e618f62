"""Asking for a new password, and choosing it."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from postroom.practice import throttle
from postroom.practice.forms import guessing
from postroom.practice.models import User


class AskResetForm(forms.Form):
    """An address; asking too often from one place, or for one address, has to wait."""

    email = forms.EmailField(
        label=_("Email address"),
        max_length=254,
        widget=forms.EmailInput(
            attrs={
                "class": "inp",
                "autocomplete": "username",
                "autocapitalize": "none",
                "spellcheck": "false",
                "autofocus": True,
            }
        ),
    )

    def __init__(self, request: Any, *args: Any) -> None:
        super().__init__(*args)
        self.request = request

    def clean_email(self) -> str:
        email = self.cleaned_data["email"].strip().lower()
        address = self.request.META.get("REMOTE_ADDR", "")
        guessing.take_try(throttle.Place(f"reset {email}", address))
        return email


class NewPasswordForm(forms.Form):
    """A password of twelve characters or more that is not a common one."""

    password = forms.CharField(
        label=_("New password"),
        strip=False,
        max_length=4096,
        help_text=_("At least 12 characters. A few words in a row are easy to keep in mind."),
        widget=forms.PasswordInput(attrs={"class": "inp", "autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("New password, again"),
        strip=False,
        max_length=4096,
        widget=forms.PasswordInput(attrs={"class": "inp", "autocomplete": "new-password"}),
    )

    def __init__(self, user: User, *args: Any) -> None:
        super().__init__(*args)
        self.user = user

    def clean_password(self) -> str:
        password = self.cleaned_data["password"]
        validate_password(password, self.user)
        return password

    def clean(self) -> dict[str, Any]:
        typed = self.cleaned_data
        if "password" in typed and "again" in typed and typed["password"] != typed["again"]:
            self.add_error("again", _("This is not the same as above."))
        return typed
