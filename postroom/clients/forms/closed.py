"""Who may open a restricted record from now on."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from postroom.clients.models import Client
from postroom.practice.models import Member, Practice


class ReadersForm(forms.Form):
    """Members who are here."""

    readers = forms.ModelMultipleChoiceField(
        queryset=Member.objects.none(),
        label=gettext_lazy("Who may open it from now on"),
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, practice: Practice, client: Client, data: Any = None) -> None:
        super().__init__(data, auto_id=f"id_{client.pk}_%s")
        field = self.fields["readers"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        field.queryset = Member.objects.filter(practice=practice, active=True).order_by("name")
