"""What a person may say about handing over, erasing and keeping."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from postroom.clients.models import Client
from postroom.custody import writing
from postroom.kit.text import fold
from postroom.register.models import Entry

MOST_MONTHS = 1200
FORMATS = {
    writing.PDF: (
        gettext_lazy("PDF"),
        gettext_lazy("To read and to print: the words of every entry, and what is attached."),
    ),
    writing.ZIP: (
        gettext_lazy("ZIP with everything as it came"),
        gettext_lazy("Raw messages (.eml), attachments, and an index that opens in a browser."),
    ),
    writing.ACCESS: (
        gettext_lazy("Access request"),
        gettext_lazy(
            "All that is kept: the ZIP, and who they are, appointments, consents as JSON."
        ),
    ),
}


class ExportForm(forms.Form):
    """`formats` are those that can be made."""

    format = forms.ChoiceField(choices=[])
    reads = forms.BooleanField(required=False)
    whole = forms.BooleanField(required=False)  # of an entry: its conversation

    def __init__(self, formats: Iterable[str], data: Any = None) -> None:
        super().__init__(data)
        field = self.fields["format"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(each, each) for each in formats]


class EraseForm(forms.Form):
    """The client's number, typed: nobody erases the wrong one with a slip of the mouse."""

    word = forms.CharField(
        max_length=80,
        label=gettext_lazy("The number, to be sure"),
        widget=forms.TextInput(attrs={"class": "inp", "autocomplete": "off"}),
    )

    def __init__(self, client: Client, data: Any = None) -> None:
        super().__init__(data)
        self.client = client

    def clean_word(self) -> str:
        word = str(self.cleaned_data["word"])
        if fold(word).strip() != fold(self.client.ref).strip():
            raise forms.ValidationError(_("This is not the number. It is %s.") % self.client.ref)
        return word


class RetentionForm(forms.Form):
    """Months for each kind; empty keeps it for ever."""

    def __init__(self, months: dict[str, int], data: Any = None) -> None:
        super().__init__(data)
        for kind, words in Entry.KINDS:
            self.fields[kind] = forms.IntegerField(
                label=words,
                required=False,
                min_value=1,
                max_value=MOST_MONTHS,
                initial=months.get(kind),
                widget=forms.NumberInput(attrs={"class": "inp months", "inputmode": "numeric"}),
            )

    def months(self) -> dict[str, int]:
        """What was asked for; 0 is for ever."""
        return {kind: self.cleaned_data.get(kind) or 0 for kind, _words in Entry.KINDS}
