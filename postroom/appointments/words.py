"""What is wrong with a book of appointments, and how a source is, said to a person."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from postroom.clients import words as clients
from postroom.clients.importing import Problem
from postroom.kit.tables import NotATable

FILE: dict[str, Promise] = (
    clients.FILE
    | clients.JOB
    | {
        "calendar": _("This begins like a calendar, but cannot be read as one."),
        "json": _("This begins like JSON, but cannot be read as FHIR: {detail}"),
        "no-events": _("There is no appointment in this file."),
        "no-due": _("Due dates are read from tables only: CSV, or a workbook."),
        "many": _("There are more than {most} appointments in this file."),
        "size": _("The file is larger than {most} MB."),
    }
)

ROW: dict[str, Promise] = clients.ROW | {
    "moment": _(
        "“{text}” is not a day and time. Write 2026-11-26 09:20, 26/11/2026 09:20 or, beside a"
        " column with the day, 09:20."
    ),
    "gap": _("“{text}” did not exist: the clocks went forward. It is read as {read}."),
    "twice": _("“{text}” came twice: the clocks went back. The first of the two is taken."),
    "order": _("The end is before the start, or more than 31 days after it."),
    "minutes": _("“{text}” is not a number of minutes."),
    "state": _(
        "“{text}” is not a state we know. Write booked, confirmed, arrived, done, missed or"
        " cancelled."
    ),
    "zone": _("The time zone “{text}” is not known, so the practice’s own is taken."),
    "repeats": _("It repeats in a way we cannot follow (“{text}”), so that part is left out."),
    "resource": _("This appointment cannot be read: it is not written as its format demands."),
}

STAGES: dict[str, Promise] = {
    "check": _("Reading the file"),
    "write": _("Bringing it in"),
}

# Why a feed could not be read: code of connections.trouble or of this room, and what to do.
FEED: dict[str, tuple[Promise, Promise]] = {
    "host-unknown": (_("There is no such server."), _("Check the address of the feed.")),
    "host-private": (
        _("The feed is on a private network, where Postroom does not go."),
        _("The person who runs Postroom can allow it: POSTROOM_PRIVATE_FEEDS."),
    ),
    "port-closed": (_("The server accepts no connections."), _("We try again by ourselves.")),
    "timeout": (_("The server did not answer in time."), _("We try again by ourselves.")),
    "disconnected": (_("The line to the server broke."), _("We try again by ourselves.")),
    "no-tls": (
        _("The address is not an encrypted one."),
        _("A feed’s address is its password: it must begin with https://."),
    ),
    "certificate": (
        _("The server’s certificate could not be verified."),
        _("Ask whoever runs that server."),
    ),
    "refused": (
        _("The server refuses this address."),
        _("Copy the feed’s address from your system again; it may have been changed there."),
    ),
    "server-error": (_("The server has a problem of its own."), _("We try again by ourselves.")),
    "redirects": (
        _("The server sends us from one address to the next, or to one we may not open."),
        _("Copy the feed’s address from your system again."),
    ),
    "too-large": (_("The feed is larger than 20 MB."), _("Ask your system for a shorter period.")),
    "unreadable": (
        _("What the server sent is not a calendar."),
        _("Copy the feed’s address from your system again: its own ends with .ics as a rule."),
    ),
    "empty": (
        _("The feed was empty, so nothing was changed."),
        _("If your book is not empty, look at the feed in your own system."),
    ),
    "key-missing": (
        _("The feed’s address cannot be read: the key file is missing or another one."),
        _("The person who runs Postroom has a copy of the key file."),
    ),
}


def sentence(problem: Problem | NotATable) -> str:
    """The problem in the reader's language, without its place."""
    words = FILE if isinstance(problem, NotATable) else ROW
    return str(words[problem.code]).format(**problem.data)


def placed(problem: Problem) -> str:
    """The problem with its row and column."""
    if not problem.column:
        return gettext("Row {row}: {sentence}").format(row=problem.row, sentence=sentence(problem))
    return gettext("Row {row}, {column}: {sentence}").format(
        row=problem.row, column=problem.column, sentence=sentence(problem)
    )


def in_column(problem: Problem) -> str:
    """The problem with its column alone, where the row stands beside it."""
    said = sentence(problem)
    return f"{problem.column}: {said}" if problem.column else said


def feed_trouble(code: str) -> tuple[str, str] | None:
    """What happened and what to do; None for a feed that is well."""
    if not code:
        return None
    happened, advice = FEED.get(code, FEED["server-error"])
    return str(happened), str(advice)


def counted(counts: dict[str, Any]) -> str:
    """«3 new, 1 changed, 40 as before, 2 left out, 1 gone.»"""
    words = gettext(
        "%(created)d new, %(updated)d changed, %(unchanged)d as before, %(skipped)d left out."
    ) % {name: counts.get(name, 0) for name in ("created", "updated", "unchanged", "skipped")}
    for name, more in (("gone", _gone), ("unknown", _unknown)):
        if number := counts.get(name, 0):
            words += " " + more(number)
    return words


def _gone(number: int) -> str:
    return ngettext("%d is no longer there.", "%d are no longer there.", number) % number


def _unknown(number: int) -> str:
    return (
        ngettext(
            "%d is for somebody who is not here yet; it is linked when they come.",
            "%d are for people who are not here yet; they are linked when those come.",
            number,
        )
        % number
    )
