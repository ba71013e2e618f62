"""How letters leave: an address, a server, and where the copies go."""

from typing import Any

from django import forms
from django.conf import settings as house
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from postroom.connections.forms.fields import Line, number
from postroom.connections.forms.server import ELSEWHERE, LOCKED, ServerForm
from postroom.connections.models import MailAccount, SmtpAccount
from postroom.connections.reaching import Settings
from postroom.connections.smtp_accounts import Sending
from postroom.kit.addresses import normalise_email
from postroom.practice.models import Member

SMTP_PORTS = (25, 465, 587)


class SendingForm(ServerForm):
    """A sending account, new or known. Whose it is decides which mailboxes it may copy to."""

    name = Line(
        label=_("Name"),
        max_length=80,
        required=False,
        help_text=_("As your team calls it, for example Front desk. Empty: the address."),
    )
    address = Line(
        label=_("Email address"),
        max_length=320,
        help_text=_("What its letters are from."),
        widget=forms.EmailInput(attrs={"autocapitalize": "none", "autocomplete": "off"}),
    )
    display_name = Line(
        label=_("Name beside the address"),
        max_length=120,
        required=False,
        help_text=_("What people read first, for example Tern & Thistle Vets."),
    )
    mail_account = forms.ModelChoiceField(
        label=_("Copies go to the Sent folder of"),
        queryset=MailAccount.objects.none(),
        required=False,
        empty_label=_("No mailbox"),
        widget=forms.Select(attrs={"class": "inp"}),
    )
    sent_folder = Line(
        label=_("Folder for the copies"),
        max_length=255,
        required=False,
        help_text=_("Empty: the mailbox’s own Sent folder."),
    )
    copies = forms.ChoiceField(
        label=_("The copy"),
        choices=SmtpAccount.COPIES,
        required=False,
        help_text=_("Gmail and Microsoft file what is sent through them by themselves."),
        widget=forms.Select(attrs={"class": "inp"}),
    )
    lines = number(1, 10, label=_("Connections at once"), initial=3)

    def __init__(
        self,
        member: Member,
        owner: Member | None,
        account: SmtpAccount | None,
        kept: Settings,
        data: Any = None,
        files: Any = None,
    ) -> None:
        super().__init__(kept, data, files)
        self.account, self.owner, self.practice = account, owner, member.practice
        self.fields["host"].label = _("SMTP server")
        self.fields["host"].help_text = _("Your mail host names it, for example smtp.example.org.")
        self.fields["user"].required = False
        self.fields["user"].help_text = _("Often the whole email address.")
        if account is None:
            self.fields["password"].help_text = _(
                "Often an app password, made for Postroom alone; we say so if it is needed."
            )
            # The address alone is enough for a guess of the rest.
            self.fields["host"].required = False
        mailboxes = MailAccount.objects.filter(practice=member.practice, owner=owner).working()
        field = self.fields["mail_account"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = mailboxes.order_by("name")
        self.initial.update(port=kept.port, copies=SmtpAccount.APPEND, lines=3)
        if account:
            names = ("name", "address", "display_name", "mail_account", "sent_folder", "copies")
            self.initial.update({name: getattr(account, name) for name in (*names, "lines")})

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"].strip()
        rows = SmtpAccount.objects.filter(practice=self.practice, owner=self.owner, name=name)
        if name and rows.exclude(pk=self.account.pk if self.account else 0).exists():
            raise ValidationError(_("There is a sending account of this name already."))
        return name

    def clean_address(self) -> str:
        address: str = self.cleaned_data["address"].strip()
        if not normalise_email(address):
            raise ValidationError(
                _("This is not an email address. It looks like desk@practice.example.")
            )
        return address

    def clean_host(self) -> str:
        host: str = self.cleaned_data["host"].strip().rstrip(".")
        if "://" in host or "@" in host or "/" in host or " " in host:
            raise ValidationError(_("Type the server’s name alone, for example smtp.example.org."))
        if host.partition(".")[0].lower() in ("imap", "imaps", "pop", "pop3"):
            raise ValidationError(
                _("This is the server for reading. Postroom needs the one for sending, by SMTP.")
            )
        return host

    def clean_port(self) -> int:
        port: int = self.cleaned_data["port"]
        if port not in SMTP_PORTS and not house.PRIVATE_MAIL_HOSTS:
            raise ValidationError(
                _("SMTP answers on port 465 or 587. Others are for the installer to allow.")
            )
        return port

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if data.get("password") or not data.get("user"):
            return data
        if not data.get("host"):
            return data  # it is to be guessed first
        if self.account is None or not self.goes_there_already():
            self.add_error("password", ELSEWHERE if self.account else _("Type the password."))
        elif not self.kept.password:
            self.add_error("password", LOCKED)
        return data

    def sending(self) -> Sending:
        """What the account is besides the way to its server."""
        data = self.cleaned_data
        return Sending(
            data["address"],
            data["display_name"],
            data["mail_account"],
            data["sent_folder"],
            data["copies"] or SmtpAccount.APPEND,
            data["lines"],
        )
