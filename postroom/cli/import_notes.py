"""`postroom import notes FILE`: calls, meetings and notes that another system wrote down."""

import argparse
import json
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from postroom.cli.common import Failure, add_practice, need_ready, print_problems, progress, utc_now
from postroom.kit.tables import NotATable
from postroom.practice.actions import the_practice
from postroom.register.note_importing import import_notes
from postroom.register.note_rows import read_notes
from postroom.register.note_words import placed, sentence


def add(kinds: Any) -> None:
    """The kind, under `postroom import`."""
    words = _("notes of calls and meetings: CSV or workbook; repeat it at will")
    parser = kinds.add_parser("notes", help=words)
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--dry-run", action="store_true", help=_("only say what would happen"))
    parser.add_argument("--skip-bad", action="store_true", help=_("leave out rows with errors"))
    parser.add_argument("--json", action="store_true")
    parser.set_defaults(run=run)
    add_practice(parser)


def run(args: argparse.Namespace) -> int:
    """0, or 1 when rows with errors kept the import from happening. Raises Failure, Refused."""
    need_ready()
    practice = the_practice(args.practice)
    try:
        with args.file.open("rb") as file:
            report = import_notes(
                practice,
                read_notes(file, zone=ZoneInfo(practice.time_zone)),
                by=None,
                now=utc_now(),
                dry_run=args.dry_run,
                skip_bad=args.skip_bad,
                progress=progress(),
            )
    except OSError as error:
        raise Failure(_("The file cannot be read: %s") % error) from error
    except NotATable as error:
        raise Failure(sentence(error)) from error
    refused = bool(report.errors) and not args.skip_bad
    if args.json:
        print(json.dumps(report.as_dict(), ensure_ascii=False))
        return 1 if refused else 0
    print_problems(report, placed, refused=refused)
    if refused:
        return 1
    words = _("%(created)d new, %(unchanged)d as before, %(skipped)d left out.")
    if report.dry_run:
        words = _(
            "Nothing was written. It would be: %(created)d new, %(unchanged)d as before,"
            " %(skipped)d left out."
        )
    print(words % vars(report))
    if report.removed:
        words = ngettext(
            "%(removed)d row is skipped: its note was removed or erased here before.",
            "%(removed)d rows are skipped: their notes were removed or erased here before.",
            report.removed,
        )
        print(words % vars(report))
    return 0
