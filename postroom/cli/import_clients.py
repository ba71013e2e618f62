"""`postroom import clients FILE`: bring the clients up to date with a list (XP-38)."""

import argparse
import json
from pathlib import Path

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from postroom.cli import import_book, import_notes
from postroom.cli.common import (
    Failure,
    add_practice,
    need_ready,
    print_problems,
    progress,
    utc_now,
)
from postroom.clients.importing import read_clients
from postroom.clients.imports import Report, TooManyGone, import_clients, source_named
from postroom.clients.words import placed, sentence
from postroom.kit.tables import NotATable
from postroom.practice.actions import the_practice


def add(commands: argparse._SubParsersAction) -> None:
    parser = commands.add_parser("import", help=_("bring in what another program has written"))
    kinds = parser.add_subparsers(dest="kind", required=True, metavar="KIND")
    clients = kinds.add_parser("clients", help=_("a list of clients: CSV, workbook, vCard or FHIR"))
    clients.add_argument("file", type=Path, metavar="FILE")
    clients.add_argument(
        "--mapping", type=Path, metavar="FILE", help=_('JSON: {"name": "the column\'s name", …}')
    )
    clients.add_argument("--dry-run", action="store_true", help=_("only say what would happen"))
    clients.add_argument("--skip-bad", action="store_true", help=_("leave out rows with errors"))
    clients.add_argument(
        "--source", metavar="NAME", help=_("where the list comes from, when there are several")
    )
    clients.add_argument(
        "--mark-gone", action="store_true", help=_("mark the source's clients it does not name")
    )
    clients.add_argument("--sure", action="store_true", help=_("even when they are most of them"))
    clients.add_argument("--json", action="store_true")
    clients.set_defaults(run=run)
    add_practice(clients)
    import_book.add(kinds)
    import_notes.add(kinds)


def run(args: argparse.Namespace) -> int:
    """0, or 1 when rows with errors kept the import from happening. Raises Failure, Refused."""
    need_ready()
    practice = the_practice(args.practice)
    mapping = _mapping(args.mapping) if args.mapping else {}
    if args.mark_gone and not args.source:
        raise Failure(_("--mark-gone needs --source: whose clients are not in the list?"))
    try:
        with args.file.open("rb") as file:
            report = import_clients(
                practice,
                read_clients(file, country=practice.country, mapping=mapping),
                by=None,
                now=utc_now(),
                source=source_named(practice, args.source) if args.source else None,
                gone_too=args.mark_gone,
                sure=args.sure,
                dry_run=args.dry_run,
                skip_bad=args.skip_bad,
                progress=progress(),
            )
    except OSError as error:
        raise Failure(_("The file cannot be read: %s") % error) from error
    except TooManyGone as error:
        raise Failure(_too_many(error)) from error
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
    words = (
        _(
            "Nothing was written. It would be: %(created)d new, %(updated)d changed, "
            "%(unchanged)d as before, %(skipped)d left out."
        )
        if report.dry_run
        else _(
            "%(created)d new, %(updated)d changed, %(unchanged)d as before, %(skipped)d left out."
        )
    )
    print(words % report.as_dict())
    if report.merged:
        merged = ngettext(
            "%d row is of a client merged into another: its record decides.",
            "%d rows are of clients merged into others: their records decide.",
            report.merged,
        )
        print(merged % report.merged)
    if report.gone:
        gone = ngettext(
            "%d client is marked as gone.", "%d clients are marked as gone.", report.gone
        )
        if report.dry_run:
            gone = ngettext(
                "%d client would be marked as gone.",
                "%d clients would be marked as gone.",
                report.gone,
            )
        print(gone % report.gone)


def _too_many(error: TooManyGone) -> str:
    return _(
        "Nothing was imported: %(gone)d of the %(held)d clients of this source are not in the "
        "list. Is it a whole one? Then say --sure."
    ) % vars(error)


def _mapping(path: Path) -> dict[str, str]:
    try:
        mapping = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise Failure(_("The mapping file cannot be read: %s") % error) from error
    except ValueError as error:
        raise Failure(_("The mapping file is not JSON: %s") % error) from error
    if not isinstance(mapping, dict) or not all(isinstance(v, str) for v in mapping.values()):
        raise Failure(_('The mapping must look like {"name": "Column", "email": "Column"}.'))
    return mapping
