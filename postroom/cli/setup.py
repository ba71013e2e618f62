"""`postroom setup`: database, keys, practice, first administrator. Safe to repeat."""

import argparse
from pathlib import Path
from zoneinfo import available_timezones

from django.conf import settings
from django.core.management import call_command
from django.utils.translation import gettext as _

from postroom.cli.common import Failure, password_from, utc_now
from postroom.kit.addresses import normalise_email
from postroom.kit.crypto import create_key_file
from postroom.outbox.template_actions import install_starters
from postroom.practice.actions import add_administrator, found_practice
from postroom.practice.models import Practice
from postroom.web import assets


def add(commands: argparse._SubParsersAction) -> None:
    parser = commands.add_parser(
        "setup", help=_("make or update the database, the keys, a practice and its administrator")
    )
    parser.add_argument("--practice", metavar="NAME")
    parser.add_argument("--admin", metavar="EMAIL")
    parser.add_argument("--password-file", type=Path, metavar="F")
    parser.add_argument("--kind", choices=[kind for kind, _word in Practice.KINDS])
    parser.add_argument("--language", choices=[code for code, _word in settings.LANGUAGES])
    parser.add_argument("--country", metavar="CC", help=_("two letters; reads telephone numbers"))
    parser.add_argument("--time-zone", metavar="ZONE", help=_("such as Europe/Paris"))
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    if bool(args.admin) != bool(args.password_file):
        raise Failure(_("--admin and --password-file belong together."))
    if args.admin and not args.practice:
        raise Failure(_("--admin needs --practice: an administrator of which practice?"))
    if args.time_zone and args.time_zone not in available_timezones():
        raise Failure(_("There is no time zone “%s”. Write it like Europe/Paris.") % args.time_zone)
    if args.country and not (len(args.country) == 2 and args.country.isalpha()):
        raise Failure(_("A country is written as GB or FR."))
    if args.admin and not normalise_email(args.admin):
        raise Failure(_("“%s” is not an email address.") % args.admin)
    settings.DATA.mkdir(parents=True, exist_ok=True, mode=0o700)
    if create_key_file(settings.KEY_FILE):
        print(_("Key file made: %s. Keep a copy away from this machine.") % settings.KEY_FILE)
    settings.KEYRING.load(settings.KEY_FILE)
    call_command("migrate", verbosity=0, interactive=False)
    assets.build(settings.BUILT_FOLDER)
    if args.practice:
        _found(args)
    print(_("Postroom is set up in %s.") % settings.DATA)
    return 0


def _found(args: argparse.Namespace) -> None:
    facts = {
        field: value
        for field in ("kind", "language", "country", "time_zone")
        if (value := getattr(args, field))
    }
    known = Practice.objects.filter(name=args.practice).exists()
    practice = found_practice(args.practice, now=utc_now(), **facts)
    if not known:
        install_starters(practice, by=None, now=utc_now())
    print(_("Practice: %(name)s (%(slug)s)") % {"name": practice.name, "slug": practice.slug})
    if args.admin:
        password = password_from(args.password_file)
        member = add_administrator(practice, args.admin, password, now=utc_now())
        print(_("Administrator: %s") % member.user.email)
