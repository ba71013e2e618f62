"""The first step: an address and what opens its mailbox."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from postroom.connections.forms.fields import Line
from postroom.connections.models import MailAccount
from postroom.kit.addresses import normalise_email
from postroom.practice.models import Member
from postroom.practice.words import words_of


class AddressForm(forms.Form):
    """What a person knows of a mailbox; the rest is guessed from it."""

    address = Line(
        label=_("Email address"),
        max_length=320,
        widget=forms.EmailInput(attrs={"autocapitalize": "none", "autocomplete": "off"}),
    )
    password = Line(
        label=_("Password"),
        max_length=8000,
        strip=False,
        help_text=_("Often an app password, made for Postroom alone; we say so if it is needed."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    proof = forms.ChoiceField(
        label=_("Kind of password"),
        choices=MailAccount.PROOFS,
        initial=MailAccount.PASSWORD,
        required=False,
        help_text=_("A password, unless your mail host has given you an access token."),
        widget=forms.Select(attrs={"class": "inp"}),
    )
    name = Line(
        label=_("Name"),
        max_length=80,
        required=False,
        help_text=_("As your team calls it, for example Front desk. Empty: the address."),
    )

    def __init__(self, member: Member, owner: Member | None, data: Any = None) -> None:
        super().__init__(data)
        self.member, self.owner = member, owner
        if data is None:
            self.fields["address"].widget.attrs["autofocus"] = True
        if owner:
            self.fields["address"].help_text = _("Of your own mailbox.")
            self.fields["name"].help_text = _("As you call it. Empty: the address.")
        else:
            nouns = words_of(member.practice).within()
            said = gettext("Of the mailbox where your %(clients_word)s write.") % nouns
            self.fields["address"].help_text = said

    def clean_address(self) -> str:
        address: str = self.cleaned_data["address"].strip()
        if not normalise_email(address):
            raise ValidationError(
                _("This is not an email address. It looks like desk@practice.example.")
            )
        return address

    def clean_proof(self) -> str:
        return self.cleaned_data["proof"] or MailAccount.PASSWORD

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        data["name"] = data.get("name") or data.get("address", "")[:80]
        accounts = MailAccount.objects.filter(practice=self.member.practice_id, owner=self.owner)
        if data["name"] and accounts.filter(name__iexact=data["name"]).exists():
            self.add_error("name", str(_("There is an account of this name already.")))
        return data
