"""How a letter is shown: its text in the page, its HTML in a frame, its files in a list."""

import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePosixPath
from zoneinfo import ZoneInfo

from django.core import signing
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from postroom.kit import html
from postroom.kit.mime import Address, Letter
from postroom.practice.models import Practice
from postroom.register.invitations import CANCELLED, LONGEST, invitations, is_calendar
from postroom.register.letters import KEPT, file_bytes, letter
from postroom.register.mail_words import MESSAGES, failed, kept_shut, state, what, when
from postroom.register.models import Attachment, Entry
from postroom.register.words import odd

PICTURE_SECONDS = 3600
PICTURES_KEPT = 600  # seconds a letter made safe is used again
FAILURES = 20  # of a report that are told; the letter's own text names them all
CALENDARS = 3  # files of one letter that are read as invitations
LINE = 80  # letters on a line of the frame
PICTURE_TYPES = {  # what a picture inside a letter may be, and how its bytes begin
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/gif": (b"GIF87a", b"GIF89a"),
    "image/webp": (b"RIFF",),
}
LARGEST_PICTURE = 20_000_000  # bytes
# Kinds that can do something when opened, or hide something that can (RELIABILITY 4.3).
RISKY = frozenset(
    [
        "app",
        "appx",
        "bat",
        "bin",
        "chm",
        "cmd",
        "com",
        "cpl",
        "deb",
        "dll",
        "dmg",
        "docm",
        "exe",
        "gadget",
        "hta",
        "htm",
        "html",
        "img",
        "inf",
        "iso",
        "jar",
        "js",
        "jse",
        "lnk",
        "msc",
        "msi",
        "msix",
        "msp",
        "one",
        "pif",
        "ppam",
        "pptm",
        "ps1",
        "reg",
        "rpm",
        "scf",
        "scr",
        "sct",
        "sh",
        "shb",
        "sldm",
        "svg",
        "url",
        "vb",
        "vbe",
        "vbs",
        "vhd",
        "vhdx",
        "wsc",
        "wsf",
        "wsh",
        "xhtml",
        "xla",
        "xlam",
        "xll",
        "xlsm",
        "xltm",
    ]
)
ICONS = {
    "image": "image",
    "audio": "file-volume",
    "video": "file-play",
    "text": "file-text",
    "application/pdf": "file-text",
    "application/zip": "file-archive",
    "text/calendar": "calendar",
    "text/csv": "file-spreadsheet",
    "message/rfc822": "mail",
    "application/vnd.ms-excel": "file-spreadsheet",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "file-spreadsheet",
    "application/vnd.oasis.opendocument.spreadsheet": "file-spreadsheet",
}


@dataclass(frozen=True)
class FileLine:
    pk: int
    name: str
    size: int
    icon: str
    risky: bool
    what: str = ""  # a word on what it is, where its name does not tell
    is_message: bool = False  # it can be opened as a letter
    picture: bool = False  # a scan or photograph by itself, to be looked at in the page


@dataclass(frozen=True)
class Event:
    """An invitation, in words."""

    heading: str
    title: str
    when: str
    where: str
    organiser: str
    repeats: bool
    called_off: bool


@dataclass(frozen=True)
class Reading:
    """`body` is a safe fragment for the page; a framed letter has its own address instead."""

    body: SafeString
    framed: bool
    has_html: bool
    blocked: int
    problems: list[str]
    files: list[FileLine]
    senders: list[str]
    to: list[str]
    cc: list[str]
    height: str
    lang: str  # what it is written in, as far as the client's record tells; "" where it does not
    automatic: str  # the kind of machine that wrote it, in words
    failures: list[tuple[str, str]]  # a sentence, and what the other server said
    notes: list[str]
    events: list[Event]
    sandbox: str = html.SANDBOX

    @property
    def others(self) -> int:
        """Recipients besides the first one."""
        return len(self.to) - 1


def reading(practice: Practice, entry: Entry, *, as_text: bool = False) -> Reading:
    """The letter of an entry, ready for a page. Never raises for a strange letter."""
    mail = letter(entry)
    attachments = list(entry.attachments.all())
    framed = bool(mail.html) and not as_text
    blocked = 0
    if framed:
        blocked = safe(mail.html, pictures(practice, entry, attachments)).blocked
    return Reading(
        body=mark_safe("" if framed or not mail.text.strip() else html.from_text(mail.text)),  # noqa: S308 - escaped there
        framed=framed,
        has_html=bool(mail.html),
        blocked=blocked,
        problems=[words for words in map(odd, mail.problems) if words],
        files=file_lines((a for a in attachments if not (framed and a.inline)), locked(mail)),
        senders=people(mail.senders),
        to=people(mail.to),
        cc=people(mail.cc),
        height=_height(mail),
        lang=language(entry),
        automatic=entry.get_automatic_display(),
        failures=[(failed(one), one.text) for one in mail.failures[:FAILURES]],
        notes=kept_shut(mail),
        events=events(practice, attachments),
    )


def events(practice: Practice, attachments: Iterable[Attachment]) -> list[Event]:
    """The invitations among the files, in words; what cannot be read stays a file."""
    calendars = [a for a in attachments if is_calendar(a.type, a.name) and a.size <= LONGEST]
    found: list[Event] = []
    for attachment in calendars[:CALENDARS]:
        with suppress(OSError, LookupError):
            found += events_in(file_bytes(attachment), practice.zone)
    return list(dict.fromkeys(found))  # Outlook and Google send it as a body and as a file


def events_in(data: bytes, zone: ZoneInfo) -> list[Event]:
    return [
        Event(
            heading=state(one),
            title=one.title,
            when=when(one),
            where=one.where,
            organiser=one.organiser,
            repeats=one.repeats,
            called_off=one.state == CANCELLED,
        )
        for one in invitations(data, zone=zone)
    ]


def document(practice: Practice, entry: Entry, *, as_text: bool, dark: bool) -> str:
    """The document inside the frame."""
    mail, lang = letter(entry), language(entry)
    if as_text or not mail.html:
        return html.document(html.from_text(mail.text), lang=lang, dark=dark)
    pictures_of = pictures(practice, entry, list(entry.attachments.all()))
    return html.document(html.folded(safe(mail.html, pictures_of).body), lang=lang)


def safe(source: str, pictures_of: "Pictures") -> html.Safe:
    """The letter's HTML made safe: once for the page that counts and the frame that shows.

    Kept for PICTURES_KEPT at most: the addresses of its pictures hold for an hour only.
    """
    return _safe(source, pictures_of, int(time.time() // PICTURES_KEPT))


@lru_cache(KEPT)
def _safe(source: str, pictures_of: "Pictures", _period: int) -> html.Safe:
    return html.safe(source, picture=pictures_of)


def language(entry: Entry) -> str:
    """The language of those whose record it is on, if they have one in common; else ""."""
    if entry.is_waiting:
        return ""
    spoken = set(entry.clients.values_list("language", flat=True))
    return spoken.pop() if len(spoken) == 1 else ""


def pictures(practice: Practice, entry: Entry, attachments: list[Attachment]) -> "Pictures":
    numbers = tuple((a.content_id, a.n) for a in attachments if a.content_id)
    return Pictures(practice.slug, entry.pk, numbers)


@dataclass(frozen=True)
class Pictures:
    """Content-ID -> the signed address of that picture, or None.

    A sandboxed frame sends no cookie, so the address itself is the proof (MODEL decision 17).
    """

    practice: str
    entry: int
    numbers: tuple[tuple[str, int], ...]  # (Content-ID, n)

    def __call__(self, content_id: str) -> str | None:
        n = dict(self.numbers).get(content_id)
        if n is None:
            return None
        token = picture_token(self.practice, self.entry, n)
        return reverse("register:inline", args=[self.practice, self.entry, n, token])


def picture_token(slug: str, entry: int, n: int) -> str:
    """Proof, for an hour, that a member was shown the letter this picture belongs to."""
    what = _picture(slug, entry, n)
    return _signer().sign(what).removeprefix(f"{what}:")


def is_picture_token(slug: str, entry: int, n: int, token: str) -> bool:
    try:
        _signer().unsign(f"{_picture(slug, entry, n)}:{token}", max_age=PICTURE_SECONDS)
    except signing.BadSignature:
        return False
    return True


def picture_type(declared: str, content: bytes) -> str:
    """The type a picture is served with: what it says it is, if its bytes agree; else ""."""
    if not content.startswith(PICTURE_TYPES.get(declared, ())):
        return ""
    if declared == "image/webp" and content[8:12] != b"WEBP":
        return ""
    return declared


def locked(mail: Letter) -> frozenset[int]:
    """The numbers of the files that open with a password only."""
    return frozenset(file.n for file in mail.files if file.locked)


def file_lines(
    attachments: Iterable[Attachment], locked: frozenset[int] = frozenset()
) -> list[FileLine]:
    return [
        file_line(a.pk, a.name, a.size, a.type, a.n in locked, is_picture(a)) for a in attachments
    ]


def file_line(
    pk: int, name: str, size: int, media_type: str, locked: bool, picture: bool = False
) -> FileLine:
    return FileLine(
        pk=pk,
        name=name,
        size=size,
        icon=_icon(media_type),
        risky=_is_risky(name),
        what=what(media_type, name, locked),
        is_message=is_message(media_type, name),
        picture=picture,
    )


def is_message(media_type: str, name: str) -> bool:
    return media_type in MESSAGES or name.lower().endswith(".eml")


def is_picture(attachment: Attachment) -> bool:
    """Whether a stored file is a picture that a page can show."""
    shown = attachment.type in PICTURE_TYPES and attachment.size <= LARGEST_PICTURE
    return attachment.stored_id is not None and shown


def _height(mail: Letter) -> str:
    """How high its frame begins; a frame without script cannot tell."""
    lines = sum(1 + len(line) // LINE for line in mail.text.splitlines())
    if "cid:" in mail.html or lines > 18:
        return "long"
    return "short" if lines <= 7 else "medium"


def people(addresses: Iterable[Address]) -> list[str]:
    return [f"{one.name} ‹{one.address}›" if one.name else one.address for one in addresses]


def _icon(media_type: str) -> str:
    family = media_type.partition("/")[0]
    return ICONS.get(media_type) or ICONS.get(family, "file")


def _is_risky(name: str) -> bool:
    return PurePosixPath(name.casefold().rstrip(". ")).suffix.removeprefix(".") in RISKY


def _picture(slug: str, entry: int, n: int) -> str:
    return f"{slug}/{entry}/{n}"


def _signer() -> signing.TimestampSigner:
    return signing.TimestampSigner(salt="register.inline")
