"""`postroom export` and `postroom erase`: what leaves the house, and what is forgotten."""

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from postroom.cli.common import Failure, add_practice, need_ready, shell_user, utc_now
from postroom.clients.models import Client
from postroom.custody import erasing, holding, paper
from postroom.custody.erasing import Preview
from postroom.custody.exporting import CLIENT, Asked, write_now
from postroom.custody.writing import FORMATS, PDF, ZIP
from postroom.kit.files import make_folders
from postroom.practice.actions import the_practice
from postroom.practice.models import Practice


def add(commands: argparse._SubParsersAction) -> None:
    export = commands.add_parser("export", help=_("all that is on a client's record, as a file"))
    export.add_argument("--client", metavar="REF", required=True, help=_("whose"))
    export.add_argument("file", type=Path, metavar="FILE", help=_("which is not there yet"))
    export.add_argument(
        "--format",
        choices=FORMATS,
        default=ZIP,
        help=_("pdf, zip (as it came), or access (and all else that is kept of them, as JSON)"),
    )
    add_practice(export)
    export.set_defaults(run=run_export)
    erase = commands.add_parser("erase", help=_("erase a client for good"))
    erase.add_argument("--client", metavar="REF", required=True, help=_("whom"))
    erase.add_argument("--dry-run", action="store_true", help=_("only say what would happen"))
    erase.add_argument("--yes", action="store_true", help=_("without a question"))
    add_practice(erase)
    erase.set_defaults(run=run_erase)


def run_export(args: argparse.Namespace) -> int:
    """0; a file that is there already is not written over. Raises Failure."""
    need_ready()
    practice, client = _whose(args)
    if args.format == PDF and not paper.can_print():
        raise Failure(_("This server makes no PDF: it lacks Pango. Install libpango, or say zip."))
    if args.file.exists():
        raise Failure(_("%s is there already. Choose another name.") % args.file)
    asked = Asked(CLIENT, client.pk, args.format, practice.language)
    make_folders([settings.EXPORTS_FOLDER])
    try:
        with tempfile.TemporaryDirectory(dir=settings.EXPORTS_FOLDER) as place:
            mark: dict[str, Any] = {}
            for mark in write_now(practice, asked, Path(place), now=utc_now(), who=shell_user()):
                _tell(mark.get("done", 0))
            _move(Path(place) / mark["file"], args.file)
    except OSError as error:
        raise Failure(_("The file cannot be written: %s") % error) from error
    n = mark.get("written", 0)
    print(ngettext("%d entry written.", "%d entries written.", n) % n)
    if missing := mark.get("missing", 0):
        words = ngettext(
            "%d file was not on this server any more.",
            "%d files were not on this server any more.",
            missing,
        )
        print(words % missing)
    if mark.get("volumes", 1) > 1:
        print(_("It is a ZIP file with %d volumes.") % mark["volumes"])
    return 0


def run_erase(args: argparse.Namespace) -> int:
    """0; 1 when it was not confirmed. Raises Failure."""
    need_ready()
    _practice, client = _whose(args)
    seen = erasing.preview(client)
    _say(seen)
    if seen.holds:
        raise Failure(_("It is under legal hold. Nothing was erased."))
    if args.dry_run:
        return 0
    if not args.yes and not _confirmed(client):
        print(_("Nothing was erased."))
        return 1
    try:
        done = erasing.erase_now(client, who=shell_user(), now=utc_now())
    except holding.Held as held:
        raise Failure(_("It is under legal hold. Nothing was erased.")) from held
    n = done["entries"]
    print(ngettext("%d entry erased.", "%d entries erased.", n) % n)
    if not done["journal"]:
        print(_("Somebody is reading: the database's journal is emptied tonight."))
    return 0


def _whose(args: argparse.Namespace) -> tuple[Practice, Client]:
    practice = the_practice(args.practice)
    client = Client.objects.named(practice.pk, args.client)
    if client is None:
        raise Failure(_("There is no client with the reference “%s”.") % args.client)
    return practice, client


def _say(seen: Preview) -> None:
    """What goes and what stays, a line each."""
    goes = seen.goes
    print(_("Goes for good: entries %(entries)d, files %(files)d, bytes %(size)d") % vars(goes))
    counts = {"dates": seen.dates, "people": seen.people, "patients": seen.patients}
    print(_("… and people %(people)d, patients %(patients)d, dates %(dates)d") % counts)
    if seen.messages:
        print(_("… and messages kept out of the register: %d") % seen.messages)
    if seen.views:
        print(_("… and saved views that name them: %d") % seen.views)
    print(_("Stays on other records: %d") % seen.shared)
    for place in seen.places:
        where = place.owner or f"{place.name}: {place.folder}"
        print(
            _("Stays outside, not taken in again: %(n)d in %(where)s")
            % {"n": place.count, "where": where}
        )
    if seen.waiting:
        print(_("Waits in Unresolved from their addresses, and stays: %d") % seen.waiting)
    print(_("Stays in backups until they are too old, and in your practice's own system."))


def _confirmed(client: Client) -> bool:
    if not sys.stdin.isatty():
        raise Failure(_("Nobody is there to ask. Say --yes, or --dry-run to look."))
    return input(_("Type the number %s to erase:") % client.ref + " ").strip() == client.ref


def _move(made: Path, target: Path) -> None:
    """Never over a file that came meanwhile, and for nobody else to read."""
    with (
        made.open("rb") as source,
        os.fdopen(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file,
    ):
        shutil.copyfileobj(source, file, 1 << 20)
        file.flush()
        os.fsync(file.fileno())


def _tell(done: int) -> None:
    if sys.stderr.isatty():
        words = ngettext("%d entry", "%d entries", done) % done
        print("\r" + words, end="", file=sys.stderr, flush=True)
