"""What is wrong with a list of clients, said to the person who has it before them."""

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from postroom.clients.faults import fault
from postroom.clients.importing import Problem
from postroom.clients.models import SenderRule
from postroom.kit.tables import NotATable
from postroom.practice.models import Practice
from postroom.practice.words import words_of


def kinds_of_senders(practice: Practice) -> dict[str, str]:
    """The kinds of sender rules, with their names in the practice's own words."""
    never = gettext("Never %(a_client)s’s") % words_of(practice).within()
    names = {kind: str(words) for kind, words in SenderRule.KINDS}
    return names | {SenderRule.IGNORE: never}


FILE: dict[str, Promise] = {
    "unreadable": _(
        "This workbook cannot be read: it is damaged, or no workbook. Save it again, or as "
        "“CSV UTF-8”."
    ),
    "locked": _("This workbook is locked with a password. Save it without one."),
    "huge": _(
        "This workbook is far too large once it is unpacked. Save the one sheet you mean as "
        "“CSV UTF-8”."
    ),
    "too_big": _("The file is larger than {most} MB. Divide it into several."),
    "columns": _("The file has more than {most} columns: is it the right list?"),
    "json": _("This is not JSON that can be read, or not all of it arrived. Export it again."),
    "bundle_big": _(
        "One JSON document of more than {most} MB cannot be read. Export one resource a line "
        "(NDJSON)."
    ),
    "no_patients": _("There is no FHIR Patient in this file."),
    "damaged": _(
        "The file is written in UTF-8, but line {line} has characters that are not. Save it "
        "again as “CSV UTF-8” where it comes from."
    ),
    "encoding": _(
        "The letters of this file cannot be read: it is neither UTF-8, UTF-16 nor Windows-1252. "
        "Save it as “CSV UTF-8”."
    ),
    "nothing": _("The file is empty."),
    "missing": _("The file has no column “{field}”. Columns found: {columns}."),
    "column": _("The mapping names a column “{column}”. Columns found: {columns}."),
    "field": _("The mapping names “{field}”, which is not one of: {fields}."),
    "twice": _("Two columns are called “{column}”. Give one of them another name."),
}

# Why an import that was begun could not be finished.
JOB: dict[str, Promise] = {
    "file": _("The file is no longer here: it is kept for a week. Bring it again."),
    "unexpected": _(
        "Something went wrong that should not have. What is in stays in; bring the file again, "
        "and tell whoever looks after Postroom: the log has the details."
    ),
}

FIELDS: dict[str, Promise] = {
    "reference": _("Number"),
    "name": _("Name"),
    "first_name": _("First name"),
    "email": _("Email"),
    "phone": _("Telephone"),
    "group": _("Family or group"),
    "language": _("Language"),
    "birth_date": _("Date of birth"),
    "patients": _("Patients"),
    "contacts": _("Further contacts"),
    "state": _("State (active, archived, deceased)"),
    "deceased": _("Deceased (yes, or a date)"),
}

STAGES: dict[str, Promise] = {
    "read": _("Reading the file"),
    "compare": _("Comparing it with what is here"),
    "write": _("Bringing it in"),
    "gone": _("Marking who is gone"),
}

ROW: dict[str, Promise] = {
    "quotes": _(
        "The quotation marks of this row make no sense, so its cells cannot be told apart."
    ),
    "cells": _("This row has more cells than the file has columns."),
    "empty": _("This cell is empty."),
    "long": _("“{text}” is longer than {most} characters."),
    "duplicate": _("The reference “{text}” is already in row {first}."),
    "email": _("“{text}” is not an email address."),
    "date": _("“{text}” is not a date. Write 1980-12-31 or 31/12/1980."),
    "phone": _("“{text}” cannot be read as a telephone number. It is kept as written."),
    "language": _("“{text}” is not a language we know, so it is left out."),
    "person": _("“{text}” is not a contact. Write: Name (mother, responsible): address, number."),
    "state": _("“{text}” is not a state we know, so it is left out."),
    "shared": _("{text} is also an address of {client}. Letters from it will wait in Unresolved."),
    "shared-closed": _(
        "{text} is also an address of somebody whose record is restricted. Letters from it will "
        "wait in Unresolved."
    ),
    "own": _("{text} is the address of a member of the practice. Its letters are never filed."),
}


def sentence(problem: Problem | NotATable) -> str:
    """The problem in the reader's language, without its place."""
    words = FILE | JOB if isinstance(problem, NotATable) else ROW
    return str(words[problem.code]).format(**problem.data)


def placed(problem: Problem) -> str:
    """The problem with its row and column."""
    if not problem.column:
        return str(_("Row {row}: {sentence}")).format(row=problem.row, sentence=sentence(problem))
    return str(_("Row {row}, {column}: {sentence}")).format(
        row=problem.row, column=problem.column, sentence=sentence(problem)
    )


def time_left(seconds: float | None) -> str:
    """ "About 2 minutes left"; nothing while it cannot be known."""
    if seconds is None:
        return ""
    if seconds < 60:
        return str(_("Less than a minute left."))
    minutes = round(seconds / 60)
    return ngettext("About %d minute left.", "About %d minutes left.", minutes) % minutes


FAULTS: dict[str, Promise] = {
    "space": _("There is a space at character {place} of “{text}”."),
    "invisible": _("There is an invisible character at character {place} of “{text}”."),
    "letter": _("An email address has no “{letter}”: look at character {place} of “{text}”."),
    "no-at": _("“{text}” has no @: an address looks like name@example.org."),
    "two-ats": _("“{text}” has a second @ at character {place}. Type one address at a time."),
    "nothing-before": _("“{text}” has nothing before the @."),
    "nothing-after": _("“{text}” has nothing after the @."),
    "dot": _("There is a dot too many at character {place} of “{text}”."),
    "other": _("“{text}” is not an email address."),
}


def not_an_address(text: str) -> str:
    """Why a text is no email address, and at which character."""
    found = fault(text)
    return str(FAULTS[found.code]).format(place=found.place, letter=found.letter, text=text)
