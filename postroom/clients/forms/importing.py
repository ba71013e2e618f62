"""A list that is brought to be imported, and which of its columns is which."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from postroom.clients.headings import REPEATED, REQUIRED, Places
from postroom.clients.words import FIELDS
from postroom.kit.text import clean

ACCEPTED = ".csv,.txt,.tsv,.xlsx,.xlsb,.xls,.ods,.vcf,.json,.ndjson"


class UploadForm(forms.Form):
    """A file, and the system it comes from."""

    file = forms.FileField(
        label=gettext_lazy("The list"),
        help_text=gettext_lazy(
            "CSV, a workbook (.xlsx, .xls, .ods), vCards or FHIR, at most 200 MB."
        ),
        allow_empty_file=True,  # told in a sentence of its own
        widget=forms.FileInput(attrs={"class": "inp", "accept": ACCEPTED}),
    )
    source = forms.CharField(
        label=gettext_lazy("Where it comes from"),
        max_length=80,
        help_text=gettext_lazy(
            "The name of your own system. Postroom remembers its columns for the next time."
        ),
        widget=forms.TextInput(attrs={"class": "inp", "list": "sources", "autocomplete": "off"}),
    )

    def clean_source(self) -> str:
        return " ".join(clean(self.cleaned_data["source"]).split())


class ColumnsForm(forms.Form):
    """For each column of a file, what it is read as."""

    gone_too = forms.BooleanField(
        label=gettext_lazy("This is the whole list: mark who is not in it as gone"),
        required=False,
    )

    def __init__(
        self,
        header: Sequence[str],
        places: Mapping[str, Iterable[int]],
        gone_too: bool = False,
        data: Any = None,
    ) -> None:
        super().__init__(data, initial={"gone_too": gone_too})
        self.header = header
        known = {place: field for field, found in places.items() for place in found}
        choices = [("", _("Not imported")), *((field, str(word)) for field, word in FIELDS.items())]
        for place, name in enumerate(header):
            self.fields[f"column-{place}"] = forms.ChoiceField(
                label=name or _("Column %d") % (place + 1),
                choices=choices,
                required=False,
                initial=known.get(place, ""),
                widget=forms.Select(attrs={"class": "inp"}),
            )

    @property
    def columns(self) -> Iterator[forms.BoundField]:
        """The fields of the columns, in their order."""
        return (self[f"column-{place}"] for place in range(len(self.header)))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for field, found in self.places().items():
            if field not in REPEATED:
                for place in found[1:]:
                    text = _("Another column is read as this already.")
                    self.add_error(f"column-{place}", text)
        for field in REQUIRED:
            if not self.places().get(field):
                text = _("Say which column is this: %s.") % FIELDS[field]
                self.add_error(None, ValidationError(text))
        return cleaned

    def places(self) -> Places:
        """Field -> the places of its columns, as chosen so far."""
        found: dict[str, list[int]] = {}
        for place in range(len(self.header)):
            if field := self._chosen(place):
                found.setdefault(field, []).append(place)
        return {field: tuple(places) for field, places in found.items()}

    def _chosen(self, place: int) -> str:
        name = f"column-{place}"
        chosen = self.data.get(name, "") if self.is_bound else self.fields[name].initial
        return chosen if chosen in FIELDS else ""
