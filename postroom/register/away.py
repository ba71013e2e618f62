"""Links of letters: by way of a page of ours that shows where they truly go (RELIABILITY 4.1)."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.core import signing
from django.urls import reverse
from django.utils.crypto import constant_time_compare

from postroom.kit.html.links import mixed_letters, true_host, urlsplit_netloc, web_address


@dataclass(frozen=True)
class Away:
    """A web address -> the address of the page that shows its host first.

    Signed, so that nobody can use our name to send people elsewhere.
    """

    practice: str  # its slug

    def __call__(self, address: str) -> str:
        query = urlencode({"to": address, "mark": _mark(self.practice, address)})
        return f"{reverse('register:leave', args=[self.practice])}?{query}"


@dataclass(frozen=True)
class Place:
    """Where a link goes. `odd`: its host has letters that can be drawn as others; `hides`:
    something that looks like a host stands before the true one; `open`: it is not encrypted."""

    address: str
    host: str
    odd: bool
    hides: bool
    open: bool


def place(practice: str, address: str, mark: str) -> Place | None:
    """None for what no letter here linked to."""
    if not constant_time_compare(_mark(practice, address), mark):
        return None
    if web_address(address) != address or not address.startswith("http"):
        return None
    host = true_host(address)
    return Place(
        address=address,
        host=host,
        odd=mixed_letters(host),
        hides="@" in urlsplit_netloc(address),
        open=address.startswith("http:"),
    )


def _mark(practice: str, address: str) -> str:
    return signing.Signer(salt="register.away").signature(f"{practice} {address}")
