"""What a person may say about a waiting letter."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from postroom.clients.models import Client
from postroom.practice.models import Member
from postroom.register import suggestions
from postroom.register.models import Entry
from postroom.register.paging import number
from postroom.register.remembering import may_remember

MOST = 2**31 - 2  # what a version column holds, and one more to come


class ClientsField(forms.ModelMultipleChoiceField):
    """Clients by id; what is no id at all, or one no database holds, is nobody."""

    def clean(self, value: Any) -> Any:
        for given in value or ():
            if number(str(given)) is None:
                raise forms.ValidationError(self.error_messages["invalid_choice"])
        return super().clean(value)


class ResolveForm(forms.Form):
    """Which client a letter is from, and whether its address is to be remembered."""

    clients = ClientsField(
        Client.objects.none(),
        error_messages={
            "required": _("Choose a client first."),
            "invalid_choice": _("This client is no longer there. Choose again."),
            "invalid_pk_value": _("This client is no longer there. Choose again."),
        },
    )
    remember = forms.BooleanField(required=False)
    version = forms.IntegerField(min_value=0, max_value=MOST)

    def __init__(self, member: Member, entry: Entry, data: Any) -> None:
        super().__init__(data)
        self.member, self.entry = member, entry
        field = self.fields["clients"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        field.queryset = Client.objects.open_to(member)

    def clean(self) -> dict[str, Any]:
        """A box that is ticked though the page never offered it remembers nothing."""
        data = self.cleaned_data
        if data.get("remember") and data.get("clients"):
            holders = set(suggestions.holders(self.member, self.entry))
            data["remember"] = may_remember(self.entry, data["clients"][0].pk, holders)
        return data


class VersionForm(forms.Form):
    """The version of the letter the person was looking at."""

    version = forms.IntegerField(min_value=0, max_value=MOST)
