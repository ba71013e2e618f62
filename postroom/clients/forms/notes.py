"""A note on a client, and on whom else."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from postroom.clients.forms.mended import MendedForm, Text
from postroom.clients.models import Client, ClientNote
from postroom.practice.models import Member


class ClientNoteForm(MendedForm):
    text = Text(
        label=_("What one should know"),
        max_length=1000,
        help_text=_("For example: invoices to accounts@example.org; call after 17:00 only."),
        widget=forms.Textarea(attrs={"rows": 3, "class": "inp", "autofocus": True}),
        error_messages={"required": _("Write what one should know.")},
    )


class NewClientNoteForm(ClientNoteForm):
    """`also`: others of the client's groups who get the same note."""

    also = forms.ModelMultipleChoiceField(
        Client.objects.none(),
        label=_("Also on these records of the same family or group"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, member: Member, client: Client, data: Any = None) -> None:
        super().__init__(data)
        field = self.fields["also"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        others = Client.objects.open_to(member).filter(groups__in=client.groups.all())
        field.queryset = others.exclude(pk=client.pk).distinct().order_by("name", "pk")
        if not field.queryset.exists():
            del self.fields["also"]


class KeptClientNoteForm(ClientNoteForm):
    everywhere = forms.BooleanField(
        label=_("Also where the same note stands on other records"), required=False
    )

    def __init__(self, data: Any = None, *, note: ClientNote, copies: int) -> None:
        super().__init__(data, held={"text": note.text, "everywhere": False})
        if not copies:
            del self.fields["everywhere"]
