"""The address of a feed: sealed, since whoever has it can read the book."""

from urllib.parse import urlsplit

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from postroom.practice.models import Source

# minutes between two looks: what it is called
INTERVALS: dict[int, Promise] = {
    5: _("Every 5 minutes"),
    15: _("Every 15 minutes"),
    60: _("Every hour"),
    360: _("Every 6 hours"),
}


def seal(source: Source, url: str) -> str:
    """Raises kit.crypto.KeyMissing."""
    return settings.KEYRING.seal(url, source.url_place)


def address(source: Source) -> str:
    """The feed's address. Raises kit.crypto.KeyMissing or Tampered."""
    return settings.KEYRING.open(source.url_sealed, source.url_place)


def masked(url: str) -> str:
    """An address to recognise, not to use: «https://calendar.example/…4f2c»."""
    parts = urlsplit(url)
    ending = parts.path.rstrip("/").rpartition("/")[2].removesuffix(".ics")
    return f"{parts.scheme}://{parts.hostname}/…{ending[-4:]}"


def tidied(url: str) -> str:
    """webcal:// is what calendars say for https:// (a custom, no RFC)."""
    scheme, mark, rest = url.strip().partition("://")
    return f"https://{rest}" if mark and scheme.lower() in ("webcal", "webcals") else url.strip()
