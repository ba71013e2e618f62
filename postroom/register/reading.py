"""How a letter is shown: its text in the page, its HTML in a frame, its files in a list."""

import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.utils.safestring import SafeString, mark_safe

from postroom.connections import clamd
from postroom.kit import html
from postroom.kit.mime import Address, Letter
from postroom.practice.models import Practice
from postroom.register.away import Away
from postroom.register.file_lines import FileLine, file_lines
from postroom.register.inline import Pictures, pictures
from postroom.register.invitations import CANCELLED, LONGEST, invitations, is_calendar
from postroom.register.letters import KEPT, file_bytes, letter
from postroom.register.mail_words import failed, kept_shut, state, when
from postroom.register.models import Attachment, Entry, Scan
from postroom.register.outside import Outside, offered, once_token, shown_by
from postroom.register.proving import Proof, proof
from postroom.register.safety import danger_of, may_open, opens_directly
from postroom.register.scanning import scans_of
from postroom.register.words import odd

PICTURES_KEPT = 600  # seconds a letter made safe is used again
FAILURES = 20  # of a report that are told; the letter's own text names them all
CALENDARS = 3  # files of one letter that are read as invitations
LINE = 80  # letters on a line of the frame


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
class Look:
    """How somebody wants to see a letter: what stands in the address of its page."""

    as_text: bool = False
    pictures: str = ""  # the word that shows them once

    @classmethod
    def asked(cls, query: Mapping[str, str]) -> "Look":
        return cls(query.get("view") == "text", query.get("pictures", ""))


@dataclass(frozen=True)
class Shown:
    """The pictures from the internet in a letter. `by` says why they are shown, "" where they are
    blocked; `always` for whom they may always be; `token` shows them once."""

    blocked: int = 0
    shown: int = 0
    by: str = ""
    always: tuple[str, ...] = ()
    token: str = ""


@dataclass(frozen=True)
class Reading:
    """`body` is a safe fragment for the page; a framed letter has its own address instead."""

    body: SafeString
    framed: bool
    has_html: bool
    outside: Shown
    proof: Proof
    problems: list[str]
    files: list[FileLine]
    senders: list[str]
    to: list[str]
    cc: list[str]
    bcc: list[str]
    height: str
    lang: str  # what it is written in, as far as the client's record tells; "" where it does not
    automatic: str  # the kind of machine that wrote it, in words
    failures: list[tuple[str, str]]  # a sentence, and what the other server said
    notes: list[str]
    events: list[Event]
    scanner: bool  # whether there is one
    sandbox: str = html.SANDBOX

    @property
    def others(self) -> int:
        """Recipients besides the first one."""
        return len(self.to) - 1


def reading(
    practice: Practice, entry: Entry, look: Look = Look(), mail: Letter | None = None
) -> Reading:
    """The letter of an entry, ready for a page; `mail` where it was parsed already. Never raises
    for a strange letter."""
    mail = mail or letter(entry)
    attachments = list(entry.attachments.all())
    framed = bool(mail.html) and not look.as_text
    return Reading(
        body=mark_safe("" if framed or not mail.text.strip() else _plain(practice, mail)),  # noqa: S308 - escaped there
        framed=framed,
        has_html=bool(mail.html),
        outside=_outside(practice, entry, mail, attachments, look) if framed else Shown(),
        proof=proof(entry, mail),
        problems=[words for words in map(odd, mail.problems) if words],
        files=_files(practice, attachments, locked(mail), framed),
        senders=people(mail.senders),
        to=people(mail.to),
        cc=people(mail.cc),
        bcc=hidden_from(entry),
        height=_height(mail),
        lang=language(entry),
        automatic=entry.get_automatic_display(),
        failures=[(failed(one), one.text) for one in mail.failures[:FAILURES]],
        notes=kept_shut(mail),
        events=events(practice, attachments),
        scanner=clamd.is_there(),
    )


def _plain(practice: Practice, mail: Letter) -> str:
    return html.from_text(mail.text, Away(practice.slug))


def _outside(
    practice: Practice, entry: Entry, mail: Letter, attachments: list[Attachment], look: Look
) -> Shown:
    by = shown_by(practice.slug, entry, look.pictures)
    found = safe(mail.html, _sources(practice, entry, attachments, shows=bool(by)))
    if not found.blocked and not found.outside:
        return Shown()
    return Shown(
        blocked=found.blocked,
        shown=found.outside,
        by=by,
        always=tuple(offered(entry)),
        token=once_token(practice.slug, entry.pk),
    )


def _files(
    practice: Practice, attachments: list[Attachment], shut: frozenset[int], framed: bool
) -> list[FileLine]:
    """The files in the list below a letter, with what is known of each."""
    listed = [one for one in attachments if not (framed and one.inline)]
    scans = scans_of(listed)
    opens = bool(listed) and opens_directly(practice)
    lines = []
    for one, line in zip(listed, file_lines(listed, shut), strict=True):
        scan = scans.get(one.sha256)
        warned = danger_of(one.name, scan) is not None
        lines.append(
            replace(
                line,
                warned=warned,
                opens=opens and not warned and may_open(one.type, one.name),
                picture=line.picture and not warned,
                checked=scan.state if scan else Scan.UNCHECKED,
                virus=scan.virus if scan else "",
            )
        )
    return lines


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


def document(practice: Practice, entry: Entry, look: Look, *, dark: bool) -> str:
    """The document inside the frame."""
    mail, lang = letter(entry), language(entry)
    if look.as_text or not mail.html:
        return html.document(_plain(practice, mail), lang=lang, dark=dark)
    shows = bool(shown_by(practice.slug, entry, look.pictures))
    sources = _sources(practice, entry, list(entry.attachments.all()), shows=shows)
    return html.document(html.folded(safe(mail.html, sources).body), lang=lang)


@dataclass(frozen=True)
class Sources:
    """Where a letter's pictures come from, and its links go."""

    inline: "Pictures"
    outside: Outside | None
    away: Away


def _sources(
    practice: Practice, entry: Entry, attachments: list[Attachment], *, shows: bool
) -> Sources:
    outside = Outside(practice.slug, entry.pk) if shows else None
    return Sources(pictures(practice, entry, attachments), outside, Away(practice.slug))


def safe(source: str, sources: Sources) -> html.Safe:
    """The letter's HTML made safe: once for the page that counts and the frame that shows.

    Kept for PICTURES_KEPT at most: the addresses of its pictures hold for an hour only.
    """
    return _safe(source, sources, int(time.time() // PICTURES_KEPT))


@lru_cache(KEPT)
def _safe(source: str, sources: Sources, _period: int) -> html.Safe:
    return html.safe(
        source,
        picture=sources.inline,
        show_remote=sources.outside is not None,
        remote=sources.outside,
        away=sources.away,
    )


def language(entry: Entry) -> str:
    """The language of those whose record it is on, if they have one in common; else ""."""
    if entry.is_waiting:
        return ""
    spoken = set(entry.clients.values_list("language", flat=True))
    return spoken.pop() if len(spoken) == 1 else ""


def locked(mail: Letter) -> frozenset[int]:
    """The numbers of the files that open with a password only."""
    return frozenset(file.n for file in mail.files if file.locked)


def _height(mail: Letter) -> str:
    """How high its frame begins; a frame without script cannot tell."""
    lines = sum(1 + len(line) // LINE for line in mail.text.splitlines())
    if "cid:" in mail.html or lines > 18:
        return "long"
    return "short" if lines <= 7 else "medium"


def people(addresses: Iterable[Address]) -> list[str]:
    return [f"{one.name} ‹{one.address}›" if one.name else one.address for one in addresses]


def hidden_from(entry: Entry) -> list[str]:
    """To whom a copy of what was sent here went that the others were not told of."""
    return [f"{name} ‹{address}›" if name else address for name, address in _bcc(entry)]


def _bcc(entry: Entry) -> Iterable[tuple[str, str]]:
    return [(str(one[0]), str(one[1])) for one in entry.details.get("bcc", ()) if len(one) >= 2]
