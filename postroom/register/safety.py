"""Which attachments may open in the browser, which need a warning, and who may have those anyway.

Everything downloads unless the practice chose otherwise (EX-19 to EX-21, MG-22, RELIABILITY 4.3).
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath

from django.db import transaction

from postroom.practice import audit
from postroom.practice.models import Member, Practice
from postroom.practice.rules import SETTINGS, WRITE
from postroom.register.models import Attachment, DirectOpening, Entry, Scan
from postroom.register.scanning import scans_of

INFECTED, PROGRAM = "infected", "program"
PDF, TEXT = "application/pdf", "text/plain"
PICTURES = {  # and how their bytes begin
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/gif": (b"GIF87a", b"GIF89a"),
    "image/webp": (b"RIFF",),
}
# Opened, they do whatever they were written for.
PROGRAMS = frozenset(
    [
        *("apk", "app", "appx", "bat", "bin", "cmd", "com", "cpl", "deb", "dll", "dmg", "exe"),
        *("gadget", "hta", "inf", "iso", "jar", "js", "jse", "lnk", "msc", "msi", "msix", "msp"),
        *("pif", "ps1", "reg", "rpm", "scf", "scr", "sct", "sh", "shb", "vb", "vbe", "vbs", "vhd"),
        *("vhdx", "wsc", "wsf", "wsh", "xll"),
    ]
)


@dataclass(frozen=True)
class Danger:
    """Why a file is not simply handed out, and the right without which it is not at all."""

    code: str
    right: str
    virus: str = ""


def danger(attachment: Attachment) -> Danger | None:
    scan = scans_of([attachment]).get(attachment.sha256)
    return danger_of(attachment.name, scan)


def danger_of(name: str, scan: Scan | None) -> Danger | None:
    if scan and scan.state == Scan.INFECTED:
        return Danger(INFECTED, SETTINGS, scan.virus)
    return Danger(PROGRAM, WRITE) if is_program(name) else None


def danger_in(entry: Entry) -> Danger | None:
    """Of a message as it came, with everything in it."""
    for scan in scans_of(entry.attachments.all()).values():
        if scan.state == Scan.INFECTED:
            return Danger(INFECTED, SETTINGS, scan.virus)
    return None


def is_program(name: str) -> bool:
    return ending(name) in PROGRAMS


def ending(name: str) -> str:
    """What stands after the last dot, as Windows reads it."""
    return PurePosixPath(name.casefold().rstrip(". ")).suffix.removeprefix(".")


def opens_directly(practice: Practice) -> bool:
    return DirectOpening.objects.filter(practice=practice).exists()


def may_open(media_type: str, name: str) -> bool:
    """Is it of the short list, by what it says of itself? Its bytes are looked at when it opens."""
    return media_type in (PDF, *PICTURES) or (media_type == TEXT and ending(name) in ("txt", ""))


def opened_as(declared: str, content: bytes) -> str:
    """The type it is opened with: what it says it is, if its bytes agree; else ""."""
    if declared == PDF:
        return PDF if content.startswith(b"%PDF-") else ""
    if declared != TEXT:
        return picture_type(declared, content)
    if b"\0" in content:
        return ""
    try:
        content.decode()
    except UnicodeDecodeError:
        return "text/plain; charset=windows-1252"
    return "text/plain; charset=utf-8"


def picture_type(declared: str, content: bytes) -> str:
    """The type a picture is served with: what it says it is, if its bytes agree; else ""."""
    if not content.startswith(PICTURES.get(declared, ())):
        return ""
    if declared == "image/webp" and content[8:12] != b"WEBP":
        return ""
    return declared


def picture_in(content: bytes) -> str:
    """The type of a picture that says nothing true of itself, by its bytes; else ""."""
    return next((kind for kind in PICTURES if picture_type(kind, content)), "")


@transaction.atomic
def open_directly(practice: Practice, *, by: Member, now: datetime) -> None:
    """Somebody who has acknowledged the risk lets safe types open (EX-20)."""
    _row, made = DirectOpening.objects.get_or_create(
        practice=practice, defaults={"by": by, "at": now}
    )
    if made:
        _note("open_attachments", practice, by=by, now=now)


@transaction.atomic
def download_only(practice: Practice, *, by: Member, now: datetime) -> None:
    """As it is from the beginning."""
    if DirectOpening.objects.filter(practice=practice).delete()[0]:
        _note("shut_attachments", practice, by=by, now=now)


def _note(action: str, practice: Practice, *, by: Member, now: datetime) -> None:
    audit.record(practice.pk, action, "practice", practice.pk, by=by, now=now)
