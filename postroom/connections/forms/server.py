"""How to reach a mailbox, as a person types it, cleaned before anything goes over a wire."""

from typing import Any

from cryptography import x509
from django import forms
from django.conf import settings as house
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from postroom.connections.forms.fields import Line, number
from postroom.connections.models import MailAccount
from postroom.connections.reaching import Settings

POP3_PORTS = (110, 995)
IMAP_PORTS = (143, 993)
LARGEST_CA = 256 * 1024  # bytes: a certificate has some 2 KB

POP3 = _("Postroom reads mail by IMAP only. This is POP3; Postroom needs IMAP (usually port 993).")

# Who may change an account may not read its password: so it must not go where they say.
ELSEWHERE = _(
    "Type the password too: the server, its encryption or the user name is another now, and the"
    " password we have is only for the old one."
)

LOCKED = _(
    "The key that opens the password we have is not here. Put the key file back, or type the"
    " password again."
)


class ServerForm(forms.Form):
    """The settings of a server. With `kept`, an empty password leaves the one we have, as long
    as it goes to the same server for the same user."""

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
    port = number(1, 65535, label=_("Port"), initial=993)
    user = Line(
        label=_("User name"),
        max_length=320,
        help_text=_("Often the whole email address."),
        widget=forms.TextInput(attrs={"autocapitalize": "none", "autocomplete": "off"}),
    )
    password = Line(
        label=_("Password or token"),
        max_length=8000,  # access tokens of Microsoft have some 2,500 characters
        strip=False,
        required=False,
        help_text=_("Leave it empty to keep the one we have."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "hx-preserve": "true"}),
    )
    proof = forms.ChoiceField(
        label=_("Kind of password"),
        choices=MailAccount.PROOFS,
        required=False,
        widget=forms.Select(attrs={"class": "inp"}),
    )
    ca = forms.FileField(
        label=_("Certificate authority"),
        required=False,
        help_text=_("Only if your mail server has one of its own: its certificate as a PEM file."),
        widget=forms.FileInput(
            attrs={"class": "inp", "accept": ".pem,.crt,.cer", "hx-preserve": "true"}
        ),
    )

    def __init__(self, kept: Settings, data: Any = None, files: Any = None) -> None:
        known = {name: getattr(kept, name) for name in ("host", "security", "port", "user")}
        super().__init__(data, files, initial={**known, "proof": kept.proof})
        self.kept = kept

    def clean_host(self) -> str:
        host: str = self.cleaned_data["host"].strip().rstrip(".")
        if "://" in host or "@" in host or "/" in host or " " in host or not host:
            raise ValidationError(_("Type the server’s name alone, for example imap.example.org."))
        service = host.partition(".")[0].lower()
        if service in ("pop", "pop3", "pops"):
            raise ValidationError(POP3)
        if service in ("smtp", "smtps"):
            raise ValidationError(
                _("This is the server for sending. Postroom needs the one for reading, by IMAP.")
            )
        return host

    def clean_port(self) -> int:
        port: int = self.cleaned_data["port"]
        if port in POP3_PORTS and "host" not in self.errors:  # said once, of either
            raise ValidationError(POP3)
        if port not in IMAP_PORTS and not house.PRIVATE_MAIL_HOSTS:
            raise ValidationError(
                _("IMAP answers on port 993 or 143. Others are for the installer to allow.")
            )
        return port

    def clean_proof(self) -> str:
        return self.cleaned_data["proof"] or self.kept.proof

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
        if self.cleaned_data.get("password"):
            return self.cleaned_data
        if not self.goes_there_already():
            self.add_error("password", ELSEWHERE)
        elif not self.kept.password:
            self.add_error("password", LOCKED)
        return self.cleaned_data

    def goes_there_already(self) -> bool:
        """Whether all that decides who hears the stored password is as it was when it was typed."""
        data, kept = self.cleaned_data, self.kept
        new_ca = data.get("ca") or kept.ca_pem
        asked = (data.get("host"), data.get("port"), data.get("security"), data.get("user"))
        there = (kept.host, kept.port, kept.security, kept.user)
        return (*asked, new_ca, data.get("proof")) == (*there, kept.ca_pem, kept.proof)

    def settings(self) -> Settings:
        """How to reach the mailbox."""
        data, kept = self.cleaned_data, self.kept
        # The installer vouched for this host and port, not for another.
        same = (kept.host, kept.port) == (data["host"], data["port"])
        return Settings(
            host=data["host"],
            port=data["port"],
            security=data["security"],
            user=data["user"],
            password=data["password"] or kept.password,
            ca_pem=data["ca"] or kept.ca_pem,
            anywhere=house.PRIVATE_MAIL_HOSTS or (kept.anywhere and same),
            proof=data["proof"],
        )
