"""`postroom import appointments FILE` and `postroom import due FILE`: the practice's book."""

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from postroom.appointments.actions import Report, bring_in, source_named
from postroom.appointments.formats import read_book
from postroom.appointments.values import Kind
from postroom.appointments.words import counted, placed, sentence
from postroom.cli.common import (
    Failure,
    add_practice,
    need_ready,
    print_problems,
    progress,
    utc_now,
)
from postroom.kit.tables import NotATable
from postroom.practice.actions import the_practice

NAME = "practice system"  # of the source, where the command line names none


def add(kinds: Any) -> None:
    """The two kinds, under `postroom import`."""
    words: Mapping[Kind, str] = {
        "appointments": _("appointments: CSV, iCalendar or FHIR; repeat it at will"),
        "due": _("what falls due, such as vaccines: a CSV file; repeat it at will"),
    }
    for kind, help in words.items():
        parser = kinds.add_parser(kind, help=help)
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument(
            "--source", default=NAME, metavar="NAME", help=_("which system the file comes from")
        )
        parser.add_argument(
            "--mark-gone",
            action="store_true",
            help=_("the file is all there is of its days: mark what is missing as gone"),
        )
        parser.add_argument("--dry-run", action="store_true", help=_("only say what would happen"))
        parser.add_argument("--skip-bad", action="store_true", help=_("leave out rows with errors"))
        parser.add_argument("--json", action="store_true")
        parser.set_defaults(run=run)
        add_practice(parser)


def run(args: argparse.Namespace) -> int:
    """0, or 1 when rows with errors kept the import from happening. Raises Failure, Refused."""
    need_ready()
    practice, now = the_practice(args.practice), utc_now()
    if not 0 < len(args.source) <= 80:
        raise Failure(_("The name of a source has 1 to 80 characters."))
    try:
        with args.file.open("rb") as file:
            report = bring_in(
                source_named(practice, args.kind, args.source, dry_run=args.dry_run),
                read_book(practice, file, args.kind, now=now),
                by=None,
                now=now,
                dry_run=args.dry_run,
                skip_bad=args.skip_bad,
                mark_gone=args.mark_gone,
                progress=progress(),
            )
    except OSError as error:
        raise Failure(_("The file cannot be read: %s") % error) from error
    except NotATable as error:
        raise Failure(sentence(error)) from error
    refused = bool(report.errors) and not args.skip_bad
    if args.json:
        print(json.dumps(report.as_dict(), ensure_ascii=False))
    else:
        _print(report, refused=refused)
    return 1 if refused else 0


def _print(report: Report, *, refused: bool) -> None:
    print_problems(report, placed, refused=refused)
    if refused:
        return
    if report.dry_run:
        print(_("Nothing was written. It would be: %s") % counted(report.counts))
    else:
        print(counted(report.counts))
