"""What a person may type about data from their system."""

from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from postroom.appointments.feeds import INTERVALS, tidied
from postroom.appointments.formats import MOST_MB
from postroom.practice.models import Practice, Source

_NAME = _("As your team calls it, for example Agenda.")


def _line(**attrs: str) -> forms.TextInput:
    return forms.TextInput(attrs={"class": "inp", "spellcheck": "false", **attrs})


class UploadForm(forms.Form):
    """A file of appointments or due dates."""

    source = forms.CharField(
        label=_("Name of the system"),
        max_length=80,
        widget=_line(list="sources", autocomplete="off"),
    )
    file = forms.FileField(
        label=_("The file"),
        widget=forms.FileInput(attrs={"class": "inp"}),
        error_messages={
            "required": _("Choose a file."),
            "empty": _("The file is empty."),
        },
    )
    mark_gone = forms.BooleanField(
        label=_("The file is complete for its days: mark what is missing as gone"), required=False
    )

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        # Not in the field itself: what is put together there is in the language of the start.
        self.fields["file"].help_text = gettext("At most %(most)d MB.") % {"most": MOST_MB}

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > MOST_MB << 20:
            raise ValidationError(
                gettext("The file is larger than %(most)d MB.") % {"most": MOST_MB}
            )
        return file


class FeedForm(forms.Form):
    """The address of a calendar feed."""

    name = forms.CharField(label=_("Name"), max_length=80, widget=_line(), help_text=_NAME)
    url = forms.CharField(
        label=_("Address of the feed"),
        max_length=2000,
        help_text=_(
            "Your system shows it as “iCal”, “ICS” or “subscribe”. Whoever has it can read your"
            " book: it is kept sealed, and shown to nobody again."
        ),
        widget=_line(autocapitalize="none", autocomplete="off", inputmode="url"),
    )
    minutes = forms.TypedChoiceField(
        label=_("How often we look"),
        choices=list(INTERVALS.items()),
        coerce=int,
        initial=15,
        widget=forms.Select(attrs={"class": "inp"}),
    )

    def __init__(self, practice: Practice, data: Any = None) -> None:
        super().__init__(data)
        self.practice = practice

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        taken = Source.objects.filter(
            practice=self.practice, kind=Source.APPOINTMENTS, name__iexact=name
        )
        if taken.exclude(url_sealed="").exists():
            raise ValidationError(_("There is a feed of this name already."))
        return name

    def clean_url(self) -> str:
        url = tidied(self.cleaned_data["url"])
        try:
            parts = urlsplit(url)
            host = parts.hostname
        except ValueError:
            host = None
        if not host or any(not letter.isprintable() or letter == " " for letter in url):
            raise ValidationError(
                _("This is not an address. It looks like https://calendar.example.org/….ics.")
            )
        if parts.scheme != "https" and not (parts.scheme == "http" and settings.PRIVATE_FEEDS):
            raise ValidationError(
                _("A feed’s address is its password: it must begin with https:// or webcal://.")
            )
        return url
