"""What somebody types who takes their place."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from postroom.practice.forms.fields import Line
from postroom.practice.models import Invitation, User


class AcceptForm(forms.Form):
    name = Line(label=_("Your name"), max_length=120)
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=500,
        help_text=_("At least 12 characters, and not a common one: a few words make a good one."),
        widget=forms.PasswordInput(attrs={"class": "inp", "autocomplete": "new-password"}),
    )

    def __init__(self, invitation: Invitation, data: Any = None) -> None:
        super().__init__(data, initial={"name": invitation.name})
        self.fields["name"].widget.attrs["autocomplete"] = "name"
        self.invitation = invitation

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        try:
            validate_password(password, User(email=self.invitation.email))
        except ValidationError as error:
            raise ValidationError(error.messages) from error
        return password
