"""A new access token."""

from datetime import datetime, timedelta

from django import forms
from django.core.validators import ProhibitNullCharactersValidator
from django.utils.translation import gettext_lazy as _

DAYS = {"90": 90, "365": 365, "": 0}  # 0: without end


class TokenForm(forms.Form):
    name = forms.CharField(
        label=_("Name"),
        max_length=80,
        help_text=_("Which program it is for, for example Our practice system."),
        validators=[ProhibitNullCharactersValidator()],
        widget=forms.TextInput(attrs={"class": "inp", "autocomplete": "off"}),
    )
    days = forms.ChoiceField(
        label=_("Good for"),
        choices=[("90", _("3 months")), ("365", _("1 year")), ("", _("Without end"))],
        initial="365",
        required=False,
        widget=forms.Select(attrs={"class": "inp"}),
    )

    def expires_at(self, now: datetime) -> datetime | None:
        days = DAYS[self.cleaned_data["days"]]
        return now + timedelta(days=days) if days else None
