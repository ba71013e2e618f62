"""What a person may type at the door and in the profile, cleaned."""

from django import forms
from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm
from django.utils.translation import gettext_lazy as _

from postroom.practice.models import Member


class SignInForm(AuthenticationForm):
    error_messages = {
        "invalid_login": _(
            "We do not know this email address with this password. Check both and try again."
        ),
        "inactive": _(
            "We do not know this email address with this password. Check both and try again."
        ),
    }


class ProfileForm(forms.ModelForm):
    language = forms.ChoiceField(
        label=_("Language"),
        choices=[("", _("As the practice")), *settings.LANGUAGES],
        required=False,
    )
    theme = forms.ChoiceField(label=_("Appearance"), choices=Member.THEMES)

    class Meta:
        model = Member
        fields = ("language", "theme")
