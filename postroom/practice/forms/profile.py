"""What a person may change about themselves."""

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from postroom.practice.models import Member


class ProfileForm(forms.ModelForm):
    language = forms.ChoiceField(
        label=_("Language"),
        choices=[("", _("As the practice")), *settings.LANGUAGES],
        required=False,
        widget=forms.Select(attrs={"class": "inp"}),
    )
    theme = forms.ChoiceField(
        label=_("Appearance"), choices=Member.THEMES, widget=forms.Select(attrs={"class": "inp"})
    )

    class Meta:
        model = Member
        fields = ("language", "theme")
