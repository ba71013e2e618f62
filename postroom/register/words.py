"""What the register says in words: why a letter lies where it lies, and what is odd about it.

The codes are kept in the rows (`Entry.reason`, with `reason_data`); the sentences are made when
a page is shown, in the reader's language (SPEC 7.5).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from postroom.clients.models import Client
from postroom.practice.models import Member, Practice
from postroom.practice.words import words_of
from postroom.register.likeness import (
    CHOSEN_BEFORE,
    COPIED,
    DOMAIN,
    IN_TEXT,
    IN_THREAD,
    LIKE_ADDRESS,
    LIKE_NAME,
    NAMES_PATIENT,
    OTHER_FIRST_NAME,
    PHONE,
    REFERENCE,
    REPLY_TO,
    SAME_ADDRESS,
    SAME_NAME,
    SHARED_ADDRESS,
    SURNAME,
    UNCONFIRMED,
    VERY_LIKELY,
    WEAK,
)
from postroom.register.models import Entry


@dataclass(frozen=True)
class Pill:
    """A short mark on a row: words, and what colour and icon carry the same meaning."""

    text: str
    tone: str = ""
    icon: str = ""
    held: bool = False  # one client has the address by now


def why(entry: Entry, nouns: Mapping[str, str] | None = None) -> str:
    """One sentence: why this letter lies where it lies, in the practice's own `nouns`."""
    data = entry.reason_data
    address = data.get("address", entry.sender_norm)
    count = len(data.get("clients", ()))
    sentences = {
        "address": lambda: _("Filed by itself: the address ‹%(address)s› is on the record."),
        "sent-to": lambda: _(
            "Filed by itself: ‹%(sender)s›, an address of your practice, sent it from another"
            " program to ‹%(address)s›, which is on the record."
        ),
        "group": lambda: ngettext(
            "Filed by itself: %(count)d %(nouns)s of one family has the address ‹%(address)s›.",
            "Filed by itself on all of one family: %(count)d %(nouns)s have the address"
            " ‹%(address)s›.",
            count,
        ),
        "thread": lambda: _(
            "Filed by itself: somebody filed an earlier message of this conversation, from the same"
            " address ‹%(address)s›, on this record."
        ),
        "sender-rule": lambda: _(
            "Set aside by itself: your list of senders says that ‹%(rule)s› never writes about"
            " %(a_client)s."
        ),
        "by-member": lambda: _("Filed by hand."),
        "noted": lambda: _("Written down by hand."),
        "note-imported": lambda: _("Brought in from another system’s notes."),
        "not-a-client": lambda: _("Not %(a_client)s’s message."),
        "taken-back": lambda: (
            _("It had been set aside. It was put back and waits to be filed.")
            if data.get("was") == Entry.IGNORED
            else _("It was taken off a record and waits to be filed.")
        ),
        "other-address": lambda: _(
            "It answers a message that is on a record, but comes from another address:"
            " ‹%(address)s›."
        ),
        "form-unclear": lambda: _(
            "It came by your form ‹%(address)s›, but does not say clearly who filled it in."
        ),
        "own-mailbox": lambda: _(
            "The address ‹%(address)s› is %(a_client)s’s. What is in a member’s own mailbox is"
            " filed by that member alone."
        ),
        "file-name": lambda: _("Filed by itself: the file’s name is this %(client_word)s’s."),
        "no-file-name": lambda: _("The file’s name names no %(client_word)s we know."),
        "several-file-names": lambda: _("The file’s name may mean several %(clients_word)s."),
        "only-numbers": lambda: _(
            "The file’s name is a number alone. It may be %(a_client)s’s reference, or only a"
            " scanner’s counter."
        ),
        "unknown-address": lambda: _("No %(client_word)s has the address ‹%(address)s›."),
        "several-clients": lambda: ngettext(
            "%(count)d %(nouns)s has the address ‹%(address)s›.",
            "%(count)d %(nouns)s have the address ‹%(address)s›.",
            count,
        ),
        "same-group": lambda: ngettext(
            "%(count)d %(nouns)s of one family has the address ‹%(address)s›.",
            "%(count)d %(nouns)s of one family have the address ‹%(address)s›.",
            count,
        ),
        "no-sender": lambda: _("The message does not say who sent it."),
        "several-senders": lambda: _("The message names several senders: %(addresses)s."),
        "own-address": lambda: (
            _(
                "Your practice sent it from another program, as ‹%(address)s›: to whom of your"
                " %(clients_word)s is not clear."
            )
            if entry.direction == Entry.OUT
            else _("The address ‹%(address)s› belongs to your practice.")
        ),
        "professional": lambda: _(
            "The address ‹%(address)s› is a professional’s. Which %(client_word)s is it about?"
        ),
        "dmarc": lambda: _(
            "The mail server could not confirm that it really comes from %(domain)s."
        ),
        "too-big": lambda: _("It is too big to be read here. It is kept whole."),
        "limits": lambda: _(
            "Reading it takes too much memory or time. It is kept whole and can be downloaded."
        ),
        "unreadable": lambda: _("It could not be read. It is kept whole and can be downloaded."),
        "set-aside": lambda: _(
            "Taking it in failed again and again. It is kept whole and can be downloaded."
        ),
    }
    sentence = sentences.get(entry.reason)
    if sentence is None:
        return ""
    spoken = nouns or words_of(Practice()).within()
    said = sentence() % {
        **spoken,
        "nouns": spoken["clients_word" if count > 1 else "client_word"],
        "address": address,
        "sender": data.get("sender", ""),
        "count": count,
        "addresses": ", ".join(map(str, data.get("addresses", ()))),
        "domain": data.get("domain", ""),
        "rule": data.get("rule", ""),
    }
    return " ".join([said, *_way(data)])


def _way(data: dict[str, Any]) -> list[str]:
    """What stood between the writer and us: the address above is not the one in From."""
    if "form" in data:
        return [_("It came by your form ‹%(form)s›.") % {"form": data["form"]}]
    if "list" in data:
        return [_("It came through your list ‹%(list)s›.") % {"list": data["list"]}]
    return []


def pill(entry: Entry, found: int, name: str, sure: bool, nouns: Mapping[str, str]) -> Pill:
    """What the list says of a waiting letter, given how many clients it may be from, in the
    practice's own `nouns`."""
    known = {
        "no-sender": lambda: Pill(_("No sender"), "amber"),
        "several-senders": lambda: Pill(_("Several senders"), "amber"),
        "dmarc": lambda: Pill(_("Sender not confirmed"), "amber", "shield-alert"),
        "own-address": lambda: Pill(_("From your practice")),
        "no-file-name": lambda: Pill(_("A file"), "", "file"),
        "only-numbers": lambda: Pill(_("A number alone"), "", "file"),
        "several-file-names": lambda: Pill(_("Several %(clients_word)s") % nouns, "amber"),
        "professional": lambda: Pill(_("A professional"), "blue"),
        "form-unclear": lambda: Pill(_("Your web form"), "blue"),
        "too-big": lambda: Pill(_("Too big to be read"), "amber"),
        "limits": lambda: Pill(_("Could not be read"), "amber"),
        "unreadable": lambda: Pill(_("Could not be read"), "amber"),
        "set-aside": lambda: Pill(_("Could not be read"), "amber"),
    }.get(entry.reason)
    if known is not None:
        return known()
    if found == 1 and sure:
        return Pill(_("Very likely: %(name)s") % {"name": name}, "green", "sparkles")
    if found == 1:
        return Pill(_("Possible: %(name)s") % {"name": name})
    if not found and entry.automatic in ("list", "machine"):
        return Pill(_("Probably not %(a_client)s’s") % nouns)
    if found:
        return Pill(
            ngettext("%(count)d possible %(nouns)s", "%(count)d possible %(nouns)s", found)
            % {"count": found, "nouns": nouns["clients_word" if found > 1 else "client_word"]}
        )
    return Pill(_("No suggestion"))


def ruling(kind: str, nouns: Mapping[str, str]) -> str:
    """A kind of sender rule on the desk: what becomes of such letters."""
    said = {
        "ignore": _("Never %(a_client)s’s: set it aside"),
        "professional": _("A professional: ask about whom"),
        "own": _("Our own address: never %(a_client)s’s"),
        "form": _("Our web form: look at Reply-To"),
    }[kind]
    return said % nouns


def ruled(pattern: str) -> str:
    """Whom a sender rule speaks of."""
    return pattern if "@" in pattern else _("Everybody at %(domain)s") % {"domain": pattern}


def likelihood(code: str) -> Pill:
    if code == VERY_LIKELY:
        return Pill(pgettext("suggestion", "Very likely"), "green")
    if code == WEAK:
        return Pill(pgettext("suggestion", "Weak"))
    return Pill(pgettext("suggestion", "Possible"))


def tick(reason: str, nouns: Mapping[str, str]) -> str:
    """A reason on a suggestion card (likeness.py)."""
    code, _colon, what = reason.partition(":")
    said = {
        SAME_ADDRESS: _("This address is on the record"),
        SHARED_ADDRESS: _("Other %(clients_word)s have this address too"),
        SAME_NAME: _("Same name as the sender"),
        LIKE_NAME: _("Almost the same name as the sender"),
        SURNAME: _("Same surname"),
        OTHER_FIRST_NAME: _("Different first name"),
        UNCONFIRMED: _("The sender is not confirmed"),
        IN_THREAD: _("It answers a message on this record"),
        REFERENCE: _("The subject names this record"),
        REPLY_TO: _("Answers are to go to an address of this record"),
        LIKE_ADDRESS: _("Almost the same address is on the record"),
        IN_TEXT: _("The message names an address of this record"),
        COPIED: _("The message went to this %(client_word)s too"),
        PHONE: _("The number %(what)s is on the record"),
        CHOSEN_BEFORE: _("An earlier message from this address was filed here"),
        NAMES_PATIENT: _("Names %(what)s"),
        DOMAIN: _("An address of this record is at %(what)s too"),
    }
    return said[code] % {**nouns, "what": what}


def done(entry: Entry, reader: Member) -> str:
    """Who filed this letter, where and when: what a second person is told (RELIABILITY 5).

    A client whose record the reader may not open is not named.
    """
    who = str(entry.filed_by) if entry.filed_by else ""
    nouns = words_of(reader.practice).within()
    mine = Client.objects.open_to(reader).filter(placements__entry=entry)
    names = ", ".join(client.name for client in mine.order_by("pk")) or nouns["a_client"]
    at = _moment(entry.filed_at)
    if entry.filing == Entry.IGNORED:
        if not who:
            return _("It was set aside as not %(a_client)s’s message.") % nouns
        return _("%(who)s set it aside as not %(a_client)s’s message at %(at)s.") % {
            **nouns,
            "who": who,
            "at": at,
        }
    if not who:
        return _("It is filed under %(clients)s.") % {"clients": names}
    return _("%(who)s filed it under %(clients)s at %(at)s.") % {
        "who": who,
        "clients": names,
        "at": at,
    }


def unremembered(code: str, names: list[str], nouns: Mapping[str, str]) -> str:
    """Why the box «Remember this address» is not ticked; how it helps when it is."""
    said = {
        "": _("The next message from it files itself."),
        "general": _("Several people may write from it."),
        "held": _("%(names)s has it too. With several, we ask each time."),
        "professional": _(
            "It belongs to a professional, who writes about several %(clients_word)s."
        ),
        "unconfirmed": _("The sender is not confirmed."),
        "undecided": _("Tick it if you know the address is theirs."),
        "likelier": _("More speaks for %(names)s. Tick it if you know better."),
        "only-named": _("Only the name is the same. Tick it if you know the address is theirs."),
        "hinted": _("Only the message itself says so. Tick it if you know the address is theirs."),
    }[code]
    return said % {**nouns, "names": ", ".join(names)}


def odd(problem: str) -> str:
    """What is said of a letter that could not be read as it should be. "" says nothing."""
    return {
        "set-aside": _("It is not shown, since reading it failed. You can download it."),
        "limits": _("It is not shown, since reading it takes too much. You can download it."),
        "missing": _("The stored message cannot be found. Tell whoever looks after the server."),
        "base64": _("A part of it came damaged. What could be read is shown."),
        "charset": _("Some letters may look wrong: the message does not say how it is written."),
        "truncated": _("It ends in the middle: the rest never arrived."),
        "too-big": _("It is too big to be read here. Download the message to see it."),
        "too-deep": _("It is folded too many times into itself. What could be read is shown."),
        "too-many-parts": _("It has too many parts. The first ones are shown."),
        "too-many-headers": _("Its header is too long. The beginning was read."),
    }.get(problem, "")


def _moment(at: datetime | None) -> str:
    """The time today; the day too when it was another day."""
    if at is None:
        return ""
    local = timezone.localtime(at)
    if local.date() == timezone.localdate():
        return time_format(local, "TIME_FORMAT")
    return date_format(local, "SHORT_DATETIME_FORMAT")
