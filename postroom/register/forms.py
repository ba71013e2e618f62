"""What a person may say about a waiting letter."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from postroom.clients.models import Client
from postroom.practice.models import Member
from postroom.practice.words import words_of
from postroom.register import suggestions
from postroom.register.models import Entry
from postroom.register.paging import number
from postroom.register.remembering import may_remember
from postroom.register.ruling import offered

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

    clients = ClientsField(Client.objects.none())
    # Others whom it concerns as well (XP-43).
    also = ClientsField(Client.objects.none(), required=False)
    remember = forms.BooleanField(required=False)
    version = forms.IntegerField(min_value=0, max_value=MOST)

    def __init__(self, member: Member, entry: Entry, data: Any) -> None:
        super().__init__(data)
        self.member, self.entry = member, entry
        for name in ("clients", "also"):
            field = self.fields[name]
            assert isinstance(field, forms.ModelMultipleChoiceField)
            field.queryset = Client.objects.open_to(member)
            nouns = words_of(member.practice).within()
            gone = _("This %(client_word)s is no longer there. Choose again.") % nouns
            field.error_messages |= {
                "required": _("Choose %(a_client)s first.") % nouns,
                "invalid_choice": gone,
                "invalid_pk_value": gone,
            }

    def everybody(self) -> list[Client]:
        """Whom to file it to, the chosen client first: theirs is the address."""
        return list(dict.fromkeys([*self.cleaned_data["clients"], *self.cleaned_data["also"]]))

    def clean(self) -> dict[str, Any]:
        """A box that is ticked though the page never offered it remembers nothing."""
        data = self.cleaned_data
        if data.get("remember") and data.get("clients"):
            holders = set(suggestions.holders(self.member, self.entry))
            data["remember"] = may_remember(self.entry, data["clients"][0].pk, holders)
        return data


class SenderForm(forms.Form):
    """What the sender of a letter is: a kind of sender rule, for the address or its domain."""

    rule = forms.ChoiceField(
        error_messages={
            "required": _("Say what this sender is."),
            "invalid_choice": _("Say what this sender is."),
        }
    )
    version = forms.IntegerField(min_value=0, max_value=MOST)

    def __init__(self, member: Member, entry: Entry, data: Any) -> None:
        super().__init__(data)
        field = self.fields["rule"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(f"{kind} {pattern}",) * 2 for kind, pattern in offered(member, entry)]

    def clean(self) -> dict[str, Any]:
        """`kind` and `pattern` are added."""
        kind, _space, pattern = self.cleaned_data.get("rule", "").partition(" ")
        return {**self.cleaned_data, "kind": kind, "pattern": pattern}


class VersionForm(forms.Form):
    """The version of the letter the person was looking at."""

    version = forms.IntegerField(min_value=0, max_value=MOST)
