"""What a person chooses for a look at the past."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

MOST = 500  # letters, unless another number is chosen


class LookForm(forms.Form):
    """Which folder is looked at, and how far back."""

    folder = forms.ChoiceField(
        label=_("Folder"), widget=forms.Select(attrs={"class": "inp"}), choices=()
    )
    most = forms.TypedChoiceField(
        label=_("How many of its last letters"),
        coerce=int,
        choices=[(100, "100"), (MOST, "500"), (2000, "2000")],
        initial=MOST,
        widget=forms.Select(attrs={"class": "inp"}),
    )

    def __init__(self, folders: Sequence[str], data: Any = None) -> None:
        super().__init__(data)
        chosen = self.fields["folder"]
        assert isinstance(chosen, forms.ChoiceField)
        chosen.choices = [(name, name) for name in folders]
        inbox = [name for name in folders if name.upper() == "INBOX"]
        chosen.initial = inbox[0] if inbox else None
