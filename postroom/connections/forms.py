"""What a person types to connect a mailbox, cleaned before anything goes over a wire."""

import unicodedata
from typing import Any

from cryptography import x509
from django import forms
from django.conf import settings as house
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from postroom.connections.models import MailAccount, Workflow
from postroom.connections.reaching import Settings
from postroom.connections.rules import folder_faults, one_spelling
from postroom.connections.words import FOLDER_FAULTS
from postroom.practice.models import Practice

POP3_PORTS = (110, 995)
IMAP_PORTS = (143, 993)
LARGEST_CA = 256 * 1024  # bytes: a certificate has some 2 KB

POP3 = _("Postroom reads mail by IMAP only. This is POP3; Postroom needs IMAP (usually port 993).")

# Who may change an account may not read its password: so it must not go where they say.
ELSEWHERE = _(
    "Type the password too: the server, its encryption or the user name is another now, and the"
    " password we have is only for the old one."
)


def one_line(value: str) -> None:
    """No control character: a line break would be a second command to the server."""
    if any(unicodedata.category(character) == "Cc" for character in value):
        raise ValidationError(_("This holds a line break or another invisible character."))


class Line(forms.CharField):
    """A line of text, in the look of the house."""

    default_validators = [one_line]
    widget = forms.TextInput

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {**super().widget_attrs(widget), "class": "inp", "spellcheck": "false"}


class AccountForm(forms.Form):
    """A new account or, with one, a change to it: an empty password then keeps the old one,
    as long as it goes to the same server for the same user."""

    name = Line(
        label=_("Name"),
        max_length=80,
        help_text=_("As your team calls it, for example Front desk."),
    )
    host = Line(
        label=_("IMAP server"),
        max_length=255,
        help_text=_("Your mail host names it, for example imap.example.org."),
        widget=forms.TextInput(attrs={"autocapitalize": "none"}),
    )
    security = forms.ChoiceField(
        label=_("Encryption"),
        choices=MailAccount.SECURITIES,
        initial=MailAccount.TLS,
        widget=forms.Select(attrs={"class": "inp"}),
    )
    port = forms.IntegerField(
        label=_("Port"),
        min_value=1,
        max_value=65535,
        initial=993,
        widget=forms.TextInput(attrs={"class": "inp", "inputmode": "numeric"}),
    )
    user = Line(
        label=_("User name"),
        max_length=320,
        help_text=_("Often the whole email address."),
        widget=forms.TextInput(attrs={"autocapitalize": "none", "autocomplete": "off"}),
    )
    password = Line(
        label=_("Password"),
        max_length=500,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "hx-preserve": "true"}),
    )
    ca = forms.FileField(
        label=_("Certificate authority"),
        required=False,
        help_text=_("Only if your mail server has one of its own: its certificate as a PEM file."),
        widget=forms.FileInput(
            attrs={"class": "inp", "accept": ".pem,.crt,.cer", "hx-preserve": "true"}
        ),
    )
    incoming = Line(
        label=_("Incoming"),
        max_length=255,
        initial="Incoming",
        help_text=_("Where you put clients’ mail. Only this folder is read."),
    )
    resolved = Line(
        label=_("Resolved"),
        max_length=255,
        initial="Resolved",
        help_text=_("Where mail goes once it is on a client’s record."),
    )
    unresolved = Line(
        label=_("Unresolved"),
        max_length=255,
        initial="Unresolved",
        help_text=_("Where mail waits until somebody says whose it is."),
    )
    create_folders = forms.BooleanField(
        label=_("Create these folders for me where they are missing"), required=False, initial=True
    )

    SERVER = ("name", "host", "security", "port", "user", "password", "ca")
    FOLDERS = ("incoming", "resolved", "unresolved")

    def __init__(
        self,
        practice: Practice,
        data: Any = None,
        files: Any = None,
        account: MailAccount | None = None,
    ) -> None:
        super().__init__(data, files, initial=_known(account) if account else None)
        self.practice, self.account = practice, account
        if account:
            self.fields["name"].disabled = True
            self.fields["password"].required = False
            self.fields["password"].help_text = _("Leave it empty to keep the one we have.")

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        taken = MailAccount.objects.filter(practice=self.practice, name__iexact=name)
        if not self.account and taken.exists():
            raise ValidationError(_("There is an account of this name already."))
        return name

    def clean_host(self) -> str:
        host: str = self.cleaned_data["host"].strip().rstrip(".")
        if "://" in host or "@" in host or "/" in host or " " in host or not host:
            raise ValidationError(_("Type the server’s name alone, for example imap.example.org."))
        return host

    def clean_port(self) -> int:
        port: int = self.cleaned_data["port"]
        if port in POP3_PORTS:
            raise ValidationError(POP3)
        if port not in IMAP_PORTS and not house.PRIVATE_MAIL_HOSTS:
            raise ValidationError(
                _("IMAP answers on port 993 or 143. Others are for the installer to allow.")
            )
        return port

    def clean_ca(self) -> str:
        """The PEM text, or nothing."""
        file: UploadedFile | None = self.cleaned_data["ca"]
        if not file:
            return ""
        try:
            if (file.size or 0) > LARGEST_CA:
                raise ValueError
            pem = file.read()
            x509.load_pem_x509_certificates(pem)
            return pem.decode("ascii")
        except ValueError as error:
            raise ValidationError(
                _("This is not a certificate in PEM form. It begins with BEGIN CERTIFICATE.")
            ) from error

    def clean(self) -> dict[str, Any]:
        named = [self.cleaned_data.get(field, "") for field in self.FOLDERS]
        for position, fault in folder_faults(named).items():
            self.add_error(self.FOLDERS[position], str(FOLDER_FAULTS[fault]))
        if (
            self.account
            and not self.cleaned_data.get("password")
            and not self._goes_there_already()
        ):
            self.add_error("password", ELSEWHERE)
        return self.cleaned_data

    def _goes_there_already(self) -> bool:
        """Whether all that decides who hears the stored password is as it was when it was typed."""
        data, old = self.cleaned_data, self.account
        assert old is not None
        new_ca = data.get("ca") or old.ca_pem
        asked = (data.get("host"), data.get("port"), data.get("security"), data.get("user"), new_ca)
        return asked == (old.host, old.port, old.security, old.user, old.ca_pem)

    def folders(self) -> tuple[str, str, str]:
        data = self.cleaned_data
        return one_spelling(data["incoming"]), data["resolved"], data["unresolved"]

    def settings(self) -> Settings:
        """How to reach the mailbox. Raises kit.crypto.KeyMissing or Tampered."""
        data, old = self.cleaned_data, self.account
        return Settings(
            host=data["host"],
            port=data["port"],
            security=data["security"],
            user=data["user"],
            password=data["password"] or (old.password() if old else ""),
            ca_pem=data["ca"] or (old.ca_pem if old else ""),
            anywhere=house.PRIVATE_MAIL_HOSTS or bool(old and old.installed and _same(old, data)),
        )

    def server_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.SERVER]

    def folder_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.FOLDERS]


def _known(account: MailAccount) -> dict[str, Any]:
    workflow = account.workflows.filter(active=True).first() or Workflow()
    return {
        "name": account.name,
        "host": account.host,
        "security": account.security,
        "port": account.port,
        "user": account.user,
        "incoming": workflow.folder_in,
        "resolved": workflow.folder_resolved,
        "unresolved": workflow.folder_unresolved,
    }


def _same(account: MailAccount, data: dict[str, Any]) -> bool:
    """The installer vouched for this host and port, not for another."""
    return (account.host, account.port) == (data["host"], data["port"])
