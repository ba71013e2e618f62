"""`postroom demo`: a sample practice with its own mail server, on this machine only."""

import argparse

from django.utils.translation import gettext as _

from postroom.cli.demo import serve


def add(commands: argparse._SubParsersAction) -> None:
    parser = commands.add_parser("demo", help=_("a sample practice at work, until stopped"))
    parser.add_argument("--port", type=int, default=8025)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    return serve.run(None, args.port)
