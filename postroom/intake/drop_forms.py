"""Which folder is watched, and files that are uploaded."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from postroom.intake.drop_words import FOLDERS
from postroom.intake.places import Unsuitable, free_folder
from postroom.kit.text import clean
from postroom.practice.models import Practice


class DropFolderForm(forms.Form):
    """A folder of this machine."""

    name = forms.CharField(
        label=_("Name"),
        max_length=80,
        help_text=_("As your team calls it, for example Scanner."),
        widget=forms.TextInput(attrs={"class": "inp", "spellcheck": "false"}),
    )
    path = forms.CharField(
        label=_("Folder on this server"),
        max_length=1000,
        widget=forms.TextInput(attrs={"class": "inp", "spellcheck": "false"}),
    )
    minutes = forms.IntegerField(
        label=_("Look every so many minutes"),
        min_value=1,
        max_value=1440,
        initial=5,
        widget=forms.TextInput(attrs={"class": "inp", "inputmode": "numeric"}),
    )
    take_away = forms.BooleanField(
        label=_("Remove each file from the folder once it is safely stored"),
        required=False,
        initial=True,
    )

    def __init__(self, practice: Practice, data: Any = None) -> None:
        super().__init__(data)
        self.practice = practice

    def clean_name(self) -> str:
        return " ".join(clean(self.cleaned_data["name"]).split())

    def clean_path(self) -> Any:
        """The folder itself, without links. Raises ValidationError."""
        try:
            return free_folder(self.practice, self.cleaned_data["path"])
        except Unsuitable as fault:
            raise ValidationError(FOLDERS[fault.code]) from None


class ManyFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """One or several files; an empty one is told about in the result."""

    def clean(self, data: Any, initial: Any = None) -> Any:
        files = data if isinstance(data, list | tuple) else [data]
        return [super(FilesField, self).clean(file, initial) for file in files or [None]]


class UploadForm(forms.Form):
    """Scans, pictures, faxes."""

    upload = FilesField(
        label=_("Files"),
        allow_empty_file=True,
        max_length=255,
        widget=ManyFiles(attrs={"class": "inp", "multiple": True}),
        error_messages={
            "required": _("Choose one or several files."),
            "max_length": _("A file’s name is too long. Shorten it, then try again."),
        },
    )

    def chosen(self) -> list[UploadedFile]:
        files: list[UploadedFile] = self.cleaned_data["upload"]
        return files
