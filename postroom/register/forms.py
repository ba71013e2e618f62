"""What a person may say about a waiting letter."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from postroom.clients.models import Client
from postroom.practice.models import Member


class ResolveForm(forms.Form):
    """Which client a letter is from, and whether its address is to be remembered."""

    clients = forms.ModelMultipleChoiceField(
        Client.objects.none(),
        error_messages={
            "required": _("Choose a client first."),
            "invalid_choice": _("This client is no longer there. Choose again."),
            "invalid_pk_value": _("This client is no longer there. Choose again."),
        },
    )
    remember = forms.BooleanField(required=False)
    version = forms.IntegerField(min_value=0)

    def __init__(self, member: Member, data: Any) -> None:
        super().__init__(data)
        field = self.fields["clients"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        field.queryset = Client.objects.open_to(member)


class VersionForm(forms.Form):
    """The version of the letter the person was looking at."""

    version = forms.IntegerField(min_value=0)
